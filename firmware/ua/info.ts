// INFO in calls (RFC 6086): packages nobody here knows.
import type { HeaderField, SipRequest } from '../sip/message/message.ts'

/** §4.2.2: it is of a package we have not said to take. */
export function isUnknownPackage(request: SipRequest, known: readonly string[]): boolean {
  const name = request.header('Info-Package')?.split(';')[0]?.trim().toLowerCase()
  return request.method === 'INFO' && name !== undefined && !known.some((each) => each.toLowerCase() === name)
}

/** §5.2: what is taken. */
export const recvInfo = (known: readonly string[]): HeaderField => ({ name: 'Recv-Info', value: known.join(', ') })
