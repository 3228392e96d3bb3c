// An incoming session until it is confirmed (RFC 3261 §13.3): answers with and without description, CANCEL, the 2xx.
import { after, earlier, FOREVER, type Millis } from '../../../base/time.ts'
import { type Sleeper, Timer } from '../../../base/timer-queue.ts'
import { type Dialog, wantsSips } from '../../dialog/dialog.ts'
import { expires } from '../../message/headers.ts'
import type { HeaderField, SipRequest } from '../../message/message.ts'
import { reasonPhrase } from '../../message/status.ts'
import type { Answer, Incoming } from '../../transaction/response.ts'
import type { ServerTransaction, ServerUser } from '../../transaction/server.ts'
import { recordRouteFields } from '../answers.ts'
import { ourContact } from '../contact.ts'
import { answerOf, type Reply, type SessionPort } from './session-port.ts'

/** §13.3.1.1: proxies give up on a call that shows no sign of life for three minutes. */
const SIGN_OF_LIFE = 60_000

export class ServerOpening implements ServerUser, Sleeper {
  readonly timer = new Timer(this)
  readonly #port: SessionPort
  readonly #incoming: Incoming
  readonly #transaction: ServerTransaction
  readonly #dialog: Dialog
  readonly #offered: boolean
  /** The description of a provisional response. */
  #preview: string | undefined
  /** The last provisional response, for the sign of life, and when that is due. */
  #provisional: Answer | undefined
  #signAt: Millis = FOREVER
  /** §13.3.1: until then their invitation holds. */
  readonly #expiresAt: Millis

  constructor(port: SessionPort, incoming: Incoming, dialog: Dialog, offered: boolean, now: Millis) {
    this.#port = port
    this.#incoming = incoming
    this.#dialog = dialog
    this.#offered = offered
    this.#transaction = port.environment.servers.create(incoming, this, now)
    const holds = expires(incoming.request)
    this.#expiresAt = holds === undefined ? FOREVER : after(now, 1000 * holds)
    this.#arm(now)
  }

  get localTag(): string {
    return this.#dialog.localTag
  }

  respond(reply: Reply, now: Millis): string | undefined {
    const { status } = reply
    const because = { status, reason: reply.reason ?? reasonPhrase(status) }
    if (status < 200) {
      // RFC 3264 §4 with RFC 3261 §13.2.1: without 100rel a provisional response cannot offer, only show the answer.
      if (reply.sdp !== undefined && !this.#offered) return 'an offer needs a reliable response'
      this.#preview = reply.sdp ?? this.#preview
      this.#provisional = this.#send(reply, reply.sdp, now)
      this.#signAt = after(now, SIGN_OF_LIFE)
      this.#arm(now)
      this.#port.enter('EARLY', because)
      return undefined
    }
    if (status >= 300) {
      this.#transaction.respond(
        answerOf(reply, this.#dialog.localTag, this.#port.environment.capabilities.server, reply.sdp),
        now,
      )
      this.#port.finish({ ...because, cause: 'local' }, false, now)
      return undefined
    }
    // A preview in a provisional response was the answer: the 2xx says it again.
    const sdp = reply.sdp ?? this.#preview
    if (sdp === undefined) return this.#offered ? 'their offer needs an answer' : 'they want an offer'
    this.stop()
    const text = this.#transaction.respond(answerOf(reply, this.#dialog.localTag, this.#headers(), sdp), now)
    this.#port.awaitAck(this.#incoming, text, !this.#offered, now)
    this.#port.enter('CONNECTING', because)
    return undefined
  }

  /** Answers 487 without a word to the user: BYE came (§15.1.2), or the end of it all. */
  terminate(now: Millis): void {
    const { server } = this.#port.environment.capabilities
    this.#transaction.respond({ status: 487, toTag: this.#dialog.localTag, headers: server }, now)
  }

  onCancel(cancel: SipRequest, now: Millis): void {
    this.terminate(now)
    this.#port.finish({ status: 487, reason: 'Request Terminated', cause: 'remote', message: cancel }, false, now)
  }

  onExpired(_now: Millis): void {}

  wake(now: Millis): void {
    if (now >= this.#expiresAt) {
      this.terminate(now)
      this.#port.finish({ status: 487, reason: 'Request Terminated', cause: 'timeout' }, false, now)
      return
    }
    if (this.#provisional !== undefined && now >= this.#signAt) {
      this.#transaction.respond(this.#provisional, now)
      this.#signAt = after(now, SIGN_OF_LIFE)
    }
    this.#arm(now)
  }

  #arm(now: Millis): void {
    this.#port.environment.queue.arm(this.timer, earlier(this.#signAt, this.#expiresAt), now)
  }

  stop(): void {
    this.#port.environment.queue.disarm(this.timer)
  }

  #send(reply: Reply, sdp: string | undefined, now: Millis): Answer {
    const answer = answerOf(reply, this.#dialog.localTag, this.#headers(), sdp)
    this.#transaction.respond(answer, now)
    return answer
  }

  /** §12.1.1: what a response that makes a dialog says beside what every response does. */
  #headers(): HeaderField[] {
    const { capabilities } = this.#port.environment
    return [
      ...recordRouteFields(this.#incoming),
      ...contactField(this.#port, this.#incoming),
      capabilities.allow,
      ...capabilities.supported,
      ...capabilities.server,
    ]
  }
}

/** Our Contact on the transport the request came by; none when that has gone down meanwhile. */
export function contactField(
  port: Pick<SessionPort, 'environment' | 'contactUser'>,
  { hop, request }: Incoming,
): HeaderField[] {
  const transport = port.environment.transports.get(hop.transport)
  return transport
    ? [
        {
          name: 'Contact',
          value: `<${ourContact(port.environment, port.contactUser, transport, wantsSips(request), false)}>`,
        },
      ]
    : []
}
