// Boards as data: which line of which chip is which key, lamp or contact, and where the display is.
import type { Key, Led } from '../api/board.ts'
import type { BoardParts } from '../core/board-machine.ts'
import type { Hd44780Options } from '../core/hd44780.ts'
import type { KeyLayout, MatrixTiming } from '../core/matrix-scan.ts'

/** A line by its chip's label and its offset there: global GPIO numbers move from kernel to kernel. */
export interface LineAt {
  /** Labels the chip may have, as in `/sys/class/gpio/gpiochip*` + `/label`; the first one found counts. */
  readonly chip: readonly string[]
  readonly offset: number
  /** The line is low when the contact is closed, the lamp is lit, or the column is driven. */
  readonly activeLow: boolean
  /** The chip tells no edges, e.g. an expander whose interrupt the kernel does not know: its inputs are read this often. */
  readonly pollMs?: number
  /** Where its interrupt is wired to, a line that tells edges: when it falls an input has changed. Keys only. */
  readonly interrupt?: LineAt
}

/** Where on which I²C bus the display is. */
export interface DisplayAt {
  /** The bus's number, or how the name of its adapter begins, as in `/sys/class/i2c-dev/i2c-*` + `/name`. */
  readonly bus: number | string
  readonly address: number
}

export interface BoardProfile {
  readonly model: string
  readonly matrix: {
    readonly keys: KeyLayout
    /** Inputs that are pulled away from the level of a driven column. */
    readonly rows: readonly LineAt[]
    /** Float, or pull to their active level. */
    readonly columns: readonly LineAt[]
    readonly timing?: MatrixTiming
  }
  readonly buttons: readonly { readonly key: Key; readonly line: LineAt }[]
  /** Active: the handset is off. */
  readonly hook: LineAt
  readonly leds: readonly { readonly led: Led; readonly line: LineAt }[]
  readonly lcd: Hd44780Options & DisplayAt
}

export const partsOf = ({ model, matrix, buttons, leds, lcd }: BoardProfile): BoardParts => ({
  model,
  matrix: matrix.keys,
  buttons: buttons.map(({ key }) => key),
  leds: leds.map(({ led }) => led),
  lcd,
  ...(matrix.timing === undefined ? {} : { keyTiming: matrix.timing }),
})

/** Pi 4, 400, CM4; Pi 1–3, Zero, Zero 2 W; Pi 5. */
const RASPBERRY_PI = ['pinctrl-bcm2711', 'pinctrl-bcm2835', 'pinctrl-rp1'] as const
const pi = (offset: number): LineAt => ({ chip: RASPBERRY_PI, offset, activeLow: false })
/** A contact between the line and ground, the line pulled up. */
const toGround = (offset: number): LineAt => ({ chip: RASPBERRY_PI, offset, activeLow: true })

/**
 * Raspberry Pi with a USB handset, a 4×4 key pad, a hook switch that closes to ground when the handset is lifted, four
 * lamps, four keys and a 20×4 display. sysfs cannot switch pull-ups on, so `config.txt` must:
 * `gpio=4,5,6,13,18,19,24,25,26=ip,pu` and `dtparam=i2c_arm=on`.
 */
const PI_USB_HANDSET: BoardProfile = {
  model: 'pi-usb-handset',
  matrix: {
    keys: [
      ['1', '2', '3', 'soft1'],
      ['4', '5', '6', 'soft2'],
      ['7', '8', '9', 'soft3'],
      ['*', '0', '#', 'soft4'],
    ],
    rows: [5, 6, 13, 19].map(toGround),
    columns: [12, 16, 20, 21].map(toGround),
  },
  buttons: [
    { key: 'hold', line: toGround(24) },
    { key: 'redial', line: toGround(25) },
    { key: 'volume-up', line: toGround(4) },
    { key: 'volume-down', line: toGround(18) },
  ],
  hook: toGround(26),
  leds: [
    { led: 'line', line: pi(17) },
    { led: 'message', line: pi(27) },
    { led: 'mute', line: pi(22) },
    { led: 'ring', line: pi(23) },
  ],
  lcd: { size: { columns: 20, rows: 4 }, rom: 'A00', busHz: 100_000, bus: 1, address: 0x27 },
}

export const PROFILES = { 'pi-usb-handset': PI_USB_HANDSET } as const satisfies Readonly<Record<string, BoardProfile>>
