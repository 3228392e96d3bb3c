// The machine's monotonic clock and Node's timers.
import { ms, notEarly } from '../../firmware/base/time.ts'
import type { Clock } from '../api/clock.ts'

export const systemClock: Clock = {
  now: () => ms(performance.now()),
  after(delayMs, run) {
    if (delayMs <= 0) {
      // A timer set by a slow timer is already due and comes before everything else; this lets everybody have a turn.
      const turn = setImmediate(run)
      return () => clearImmediate(turn)
    }
    const timer = setTimeout(run, notEarly(delayMs))
    return () => clearTimeout(timer)
  },
}
