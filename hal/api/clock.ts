// Time for whatever runs a machine: the monotonic clock and one-shot timers, real or virtual.
import type { Millis } from '../../firmware/base/time.ts'

export interface Clock {
  now(): Millis
  /** Calls `run` once, no earlier than `delayMs` from now (up to 1 ms early is tolerated). Returns what cancels it. */
  after(delayMs: number, run: () => void): () => void
}
