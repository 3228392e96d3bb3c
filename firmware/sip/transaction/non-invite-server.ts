// Non-INVITE server transaction: RFC 3261 §17.2.2 (figure 8) with the timing of RFC 4320.
import { after, earlier, FOREVER, type Millis } from '../../base/time.ts'
import type { ServerAction, ServerInput } from './invite-server.ts'
import { giveUp, nonInviteTryingAfter, type SipTimers } from './timers.ts'

export type NonInviteServerState =
  /** RFC 4320 §4.1, §4.2: a 100 late at `tryingAt`, and silence from `giveUpAt`, when the client has stopped listening. */
  | { readonly name: 'Trying'; readonly tryingAt: Millis; readonly giveUpAt: Millis }
  | { readonly name: 'Proceeding'; readonly giveUpAt: Millis }
  /** Timer J. */
  | { readonly name: 'Completed'; readonly endAt: Millis }
  | { readonly name: 'Terminated' }

const TERMINATED: NonInviteServerState = { name: 'Terminated' }

export const startNonInviteServer = (now: Millis, t: SipTimers): NonInviteServerState => ({
  name: 'Trying',
  tryingAt: after(now, nonInviteTryingAfter(t)),
  giveUpAt: after(now, giveUp(t)),
})

export function stepNonInviteServer(
  state: NonInviteServerState,
  input: ServerInput,
  now: Millis,
  t: SipTimers,
  out: ServerAction[],
): NonInviteServerState {
  switch (state.name) {
    case 'Trying':
    case 'Proceeding':
      switch (input.kind) {
        case 'request':
          if (state.name === 'Proceeding') out.push('send')
          return state
        case 'ack':
          return state
        case 'respond':
          out.push('send')
          if (input.status < 200) return { name: 'Proceeding', giveUpAt: state.giveUpAt }
          return t.reliable ? TERMINATED : { name: 'Completed', endAt: after(now, giveUp(t)) }
        case 'wake':
          if (now >= state.giveUpAt) return TERMINATED
          if (state.name === 'Proceeding' || now < state.tryingAt) return state
          out.push('trying')
          return { name: 'Proceeding', giveUpAt: state.giveUpAt }
      }
      break
    case 'Completed':
      if (input.kind === 'request') out.push('send')
      return input.kind === 'wake' && now >= state.endAt ? TERMINATED : state
    case 'Terminated':
      return state
  }
}

export function nonInviteServerDeadline(state: NonInviteServerState): Millis {
  switch (state.name) {
    case 'Trying':
      return earlier(state.tryingAt, state.giveUpAt)
    case 'Proceeding':
      return state.giveUpAt
    case 'Completed':
      return state.endAt
    case 'Terminated':
      return FOREVER
  }
}
