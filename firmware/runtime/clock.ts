// The hub's clock on Node: the monotonic clock, one timer handle, and the end of the current turn of the event loop.
import { FOREVER, type Millis, ms } from '../base/time.ts'
import type { HubClock } from './hub.ts'

/** setTimeout's own limit; what is due later is armed again when this passed. */
const LONGEST = 2 ** 31 - 1

/** Monotonic milliseconds of this process, the one clock of everything in it. */
export const monotonic = (): Millis => ms(performance.now())

export function createClock(): HubClock {
  let timer: NodeJS.Timeout | undefined
  return {
    now: monotonic,
    arm(at, fire) {
      clearTimeout(timer)
      if (at === FOREVER) return
      // Rounded up: a timer that fires early finds nothing due and would have to be armed again.
      const delay = Math.ceil(Math.max(0, at - monotonic()))
      timer = setTimeout(fire, Math.min(delay, LONGEST))
    },
    disarm() {
      clearTimeout(timer)
    },
    defer(run) {
      setImmediate(run)
    },
  }
}
