// The engine's session states as PJSUA's call states.
import { utf8Decode } from '../base/bytes.ts'
import type { Cause, SessionState } from '../sip/core/contract.ts'
import { reasons } from '../sip/message/headers.ts'
import type { SipMessage } from '../sip/message/message.ts'
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

/** How a state came about. */
export interface Outcome {
  readonly status: number
  readonly reason: string
  readonly cause: Cause | undefined
  readonly message?: SipMessage | undefined
}

/** Media could not be agreed. */
export const NOT_ACCEPTABLE: Outcome = { status: 488, reason: 'Not Acceptable Here', cause: 'protocol' }

/** As the application hears it. */
export function said({ status, reason, cause, message }: Outcome) {
  const because = message === undefined ? [] : reasons(message)
  return { status, reason: utf8Decode(reason), cause, ...(because.length === 0 ? {} : { because }) }
}
