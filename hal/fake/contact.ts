// A mechanical contact: it bounces for some milliseconds before it stays where it was put.
import { type Rng, unit } from '../../firmware/base/rng.ts'
import type { Clock } from '../api/clock.ts'

export interface Contact {
  closed(): boolean
  /** Moves the contact; it flips an odd number of times within `bounceMs` and then stays. */
  put(closed: boolean): void
}

export function createContact(clock: Clock, rng: Rng, bounceMs: number, changed: () => void): Contact {
  let now = false
  let cancels: (() => void)[] = []
  const become = (closed: boolean): void => {
    if (now === closed) return
    now = closed
    changed()
  }
  return {
    closed: () => now,
    put(closed) {
      for (const cancel of cancels) cancel()
      const bounces = bounceMs > 0 ? 2 * (rng.uint32() % 4) : 0
      const times = Array.from({ length: bounces }, () => unit(rng) * bounceMs).sort((a, b) => a - b)
      cancels = times.map((at, n) => clock.after(at, () => become(n % 2 === 0 ? !closed : closed)))
      become(closed)
    },
  }
}
