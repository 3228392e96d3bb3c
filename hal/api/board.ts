// CONTRACT: the board. What a phone's hardware tells (BoardEvent) and what it is told (BoardCommand).
import type { Millis } from '../../firmware/base/time.ts'

/** Keys without a meaning of their own, each perhaps with a lamp of the same name: the configuration gives them one. */
export const FREE_KEYS = ['key1', 'key2', 'key3', 'key4', 'key5', 'key6', 'key7', 'key8'] as const
export type FreeKey = (typeof FREE_KEYS)[number]

/** Keys by meaning, not by position; which of them exist is said by `BoardDescription.keys`. */
export const KEYS = [
  ...(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#'] as const),
  ...(['soft1', 'soft2', 'soft3', 'soft4', 'up', 'down', 'ok', 'back'] as const),
  ...(['hold', 'mute', 'redial', 'transfer', 'message', 'speaker', 'headset', 'volume-up', 'volume-down'] as const),
  ...FREE_KEYS,
] as const
export type Key = (typeof KEYS)[number]

/** LEDs by meaning. `line` is the line or call lamp, `message` the message-waiting lamp. */
export const LEDS = ['line', 'message', 'mute', 'speaker', 'headset', 'ring', ...FREE_KEYS] as const
export type Led = (typeof LEDS)[number]

/**
 * How an LED shines. `blink` 500 ms on / 500 ms off (held call), `flash` 125/125 (ringing),
 * `wink` 450/50 (in use elsewhere). The board runs the pattern; all LEDs with the same pattern beat together.
 */
export type LedPattern = 'off' | 'on' | 'blink' | 'flash' | 'wink'

export interface Size {
  readonly columns: number
  readonly rows: number
}

/** What the LCD is to show: `rows.length` rows of exactly `columns` Unicode characters each, the whole screen at once. */
export interface Frame {
  readonly rows: readonly string[]
  /** Where the text cursor blinks, zero-based; absent: no cursor. */
  readonly cursor?: { readonly column: number; readonly row: number }
}

export type DeviceName = 'lcd' | 'keypad' | 'hook' | 'leds'

export type BoardEvent =
  /** A debounced key. `long` comes once, 800 ms after `press`, while the key is still down; `release` always ends it. */
  | { readonly kind: 'key'; readonly key: Key; readonly action: 'press' | 'long' | 'release'; readonly at: Millis }
  /** The debounced hook. `flash`: on-hook for 80–800 ms, reported when the handset is off again. */
  | { readonly kind: 'hook'; readonly state: 'off' | 'on' | 'flash'; readonly at: Millis }
  /** A device appeared or went away; the board goes on without it and keeps trying. Sent once per change. */
  | { readonly kind: 'device'; readonly device: DeviceName; readonly state: 'ready' | 'lost'; readonly reason?: string }

export type BoardCommand =
  | { readonly kind: 'show'; readonly frame: Frame }
  | { readonly kind: 'backlight'; readonly on: boolean }
  | { readonly kind: 'led'; readonly led: Led; readonly pattern: LedPattern }

export interface BoardDescription {
  /** e.g. `simulator`, `pi-usb-handset`. */
  readonly model: string
  readonly display: Size
  readonly keys: readonly Key[]
  readonly leds: readonly Led[]
}

/**
 * A board at work. `handle` returns at once: slow buses are fed from a queue of the board's own that keeps only the
 * newest frame. Misuse (a command for an LED the board does not have) is ignored and counted, never thrown.
 */
export interface Board {
  readonly description: BoardDescription
  /** Starts delivering events. The first events tell the present hook state and each device's state. */
  start(listener: (event: BoardEvent) => void): void
  handle(command: BoardCommand): void
  /** Releases every line and bus; resolves when nothing of the board runs any more. */
  stop(): Promise<void>
}
