// An outgoing session until it is confirmed (RFC 3261 §13.2): forks and early dialogs, offer and answer, CANCEL (§9.1).
import { after, type Millis } from '../../../base/time.ts'
import { type Sleeper, Timer } from '../../../base/timer-queue.ts'
import { type Dialog, uacDialog } from '../../dialog/dialog.ts'
import type { HeaderField, SipResponse, Uri } from '../../message/message.ts'
import { giveUp } from '../../transaction/timers.ts'
import { type OutgoingRequest, sendRequest } from '../outgoing-request.ts'
import type { Failure, RequestSpec, RequestUser } from '../requester.ts'
import { sdpIn } from '../sdp-body.ts'
import { Acks } from './acks.ts'
import { byFailure, byResponse, type SessionPort } from './session-port.ts'

/** Early dialogs of one INVITE that are kept apart. */
const MAX_EARLY = 16

export class ClientOpening implements RequestUser, Sleeper {
  readonly timer = new Timer(this)
  /** By the peer's tag. */
  readonly early = new Map<string, Dialog>()
  readonly #port: SessionPort
  readonly #target: Uri
  readonly #offered: boolean
  readonly #request: OutgoingRequest
  /** Their description as last reported. */
  #seen: string | undefined
  /** The 2xx whose offer waits for our answer. */
  #unanswered: { readonly dialog: Dialog; readonly response: SipResponse } | undefined

  constructor(port: SessionPort, spec: RequestSpec, target: Uri, now: Millis) {
    this.#port = port
    this.#target = target
    this.#offered = spec.body !== undefined
    this.#request = sendRequest(port.requester, spec, this, now)
  }

  onResponse(response: SipResponse, now: Millis): void {
    if (response.status < 200) this.#provisional(response)
    else if (response.status < 300) this.#accepted(response, now)
    else this.#refused(response, now)
  }

  onFailure(why: Failure, now: Millis, detail?: string): void {
    const cause = this.#port.state === 'DISCONNECTING' ? 'local' : why
    this.#port.finish({ ...byFailure(why, cause, detail), tries: this.#request.tries }, false, now)
  }

  /** By a server given up for another: whoever took the call there is told that it is over. */
  onStray(response: SipResponse, now: Millis): void {
    this.#acks().onResponse(response, now)
  }

  /** Where a request before the answer goes: forks cannot be told apart by the application. */
  get onlyEarly(): Dialog | undefined {
    return this.early.size === 1 ? [...this.early.values()][0] : undefined
  }

  /** Late offer: our answer goes out in the ACK. */
  acknowledge(sdp: string, now: Millis): string | undefined {
    const { dialog, response } = this.#unanswered ?? {}
    if (dialog === undefined || response === undefined) return 'no offer in a response waits for an answer'
    this.#ack(dialog, response, sdp, now)
    this.#port.enter('CONFIRMED', { status: response.status, reason: response.reason })
    return undefined
  }

  /** The user has changed its mind. */
  cancel(headers: readonly HeaderField[], now: Millis): void {
    this.#port.enter('DISCONNECTING', { status: 0, reason: '', cause: 'local' })
    if (this.#unanswered) {
      const { dialog, response } = this.#unanswered
      this.#ack(dialog, response, undefined, now)
      this.#port.bye(now)
    } else if (this.#request.cancel(headers, now) === 'unsent') {
      this.#port.finish({ status: 487, reason: 'Request Terminated', cause: 'local' }, false, now)
    }
  }

  /** The answer to a late offer did not come in time: the peer must not wait longer. */
  wake(now: Millis): void {
    if (this.#unanswered === undefined) return
    const { dialog, response } = this.#unanswered
    this.#ack(dialog, response, undefined, now)
    this.#port.finish(byFailure('timeout'), true, now)
  }

  stop(): void {
    this.#port.environment.queue.disarm(this.timer)
  }

  #provisional(response: SipResponse): void {
    const port = this.#port
    if (port.state === 'DISCONNECTING' || response.status === 100) return
    if (response.toTag !== undefined && !this.early.has(response.toTag) && this.early.size < MAX_EARLY)
      this.early.set(response.toTag, this.#dialogOf(response))
    const sdp = this.#offered ? sdpIn(response) : undefined
    if (sdp !== undefined) this.#answer(sdp)
    port.enter('EARLY', byResponse(response))
  }

  #accepted(response: SipResponse, now: Millis): void {
    const port = this.#port
    // Of another fork, or again, while the answer to the first one's offer is awaited.
    if (this.#unanswered) {
      if (response.toTag !== this.#unanswered.response.toTag) this.#acks().onResponse(response, now)
      return
    }
    const dialog = this.#dialogOf(response)
    // §13.2.2.4: the route set is the 2xx's; the numbering goes on from the early dialog's.
    const early = this.early.get(dialog.remoteTag)
    dialog.remoteSeq = early?.remoteSeq
    dialog.localSeq = Math.max(dialog.localSeq, early?.localSeq ?? 0)
    port.dialog = dialog
    if (port.state === 'DISCONNECTING') {
      this.#ack(dialog, response, undefined, now)
      port.bye(now)
      return
    }
    const sdp = sdpIn(response)
    if (sdp === undefined && (!this.#offered || this.#seen === undefined)) {
      this.#ack(dialog, response, undefined, now)
      port.finish({ ...byResponse(response, 'protocol'), reason: 'No session description in the answer' }, true, now)
      return
    }
    if (this.#offered) {
      if (sdp !== undefined) this.#answer(sdp)
      port.enter('CONNECTING', { ...byResponse(response), tries: this.#request.tries })
      this.#ack(dialog, response, undefined, now)
      port.enter('CONFIRMED', { status: response.status, reason: response.reason })
      return
    }
    this.#unanswered = { dialog, response }
    const { environment } = port
    environment.queue.arm(this.timer, after(now, giveUp(environment.timers)), now)
    port.sdp('offer', sdp as string, true)
    port.enter('CONNECTING', { ...byResponse(response), tries: this.#request.tries })
  }

  #refused(response: SipResponse, now: Millis): void {
    const challenged = response.status === 401 || response.status === 407
    const cause = this.#port.state === 'DISCONNECTING' ? 'local' : challenged ? 'authentication' : 'remote'
    this.#port.finish({ ...byResponse(response, cause), tries: this.#request.tries }, false, now)
  }

  /** Its requests go the way the INVITE went. */
  #dialogOf(response: SipResponse): Dialog {
    const dialog = uacDialog(response, this.#target, this.#request.transport)
    dialog.server = this.#request.server
    return dialog
  }

  /** Reported once, and again only when it differs: a preview comes again in each provisional response. */
  #answer(sdp: string): void {
    if (sdp === this.#seen) return
    this.#seen = sdp
    this.#port.sdp('answer', sdp, true)
  }

  #ack(dialog: Dialog, { cseq }: SipResponse, sdp: string | undefined, now: Millis): void {
    this.stop()
    this.#unanswered = undefined
    const acks = this.#acks()
    acks.acknowledge(dialog, cseq.number, sdp, this.#request.authorization, now)
    this.#request.handOver(acks)
  }

  #others: Acks | undefined
  #acks(): Acks {
    const { requester, digest } = this.#port
    this.#others ??= new Acks(requester, digest, this.#target, this.#request.transport)
    return this.#others
  }
}
