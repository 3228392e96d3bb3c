// Opens the lines of a device all together or not at all, says in words why it could not, and closes them when one breaks.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { err, ok, type Result } from '../../firmware/base/result.ts'
import type { Clock } from '../api/clock.ts'
import type { GpioClass, GpioLine } from '../api/lines.ts'
import type { BoardInput } from '../core/board-machine.ts'
import type { LineDevice } from '../core/device-guard.ts'
import type { LineAt } from './profiles.ts'
import { lineNumber } from './sysfs.ts'

export interface LineWish {
  readonly at: LineAt
  /** `float` is an input nobody listens to; `low` and `high` are levels on the wire, whatever `activeLow` says. */
  readonly direction: 'in' | 'float' | 'low' | 'high'
}

/** What opening a device takes, and whom it tells. */
export interface LineAccess {
  readonly Gpio: GpioClass
  readonly sysfsRoot: string
  readonly clock: Clock
  readonly feed: (input: BoardInput) => void
}

function whyNot(cause: unknown, { at }: LineWish, number: number): string {
  const { code, message, path } = cause as Error & { code?: string; path?: string }
  const line = `line ${at.offset} of ${at.chip.join(' or ')} (GPIO ${number})`
  switch (code) {
    case 'EBUSY':
      return `${line} is taken by another driver; see /sys/kernel/debug/gpio for which`
    case 'EACCES':
    case 'EPERM':
      return `${line} may not be used; check that this runs as root or in the group gpio`
    case 'ENOENT':
      if (path?.endsWith('/edge')) return `${line} tells no edges; give its chip pollMs in the board profile`
  }
  return `${line} cannot be opened: ${message}`
}

/** The lines in the order of the wishes. Inputs report every edge, unless their chip has none. */
function openLines(wishes: readonly LineWish[], Gpio: GpioClass, root: string): Result<GpioLine[], string> {
  const lines: GpioLine[] = []
  const giveUp = (reason: string): Result<never, string> => {
    closeLines(lines)
    return err(reason)
  }
  for (const wish of wishes) {
    const number = lineNumber(wish.at, root)
    if (!number.ok) return giveUp(number.error)
    try {
      // A line with edges can never become an output: the kernel answers EIO.
      const edge = wish.direction === 'in' && wish.at.pollMs === undefined ? 'both' : undefined
      const direction = wish.direction === 'float' ? 'in' : wish.direction
      lines.push(new Gpio(number.value, direction, edge, { activeLow: wish.at.activeLow }))
    } catch (cause) {
      giveBack(number.value, root)
      return giveUp(whyNot(cause, wish, number.value))
    }
  }
  return ok(lines)
}

/** A line that could not be opened may be exported all the same, and of such a one onoff keeps its next failure to itself. */
function giveBack(number: number, root: string): void {
  try {
    writeFileSync(join(root, 'unexport'), `${number}`, { flag: 'r+' })
  } catch {
    // It was not exported, or is another driver's.
  }
}

function closeLines(lines: readonly GpioLine[]): void {
  for (const line of lines)
    try {
      line.unexport()
    } catch {
      // The line went away with its chip; there is nothing left to give back.
    }
}

/** The lines of one device: they are open together, and one that breaks closes them all. */
export interface DeviceLines {
  /** In the order of the wishes. */
  readonly lines: readonly GpioLine[]
  isOpen(): boolean
  /** Runs when the device is closed, whatever closes it. */
  onClose(run: () => void): void
  /** Closes the device and reports it, once. */
  fail(cause: unknown): void
  close(): void
}

/** Undefined when the lines cannot be had, which has been reported then. */
export function openDevice(
  device: LineDevice,
  wishes: readonly LineWish[],
  { Gpio, sysfsRoot, feed }: LineAccess,
): DeviceLines | undefined {
  const opened = openLines(wishes, Gpio, sysfsRoot)
  if (!opened.ok) {
    feed({ kind: 'failed', device, reason: opened.error })
    return undefined
  }
  let open = true
  const closing: (() => void)[] = []
  const close = (): void => {
    if (!open) return
    open = false
    for (const run of closing) run()
    closeLines(opened.value)
  }
  return {
    lines: opened.value,
    isOpen: () => open,
    onClose: (run) => void closing.push(run),
    fail(cause) {
      if (!open) return
      close()
      feed({ kind: 'failed', device, reason: `a line of the ${device} failed: ${(cause as Error).message}` })
    },
    close,
  }
}
