// The states of an INVITE session, and PJSUA's of a call for them.

/** The states of a session with the names an application knows from the sipsimple core. */
export type SessionState =
  | 'NULL'
  | 'CALLING'
  | 'INCOMING'
  | 'EARLY'
  | 'CONNECTING'
  | 'CONFIRMED'
  | 'REINVITING'
  | 'REINVITED'
  | 'DISCONNECTING'
  | 'DISCONNECTED'

/** Call states as in PJSUA: `incoming` rings here, `early` has a provisional response, `connecting` waits for the ACK. */
export type CallState = 'calling' | 'incoming' | 'early' | 'connecting' | 'confirmed' | 'disconnected'

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
