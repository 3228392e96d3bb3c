// The modelled hardware of a board: contacts a hand can move, LEDs, a display on a bus. The drivers' counterpart.
import { type Rng, seededRng } from '../../firmware/base/rng.ts'
import type { Key, Led } from '../api/board.ts'
import type { Clock } from '../api/clock.ts'
import type { BoardParts } from '../core/board-machine.ts'
import { type BusModel, createBusModel } from './bus-model.ts'
import { type Contact, createContact } from './contact.ts'
import { createHd44780Model, type Hd44780Model } from './hd44780-model.ts'
import { createMatrixModel, type MatrixModel } from './matrix-model.ts'

/** What the wires tell the drivers. */
export interface WireListener {
  rows(pulled: number): void
  button(key: Key, closed: boolean): void
  hook(offHook: boolean): void
}

export interface Hardware {
  /** Moves the contact of a key; throws for a key the board does not have. */
  key(key: Key, closed: boolean): void
  hook(offHook: boolean): void
  readonly matrix: MatrixModel
  buttonClosed(key: Key): boolean
  offHook(): boolean
  setLed(led: Led, on: boolean): void
  /** The LEDs that shine now. */
  lit(): readonly Led[]
  readonly lcd: Hd44780Model
  readonly bus: BusModel
  listen(listener: WireListener): void
}

export interface HardwareOptions {
  readonly clock: Clock
  readonly rng?: Rng
  /** How long contacts bounce, ms. */
  readonly keyBounceMs?: number
  readonly hookBounceMs?: number
  /** A column is steady this long after it was driven, ms. */
  readonly settleMs?: number
  readonly lcdAddress?: number
}

export function createHardware(parts: BoardParts, options: HardwareOptions): Hardware {
  const { clock, rng = seededRng(1), keyBounceMs = 4, hookBounceMs = 12, settleMs = 1.5, lcdAddress = 0x27 } = options
  const listeners: WireListener[] = []
  const tell = (speak: (listener: WireListener) => void): void => {
    for (const listener of listeners) speak(listener)
  }
  const leds = new Set<Led>()
  const buttons = new Map<Key, Contact>(
    parts.buttons.map((key): [Key, Contact] => [
      key,
      createContact(clock, rng, keyBounceMs, () => tell((to) => to.button(key, buttons.get(key)!.closed()))),
    ]),
  )
  const cells = new Map<Key, Contact>()
  const matrix = createMatrixModel(
    clock,
    { rows: parts.matrix.length, columns: Math.max(...parts.matrix.map((row) => row.length)) },
    (row, column) => {
      const key = parts.matrix[row]?.[column]
      return key !== undefined && cells.get(key)!.closed()
    },
    settleMs,
    (rows) => tell((to) => to.rows(rows)),
  )
  for (const key of parts.matrix.flat())
    if (key !== undefined) cells.set(key, createContact(clock, rng, keyBounceMs, matrix.refresh))
  const hook = createContact(clock, rng, hookBounceMs, () => tell((to) => to.hook(hook.closed())))
  const lcd = createHd44780Model(parts.lcd.size, parts.lcd.rom)
  return {
    key(key, closed) {
      const contact = cells.get(key) ?? buttons.get(key)
      if (contact === undefined) throw new Error(`this board has no key "${key}"`)
      contact.put(closed)
    },
    hook: (offHook) => hook.put(offHook),
    matrix,
    buttonClosed: (key) => buttons.get(key)?.closed() ?? false,
    offHook: () => hook.closed(),
    setLed(led, on) {
      if (on) leds.add(led)
      else leds.delete(led)
    },
    lit: () => [...leds],
    lcd,
    bus: createBusModel(clock, lcd, lcdAddress, parts.lcd.busHz),
    listen(listener) {
      listeners.push(listener)
    },
  }
}
