// Requests beside those of sessions, both ways: responses to ours, and what others ask of a call or an account.

import { utf8Encode } from '../../base/bytes.ts'
import { digitIn } from '../../sip/packages/dtmf-info.ts'
import type { IncomingRequest, OutgoingRequest, RequestResponse } from '../core/index.ts'
import type { OnInstantMessageParam, OnTypingIndicationParam } from './call-events.ts'
import { onDigit } from './call-hears-sound.ts'
import { inTime } from './errors.ts'
import type { Inner } from './inner.ts'
import { typingIn } from './typing.ts'
import { headersOf, partyOf } from './wording.ts'

/** `heard` gets every response, the final one last. */
export function follow(inner: Inner, request: OutgoingRequest, heard: (response: RequestResponse) => void): void {
  inner.inbox.hear(request, ({ data }) => heard(data))
}

/** Whoever can be written to. */
interface MessageHearer {
  tell(name: 'typingIndication', prm: OnTypingIndicationParam): void
  tell(name: 'instantMessage', prm: OnInstantMessageParam): void
}

/** A request beside those of a session: in a call, or to an account. What is not answered here is answered by itself. */
export function onRequest(inner: Inner, request: IncomingRequest): void {
  const { method, headers, body, contentType, invitation } = request
  const line = inner.lines.of(invitation)
  const account = line?.account ?? inner.accountFor(request)
  if (account === undefined) return void inTime(() => request.respond(404))
  // RFC 6086 §4.2.2: of no package we have said to take.
  if (method === 'INFO' && headers.get('Info-Package') !== undefined)
    return void inTime(() => request.respond(469, { extraHeaders: { 'Recv-Info': '' } }))
  const rdata = { headers: headersOf(headers.fields), body }
  line?.call?.tell('callTsxState', { method, role: 'uas', statusCode: 0, reason: '', rdata, userData: undefined })
  const content = { contentType, content: utf8Encode(body) }
  const digit = method === 'INFO' && line !== undefined ? digitIn(content) : undefined
  if (line !== undefined && digit !== undefined) onDigit(line, digit, 'info')
  if (method !== 'MESSAGE') {
    if (method === 'NOTIFY' && line === undefined) inTime(() => request.respond(481))
    return
  }
  const peer = partyOf(request.fromUri)
  const said = { fromUri: peer.uri, rdata: { peer, ...rdata } }
  const isTyping = typingIn(content)
  const hearers: readonly (MessageHearer | undefined)[] =
    line === undefined ? [account, account.findBuddy(peer.uri)] : [line.call]
  for (const each of hearers) {
    if (isTyping !== undefined) each?.tell('typingIndication', { ...said, isTyping })
    else each?.tell('instantMessage', { ...said, contentType: contentType || 'text/plain', msgBody: body })
  }
}
