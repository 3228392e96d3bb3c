// What networks do to a stream of packets: when each of them arrives, if it does. The same seed gives the same fate.
import { type Rng, seededRng, unit } from '../../base/rng.ts'

/** Milliseconds after packet `n` was sent until it is there; undefined: it is lost. Asked in order. */
export type Trace = (n: number) => number | undefined

const SEED = 20_261_128

/** Each packet is lost for itself. */
export function independent(share: number): Trace {
  const rng = seededRng(SEED)
  return () => (unit(rng) < share ? undefined : 0)
}

/** Gilbert's two states: losses come in runs of `run` packets in the mean. */
export function bursty(share: number, run: number): Trace {
  const rng = seededRng(SEED)
  const leave = 1 / run
  const enter = (leave * share) / (1 - share)
  let losing = false
  return () => {
    losing = unit(rng) < (losing ? 1 - leave : enter)
    return losing ? undefined : 0
  }
}

/** Normal from one of the two tails of a uniform pair (Box and Muller). */
const normal = (rng: Rng) => Math.sqrt(-2 * Math.log(1 - unit(rng))) * Math.cos(2 * Math.PI * unit(rng))

/** |N(0, sigma)| ms at most `most`, each packet for itself, so they overtake each other. */
export function jitter(sigmaMs: number, mostMs: number): Trace {
  const rng = seededRng(SEED)
  return () => Math.min(mostMs, Math.abs(sigmaMs * normal(rng)))
}

/** In order: a queue that other traffic fills now and then to `deepMs` and that empties as packets go, as on a slow uplink. */
export function queue(deepMs: number): Trace {
  const rng = seededRng(SEED)
  let waitMs = 0
  return () => {
    // A page is loaded about every 3 s.
    if (unit(rng) < 20 / 3000) waitMs += deepMs * (0.4 + 0.6 * unit(rng))
    waitMs = Math.max(0, Math.min(deepMs, waitMs) - 20 * 0.35)
    return waitMs + 2 * unit(rng)
  }
}

/** A radio link: retransmissions of some ms, and about twice in five seconds a scan of other channels that holds everything for `scanMs`. */
export function radio(scanMs: number): Trace {
  const rng = seededRng(SEED)
  let heldUntil = 0
  return (n) => {
    const sent = n * 20
    if (sent >= heldUntil && unit(rng) < 20 / 2500) heldUntil = sent + scanMs
    const retries = unit(rng) < 0.3 ? 3 + 9 * unit(rng) : unit(rng)
    if (unit(rng) < 0.005) return undefined
    return Math.max(0, heldUntil - sent) + retries
  }
}

export const both =
  (a: Trace, b: Trace): Trace =>
  (n) => {
    const [first, second] = [a(n), b(n)]
    return first === undefined || second === undefined ? undefined : first + second
  }

/** Those that contenders are compared on; made anew for each, as a trace is asked in order. */
export const NETWORKS: Readonly<Record<string, () => Trace>> = {
  clean: () => () => 0,
  ...{ '1 % loss': () => independent(0.01), '5 % loss': () => independent(0.05) },
  ...{ '10 % loss': () => independent(0.1), '20 % loss': () => independent(0.2) },
  '10 % loss, 3 in a row': () => bursty(0.1, 3),
  ...{ 'jitter σ 20 ms': () => jitter(20, 80), 'jitter σ 60 ms': () => jitter(60, 200) },
  '5 % loss, jitter σ 20 ms': () => both(independent(0.05), jitter(20, 80)),
  'slow uplink': () => queue(150),
  'radio that scans': () => radio(120),
}
