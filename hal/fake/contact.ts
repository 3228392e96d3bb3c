// A mechanical contact: it bounces for some milliseconds before it stays where it was put.
import { type Rng, unit } from '../../firmware/base/rng.ts'
import type { Clock } from '../api/clock.ts'

export interface Contact {
  closed(): boolean
  /** Moves the contact, unless it is there already; it flips an odd number of times within `bounceMs` and then stays. */
  put(closed: boolean): void
}

export function createContact(clock: Clock, rng: Rng, bounceMs: number, changed: () => void): Contact {
  let [now, wanted] = [false, false]
  let cancel = (): void => {}
  const become = (closed: boolean): void => {
    if (now === closed) return
    now = closed
    changed()
  }
  return {
    closed: () => now,
    put(closed) {
      if (closed === wanted) return
      wanted = closed
      cancel()
      const bounces = bounceMs > 0 ? 2 * (rng.uint32() % 4) : 0
      const times = Array.from({ length: bounces }, () => unit(rng) * bounceMs).sort((a, b) => a - b)
      const began = clock.now()
      // One timer at a time: of several that come late together, a real clock may run the last first.
      const flip = (n: number): void => {
        const at = times[n]
        if (at === undefined) return
        cancel = clock.after(Math.max(0, began + at - clock.now()), () => {
          become(n % 2 === 0 ? !closed : closed)
          flip(n + 1)
        })
      }
      become(closed)
      flip(0)
    },
  }
}
