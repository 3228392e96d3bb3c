// INFO in calls (RFC 6086): digits as the wild sends them, and packages nobody here knows.
import { contentType } from '../sip/message/headers.ts'
import type { HeaderField, SipRequest } from '../sip/message/message.ts'

export interface InfoDigit {
  readonly digit: string
  readonly durationMs: number
}

/** RFC 4733 has no default; this is what phones press. */
const DURATION_MS = 160

/** `application/dtmf-relay` (`Signal=5`, `Duration=160`) and `application/dtmf` (`5`); a flash and what else is no digit: undefined. */
export function digitIn(request: SipRequest): InfoDigit | undefined {
  const { body } = request
  const text =
    {
      'application/dtmf-relay': /^[ \t]*signal[ \t]*=[ \t]*([0-9a-d*#]|1[01])[ \t]*$/im.exec(body)?.[1],
      'application/dtmf': /^\s*([0-9a-d*#]|1[01])\s*$/i.exec(body)?.[1],
    }[contentType(request)?.type ?? ''] ?? undefined
  if (text === undefined) return undefined
  // Some write the number of the event (RFC 4733 §3.2).
  const digit = text === '10' ? '*' : text === '11' ? '#' : text.toUpperCase()
  const said = /^[ \t]*duration[ \t]*=[ \t]*(\d{1,5})[ \t]*$/im.exec(body)?.[1]
  return { digit, durationMs: said === undefined ? DURATION_MS : Number(said) }
}

/** One digit as a body. */
export const digitBody = (kind: 'dtmf-relay' | 'dtmf', digit: string, durationMs: number) =>
  kind === 'dtmf'
    ? { contentType: 'application/dtmf', content: digit }
    : { contentType: 'application/dtmf-relay', content: `Signal=${digit}\r\nDuration=${durationMs}\r\n` }

/** §4.2.2: it is of a package we have not said to take. */
export function isUnknownPackage(request: SipRequest, known: readonly string[]): boolean {
  const name = request.header('Info-Package')?.split(';')[0]?.trim().toLowerCase()
  return request.method === 'INFO' && name !== undefined && !known.some((each) => each.toLowerCase() === name)
}

/** §5.2: what is taken. */
export const recvInfo = (known: readonly string[]): HeaderField => ({ name: 'Recv-Info', value: known.join(', ') })
