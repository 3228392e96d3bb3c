// Responses as §8.2.6 wants them: what is copied from the request, and the text.
import type { HeaderField, SipRequest } from '../message/message.ts'
import { printResponse } from '../message/print.ts'
import { reasonPhrase } from '../message/status.ts'
import type { Hop } from './environment.ts'

/** A request as it came in, with what the transport has found out about the way back. */
export interface Incoming {
  readonly request: SipRequest
  /** The Via lines a response repeats, `received` and `rport` filled in. */
  readonly vias: readonly string[]
  /** Where responses go (§18.2.2). */
  readonly hop: Hop
}

export interface Answer {
  readonly status: number
  readonly reason?: string | undefined
  /** Put into To when the request has no tag there; undefined only for 100. */
  readonly toTag?: string | undefined
  readonly headers?: readonly HeaderField[]
  readonly body?: string
}

export function responseText(incoming: Incoming, answer: Answer): string {
  const { request } = incoming
  const to = request.header('To') ?? ''
  const headers: HeaderField[] = incoming.vias.map((value) => ({ name: 'Via', value }))
  headers.push(
    { name: 'From', value: request.header('From') ?? '' },
    { name: 'To', value: request.toTag === undefined && answer.toTag !== undefined ? `${to};tag=${answer.toTag}` : to },
    { name: 'Call-ID', value: request.callId },
    { name: 'CSeq', value: `${request.cseq.number} ${request.cseq.method}` },
  )
  // §8.2.6.1: a 100 gives the Timestamp back.
  const timestamp = answer.status === 100 ? request.header('Timestamp') : undefined
  if (timestamp !== undefined && /^[0-9. ]+$/.test(timestamp)) headers.push({ name: 'Timestamp', value: timestamp })
  if (answer.headers) headers.push(...answer.headers)
  return printResponse({
    status: answer.status,
    reason: answer.reason ?? reasonPhrase(answer.status),
    headers,
    body: answer.body ?? '',
  })
}
