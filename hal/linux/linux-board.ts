// The board on Linux: GPIO lines and an I²C bus, both handed in, driven by the board machine.
import type { Board, BoardEvent } from '../api/board.ts'
import type { Clock } from '../api/clock.ts'
import type { GpioClass, LineClaims, OpenBus } from '../api/lines.ts'
import { type BoardOutput, createBoardMachine, describe } from '../core/board-machine.ts'
import type { LineDevice } from '../core/device-guard.ts'
import { createRunner } from '../core/runner.ts'
import { createBusTransfers } from './bus-transfers.ts'
import { openHook } from './hook-line.ts'
import { SYSFS_I2C } from './i2c-adapters.ts'
import { loadOpenBus } from './i2c-bus.ts'
import { type KeypadLines, openKeypad } from './keypad-lines.ts'
import { type LampLines, openLamps } from './lamp-lines.ts'
import { lineClaims } from './line-claims.ts'
import { loadGpio } from './onoff.ts'
import { type BoardProfile, partsOf } from './profiles.ts'
import { SYSFS_GPIO } from './sysfs.ts'
import { systemClock } from './system-clock.ts'

export interface LinuxBoardOptions {
  /** onoff's `Gpio`. */
  readonly Gpio: GpioClass
  /** Default: those of the kernel, in `sysfsRoot`. */
  readonly claims?: LineClaims
  /** i2c-bus's `openSync`. */
  readonly openBus: OpenBus
  readonly clock: Clock
  /** Where the GPIO chips are listed; `/sys/class/gpio`. */
  readonly sysfsRoot?: string
  /** Where the I²C adapters are listed; `/sys/class/i2c-dev`. */
  readonly i2cRoot?: string
}

export interface LinuxBoard extends Board {
  /** Commands that were ignored because this board cannot obey them. */
  ignored(): number
}

/**
 * Missing hardware is no error here: the device is reported `lost` with the reason, and tried again.
 */
export function createLinuxBoard(profile: BoardProfile, options: LinuxBoardOptions): LinuxBoard {
  const { Gpio, openBus, clock, sysfsRoot = SYSFS_GPIO, i2cRoot = SYSFS_I2C } = options
  const claims = options.claims ?? lineClaims(sysfsRoot)
  const parts = partsOf(profile)
  let listener: ((event: BoardEvent) => void) | undefined
  let ignored = 0
  let keypad: KeypadLines | undefined
  let hook: { close(): void } | undefined
  let lamps: LampLines | undefined

  const open = (device: LineDevice): void => {
    const access = { Gpio, claims, sysfsRoot, clock, feed }
    switch (device) {
      case 'keypad':
        keypad = openKeypad(profile, access)
        return
      case 'hook':
        hook = openHook(profile, access)
        return
      case 'leds':
        lamps = openLamps(profile, access)
        return
    }
  }
  const perform = (output: BoardOutput): void => {
    switch (output.kind) {
      case 'event':
        listener?.(output.event)
        return
      case 'open':
        open(output.device)
        return
      case 'drive':
        keypad?.drive(output.columns, output.closed)
        return
      case 'read-rows':
        keypad?.readRows(output.rows)
        return
      case 'set-led':
        lamps?.set(output.led, output.on)
        return
      case 'bus-write':
        transfers.write(output.bytes)
        return
      case 'bus-read':
        transfers.read()
        return
      case 'ignored':
        ignored++
        return
    }
  }
  const { start, feed, stop } = createRunner(createBoardMachine(parts), clock, perform)
  const transfers = createBusTransfers(profile.lcd, { openBus, i2cRoot, feed })
  return {
    description: describe(parts),
    start(to) {
      if (listener !== undefined) throw new Error('a board is started once')
      listener = to
      start()
    },
    handle: (command) => feed({ kind: 'command', command }),
    async stop() {
      stop()
      for (const device of [keypad, hook, lamps]) device?.close()
      await transfers.close()
    },
    ignored: () => ignored,
  }
}

/** A board on this machine's own lines and bus. A package that does not load leaves its devices `lost`, with the reason. */
export async function openLinuxBoard(profile: BoardProfile): Promise<LinuxBoard> {
  const [gpio, openBus] = await Promise.all([loadGpio(), loadOpenBus()])
  return createLinuxBoard(profile, {
    Gpio: gpio.ok ? gpio.value : unavailableGpio(gpio.error),
    openBus: openBus.ok
      ? openBus.value
      : () => {
          throw new Error(openBus.error)
        },
    clock: systemClock,
  })
}

const unavailableGpio = (reason: string): GpioClass =>
  class {
    constructor() {
      throw new Error(reason)
    }
  } as unknown as GpioClass
