// An HD44780 behind a PCF8574 as the data sheets describe it: takes expander bytes with their times and holds what is shown.
import type { Size } from '../api/board.ts'
import { ICONS } from '../api/icons.ts'
import { decodeCharacter, ICON_CELLS, type Rom } from '../core/charset.ts'
import { PIN, rowAddress } from '../core/hd44780-wire.ts'
import { bitmapOf } from '../core/icon-bitmaps.ts'

/** Execution times in ms, those of a slow oscillator (190 kHz). */
const TAKES = { powerOn: 40, firstFunctionSet: 4.1, secondFunctionSet: 0.1, home: 2.16, other: 0.053 } as const

export interface Hd44780Model {
  /** One expander byte that arrives at `at` ms. */
  write(byte: number, at: number): void
  /** What reading the expander's pins gives. */
  pins(): number
  /** Cuts the power and, at `at` ms, gives it back: nothing is remembered. */
  powerUp(at: number): void
  /** The rows as a person reads them; blank while the display is off. */
  rows(): readonly string[]
  cursor(): { readonly column: number; readonly row: number } | undefined
  backlight(): boolean
  /** Instructions sent too early, pins changed at the wrong time, and the instruction `clear`: one text each, at most 20. */
  readonly faults: readonly string[]
}

export function createHd44780Model(size: Size, rom: Rom): Hd44780Model {
  const ddram = new Map<number, number>()
  const cgram: number[] = []
  const faults: string[] = []
  let [latch, address, control, functionSets, busyUntil] = [0xff, 0, 0, 0, 0]
  let [inCgram, fourBit, increments] = [false, false, true]
  let upper: number | undefined

  const fault = (text: string): void => {
    if (faults.length < 20) faults.push(text)
  }
  const setAddress = (value: number): void => {
    address = value
    inCgram = false
  }
  const step = (): void => {
    if (inCgram) address = (address + 1) & 0x3f
    else if (increments) address = address === 0x27 ? 0x40 : address === 0x67 ? 0 : address + 1
    else fault('the address counter runs backwards')
  }
  const functionSet = (value: number): number => {
    fourBit = (value & 0x10) === 0
    functionSets++
    return functionSets === 1 ? TAKES.firstFunctionSet : functionSets === 2 ? TAKES.secondFunctionSet : TAKES.other
  }
  /** Returns how long it takes. */
  const instruct = (value: number): number => {
    if (value & 0x80) setAddress(value & 0x7f)
    else if (value & 0x40) {
      address = value & 0x3f
      inCgram = true
    } else if (value & 0x20) return functionSet(value)
    else if (value & 0x10) fault('shifts are not expected')
    else if (value & 0x08) control = value
    else if (value & 0x04) increments = (value & 0x02) !== 0
    else if (value & 0x02) {
      setAddress(0)
      return TAKES.home
    } else if (value === 0x01) {
      fault('clear was sent')
      ddram.clear()
      return TAKES.home
    }
    return TAKES.other
  }
  const take = (value: number, isData: boolean, at: number): void => {
    if (at < busyUntil) {
      fault(`0x${value.toString(16)} came ${(busyUntil - at).toFixed(3)} ms too early`)
      return
    }
    let takes: number = TAKES.other
    if (!isData) takes = instruct(value)
    else {
      if (inCgram) cgram[address] = value & 0x1f
      else ddram.set(address, value)
      step()
    }
    busyUntil = at + takes
  }
  const fallingEdge = (byte: number, at: number): void => {
    const half = byte & 0xf0
    const isData = (byte & PIN.rs) !== 0
    if (!fourBit) {
      take(half, isData, at)
      upper = undefined
    } else if (upper === undefined) upper = half
    else {
      const value = upper | (half >> 4)
      upper = undefined
      take(value, isData, at)
    }
  }
  const powerUp = (at: number): void => {
    ddram.clear()
    cgram.length = 0
    ;[latch, address, control, functionSets, busyUntil] = [0xff, 0, 0, 0, at + TAKES.powerOn]
    ;[inCgram, fourBit, increments] = [false, false, true]
    upper = undefined
  }
  const glyph = (code: number): string => {
    if (code > 15) return decodeCharacter(code, rom)
    const icon = ICON_CELLS[code & 7]!
    const drawn = bitmapOf(icon).every((row, n) => cgram[(code & 7) * 8 + n] === row)
    return drawn ? ICONS[icon] : '\u{fffd}'
  }
  const at = (row: number, column: number): number => rowAddress(row, size.columns) + column
  return {
    faults,
    powerUp,
    pins: () => latch,
    write(byte, time) {
      const rises = (byte & PIN.enable) !== 0 && (latch & PIN.enable) === 0
      const falls = (byte & PIN.enable) === 0 && (latch & PIN.enable) !== 0
      const fresh = latch === 0xff
      if (rises && (byte & (PIN.rs | PIN.rw)) !== (latch & (PIN.rs | PIN.rw))) fault('RS changed together with E')
      if (falls && !fresh && (byte & 0xf0) !== (latch & 0xf0)) fault('data changed together with E')
      latch = byte
      if (falls && !fresh) fallingEdge(byte, time)
    },
    rows: () =>
      Array.from({ length: size.rows }, (_, row) =>
        Array.from({ length: size.columns }, (_, column) => {
          const code = ddram.get(at(row, column))
          return control & 0x04 ? (code === undefined ? '\u{fffd}' : glyph(code)) : ' '
        }).join(''),
      ),
    cursor() {
      if (inCgram || (control & 0x04) === 0 || (control & 0x03) === 0) return undefined
      for (let row = 0; row < size.rows; row++) {
        const column = address - at(row, 0)
        if (column >= 0 && column < size.columns) return { column, row }
      }
      return undefined
    },
    backlight: () => (latch & PIN.backlight) !== 0,
  }
}
