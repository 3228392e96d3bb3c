// The simulator's board: the real drivers' machines over modelled contacts, LEDs and display, moved by method calls.
import type { Board, BoardEvent, Key, Led } from '../api/board.ts'
import { type BoardOutput, type BoardParts, createBoardMachine, describe } from '../core/board-machine.ts'
import { createRunner } from '../core/runner.ts'
import type { BusAnswer } from './bus-model.ts'
import { createHardware, type Hardware, type HardwareOptions } from './hardware.ts'
import { SIMULATOR } from './simulator-parts.ts'

export interface FakeBoard extends Board {
  /** Presses and releases a key, as long as a person would. Presses queue up like those of one finger, at most 100. */
  press(key: Key): void
  /** Presses a key for this long. */
  hold(key: Key, forMs: number): void
  lift(): void
  hangUp(): void
  /** A hook flash of 300 ms. */
  flash(): void
  /** What a person reads on the display, row by row. */
  screen(): readonly string[]
  cursor(): { readonly column: number; readonly row: number } | undefined
  backlight(): boolean
  /** The LEDs that shine at this moment. */
  leds(): readonly Led[]
  /** Commands that were ignored because this board cannot obey them. */
  ignored(): number
  /** The modelled hardware, to unplug things and to look closer. */
  readonly hardware: Hardware
}

const PRESS_MS = 80
const BETWEEN_MS = 60
const FLASH_MS = 300
const MOST_PRESSES = 100
const LCD_ADDRESS = 0x27

export function createFakeBoard(options: HardwareOptions & { readonly parts?: BoardParts }): FakeBoard {
  const { clock, parts = SIMULATOR } = options
  const hardware = createHardware(parts, { ...options, lcdAddress: LCD_ADDRESS })
  const description = describe(parts)
  let listener: ((event: BoardEvent) => void) | undefined
  let ignored = 0
  const presses: { readonly key: Key; readonly forMs: number }[] = []
  let fingerBusy = false

  const answered = (answer: BusAnswer): void => {
    if (!answer.ok) feed({ kind: 'bus-failed', reason: `nothing answers on the modelled bus (${answer.code})` })
    else feed(answer.byte === undefined ? { kind: 'bus-done' } : { kind: 'bus-done', byte: answer.byte })
  }
  const perform = (output: BoardOutput): void => {
    switch (output.kind) {
      case 'event':
        listener?.(output.event)
        return
      case 'open':
        feed({ kind: 'opened', device: output.device })
        if (output.device === 'hook') feed({ kind: 'hook', offHook: hardware.offHook() })
        return
      case 'drive':
        hardware.matrix.drive(output.columns)
        return
      case 'read-rows':
        feed({ kind: 'rows', closed: hardware.matrix.rows() & output.rows })
        return
      case 'set-led':
        hardware.setLed(output.led, output.on)
        return
      case 'bus-write':
        hardware.bus.write(LCD_ADDRESS, output.bytes, answered)
        return
      case 'bus-read':
        hardware.bus.read(LCD_ADDRESS, answered)
        return
      case 'ignored':
        ignored++
        return
    }
  }
  const { start, feed, stop } = createRunner(createBoardMachine(parts), clock, perform)
  const nextPress = (): void => {
    const next = presses.shift()
    fingerBusy = next !== undefined
    if (next === undefined) return
    hardware.key(next.key, true)
    clock.after(next.forMs, () => {
      hardware.key(next.key, false)
      clock.after(BETWEEN_MS, nextPress)
    })
  }
  const hold = (key: Key, forMs: number): void => {
    if (!description.keys.includes(key)) throw new Error(`the board ${description.model} has no key "${key}"`)
    if (presses.length >= MOST_PRESSES) return
    presses.push({ key, forMs })
    if (!fingerBusy) nextPress()
  }
  hardware.listen({
    rows: () => feed({ kind: 'row-edge' }),
    button: (key, closed) => feed({ kind: 'button', key, closed }),
    hook: (offHook) => feed({ kind: 'hook', offHook }),
  })
  return {
    description,
    hardware,
    start(to) {
      if (listener !== undefined) throw new Error('a board is started once')
      listener = to
      start()
    },
    handle: (command) => feed({ kind: 'command', command }),
    async stop() {
      stop()
      presses.length = 0
    },
    press: (key) => hold(key, PRESS_MS),
    hold,
    lift: () => hardware.hook(true),
    hangUp: () => hardware.hook(false),
    flash() {
      hardware.hook(false)
      clock.after(FLASH_MS, () => hardware.hook(true))
    },
    screen: () => hardware.lcd.rows(),
    cursor: () => hardware.lcd.cursor(),
    backlight: () => hardware.lcd.backlight(),
    leds: () => hardware.lit(),
    ignored: () => ignored,
  }
}
