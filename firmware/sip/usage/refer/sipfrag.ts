// What a NOTIFY of a REFER says: a status line as a body (RFC 3420, RFC 3515 §2.4.5).
import { contentType } from '../../message/headers.ts'
import type { SipRequest } from '../../message/message.ts'
import { reasonPhrase } from '../../message/status.ts'

export interface StatusLine {
  readonly status: number
  readonly reason: string
}

export const SIPFRAG = 'message/sipfrag'

export function sipfragOf(request: SipRequest): StatusLine | undefined {
  if (contentType(request)?.type !== SIPFRAG) return undefined
  const line = /^SIP\/2\.0 ([1-6]\d\d)(?: ([^\r\n]*))?(?:\r?\n|$)/i.exec(request.body)
  return line ? { status: Number(line[1]), reason: line[2] ?? '' } : undefined
}

export const printSipfrag = (status: number, reason: string | undefined): string =>
  `SIP/2.0 ${status} ${reason ?? reasonPhrase(status)}\r\n`
