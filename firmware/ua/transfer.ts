// What a NOTIFY of a transfer says (RFC 3515 §2.4.4 and 2.4.5, RFC 3420).
import { contentType } from '../sip/message/headers.ts'
import type { SipRequest } from '../sip/message/message.ts'

/** The status line in a message/sipfrag body; undefined: there is none. */
export function sipfrag(request: SipRequest): { readonly status: number; readonly reason: string } | undefined {
  if (contentType(request)?.type !== 'message/sipfrag') return undefined
  const line = /^SIP\/2\.0 ([1-6]\d\d)(?: ([^\r\n]*))?(?:\r?\n|$)/i.exec(request.body)
  return line ? { status: Number(line[1]), reason: line[2] ?? '' } : undefined
}

/** RFC 6665 §4.1.3: after `terminated` nothing more comes. */
export const subscriptionEnded = (request: SipRequest): boolean =>
  /^terminated(?:[;\s]|$)/i.test(request.header('Subscription-State')?.trim() ?? '')
