// Non-INVITE client transaction: RFC 3261 §17.1.2 (figure 6).
import { after, earlier, FOREVER, type Millis } from '../../base/time.ts'
import type { ClientAction, ClientInput } from './invite-client.ts'
import { giveUp, resendAfter, type SipTimers } from './timers.ts'

export type NonInviteClientState =
  /** Timers E (`resendAt`) and F (`giveUpAt`); in Proceeding the interval is T2. */
  | {
      readonly name: 'Trying' | 'Proceeding'
      readonly resendAt: Millis
      readonly interval: number
      readonly giveUpAt: Millis
    }
  /** Timer K. */
  | { readonly name: 'Completed'; readonly endAt: Millis }
  | { readonly name: 'Terminated' }

const TERMINATED: NonInviteClientState = { name: 'Terminated' }

export function startNonInviteClient(now: Millis, t: SipTimers, out: ClientAction[]): NonInviteClientState {
  out.push('send')
  return { name: 'Trying', interval: t.t1, resendAt: resendAfter(t, t.t1, now), giveUpAt: after(now, giveUp(t)) }
}

export function stepNonInviteClient(
  state: NonInviteClientState,
  input: ClientInput,
  now: Millis,
  t: SipTimers,
  out: ClientAction[],
): NonInviteClientState {
  switch (state.name) {
    case 'Trying':
    case 'Proceeding':
      switch (input.kind) {
        case 'response':
          out.push('deliver')
          if (input.status >= 200) return t.reliable ? TERMINATED : { name: 'Completed', endAt: after(now, t.t4) }
          // §17.1.2.2: a provisional response slows the resends down to T2, from the next one on.
          return { ...state, name: 'Proceeding', interval: t.t2 }
        case 'transport-error':
          out.push('unreachable')
          return TERMINATED
        case 'hush':
          return state
        case 'wake': {
          if (now >= state.giveUpAt) {
            out.push('timeout')
            return TERMINATED
          }
          if (now < state.resendAt) return state
          out.push('send')
          const interval = Math.min(state.interval * 2, t.t2)
          return { ...state, interval, resendAt: after(now, interval) }
        }
      }
      break
    case 'Completed':
      return input.kind === 'wake' && now >= state.endAt ? TERMINATED : state
    case 'Terminated':
      return state
  }
}

export function nonInviteClientDeadline(state: NonInviteClientState): Millis {
  switch (state.name) {
    case 'Trying':
    case 'Proceeding':
      return earlier(state.resendAt, state.giveUpAt)
    case 'Completed':
      return state.endAt
    case 'Terminated':
      return FOREVER
  }
}
