// What a 2xx of ours to a re-INVITE, UPDATE or PRACK says beside its description (RFC 3261 §12.2.2, RFC 4028 §9).
import type { Millis } from '../../../base/time.ts'
import type { HeaderField } from '../../message/message.ts'
import type { Incoming } from '../../transaction/response.ts'
import { contactField } from './server-opening.ts'
import type { SessionPort } from './session-port.ts'
import { insideFields } from './terms.ts'

/** It goes out now: the session's timer begins anew, once the session is established. */
export function acceptFields(port: SessionPort, incoming: Incoming, now: Millis): HeaderField[] {
  const { environment, terms, timer, state } = port
  if (incoming.request.method === 'PRACK') return []
  const established = state === 'CONFIRMED' || state === 'REINVITING' || state === 'REINVITED'
  return [
    ...contactField(port, incoming),
    environment.capabilities.allow,
    ...insideFields(environment.capabilities, terms),
    ...(established ? timer.grant(incoming.request, now) : []),
  ]
}
