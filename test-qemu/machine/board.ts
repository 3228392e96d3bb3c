// The board around the emulated processor: contacts, lamps and a display at the far ends of its wires, and hands to move them.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Key, Led } from '../../hal/api/board.ts'
import { createHardware, type Hardware } from '../../hal/fake/hardware.ts'
import { type BoardProfile, partsOf } from '../../hal/linux/profiles.ts'
import { systemClock } from '../../hal/linux/system-clock.ts'
import type { Chip } from './chip.ts'
import { createI2cTinyUsb, type I2cDevice, type I2cMessage } from './i2c-tiny-usb.ts'
import { createPca9555, type Pca9555 } from './pca9555.ts'
import type { UsbDevice } from './usbredir.ts'
import { wire } from './wiring.ts'

/** More bytes than this since the display got its power are not kept: to a guest that continues it has lost its power then. */
const LONGEST_TAPE = 200_000
/** Where the expander is; its chip is labelled by the kernel's name for its place on the first bus. */
const EXPANDER = { address: 0x20, label: '0-0020' } as const
/** As long as a person presses a key, and pauses before the next, ms. */
const [PRESS_MS, PAUSE_MS] = [100, 100]
/**
 * A phone emulated on a busy machine is slow: the finger waits until its column was driven this often, and afterwards until the
 * matrix has been left alone for so long, with every column driven; but no longer than this.
 */
const [LOOKS, LEFT_ALONE_MS, PATIENCE_MS] = [4, 200, 3000]

export interface EmulatedBoard {
  readonly keypad: {
    press(key: Key): void
    release(key: Key): void
    /** Presses and releases, and pauses as a person does; the phone has had the time to see both when it resolves. */
    tap(key: Key): Promise<void>
    /** Taps one key after the other. */
    type(keys: readonly Key[]): Promise<void>
  }
  readonly hook: { lift(): void; down(): void }
  readonly lamps: { lit(): readonly Led[] }
  readonly lcd: {
    /** As a person reads it. */
    rows(): readonly string[]
    /** Resolves with the rows when they hold the text; the error shows what they held instead. */
    waitFor(text: string | RegExp, withinMs?: number): Promise<readonly string[]>
    /** The display alone; it starts from nothing when plugged in again. */
    unplug(): void
    plug(): void
    /** Its next transfers are not acknowledged. */
    nak(times: number): void
  }
  readonly expander: Pick<Pca9555, 'unplug' | 'plug' | 'nak'>
  /** What went over the bus lately. */
  messages(): readonly I2cMessage[]
  /** Everything modelled, to look closer. */
  readonly hardware: Hardware
}

export interface BoardParts {
  readonly board: EmulatedBoard
  /** The adapter its bus hangs on. */
  readonly usb: UsbDevice
  /** What the guest has made of it; contacts are hands' business, and are open. */
  state(): BoardState
  restore(state: BoardState): void
}

export interface BoardState {
  readonly expander: readonly number[]
  /** All the display was sent since it got its power. */
  readonly display: readonly number[]
}

export function createEmulatedBoard(profile: BoardProfile, pl061: Chip): BoardParts {
  // Timers of a busy machine come late: the guest would read the rows of the column before.
  const at = { clock: systemClock, settleMs: 0, lcdAddress: profile.lcd.address }
  const hardware = createHardware(partsOf(profile), at)
  const expander = createPca9555(EXPANDER.label)
  const onDrive = wire(profile, hardware, [pl061, expander])
  const interrupt = profile.matrix.rows.find((at) => at.interrupt !== undefined)?.interrupt
  if (interrupt !== undefined) {
    pl061.put(interrupt.offset, 1)
    expander.listenInterrupt((low) => pl061.put(interrupt.offset, low ? 0 : 1))
  }
  const { address } = profile.lcd
  const tape: number[] = []
  const display: I2cDevice = {
    write: (bytes, answer) =>
      hardware.bus.write(address, bytes, ({ ok }) => {
        if (ok && tape.length < LONGEST_TAPE) tape.push(...bytes)
        answer(ok)
      }),
    read: (length, answer) =>
      hardware.bus.read(address, (got) => answer(got.ok ? Array<number>(length).fill(got.byte ?? 0xff) : undefined)),
  }
  const { device, messages } = createI2cTinyUsb(
    new Map<number, I2cDevice>([
      [address, display],
      [EXPANDER.address, expander],
    ]),
  )
  const { lcd, bus } = hardware
  const press = (key: Key): void => hardware.key(key, true)
  const release = (key: Key): void => hardware.key(key, false)
  const tap = async (key: Key): Promise<void> => {
    const column = profile.matrix.keys.map((row) => row.indexOf(key)).find((at) => at >= 0)
    let [looks, driven, drivenAt] = [0, 0, 0]
    const forget = onDrive((columns) => {
      driven = columns
      drivenAt = performance.now()
      if (columns === 1 << (column ?? 0)) looks++
    })
    const seen = async (enough: () => boolean): Promise<void> => {
      const end = performance.now() + PATIENCE_MS
      while (column !== undefined && !enough() && performance.now() < end) await sleep(2)
    }
    press(key)
    await Promise.all([sleep(PRESS_MS), seen(() => looks >= LOOKS)])
    release(key)
    // While a key is held it is scanned again and again.
    const all = (1 << profile.matrix.columns.length) - 1
    const isLeftAlone = () => driven === all && performance.now() - drivenAt >= LEFT_ALONE_MS
    await Promise.all([sleep(PAUSE_MS), seen(isLeftAlone)])
    forget()
  }
  const board: EmulatedBoard = {
    keypad: {
      ...{ press, release, tap },
      async type(keys) {
        for (const key of keys) await tap(key)
      },
    },
    hook: { lift: () => hardware.hook(true), down: () => hardware.hook(false) },
    lamps: { lit: hardware.lit },
    lcd: {
      rows: lcd.rows,
      async waitFor(text, withinMs = 10_000) {
        const end = performance.now() + withinMs
        for (;;) {
          const rows = lcd.rows()
          const all = rows.join('\n')
          if (typeof text === 'string' ? all.includes(text) : text.test(all)) return rows
          if (performance.now() > end) throw new Error(`the display does not show ${text} but\n${all}`)
          await sleep(10)
        }
      },
      plug() {
        tape.length = 0
        bus.plug()
      },
      ...{ unplug: bus.unplug, nak: bus.nak },
    },
    expander,
    messages: () => messages,
    hardware,
  }
  return {
    ...{ board, usb: device },
    state: () => ({ expander: expander.registers(), display: tape.length < LONGEST_TAPE ? tape : [] }),
    restore(state) {
      expander.restore(state.expander)
      tape.push(...state.display)
      // Slowly enough for every instruction, and all of it before now.
      const began = systemClock.now() - 10 * (tape.length + 10)
      lcd.powerUp(began)
      for (const [n, byte] of tape.entries()) lcd.write(byte, began + 100 + 10 * n)
    },
  }
}
