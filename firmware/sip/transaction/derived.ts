// Requests that belong to an INVITE transaction on the wire: ACK of a refusal (§17.1.1.3) and CANCEL (§9.1).
import type { HeaderField, RequestDraft, SipResponse } from '../message/message.ts'

/** §17.1.1.3: top Via, Request-URI, From, Call-ID and Route of the INVITE; To with the tag of the response. */
export const ackOfRefusal = (invite: RequestDraft, response: SipResponse): RequestDraft =>
  derive(invite, 'ACK', response.header('To') ?? '')

/** §9.1: as the INVITE, To without a tag, one Via with the same branch: it finds the transaction it cancels. */
export const cancelOf = (invite: RequestDraft, headers: readonly HeaderField[]): RequestDraft =>
  derive(invite, 'CANCEL', undefined, headers)

const COPIED = new Set(['Via', 'From', 'Call-ID', 'Route', 'Max-Forwards', 'User-Agent'])

function derive(
  invite: RequestDraft,
  method: 'ACK' | 'CANCEL',
  to: string | undefined,
  more: readonly HeaderField[] = [],
): RequestDraft {
  const headers: HeaderField[] = []
  for (const field of invite.headers) {
    if (COPIED.has(field.name)) headers.push(field)
    else if (field.name === 'To') headers.push(to === undefined ? field : { name: 'To', value: to })
    else if (field.name === 'CSeq')
      headers.push({ name: 'CSeq', value: `${Number.parseInt(field.value, 10)} ${method}` })
  }
  return { method, uri: invite.uri, headers: [...headers, ...more], body: '' }
}
