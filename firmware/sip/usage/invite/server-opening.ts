// An incoming session until it is confirmed (RFC 3261 §13.3): answers with and without description, PRACK, CANCEL, the 2xx.
import { after, earlier, FOREVER, type Millis } from '../../../base/time.ts'
import { type Sleeper, Timer } from '../../../base/timer-queue.ts'
import { type Dialog, wantsSips } from '../../dialog/dialog.ts'
import { expires } from '../../message/headers.ts'
import type { HeaderField, SipRequest } from '../../message/message.ts'
import { rack } from '../../message/session-headers.ts'
import { reasonPhrase } from '../../message/status.ts'
import type { Answer, Incoming } from '../../transaction/response.ts'
import type { ServerTransaction, ServerUser } from '../../transaction/server.ts'
import { recordRouteFields } from '../answers.ts'
import { ourContact } from '../contact.ts'
import { bodyRefusal, type SdpPart, sdpOf } from '../sdp-body.ts'
import { ReliableResponses } from './reliable-responses.ts'
import { answerOf, type Exchange, type Reply, type SessionPort } from './session-port.ts'
import { reliability, supportedFields, tagsOf } from './terms.ts'

/** §13.3.1.1: proxies give up on a call that shows no sign of life for three minutes. */
const SIGN_OF_LIFE = 60_000

export class ServerOpening implements ServerUser, Sleeper {
  readonly timer = new Timer(this)
  readonly #port: SessionPort
  readonly #incoming: Incoming
  readonly #transaction: ServerTransaction
  readonly #dialog: Dialog
  readonly #offered: boolean
  readonly #reliable: ReliableResponses
  /** Some response was reliable: the others are, to keep their order. */
  #isReliable = false
  /** The description of a provisional response. */
  #preview: string | undefined
  /** What a reliable response said of the offer, ours or theirs (RFC 3262 §5); undefined before one has. */
  #said: 'offer' | 'answer' | undefined
  #settled = false
  /** The 2xx waits for a PRACK (RFC 3262 §3). */
  #held: Reply | undefined
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
    this.#reliable = new ReliableResponses(port.environment, incoming.request.cseq.number, {
      send: (answer, then) => this.#transaction.respond(answer, then),
      lost: (then) => this.#unacknowledged(then),
    })
    const holds = expires(incoming.request)
    this.#expiresAt = holds === undefined ? FOREVER : after(now, 1000 * holds)
    this.#arm(now)
  }

  get localTag(): string {
    return this.#dialog.localTag
  }

  get exchange(): Exchange {
    if (this.#settled) return 'done'
    return this.#said === 'offer' ? 'ours' : 'theirs'
  }

  respond(reply: Reply, now: Millis): string | undefined {
    const { status } = reply
    const because = { status, reason: reply.reason ?? reasonPhrase(status) }
    if (this.#held && status < 300) return 'a 2xx waits for its PRACK'
    if (status < 200) return this.#ring(reply, now)
    if (status >= 300) {
      const { server } = this.#port.environment.capabilities
      this.#transaction.respond(answerOf(reply, this.#dialog.localTag, server, reply.sdp), now)
      this.#port.finish({ ...because, cause: 'local' }, false, now)
      return undefined
    }
    // A description in a provisional response was the answer: the 2xx says it again, unless they have acknowledged it.
    if (this.#said === undefined && (reply.sdp ?? this.#preview) === undefined)
      return this.#offered ? 'their offer needs an answer' : 'they want an offer'
    if (this.#reliable.describes || this.#port.isAsked) this.#held = reply
    else this.#accept(reply, now)
    return undefined
  }

  /** What waited for a PRACK, or for the answer to the offer in one, has its turn. */
  proceed(now: Millis): void {
    const held = this.#held
    if (held === undefined || this.#reliable.describes || this.#port.isAsked) return
    this.#held = undefined
    this.#accept(held, now)
  }

  /** RFC 3262 §3, §5. */
  onPrack(incoming: Incoming, now: Millis): void {
    const port = this.#port
    const part = sdpOf(incoming.request)
    const refusal = this.#refusalOf(incoming.request, part)
    if (refusal) {
      port.answer(incoming, refusal, now)
      return
    }
    const sdp = part.kind === 'sdp' ? part.sdp : undefined
    const answers = this.#wantsAnswer
    if (this.#isDescribed) this.#settled = true
    if (sdp !== undefined && !answers) port.offered(incoming, this.#dialog, sdp, now)
    else {
      port.answer(incoming, { status: 200 }, now)
      if (sdp !== undefined) port.sdp('answer', sdp, 'PRACK', false)
    }
    this.#reliable.acknowledged(now)
    this.proceed(now)
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
      // RFC 3262 §3: with a number of its own, as what is reliable is not said again; while one is repeated there is life enough.
      if (!this.#isReliable) this.#transaction.respond(this.#provisional, now)
      else if (this.#reliable.unacknowledged === undefined) this.#reliable.send(this.#provisional, now)
      this.#signAt = after(now, SIGN_OF_LIFE)
    }
    this.#arm(now)
  }

  stop(): void {
    this.#reliable.stop()
    this.#port.environment.queue.disarm(this.timer)
  }

  /** The response that waits for its PRACK has a description. */
  get #isDescribed(): boolean {
    const { unacknowledged } = this.#reliable
    return unacknowledged !== undefined && unacknowledged.body !== ''
  }

  /** That is our offer. */
  get #wantsAnswer(): boolean {
    return this.#isDescribed && this.#said === 'offer'
  }

  #refusalOf(prack: SipRequest, part: SdpPart): Answer | undefined {
    const which = rack(prack)
    if (which === undefined) return { status: 400, reason: 'Bad Request: no RAck that can be read' }
    if (!this.#reliable.matches(which)) return { status: 481 }
    if (this.#wantsAnswer && part.kind === 'none') return { status: 400, reason: 'Bad Request: no answer to the offer' }
    if (part.kind === 'sdp' && !this.#isDescribed && !this.#settled)
      return { status: 400, reason: 'Bad Request: an offer before the first is answered' }
    return bodyRefusal(part)
  }

  #arm(now: Millis): void {
    this.#port.environment.queue.arm(this.timer, earlier(this.#signAt, this.#expiresAt), now)
  }

  #ring(reply: Reply, now: Millis): string | undefined {
    const { status } = reply
    const kind = reliability(this.#incoming.request, this.#port.terms)
    // What was said reliably is not said again.
    const sdp = this.#said === undefined ? reply.sdp : undefined
    const reliable = kind === 'all' || this.#isReliable || (kind === 'described' && sdp !== undefined)
    if (!this.#offered && this.#said === undefined) {
      // RFC 3261 §13.2.1: an offer has to be in the first reliable response, and can be in no other.
      if (reliable && sdp === undefined) return 'the first reliable response has to have our offer'
      if (!reliable && sdp !== undefined) return 'an offer needs a reliable response'
    }
    if (reliable && this.#reliable.isFull) return 'too many responses wait for their PRACK'
    const tag = this.#dialog.localTag
    const answer = answerOf(reply, tag, this.#headers(), sdp)
    this.#provisional = reliable ? answerOf(reply, tag, this.#headers(), undefined) : answer
    this.#signAt = after(now, SIGN_OF_LIFE)
    if (reliable) {
      this.#isReliable = true
      if (sdp !== undefined) this.#said = this.#offered ? 'answer' : 'offer'
      this.#reliable.send(answer, now)
    } else {
      this.#preview = sdp ?? this.#preview
      this.#transaction.respond(answer, now)
    }
    this.#arm(now)
    this.#port.enter('EARLY', { status, reason: reply.reason ?? reasonPhrase(status) })
    return undefined
  }

  #accept(reply: Reply, now: Millis): void {
    const { status } = reply
    const sdp = this.#said === undefined ? (reply.sdp ?? this.#preview) : undefined
    this.stop()
    const headers = [...this.#headers(), ...this.#port.timer.grant(this.#incoming.request, now)]
    const text = this.#transaction.respond(answerOf(reply, this.#dialog.localTag, headers, sdp), now)
    this.#port.awaitAck(this.#incoming, text, sdp !== undefined && !this.#offered, now)
    this.#port.enter('CONNECTING', { status, reason: reply.reason ?? reasonPhrase(status) })
  }

  /** RFC 3262 §3: who does not acknowledge is not called by us either. */
  #unacknowledged(now: Millis): void {
    const { server } = this.#port.environment.capabilities
    this.#transaction.respond({ status: 504, toTag: this.#dialog.localTag, headers: server }, now)
    this.#port.finish({ status: 504, reason: reasonPhrase(504), cause: 'timeout' }, false, now)
  }

  /** §12.1.1: what a response that makes a dialog says beside what every response does. */
  #headers(): HeaderField[] {
    const { capabilities } = this.#port.environment
    return [
      ...recordRouteFields(this.#incoming),
      ...contactField(this.#port, this.#incoming),
      capabilities.allow,
      ...supportedFields(capabilities, tagsOf(this.#port.terms)),
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
          value: ourContact(port.environment, port.contactUser, transport, wantsSips(request), false),
        },
      ]
    : []
}
