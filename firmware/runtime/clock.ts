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

export interface WallClock {
  /** UTC is `monotonic` plus this, ms. */
  readonly utcOffsetMs: number
  /** Local time is UTC plus this, ms. */
  readonly zoneMs: number
  /** It goes right, as far as can be known. */
  readonly set: boolean
}

/** Tells what the wall clock says, now and whenever that changed. */
export function watchWallClock(isSet: () => boolean, tell: (clock: WallClock) => void): () => void {
  let known: WallClock | undefined
  const look = () => {
    const zoneMs = -60_000 * new Date().getTimezoneOffset()
    const clock = { utcOffsetMs: Date.now() - monotonic(), zoneMs, set: isSet() }
    // Both clocks are read one after the other: less than a second is no change.
    const stands = known !== undefined && Math.abs(clock.utcOffsetMs - known.utcOffsetMs) < 1000
    if (stands && clock.zoneMs === known?.zoneMs && clock.set === known.set) return
    known = clock
    tell(clock)
  }
  look()
  const timer = setInterval(look, LOOK_AT_WALL_MS)
  return () => clearInterval(timer)
}
