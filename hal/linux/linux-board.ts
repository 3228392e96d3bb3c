// The board on Linux: GPIO lines and an I²C bus, both handed in, driven by the board machine.
import type { Board, BoardEvent, Led } from '../api/board.ts'
import type { Clock } from '../api/clock.ts'
import type { GpioClass, GpioLine, Level, OpenBus } from '../api/lines.ts'
import { type BoardOutput, createBoardMachine, describe } from '../core/board-machine.ts'
import { createRunner } from '../core/runner.ts'
import { createBusTransfers } from './bus-transfers.ts'
import { closeLines, openLines } from './gpio-lines.ts'
import { loadOpenBus } from './i2c-bus.ts'
import { type KeypadLines, openKeypad } from './keypad-lines.ts'
import { newestWrite } from './newest-write.ts'
import { loadGpio } from './onoff.ts'
import { type BoardProfile, type LineAt, partsOf } from './profiles.ts'
import { SYSFS_GPIO } from './sysfs.ts'
import { systemClock } from './system-clock.ts'

export interface LinuxBoardOptions {
  /** onoff's `Gpio`. */
  readonly Gpio: GpioClass
  /** i2c-bus's `openSync`. */
  readonly openBus: OpenBus
  readonly clock: Clock
  /** Where the GPIO chips are listed; `/sys/class/gpio`. */
  readonly sysfsRoot?: string
}

export interface LinuxBoard extends Board {
  /** Commands that were ignored because this board cannot obey them. */
  ignored(): number
}

/**
 * Missing hardware is no error here: the device is reported `lost` with the reason, and tried again.
 */
export function createLinuxBoard(profile: BoardProfile, options: LinuxBoardOptions): LinuxBoard {
  const { Gpio, openBus, clock, sysfsRoot = SYSFS_GPIO } = options
  const parts = partsOf(profile)
  let listener: ((event: BoardEvent) => void) | undefined
  let ignored = 0
  let keypad: KeypadLines | undefined
  let hook: readonly GpioLine[] = []
  let lamps: readonly GpioLine[] = []
  const setLamp = new Map<Led, (value: Level) => void>()

  const openHook = (): void => {
    closeLines(hook)
    hook = []
    const opened = openLines([{ at: profile.hook, direction: 'in' }], Gpio, sysfsRoot)
    if (!opened.ok) {
      feed({ kind: 'failed', device: 'hook', reason: opened.error })
      return
    }
    hook = opened.value
    const [line] = opened.value
    const tell = (error: Error | null | undefined, value: Level): void => {
      if (hook[0] !== line) return
      if (error) feed({ kind: 'failed', device: 'hook', reason: `the hook's line failed: ${error.message}` })
      else feed({ kind: 'hook', offHook: value === 1 })
    }
    feed({ kind: 'opened', device: 'hook' })
    line!.watch(tell)
    line!.read(tell)
  }
  const closeLamps = (): void => {
    closeLines(lamps)
    lamps = []
    setLamp.clear()
  }
  const openLamps = (): void => {
    closeLamps()
    const wishes = profile.leds.map(({ line }) => ({ at: line, direction: darkLevel(line) }))
    const opened = openLines(wishes, Gpio, sysfsRoot)
    if (!opened.ok) {
      feed({ kind: 'failed', device: 'leds', reason: opened.error })
      return
    }
    lamps = opened.value
    const failed = (cause: Error): void => {
      if (lamps === opened.value)
        feed({ kind: 'failed', device: 'leds', reason: `a lamp's line failed: ${cause.message}` })
    }
    for (const [n, { led }] of profile.leds.entries()) setLamp.set(led, newestWrite(opened.value[n]!, failed))
    feed({ kind: 'opened', device: 'leds' })
  }
  const openKeys = (): void => {
    keypad?.close()
    keypad = undefined
    const opened = openKeypad(profile, Gpio, sysfsRoot, feed)
    if (opened.ok) keypad = opened.value
    feed(opened.ok ? { kind: 'opened', device: 'keypad' } : { kind: 'failed', device: 'keypad', reason: opened.error })
  }
  const perform = (output: BoardOutput): void => {
    switch (output.kind) {
      case 'event':
        listener?.(output.event)
        return
      case 'open':
        if (output.device === 'hook') openHook()
        else if (output.device === 'leds') openLamps()
        else openKeys()
        return
      case 'drive':
        keypad?.drive(output.columns)
        return
      case 'read-rows':
        keypad?.readRows()
        return
      case 'set-led':
        setLamp.get(output.led)?.(output.on ? 1 : 0)
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
  const transfers = createBusTransfers(profile.lcd, openBus, feed)
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
      keypad?.close()
      closeLines(hook)
      hook = []
      closeLamps()
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

const darkLevel = ({ activeLow }: LineAt): 'high' | 'low' => (activeLow ? 'high' : 'low')

const unavailableGpio = (reason: string): GpioClass =>
  class {
    constructor() {
      throw new Error(reason)
    }
  } as unknown as GpioClass
