// Requests beside those that make and change calls (MESSAGE, INFO, OPTIONS, REFER …), both ways, and what becomes of transfers.
import { utf8Decode } from '../base/bytes.ts'
import { after, earlier, FOREVER, type Millis } from '../base/time.ts'
import type { Identity, RequestId, SipEvent } from '../sip/core/contract.ts'
import type { HeaderField, SipMessage } from '../sip/message/message.ts'
import { headersProblem, headerText, partyOf } from './addressing.ts'
import type { AccountId, CallId, UaCommand } from './contract.ts'
import type { Tell } from './tell.ts'
import { sipfrag, subscriptionEnded } from './transfer.ts'

/** Where a request of ours goes: inside a call's dialog, or to `target` from an identity. */
export interface Destination {
  readonly session: CallId | undefined
  readonly identity: Identity
  readonly target: string
}

/** For whom a request that came is. */
export interface Addressee {
  readonly account: AccountId
  readonly call: CallId | undefined
}

type Of<K extends SipEvent['kind']> = Extract<SipEvent, { kind: K }>
type Command<K extends UaCommand['kind']> = Extract<UaCommand, { kind: K }>

export interface Requests {
  send(command: Command<'send-request'>, destination: Destination, tell: Tell): void
  reply(command: Command<'reply'>, tell: Tell): void
  refer(command: Command<'transfer'>, to: string, destination: Destination, tell: Tell): void
  endTransfer(call: CallId, tell: Tell): void
  incoming(event: Of<'request-incoming'>, addressee: Addressee | undefined, tell: Tell): void
  /** A response, or the engine's refusal, of a request that was sent here. */
  onResult(event: Of<'request-result'>, tell: Tell): void
  onRejected(event: Of<'rejected'>, tell: Tell): void
  callEnded(call: CallId): void
  /** Answers what the application has not. */
  wake(tell: Tell): void
  deadline(): Millis
}

/** How long an application may think: well before the peer's transaction gives up (32 s) or a person does. */
const ANSWER_MS = 5000
/** Requests of either direction kept at once; beyond, sending is refused and what comes is answered here. */
const MAX_PENDING = 256
const REQUEST = 'request:'
const REFER = 'refer:'

interface Transfer {
  /** NOTIFY is answered with 481: nobody wants to know. */
  readonly unwanted: boolean
}

export function createRequests(decides: readonly string[]): Requests {
  const pending = new Map<RequestId, { readonly status: number; readonly answerAt: Millis }>()
  const transfers = new Map<CallId, Transfer>()
  const sent = new Set<string>()

  const answer = (id: RequestId, status: number, tell: Tell, headers: readonly HeaderField[] = []) =>
    tell.sip({ kind: 'reply', id, status, reason: undefined, headers, body: undefined })

  function onNotify({ id, request }: Of<'request-incoming'>, call: CallId | undefined, tell: Tell) {
    const event = request.header('Event')?.split(';')[0]?.trim().toLowerCase()
    const transfer = call === undefined ? undefined : transfers.get(call)
    if (call === undefined || transfer === undefined || transfer.unwanted || event !== 'refer') {
      return answer(id, event === undefined || event === 'refer' ? 481 : 489, tell)
    }
    const part = sipfrag(request)
    if (part === undefined && request.body !== '') return answer(id, 400, tell)
    answer(id, 200, tell)
    const final = subscriptionEnded(request)
    if (final) transfers.delete(call)
    const { status, reason } = part ?? { status: 0, reason: '' }
    tell.app({ kind: 'call-transfer', call, by: 'notify', status, reason: utf8Decode(reason), final })
  }

  function onReferred(call: CallId, { status, reason }: Of<'request-result'>, tell: Tell) {
    if (!transfers.has(call) || status < 200) return
    const final = status >= 300
    if (final) transfers.delete(call)
    tell.app({ kind: 'call-transfer', call, by: 'response', status, reason: utf8Decode(reason), final })
  }

  return {
    send(command, destination, tell) {
      const { request, method, body } = command
      const refuse = (why: string) => tell.refuse('send-request', request, why)
      const problem = headersProblem(command.headers)
      if (problem !== undefined) return refuse(problem)
      if (sent.has(request)) return refuse('name in use')
      if (sent.size >= MAX_PENDING) return refuse('too many requests')
      sent.add(request)
      tell.sip({ kind: 'request', id: REQUEST + request, method, ...destination, headers: command.headers, body })
    },

    reply({ request, status, reason, headers, body }, tell) {
      const refuse = (why: string) => tell.refuse('reply', request, why)
      const problem = headersProblem(headers)
      if (problem !== undefined) return refuse(problem)
      if (!pending.has(request)) return refuse('no request of that name waits for an answer')
      if (!Number.isInteger(status) || status < 200 || status > 699) return refuse('status out of 200–699')
      pending.delete(request)
      const phrase = reason === undefined ? undefined : headerText(reason)
      tell.sip({ kind: 'reply', id: request, status, reason: phrase, headers, body })
    },

    refer({ call, headers }, to, destination, tell) {
      const refuse = (why: string) => tell.refuse('transfer', call, why)
      const problem = headersProblem(headers)
      if (problem !== undefined) return refuse(problem)
      if (transfers.get(call)?.unwanted === false) return refuse('a transfer is under way')
      transfers.set(call, { unwanted: false })
      const all = [{ name: 'Refer-To', value: `<${to}>` }, ...headers]
      tell.sip({ kind: 'request', id: REFER + call, method: 'REFER', ...destination, headers: all, body: undefined })
    },

    endTransfer(call, tell) {
      if (!transfers.has(call)) return tell.refuse('end-transfer', call, 'no transfer is under way')
      transfers.set(call, { unwanted: true })
    },

    incoming(event, addressee, tell) {
      const { id, request } = event
      const { method } = request
      if (addressee === undefined) return answer(id, 404, tell)
      if (method === 'NOTIFY' && !decides.includes(method)) return onNotify(event, addressee.call, tell)
      const here = (method === 'MESSAGE' || method === 'INFO') && !decides.includes(method)
      const full = pending.size >= MAX_PENDING
      if (here) answer(id, 200, tell)
      else if (full) return answer(id, 503, tell, [{ name: 'Retry-After', value: '5' }])
      else pending.set(id, { status: method === 'REFER' ? 603 : 501, answerAt: after(tell.now, ANSWER_MS) })
      tell.app({
        ...{ kind: 'request-incoming', request: id, method, ...addressee, peer: partyOf(request.from) },
        ...{ headers: withoutCredentials(request), body: request.body, answerMs: here ? 0 : ANSWER_MS },
      })
    },

    onResult(event, tell) {
      if (event.id.startsWith(REFER)) return onReferred(event.id.slice(REFER.length), event, tell)
      const request = event.id.slice(REQUEST.length)
      const { status, cause, response } = event
      if (status >= 200) sent.delete(request)
      const headers = response === undefined ? [] : withoutCredentials(response)
      const reason = utf8Decode(event.reason)
      tell.app({ kind: 'request-result', request, status, reason, cause, headers, body: response?.body ?? '' })
    },

    onRejected({ id, reason }, tell) {
      if (id.startsWith(REFER)) {
        const call = id.slice(REFER.length)
        transfers.delete(call)
        return tell.refuse('transfer', call, reason)
      }
      sent.delete(id.slice(REQUEST.length))
      tell.refuse('send-request', id.slice(REQUEST.length), reason)
    },

    callEnded: (call) => void transfers.delete(call),

    wake(tell) {
      for (const [id, { status, answerAt }] of pending) {
        if (answerAt > tell.now) continue
        pending.delete(id)
        answer(id, status, tell)
      }
    },

    deadline() {
      let due = FOREVER
      for (const { answerAt } of pending.values()) due = earlier(due, answerAt)
      return due
    },
  }
}

/** The header fields for an application to read: what proves who somebody is stays here. */
export const withoutCredentials = (message: SipMessage): readonly HeaderField[] =>
  message.fields.filter(({ name }) => !/^(proxy-)?authorization$/i.test(name))
