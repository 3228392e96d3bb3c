// INVITE server transaction: RFC 3261 §17.2.1 (figure 7) as amended by RFC 6026 §7.1 (Accepted, timer L).
import { after, earlier, FOREVER, type Millis } from '../../base/time.ts'
import { giveUp, resendAfter, type SipTimers, TRYING_AFTER } from './timers.ts'

export type InviteServerState =
  /** Until the user has answered anything; at `tryingAt` a 100 leaves. */
  | { readonly name: 'Proceeding'; readonly tryingAt: Millis }
  /** Timers G (`resendAt`) and H (`giveUpAt`). */
  | { readonly name: 'Completed'; readonly resendAt: Millis; readonly interval: number; readonly giveUpAt: Millis }
  /** Timer I. */
  | { readonly name: 'Confirmed'; readonly endAt: Millis }
  /** Timer L: retransmitted INVITEs are absorbed, the user resends its 2xx. */
  | { readonly name: 'Accepted'; readonly endAt: Millis }
  | { readonly name: 'Terminated' }

export type ServerInput =
  /** The same request again. */
  | { readonly kind: 'request' }
  /** ACK of a refusal (INVITE only). */
  | { readonly kind: 'ack' }
  /** The user sends a response; the owner has kept its text already. */
  | { readonly kind: 'respond'; readonly status: number }
  | { readonly kind: 'wake' }

/** Send the last response (again), or make and send a 100. */
export type ServerAction = 'send' | 'trying'

const TERMINATED: InviteServerState = { name: 'Terminated' }

export const startInviteServer = (now: Millis): InviteServerState => ({
  name: 'Proceeding',
  tryingAt: after(now, TRYING_AFTER),
})

export function stepInviteServer(
  state: InviteServerState,
  input: ServerInput,
  now: Millis,
  t: SipTimers,
  out: ServerAction[],
): InviteServerState {
  switch (state.name) {
    case 'Proceeding':
      switch (input.kind) {
        case 'request':
          // Nothing said so far: the 100 that was being held back goes out at once.
          out.push(state.tryingAt === FOREVER ? 'send' : 'trying')
          return { name: 'Proceeding', tryingAt: FOREVER }
        case 'ack':
          return state
        case 'respond':
          out.push('send')
          if (input.status < 200) return { name: 'Proceeding', tryingAt: FOREVER }
          if (input.status < 300) return { name: 'Accepted', endAt: after(now, giveUp(t)) }
          return {
            name: 'Completed',
            interval: t.t1,
            resendAt: resendAfter(t, t.t1, now),
            giveUpAt: after(now, giveUp(t)),
          }
        case 'wake':
          if (now < state.tryingAt) return state
          out.push('trying')
          return { name: 'Proceeding', tryingAt: FOREVER }
      }
      break
    case 'Completed':
      switch (input.kind) {
        case 'request':
          out.push('send')
          return state
        case 'ack':
          return t.reliable ? TERMINATED : { name: 'Confirmed', endAt: after(now, t.t4) }
        case 'respond':
          return state
        case 'wake': {
          if (now >= state.giveUpAt) return TERMINATED
          if (now < state.resendAt) return state
          out.push('send')
          const interval = Math.min(state.interval * 2, t.t2)
          return { ...state, interval, resendAt: after(now, interval) }
        }
      }
      break
    case 'Confirmed':
    case 'Accepted':
      return input.kind === 'wake' && now >= state.endAt ? TERMINATED : state
    case 'Terminated':
      return state
  }
}

export function inviteServerDeadline(state: InviteServerState): Millis {
  switch (state.name) {
    case 'Proceeding':
      return state.tryingAt
    case 'Completed':
      return earlier(state.resendAt, state.giveUpAt)
    case 'Confirmed':
    case 'Accepted':
      return state.endAt
    case 'Terminated':
      return FOREVER
  }
}
