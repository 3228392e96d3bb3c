// The one shape of everything that has state and time (sans-IO): inputs and the clock go in, outputs are appended.
import type { Millis } from './time.ts'

export interface Machine<Input, Output> {
  /** Takes one input. Outputs are appended to `out` in the order they are to be performed. Never throws on bad input. */
  handle(input: Input, now: Millis, out: Output[]): void
  /** Does what is due at `now`. Calling it early does nothing. */
  wake(now: Millis, out: Output[]): void
  /** When `wake` wants to be called next; FOREVER when it waits for nothing. */
  deadline(): Millis
}
