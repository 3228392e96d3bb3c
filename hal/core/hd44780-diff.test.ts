// The difference between what is shown and what is wanted: its length in bytes, and that it always arrives.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createHd44780Model } from '../fake/hd44780-model.ts'
import { CONTROL, nextStep, type Shown, UNKNOWN_CELL, type Wanted, walk } from './hd44780-diff.ts'
import { busMillis, bytesWithin } from './hd44780-wire.ts'

const SIZE = { columns: 20, rows: 4 }
const CELLS = walk(SIZE)
const LIMIT = bytesWithin(5, 100_000)
const codes = (rows: readonly string[]): number[] => [...rows.join('')].map((c) => c.charCodeAt(0))
const BLANK = Array<string>(4).fill(' '.repeat(20))
const shows = (rows: readonly string[], over: Partial<Shown> = {}): Shown => ({
  cells: codes(rows),
  address: 0,
  control: CONTROL.on,
  rs: 1,
  backlight: true,
  ...over,
})
const wants = (rows: readonly string[], over: Partial<Wanted> = {}): Wanted => ({
  cells: codes(rows),
  cursor: undefined,
  backlight: true,
  ...over,
})
/** All the steps to the end: bytes of each. */
function steps(shown: Shown, wanted: Wanted): number[] {
  const lengths: number[] = []
  for (let now = shown; ; ) {
    const { bytes, after } = nextStep(now, wanted, CELLS, LIMIT)
    if (bytes.length === 0) return lengths
    lengths.push(bytes.length)
    now = after
  }
}

test('5 ms at 100 kHz are an address and 54 bytes', () => {
  expect(LIMIT).toBe(54)
  expect(busMillis(LIMIT, 100_000)).toBeLessThanOrEqual(5)
})

test('nothing to do costs nothing', () => {
  expect(steps(shows(BLANK), wants(BLANK))).toEqual([])
})

test('a full redraw: 80 cells and one address', () => {
  const full = BLANK.map(() => 'x'.repeat(20))
  const lengths = steps(
    shows(BLANK, {
      cells: BLANK.join('')
        .split('')
        .map(() => UNKNOWN_CELL),
      address: -1,
    }),
    wants(full),
  )
  expect(lengths.reduce((a, b) => a + b)).toBe(80 * 4 + 4 + 2)
  expect(lengths.length).toBe(7)
})

test('one cell: an address and a character, with RS turned twice', () => {
  const changed = BLANK.with(2, `    x${' '.repeat(15)}`)
  expect(steps(shows(BLANK), wants(changed))).toEqual([10])
})

test('a cell where the address counter stands needs no address', () => {
  expect(steps(shows(BLANK, { address: 0x14 }), wants(BLANK.with(2, `x${' '.repeat(19)}`)))).toEqual([4])
})

test('one unchanged cell between is written again, two are jumped over', () => {
  const at = (text: string) => wants(BLANK.with(0, text.padEnd(20)))
  expect(steps(shows(BLANK), at('x x'))).toEqual([12])
  expect(steps(shows(BLANK), at('x  x'))).toEqual([4 + 6 + 4])
})

test('a digit typed at the cursor costs its cell alone: the cursor walks on by itself', () => {
  const before = shows(BLANK.with(1, '030'.padEnd(20)), { address: 0x43, control: CONTROL.cursor })
  expect(steps(before, wants(BLANK.with(1, '0301'.padEnd(20)), { cursor: 24 }))).toEqual([4])
})

test('a cursor that goes, goes before the text changes', () => {
  const { bytes } = nextStep(
    shows(BLANK, { control: CONTROL.cursor }),
    wants(BLANK.with(0, 'x'.padEnd(20))),
    CELLS,
    LIMIT,
  )
  // RS down, then 0x0C: display on, cursor off.
  expect(bytes.slice(0, 5)).toEqual([0x08, 0x0c, 0x08, 0xcc, 0xc8])
})

test('the backlight alone is one byte', () => {
  expect(steps(shows(BLANK), wants(BLANK, { backlight: false }))).toEqual([1])
})

test('from anything to anything: it arrives, and the display shows it', () => {
  const row = fc.stringMatching(/^[ -[\]-}]{20}$/)
  const rows = fc.tuple(row, row, row, row)
  const cursor = fc.option(fc.nat(79), { nil: undefined })
  fc.assert(
    fc.property(rows, fc.array(fc.tuple(rows, cursor, fc.boolean()), { maxLength: 3 }), (first, targets) => {
      const model = createHd44780Model(SIZE, 'A00')
      let at = 1000
      const send = (bytes: readonly number[]) => {
        for (const byte of bytes) {
          at += 0.09
          model.write(byte, at)
        }
      }
      const rest = () => {
        at += 50
      }
      send([0])
      for (const byte of [0x30, 0x30, 0x30, 0x20]) {
        rest()
        send([byte | 0x0c, byte | 0x08])
      }
      for (const value of [0x28, 0x06, 0x0c, 0x80]) {
        rest()
        send([(value & 0xf0) | 0x0c, (value & 0xf0) | 0x08, ((value << 4) & 0xf0) | 0x0c, ((value << 4) & 0xf0) | 0x08])
      }
      let shown = shows(BLANK, { cells: Array(80).fill(UNKNOWN_CELL), rs: 0 })
      for (const [target, cursorCell, backlight] of [[first, undefined, true] as const, ...targets]) {
        const wanted = wants(target, { cursor: cursorCell, backlight })
        for (let n = 0; ; n++) {
          const { bytes, after } = nextStep(shown, wanted, CELLS, LIMIT)
          expect(n).toBeLessThan(10)
          expect(bytes.length).toBeLessThanOrEqual(LIMIT)
          send(bytes)
          shown = after
          if (bytes.length === 0) break
        }
        expect(model.rows().join('\n')).toBe(target.join('\n'))
        expect(model.backlight()).toBe(backlight)
        expect(model.cursor()).toEqual(
          cursorCell === undefined ? undefined : { column: cursorCell % 20, row: Math.floor(cursorCell / 20) },
        )
      }
      expect(model.faults).toEqual([])
    }),
    { numRuns: 60 },
  )
})
