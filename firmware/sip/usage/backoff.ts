// When to try again (full jitter, so that a fleet does not come back all at once) and when to refresh.
import { type Rng, unit } from '../../base/rng.ts'

const FIRST = 2_000
const LONGEST = 300_000

/** Milliseconds to wait after `failures` failed tries in a row: 2 s to 5 min unless asked otherwise, the window doubling. */
export function backoff(failures: number, rng: Rng, first = FIRST, longest = LONGEST): number {
  const window = Math.min(longest, first * 2 ** Math.min(failures, 16))
  return Math.round(first + unit(rng) * Math.max(0, window - first))
}

/** Milliseconds until a flow is tried again (RFC 5626 §4.5): at once when it had been standing, ever longer when others stand in. */
export function recoverIn(failures: number, othersStand: boolean, rng: Rng): number {
  if (failures === 0) return 0
  const longest = Math.min(1_800_000, (othersStand ? 90_000 : 30_000) * 2 ** Math.min(failures, 16))
  return Math.round(longest * (0.5 + unit(rng) / 2))
}

/** Milliseconds until a flow has to be heard again (RFC 5626 §4.4.1), by the Flow-Timer of the server or what NATs keep (§4.4.2). */
export const keepIn = (flowTimerMs: number | undefined, rng: Rng): number =>
  Math.round((flowTimerMs ?? 29_000) * (0.8 + unit(rng) / 5))

/** After a refusal that trying again will hardly change: between two and a half and five minutes. */
export const longBackoff = (rng: Rng): number => Math.round(LONGEST * (0.5 + unit(rng) / 2))

/** A refusal of the moment: the same request may well be taken later. 6xx is said for everybody and for good (RFC 3261 §21.6). */
export const isPassing = (status: number): boolean =>
  status === 408 || status === 480 || (status >= 500 && status < 600) || status === 600

/** Milliseconds until a binding of `expires` seconds is refreshed: a tenth to a fifth before its end, at least 5 s when it is not too short for that. */
export function refreshIn(expires: number, rng: Rng): number {
  const margin = Math.min(Math.max(expires / 10, 5), expires / 4)
  return Math.round(1000 * (expires - margin * (1 + unit(rng))))
}
