// The timers of RFC 3261 §17 (Table 4), in milliseconds, over datagrams and over streams.
import { after, FOREVER, type Millis } from '../../base/time.ts'

export interface SipTimers {
  readonly t1: number
  readonly t2: number
  readonly t4: number
  /** How long an INVITE client transaction absorbs retransmitted refusals; at least 32 s over UDP. */
  readonly d: number
  /** A stream carries it: nothing is sent again, and nothing waits for what might come again. */
  readonly reliable?: true
}

/** Table 4 over a reliable transport: no A, E and G; D, I, J and K are zero. */
export const overStream = (t: SipTimers): SipTimers => ({ ...t, t4: 0, d: 0, reliable: true })

/** Timers A, E and G. */
export const resendAfter = (t: SipTimers, interval: number, now: Millis): Millis =>
  t.reliable ? FOREVER : after(now, interval)

/** Timers B, F, H, J, L and M: 64·T1. */
export const giveUp = (t: SipTimers): number => 64 * t.t1

/** §17.2.1: a 100 leaves when the user has sent nothing for this long. */
export const TRYING_AFTER = 200

/** RFC 4320 §4.1: no 100 for a non-INVITE before the client's timer E has reached T2. */
export function nonInviteTryingAfter(t: SipTimers): number {
  let elapsed = 0
  for (let interval = t.t1; interval < t.t2; interval *= 2) elapsed += interval
  return elapsed
}
