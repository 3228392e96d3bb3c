// Their re-INVITE (RFC 3261 §14.2), or UPDATE or PRACK with an offer (RFC 3311 §5.2, RFC 3262 §5), until its final response.
import type { Millis } from '../../../base/time.ts'
import { type Dialog, refreshTarget } from '../../dialog/dialog.ts'
import { requires } from '../../message/headers.ts'
import type { HeaderField, SipRequest } from '../../message/message.ts'
import { reasonPhrase } from '../../message/status.ts'
import type { Incoming } from '../../transaction/response.ts'
import type { ServerTransaction, ServerUser } from '../../transaction/server.ts'
import { acceptFields } from './inside.ts'
import { answerOf, type Because, type Reply, type SessionPort } from './session-port.ts'

export class IncomingModification implements ServerUser {
  readonly #port: SessionPort
  readonly #dialog: Dialog
  readonly #incoming: Incoming
  readonly #transaction: ServerTransaction
  readonly #offered: boolean
  readonly #done: (because: Because, now: Millis) => void

  /** `done` is called when the final response is out. */
  constructor(
    port: SessionPort,
    dialog: Dialog,
    incoming: Incoming,
    offered: boolean,
    done: (because: Because, now: Millis) => void,
    now: Millis,
  ) {
    this.#port = port
    this.#dialog = dialog
    this.#incoming = incoming
    this.#offered = offered
    this.#done = done
    this.#transaction = port.environment.servers.create(incoming, this, now)
  }

  get localTag(): string {
    return this.#dialog.localTag
  }

  respond(reply: Reply, now: Millis): string | undefined {
    const { status, sdp } = reply
    const { request } = this.#incoming
    const { capabilities } = this.#port.environment
    if (status < 200) {
      if (request.method !== 'INVITE') return `no provisional response to ${request.method}`
      if (requires(request).includes('100rel')) return 'a provisional response would have to be reliable'
      if (sdp !== undefined) return 'a description needs the final response'
    } else if (status < 300 && sdp === undefined)
      return this.#offered ? 'their offer needs an answer' : 'they want an offer'
    const success = status >= 200 && status < 300
    const headers: HeaderField[] = success
      ? [...acceptFields(this.#port, this.#incoming, now), ...capabilities.server]
      : [...capabilities.server]
    const text = this.#transaction.respond(answerOf(reply, this.#dialog.localTag, headers, sdp), now)
    if (status < 200) return undefined
    if (success) {
      if (request.method !== 'PRACK') refreshTarget(this.#dialog, request)
      if (request.method === 'INVITE') this.#port.awaitAck(this.#incoming, text, !this.#offered, now)
    }
    this.#done({ status, reason: reply.reason ?? reasonPhrase(status) }, now)
    return undefined
  }

  /** §15.1.2: BYE came, or goes out. */
  terminate(now: Millis): void {
    const { server } = this.#port.environment.capabilities
    this.#transaction.user = undefined
    this.#transaction.respond({ status: 487, headers: server }, now)
  }

  onCancel(cancel: SipRequest, now: Millis): void {
    this.terminate(now)
    this.#done({ status: 487, reason: 'Request Terminated', cause: 'remote', message: cancel }, now)
  }

  onExpired(now: Millis): void {
    this.#done({ status: 408, reason: 'Request Timeout', cause: 'timeout' }, now)
  }
}
