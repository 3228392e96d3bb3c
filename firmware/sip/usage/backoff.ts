// When to try again (full jitter, so that a fleet does not come back all at once) and when to refresh.
import { type Rng, unit } from '../../base/rng.ts'

const FIRST = 2_000
const LONGEST = 300_000

/** Milliseconds to wait after `failures` failed tries in a row: 2 s to 5 min, the window doubling. */
export function backoff(failures: number, rng: Rng): number {
  const window = Math.min(LONGEST, FIRST * 2 ** Math.min(failures, 16))
  return Math.round(FIRST + unit(rng) * (window - FIRST))
}

/** After a refusal that trying again will hardly change: between two and a half and five minutes. */
export const longBackoff = (rng: Rng): number => Math.round(LONGEST * (0.5 + unit(rng) / 2))

/** Milliseconds until a binding of `expires` seconds is refreshed: a tenth to a fifth before its end, at least 5 s when it is not too short for that. */
export function refreshIn(expires: number, rng: Rng): number {
  const margin = Math.min(Math.max(expires / 10, 5), expires / 4)
  return Math.round(1000 * (expires - margin * (1 + unit(rng))))
}
