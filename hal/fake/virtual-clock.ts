// A clock that stands still until it is told to go on: the tests' time.
import { type Millis, ms } from '../../firmware/base/time.ts'
import type { Clock } from '../api/clock.ts'

interface Timer {
  readonly at: number
  readonly run: () => void
}

export interface VirtualClock extends Clock {
  /** Lets this much time pass, running every timer at its own time and in order. */
  advance(forMs: number): void
}

export function createVirtualClock(start = 0): VirtualClock {
  let now = start
  const timers = new Set<Timer>()
  const first = (until: number): Timer | undefined => {
    let found: Timer | undefined
    for (const timer of timers) if (timer.at <= until && (found === undefined || timer.at < found.at)) found = timer
    return found
  }
  return {
    now: (): Millis => ms(now),
    after(delayMs, run) {
      const timer: Timer = { at: now + Math.max(0, delayMs), run }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    advance(forMs) {
      const end = now + forMs
      for (let timer = first(end); timer !== undefined; timer = first(end)) {
        timers.delete(timer)
        now = Math.max(now, timer.at)
        timer.run()
      }
      now = end
    },
  }
}
