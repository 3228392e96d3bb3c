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

/** onoff waits for the file of an input's edges, in vain when the chip has no interrupt. */
const isEdgeless = (cause: unknown): boolean => {
  const { code, path } = cause as NodeJS.ErrnoException
  return code === 'ENOENT' && path?.endsWith('/edge') === true
}

function whyNot(cause: unknown, { at }: LineWish, number: number): string {
  const { code, message } = cause as NodeJS.ErrnoException
  const line = `line ${at.offset} of ${at.chip.join(' or ')} (GPIO ${number})`
  switch (code) {
    case 'EBUSY':
      return `${line} is taken by another driver; see /sys/kernel/debug/gpio for which`
    case 'EACCES':
    case 'EPERM':
      return `${line} may not be used; check that this runs as root or in the group gpio`
  }
  if (isEdgeless(cause)) return `${line} tells no edges; give its chip pollMs in the board profile`
  return `${line} cannot be opened: ${message}`
}

/** An input reports every edge, unless its chip has none. */
function openLine(wish: LineWish, Gpio: GpioClass, root: string): Result<GpioLine, string> {
  const number = lineNumber(wish.at, root)
  if (!number.ok) return number
  // A line with edges can never become an output: the kernel answers EIO.
  const edge = wish.direction === 'in' && wish.at.pollMs === undefined ? 'both' : undefined
  const direction = wish.direction === 'float' ? 'in' : wish.direction
  try {
    return ok(new Gpio(number.value, direction, edge, { activeLow: wish.at.activeLow }))
  } catch (cause) {
    if (isEdgeless(cause)) giveBack(number.value, root)
    return err(whyNot(cause, wish, number.value))
  }
}

/** A line without edges is exported all the same, and of an exported one onoff keeps the next failure to itself. */
function giveBack(number: number, root: string): void {
  try {
    writeFileSync(join(root, 'unexport'), `${number}`, { flag: 'r+' })
  } catch {
    // The chip went away.
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
}

/**
 * Opens one line after the other, with a turn for everybody else in between: each waits until the device manager has given
 * it to the phone's group. `opened` is called with all of them, or the failure is fed.
 */
export function openDevice(
  device: LineDevice,
  wishes: readonly LineWish[],
  { Gpio, sysfsRoot, clock, feed }: LineAccess,
  opened: (lines: DeviceLines) => void,
): { close(): void } {
  const lines: GpioLine[] = []
  const closing: (() => void)[] = []
  let closed = false
  let cancel = (): void => {}
  const close = (): void => {
    if (closed) return
    closed = true
    cancel()
    for (const run of closing) run()
    closeLines(lines)
  }
  const giveUp = (reason: string): void => {
    if (closed) return
    close()
    feed({ kind: 'failed', device, reason })
  }
  const next = (): void => {
    const wish = wishes[lines.length]
    if (wish !== undefined) {
      const line = openLine(wish, Gpio, sysfsRoot)
      if (!line.ok) {
        giveUp(line.error)
        return
      }
      lines.push(line.value)
    }
    if (lines.length < wishes.length) {
      cancel = clock.after(0, next)
      return
    }
    opened({
      lines,
      isOpen: () => !closed,
      onClose: (run) => void closing.push(run),
      fail: (cause) => giveUp(`a line of the ${device} failed: ${(cause as Error).message}`),
    })
    feed({ kind: 'opened', device })
  }
  next()
  return { close }
}
