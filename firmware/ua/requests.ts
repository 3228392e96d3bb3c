// Requests beside those that make and change calls (MESSAGE, INFO, OPTIONS …), both ways, and their answers.
import { utf8Decode } from '../base/bytes.ts'
import { after, earlier, FOREVER, type Millis } from '../base/time.ts'
import type { Identity, RequestId, SipEvent } from '../sip/core/contract.ts'
import { headersProblem, headerText, partyOf } from '../sip/message/addressing.ts'
import type { HeaderField, SipMessage } from '../sip/message/message.ts'
import type { AccountId, CallId, UaCommand, UaConfig } from './contract.ts'
import { isUnknownPackage, recvInfo } from './info.ts'
import type { Tell } from './tell.ts'

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
  /** True: it was taken and answered here. */
  incoming(event: Of<'request-incoming'>, addressee: Addressee | undefined, tell: Tell): boolean
  /** A response, or the engine's refusal, of a request that was sent here. */
  onResult(event: Of<'request-result'>, tell: Tell): void
  onRejected(event: Of<'rejected'>, tell: Tell): void
  /** Answers what the application has not. */
  wake(tell: Tell): void
  deadline(): Millis
}

/** How long an application may think: well before the peer's transaction gives up (32 s) or a person does. */
const ANSWER_MS = 5000
/** Requests of either direction kept at once; beyond, sending is refused and what comes is answered here. */
const MAX_PENDING = 256
const REQUEST = 'request:'

export function createRequests({ decides = [], infoPackages = [] }: UaConfig): Requests {
  const pending = new Map<RequestId, Millis>()
  const sent = new Set<string>()

  const answer = (id: RequestId, status: number, tell: Tell, headers: readonly HeaderField[] = []) =>
    tell.sip({ kind: 'reply', id, status, reason: undefined, headers, body: undefined })

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

    incoming(event, addressee, tell) {
      const { id, request } = event
      const { method } = request
      const refuse = (status: number, headers: readonly HeaderField[] = []) => {
        answer(id, status, tell, headers)
        return false
      }
      if (addressee === undefined) return refuse(404)
      if (isUnknownPackage(request, infoPackages)) return refuse(469, [recvInfo(infoPackages)])
      const here = (method === 'MESSAGE' || method === 'INFO') && !decides.includes(method)
      if (here) answer(id, 200, tell)
      else if (pending.size >= MAX_PENDING) return refuse(503, [{ name: 'Retry-After', value: '5' }])
      else pending.set(id, after(tell.now, ANSWER_MS))
      tell.app({
        ...{ kind: 'request-incoming', request: id, method, ...addressee, peer: partyOf(request.from) },
        ...{ headers: withoutCredentials(request), body: request.body, answerMs: here ? 0 : ANSWER_MS },
      })
      return here
    },

    onResult(event, tell) {
      const request = event.id.slice(REQUEST.length)
      const { status, cause, response } = event
      if (status >= 200) sent.delete(request)
      const headers = response === undefined ? [] : withoutCredentials(response)
      const reason = utf8Decode(event.reason)
      tell.app({ kind: 'request-result', request, status, reason, cause, headers, body: response?.body ?? '' })
    },

    onRejected({ id, reason }, tell) {
      sent.delete(id.slice(REQUEST.length))
      tell.refuse('send-request', id.slice(REQUEST.length), reason)
    },

    wake(tell) {
      for (const [id, answerAt] of pending) {
        if (answerAt > tell.now) continue
        pending.delete(id)
        answer(id, 501, tell)
      }
    },

    deadline() {
      let due = FOREVER
      for (const answerAt of pending.values()) due = earlier(due, answerAt)
      return due
    },
  }
}

/** The header fields for an application to read: what proves who somebody is stays here. */
export const withoutCredentials = (message: SipMessage): readonly HeaderField[] =>
  message.fields.filter(({ name }) => !/^(proxy-)?authorization$/i.test(name))
