// INVITE client transaction: RFC 3261 §17.1.1 (figure 5) as amended by RFC 6026 §7.2 (Accepted, timer M).
import { after, earlier, FOREVER, type Millis } from '../../base/time.ts'
import { giveUp, resendAfter, type SipTimers } from './timers.ts'

export type InviteClientState =
  /** Timers A (`resendAt`) and B (`giveUpAt`). */
  | { readonly name: 'Calling'; readonly resendAt: Millis; readonly interval: number; readonly giveUpAt: Millis }
  | { readonly name: 'Proceeding' }
  /** Timer D. */
  | { readonly name: 'Completed'; readonly endAt: Millis }
  /** Timer M. */
  | { readonly name: 'Accepted'; readonly endAt: Millis }
  | { readonly name: 'Terminated' }

export type ClientInput =
  | { readonly kind: 'response'; readonly status: number }
  /** `detail`: of a stream, in words. `final`: nothing that was to come by it can come by another way. */
  | { readonly kind: 'transport-error'; readonly detail?: string | undefined; readonly final?: boolean }
  /** Another server has its turn: no more is sent, what still comes is taken. */
  | { readonly kind: 'hush' }
  | { readonly kind: 'wake' }

/** What the transaction's owner is to do, in order: send the request (again), send the ACK, pass the response up, report. */
export type ClientAction = 'send' | 'ack' | 'deliver' | 'timeout' | 'unreachable'

const PROCEEDING: InviteClientState = { name: 'Proceeding' }
const TERMINATED: InviteClientState = { name: 'Terminated' }

export function startInviteClient(now: Millis, t: SipTimers, out: ClientAction[]): InviteClientState {
  out.push('send')
  return { name: 'Calling', interval: t.t1, resendAt: resendAfter(t, t.t1, now), giveUpAt: after(now, giveUp(t)) }
}

export function stepInviteClient(
  state: InviteClientState,
  input: ClientInput,
  now: Millis,
  t: SipTimers,
  out: ClientAction[],
): InviteClientState {
  switch (state.name) {
    case 'Calling':
      switch (input.kind) {
        case 'response':
          return answered(input.status, now, t, out)
        case 'transport-error':
          return fail('unreachable', out)
        case 'hush':
          return { ...state, resendAt: FOREVER }
        case 'wake': {
          if (now >= state.giveUpAt) return fail('timeout', out)
          if (now < state.resendAt) return state
          out.push('send')
          const interval = state.interval * 2
          return { ...state, interval, resendAt: after(now, interval) }
        }
      }
      break
    case 'Proceeding':
      switch (input.kind) {
        case 'response':
          return answered(input.status, now, t, out)
        // Figure 5 has no such arrow: nothing is being sent, so it is about something else, and over there it rings.
        case 'transport-error':
          return input.final ? fail('unreachable', out) : state
        case 'hush':
        case 'wake':
          return state
      }
      break
    case 'Completed':
      switch (input.kind) {
        case 'response':
          if (input.status >= 300) out.push('ack')
          return state
        // §17.1.1.2: the user has its final response already; without a way to the server nothing is left to do.
        case 'transport-error':
          return TERMINATED
        case 'hush':
          return state
        case 'wake':
          return now >= state.endAt ? TERMINATED : state
      }
      break
    case 'Accepted':
      switch (input.kind) {
        // RFC 6026 §7.2: every 2xx goes up, also those of other branches of a fork.
        case 'response':
          if (input.status >= 200 && input.status < 300) out.push('deliver')
          return state
        case 'transport-error':
        case 'hush':
          return state
        case 'wake':
          return now >= state.endAt ? TERMINATED : state
      }
      break
    case 'Terminated':
      return state
  }
}

function answered(status: number, now: Millis, t: SipTimers, out: ClientAction[]): InviteClientState {
  if (status >= 300) out.push('ack')
  out.push('deliver')
  if (status < 200) return PROCEEDING
  if (status < 300) return { name: 'Accepted', endAt: after(now, giveUp(t)) }
  return t.reliable ? TERMINATED : { name: 'Completed', endAt: after(now, t.d) }
}

function fail(why: 'timeout' | 'unreachable', out: ClientAction[]): InviteClientState {
  out.push(why)
  return TERMINATED
}

export function inviteClientDeadline(state: InviteClientState): Millis {
  switch (state.name) {
    case 'Calling':
      return earlier(state.resendAt, state.giveUpAt)
    case 'Completed':
    case 'Accepted':
      return state.endAt
    case 'Proceeding':
    case 'Terminated':
      return FOREVER
  }
}
