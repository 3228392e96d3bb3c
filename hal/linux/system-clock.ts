// The machine's monotonic clock and Node's timers.
import { ms } from '../../firmware/base/time.ts'
import type { Clock } from '../api/clock.ts'

export const systemClock: Clock = {
  now: () => ms(performance.now()),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
}
