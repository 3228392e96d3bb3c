// The states of a session as those of a call.
import type { InvitationState } from '../core/index.ts'
import type { CallState } from './names.ts'

/** As PJSUA names them; undefined: no state of its own, the call stays in the one it is in. */
export function callState(session: InvitationState): CallState | undefined {
  switch (session) {
    case 'CALLING':
      return 'calling'
    case 'INCOMING':
      return 'incoming'
    case 'EARLY':
      return 'early'
    case 'CONNECTING':
      return 'connecting'
    case 'CONFIRMED':
    case 'REINVITING':
    case 'REINVITED':
      return 'confirmed'
    case 'DISCONNECTED':
      return 'disconnected'
    case 'NULL':
    case 'DISCONNECTING':
      return undefined
  }
}
