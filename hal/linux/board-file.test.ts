// The board file: the documented example is a board, and each fault is told with its place.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readBoard } from './board-file.ts'
import type { BoardFile } from './board-schema.ts'

const document = readFileSync(new URL('../../docs/board.md', import.meta.url), 'utf8')
const example: BoardFile = JSON.parse(/```json\n(.*?)```/s.exec(document)![1]!)

test('the documented example is a board', () => {
  const board = readBoard(example)
  expect(board).toMatchObject({
    ok: true,
    value: {
      model: 'my-desk-phone',
      matrix: {
        rows: [{ chip: ['1-0020'], offset: 0, activeLow: true, pollMs: 20 }, {}, {}, {}],
        columns: [{ offset: 4 }, {}, {}, {}],
        timing: { debounceMs: 8, longMs: 800, settleMs: 2, restMs: 4, holdMs: 20 },
      },
      buttons: [{ key: 'redial', line: { offset: 25, activeLow: true } }],
      hook: { chip: ['pinctrl-bcm2711', 'pinctrl-bcm2835', 'pinctrl-rp1'], offset: 26, activeLow: true },
      leds: [{ led: 'line', line: { offset: 8, activeLow: false } }, { led: 'message' }],
      lcd: { size: { columns: 20, rows: 4 }, rom: 'A00', busHz: 100_000, bus: 1, address: 0x27 },
    },
  })
  expect(board.ok && board.value.matrix.keys.at(-1)).toEqual(['*', '0', '#', undefined])
  expect(board.ok && board.value.hook).not.toHaveProperty('pollMs')
})

test('an expander whose interrupt is on a line of the processor: its keys know, its lamps and the hook do not', () => {
  const chips = { ...example.chips, expander: { ...example.chips.expander!, interrupt: { chip: 'soc', line: 17 } } }
  const board = readBoard({ ...example, chips })
  const interrupt = { chip: ['pinctrl-bcm2711', 'pinctrl-bcm2835', 'pinctrl-rp1'], offset: 17, activeLow: true }
  expect(board).toMatchObject({ ok: true, value: { matrix: { rows: [{ pollMs: 20, interrupt }, {}, {}, {}] } } })
  expect(board.ok && board.value.leds[0]!.line).not.toHaveProperty('interrupt')
  const { labels, pollMs, interrupt: at } = chips.expander
  const faulty = (expander: object) => {
    const read = readBoard({ ...example, chips: { ...chips, expander: { labels, interrupt: at, ...expander } } })
    return read.ok ? [] : read.error.map(({ path, expected }) => `${path}: ${expected}`)
  }
  expect(faulty({ pollMs, interrupt: { chip: 'expander', line: 15 } })).toEqual([
    '/chips/expander/interrupt/chip: a chip that tells edges',
  ])
  expect(faulty({ pollMs, interrupt: { chip: 'soc', line: 26 } })).toEqual(['/hook/line: a line of its own'])
  expect(faulty({})).toEqual(['/chips/expander/interrupt: pollMs beside it'])
})

test('a display on an adapter that is plugged in', () => {
  const board = readBoard({ ...example, lcd: { adapter: 'i2c-tiny-usb', address: '0x3f' } })
  expect(board).toMatchObject({ ok: true, value: { lcd: { bus: 'i2c-tiny-usb', address: 0x3f } } })
})

// biome-ignore lint/suspicious/noExplicitAny: it is spoilt on purpose
type Spoilt = any

test('nothing at all', () => {
  const read = readBoard({})
  expect(read.ok ? [] : read.error.map(({ path }) => path)).toEqual(['/model', '/chips', '/matrix', '/hook', '/lcd'])
})

test.each<[string, (board: Spoilt) => void, string[]]>([
  ['a chip that is not named', (b) => (b.hook.chip = 'sco'), ['/hook/chip']],
  ['a line twice', (b) => (b.leds[1].line = 8), ['/leds/1/line']],
  ['a key twice', (b) => (b.buttons[0].key = '5'), ['/buttons/0/key']],
  ['a lamp twice', (b) => (b.leds[1].led = 'line'), ['/leds/1/led']],
  ['a key nobody knows', (b) => (b.matrix.keys[0][3] = 'sotf1'), ['/matrix/keys/0/3']],
  ['a row too many', (b) => b.matrix.keys.push(['up']), ['/matrix/keys', '/matrix/keys/4']],
  ['a short row', (b) => b.matrix.keys[2].pop(), ['/matrix/keys/2']],
  ['two buses', (b) => (b.lcd.adapter = 'any'), ['/lcd']],
  ['no bus', (b) => delete b.lcd.bus, ['/lcd']],
  ['an address out of range', (b) => (b.lcd.address = '0x78'), ['/lcd/address']],
  ['an address as a number', (b) => (b.lcd.address = 0x27), ['/lcd/address']],
  ['a slow poll', (b) => (b.chips.expander.pollMs = 50), ['/chips/expander/pollMs']],
  ['a key nobody asked for', (b) => (b.matrix.setleMs = 3), ['/matrix/setleMs']],
])('%s', (_, spoil, paths) => {
  const board = structuredClone(example)
  spoil(board)
  const read = readBoard(board)
  expect(read.ok ? [] : read.error.map(({ path }) => path)).toEqual(paths)
})

test('faults are told in words', () => {
  const board = structuredClone(example) as Spoilt
  board.hook = { chip: 'expandr', line: 26 }
  board.leds[1].line = 8
  const read = readBoard(board)
  expect(read.ok ? [] : read.error).toEqual([
    {
      path: '/hook/chip',
      expected: 'a name out of /chips: soc, expander',
      got: '"expandr"',
      hint: 'did you mean expander?',
    },
    { path: '/leds/1/line', expected: 'a line of its own', got: 'line 8 of expander', hint: '/leds/0 is on it' },
  ])
})
