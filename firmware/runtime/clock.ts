// The hub's clock on Node: the monotonic clock, one timer handle, and the end of the current turn of the event loop.
import { FOREVER, type Millis, ms, notEarly } from '../base/time.ts'
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
      const delay = notEarly(Math.max(0, at - monotonic()))
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

/** The wall clock may be set, and summer time may begin: it is looked at this often. */
const LOOK_AT_WALL_MS = 30_000

/** Tells by how much local wall-clock time is ahead of `monotonic`, ms, now and whenever that changed. */
export function watchWallClock(tell: (offsetMs: number) => void): () => void {
  let known = Number.NaN
  const look = () => {
    const offset = Date.now() - new Date().getTimezoneOffset() * 60_000 - monotonic()
    // Both clocks are read one after the other: less than a second is no change.
    if (!(Math.abs(offset - known) < 1000)) {
      known = offset
      tell(offset)
    }
  }
  look()
  const timer = setInterval(look, LOOK_AT_WALL_MS)
  return () => clearInterval(timer)
}
