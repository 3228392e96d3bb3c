// The 40-pin header every Raspberry Pi of these profiles has, and which of its pins a profile's parts are wired to.
import type { BoardProfile, LineAt } from '../profiles.ts'

export type Supply = '3.3 V' | '5 V' | 'GND'
/** A supply, or a GPIO by the number that is the line's offset on the chip. */
export type PinUse = Supply | number

const V3 = '3.3 V'
const V5 = '5 V'
const GND = 'GND'
/** By pin number less one: odd numbers are the row nearer to the board's middle. */
// biome-ignore format: two pins a line, as on the board
export const HEADER: readonly PinUse[] = [
  V3, V5,
  2, V5,
  3, GND,
  4, 14,
  GND, 15,
  17, 18,
  27, GND,
  22, 23,
  V3, 24,
  10, GND,
  9, 25,
  11, 8,
  GND, 7,
  0, 1,
  5, GND,
  6, 12,
  13, GND,
  19, 16,
  26, 20,
  GND, 21,
]

/** I2C bus 1, where a board profile's display is. */
export const SDA = 2
export const SCL = 3

export type Part = 'keypad' | 'key' | 'hook' | 'lamp' | 'display'

export interface Wire {
  /** 1 to 40. */
  readonly pin: number
  readonly use: PinUse
  readonly part: Part
  /** What is at its other end, in words. */
  readonly to: string
}

export function pinOf(gpio: number): number {
  const at = HEADER.indexOf(gpio)
  if (at < 0) throw new Error(`GPIO ${gpio} is on no pin of the header`)
  return at + 1
}

const KEY_NAMES: Readonly<Record<string, string>> = { soft1: 'F1', soft2: 'F2', soft3: 'F3', soft4: 'F4' }
export const keyName = (key: string): string => KEY_NAMES[key] ?? key

/** Every wire to a GPIO that the profile names, by pin. Grounds and supplies are the drawing's to add. */
export function wires({ matrix, buttons, hook, leds, lcd }: BoardProfile): Wire[] {
  const wire = ({ offset }: LineAt, part: Part, to: string): Wire => ({ pin: pinOf(offset), use: offset, part, to })
  const column = (index: number) => matrix.keys.map((row) => keyName(row[index]!)).join(' ')
  const all = [
    ...matrix.rows.map((line, at) =>
      wire(line, 'keypad', `row ${at + 1}: ${matrix.keys[at]!.map((key) => keyName(key!)).join(' ')}`),
    ),
    ...matrix.columns.map((line, at) => wire(line, 'keypad', `column ${at + 1}: ${column(at)}`)),
    ...buttons.map(({ key, line }) => wire(line, 'key', key)),
    wire(hook, 'hook', `closed when the handset is ${hook.activeLow ? 'lifted' : 'down'}`),
    ...leds.map(({ led, line }) => wire(line, 'lamp', led)),
    { pin: pinOf(SDA), use: SDA, part: 'display' as const, to: `SDA, address 0x${lcd.address.toString(16)}` },
    { pin: pinOf(SCL), use: SCL, part: 'display' as const, to: `SCL, ${lcd.busHz / 1000} kHz` },
  ]
  return all.sort((a, b) => a.pin - b.pin)
}
