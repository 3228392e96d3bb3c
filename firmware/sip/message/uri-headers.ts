// Header fields that come in a URI (RFC 3261 §19.1.1): of those who send us somewhere else, only harmless ones go into our request
// (§19.1.5). What says who asks, which way it goes or what is in it is our own business.
import type { HeaderField, SipUri } from './message.ts'

const TAKEN = /^(replaces|join|subject|reason|diversion|history-info|user-to-user|in-reply-to|priority|x-.+)$/i
/** Extensions that may be insisted on: what they ask for is in the fields above. */
const INSISTED = /^\s*(replaces|join)\s*$/i

export const headersInUri = ({ headers }: SipUri): readonly HeaderField[] =>
  headers.filter(
    ({ name, value }) =>
      (TAKEN.test(name) || (/^require$/i.test(name) && INSISTED.test(value))) && /^[^\r\n\0]*$/.test(value),
  )
