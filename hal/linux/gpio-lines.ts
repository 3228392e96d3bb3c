// Opens the lines of a device all together or not at all, says in words why it could not, and closes them when one breaks.
import { err, ok, type Result } from '../../firmware/base/result.ts'
import { after, type Millis } from '../../firmware/base/time.ts'
import type { Clock } from '../api/clock.ts'
import type { GpioClass, GpioLine, LineClaims } from '../api/lines.ts'
import type { BoardInput } from '../core/board-machine.ts'
import type { LineDevice } from '../core/device-guard.ts'
import type { LineAt } from './profiles.ts'
import { lineNumbers } from './sysfs.ts'

export interface LineWish {
  readonly at: LineAt
  /** `float` is an input nobody listens to; `low` and `high` are levels on the wire, whatever `activeLow` says. */
  readonly direction: 'in' | 'float' | 'low' | 'high'
}

/** What opening a device takes, and whom it tells. */
export interface LineAccess {
  readonly Gpio: GpioClass
  readonly claims: LineClaims
  readonly sysfsRoot: string
  readonly clock: Clock
  readonly feed: (input: BoardInput) => void
}

/**
 * How soon it is looked again whether the lines are ours, each time twice as late up to the most, and for how long, ms: a
 * machine that starts up has much else to do.
 */
const [LOOK_MS, PATIENCE_MS] = [{ first: 20, most: 160 }, 5000] as const

const named = ({ at }: LineWish, number: number): string =>
  `line ${at.offset} of ${at.chip.join(' or ')} (GPIO ${number})`
const notOurs = (line: string): string => `${line} may not be used; check that this runs as root or in the group gpio`

const isDenied = (cause: unknown): boolean => ['EACCES', 'EPERM'].includes((cause as NodeJS.ErrnoException).code ?? '')

function whyNot(cause: unknown, line: string): string {
  const { code, message } = cause as NodeJS.ErrnoException
  if (isDenied(cause)) return notOurs(line)
  if (code === 'EBUSY') return `${line} is taken by another driver; see /sys/kernel/debug/gpio for which`
  return `${line} cannot be opened: ${message}`
}

/** An input reports every edge, unless its chip has none. */
function openLine(wish: LineWish, number: number, { Gpio, claims }: LineAccess): Result<GpioLine, string> {
  const { at } = wish
  // A line with edges can never become an output: the kernel answers EIO.
  const edge = wish.direction === 'in' && at.pollMs === undefined ? 'both' : undefined
  const direction = wish.direction === 'float' ? 'in' : wish.direction
  try {
    if (edge !== undefined && !claims.tellsEdges(number))
      return err(`${named(wish, number)} tells no edges; give its chip pollMs in the board profile`)
    const line = new Gpio(number, direction, edge, { activeLow: at.activeLow })
    if (edge === undefined || claims.isAskedForEdges(number)) return ok(line)
    closeLines([line])
    return err(`${named(wish, number)} tells no edges: its interrupt cannot be had`)
  } catch (cause) {
    return err(whyNot(cause, named(wish, number)))
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
 * Takes all lines, waits until the device manager has given them to the phone's group, and opens them, one after the other,
 * with a turn for everybody else in between. `opened` is called with all of them, or the failure is fed.
 */
export function openDevice(
  device: LineDevice,
  wishes: readonly LineWish[],
  access: LineAccess,
  opened: (lines: DeviceLines) => void,
): { close(): void } {
  const { claims, sysfsRoot, clock, feed } = access
  const numbers: number[] = []
  let numberOf = lineNumbers(sysfsRoot)
  let ours = 0
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
    for (const number of numbers.slice(lines.length)) claims.giveBack(number)
  }
  const giveUp = (reason: string): void => {
    if (closed) return
    close()
    feed({ kind: 'failed', device, reason })
  }
  /** One a turn, and all before the first is waited for, so that they are given to us side by side. */
  const take = (until: Millis, lookMs: number): void => {
    const later = (why: string): void => {
      if (clock.now() >= until) giveUp(why)
      else
        cancel = clock.after(lookMs, () => {
          // Meanwhile a chip may have been plugged in anew.
          if (numbers.length < wishes.length) numberOf = lineNumbers(sysfsRoot)
          take(until, Math.min(2 * lookMs, LOOK_MS.most))
        })
    }
    const wish = wishes[numbers.length]
    if (wish !== undefined) {
      const number = numberOf(wish.at)
      if (!number.ok) {
        giveUp(number.error)
        return
      }
      try {
        claims.take(number.value)
      } catch (cause) {
        const why = whyNot(cause, named(wish, number.value))
        if (isDenied(cause)) later(why)
        else giveUp(why)
        return
      }
      numbers.push(number.value)
      cancel = clock.after(0, () => take(until, lookMs))
      return
    }
    for (const number of numbers.slice(ours)) {
      const line = named(wishes[ours]!, number)
      try {
        if (!claims.isOurs(number)) {
          later(notOurs(line))
          return
        }
      } catch (cause) {
        giveUp(whyNot(cause, line))
        return
      }
      ours++
    }
    open()
  }
  const open = (): void => {
    const wish = wishes[lines.length]
    if (wish !== undefined) {
      const line = openLine(wish, numbers[lines.length]!, access)
      if (!line.ok) {
        giveUp(line.error)
        return
      }
      lines.push(line.value)
    }
    if (lines.length < wishes.length) {
      cancel = clock.after(0, open)
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
  take(after(clock.now(), PATIENCE_MS), LOOK_MS.first)
  return { close }
}
