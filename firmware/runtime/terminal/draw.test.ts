// The picture as text, its changes with time, and keyboard strokes.
import { expect, test } from 'vitest'
import { FREE_KEYS } from '../../../hal/api/board.ts'
import { difference, draw, type Picture } from './draw.ts'
import { actionsOf } from './keys.ts'

const picture: Picture = {
  title: 'Offhook · simulated phone 100',
  screen: ['100         12:00   ', 'Call                ', '10                  ', 'Dial Del        Exit'],
  cursor: { column: 2, row: 2 },
  backlight: true,
  lamps: [
    { led: 'line', lit: true },
    { led: 'message', lit: false },
    { led: 'ring', lit: true },
  ],
  handset: 'off',
  pressed: '5',
  notes: ['call 101 for the echo', 'audio: null (no sound device)'],
  log: ['12:00:00.000 info  ua registered', '12:00:01.000 info  phone off hook'],
}

const size = { columns: 80, rows: 24 }

test('the phone in 80×24', () => {
  const rows = draw(picture, size)
  expect(rows.length).toBe(24)
  expect(rows.every((row) => [...row].length <= 80)).toBe(true)
  expect('\n' + rows.join('\n')).toMatchInlineSnapshot(`
    "
     Offhook · simulated phone 100

      ╔════════════════════╗   ● line ○ message ● ring
      ║100         12:00   ║
      ║Call                ║   handset: LIFTED
      ║10_                 ║
      ║Dial Del        Exit║    h hold       m mute       r redial
      ╚════════════════════╝    t transfer   v messages   up
         F1   F2   F3   F4      + louder     - softer     down
                                Enter ok     Backspace    p speaker
         1     2     3          x headset
         4    [5]    6
         7     8     9         call 101 for the echo
         *     0     #         audio: null (no sound device)

     space hook  0-9 * # keypad, Alt: held down  F1-F4 or a s d f soft keys  arrows
     other keys as beside the display   c the second phone calls   q quit

     12:00:00.000 info  ua registered
     12:00:01.000 info  phone off hook



    "
  `)
})

test('an LCD without light has a thin frame', () => {
  const rows = draw({ ...picture, backlight: false }, size)
  expect(rows[2]?.slice(0, 24)).toBe('  ┌────────────────────┐')
  expect(rows[3]?.slice(0, 24)).toBe('  │100         12:00   │')
})

test('only changed rows are written', () => {
  const first = draw(picture, size)
  const dark = draw({ ...picture, lamps: picture.lamps.map((lamp) => ({ ...lamp, lit: false })) }, size)
  expect(first[2]).toContain('● ring')
  expect(dark[2]).toContain('○ ring')
  expect(difference(first, dark)).toBe(`\x1b[3;1H${dark[2]}\x1b[K`)
  expect(difference(first, first)).toBe('')
  expect(difference(undefined, first).split('\x1b[K').length).toBe(25)
})

test('a small terminal gets what fits', () => {
  const rows = draw(picture, { columns: 40, rows: 10 })
  expect(rows.length).toBe(10)
  expect(rows.every((row) => row.length <= 40)).toBe(true)
})

test('strokes become keys, escape sequences are whole, the rest is passed over', () => {
  expect(actionsOf('5\x1bOP#')).toEqual([
    { kind: 'key', key: '5' },
    { kind: 'key', key: 'soft1' },
    { kind: 'key', key: '#' },
  ])
  expect(actionsOf('\x1b[A \x03')).toEqual([{ kind: 'key', key: 'up' }, { kind: 'hook' }, { kind: 'quit' }])
  expect(actionsOf('\x1b[99;99Rüé')).toEqual([])
})

test('digits are held down with Alt; keys without a meaning have letters, and their lamps the same', () => {
  expect(actionsOf('\x1b2y;')).toEqual([
    { kind: 'hold', key: '2' },
    { kind: 'key', key: 'key1' },
    { kind: 'key', key: 'key8' },
  ])
  const lamps = FREE_KEYS.slice(0, 2).map((led, at) => ({ led, lit: at === 1 }))
  const rows = draw({ ...picture, lamps: [...picture.lamps, ...lamps] }, size)
  expect(rows[2]).toContain('● line ○ message ● ring')
  expect(rows[3]).toMatch(/║ {3}○ y ● u {2}keys$/)
})
