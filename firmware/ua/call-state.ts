// The engine's session states as PJSUA's call states.
import type { SessionState } from '../sip/core/contract.ts'
import type { CallState } from './contract.ts'

/** Undefined: no state of its own, the call stays in the one it is in. */
export function callState(session: SessionState): CallState | undefined {
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
