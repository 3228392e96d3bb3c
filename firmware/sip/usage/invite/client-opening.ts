// An outgoing session until it is confirmed (RFC 3261 §13.2): forks and early dialogs, offer and answer, CANCEL (§9.1).
import { after, type Millis } from '../../../base/time.ts'
import { type Sleeper, Timer } from '../../../base/timer-queue.ts'
import { type Dialog, uacDialog } from '../../dialog/dialog.ts'
import type { HeaderField, SipResponse, SipUri, Uri } from '../../message/message.ts'
import { isSip, parseUri, printUri } from '../../message/uri.ts'
import { headersInUri } from '../../message/uri-headers.ts'
import { giveUp } from '../../transaction/timers.ts'
import { type OutgoingRequest, sendRequest } from '../outgoing-request.ts'
import type { Failure, RequestSpec, RequestUser } from '../requester.ts'
import { sdpIn } from '../sdp-body.ts'
import { Acks } from './acks.ts'
import { diversionOf, Redirection, type RedirectTarget } from './redirection.ts'
import { type Because, byFailure, byResponse, type SessionPort } from './session-port.ts'

/** Makes the INVITE anew for somebody else. */
export type SendOn = (target: Uri, more: readonly HeaderField[]) => RequestSpec

/** A 3xx without a word on where to go on ends the call after this long, ms. */
const PATIENCE = 30_000
/** Early dialogs of one INVITE that are kept apart. */
const MAX_EARLY = 16

export class ClientOpening implements RequestUser, Sleeper {
  readonly timer = new Timer(this)
  /** By the peer's tag. */
  readonly early = new Map<string, Dialog>()
  readonly #port: SessionPort
  #target: Uri
  readonly #offered: boolean
  #request: OutgoingRequest
  readonly #sendOn: SendOn | undefined
  readonly #redirection: Redirection
  /** The 3xx that waits for a word on where to go on. */
  #redirected: SipResponse | undefined
  /** Their description as last reported. */
  #seen: string | undefined
  /** The 2xx whose offer waits for our answer. */
  #unanswered: { readonly dialog: Dialog; readonly response: SipResponse } | undefined

  constructor(port: SessionPort, spec: RequestSpec, target: Uri, sendOn: SendOn | undefined, now: Millis) {
    this.#port = port
    this.#target = target
    this.#sendOn = sendOn
    this.#redirection = new Redirection(target)
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
    if (cause === why && this.#next(byFailure(why, why, detail), [], now)) return
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
    if (this.#redirected) {
      this.#port.finish({ status: 487, reason: 'Request Terminated', cause: 'local' }, false, now)
    } else if (this.#unanswered) {
      const { dialog, response } = this.#unanswered
      this.#ack(dialog, response, undefined, now)
      this.#port.bye(now)
    } else if (this.#request.cancel(headers, now) === 'unsent') {
      this.#port.finish({ status: 487, reason: 'Request Terminated', cause: 'local' }, false, now)
    }
  }

  /** Where to go on after a 3xx: nowhere when `targets` is empty. */
  redirect(targets: readonly string[], now: Millis): string | undefined {
    const response = this.#redirected
    if (response === undefined) return 'nobody sends the call on'
    const uris: SipUri[] = []
    for (const text of targets) {
      const uri = parseUri(text)
      if (!uri.ok || !isSip(uri.value)) return 'the target is no SIP URI'
      uris.push(uri.value)
    }
    this.#redirected = undefined
    this.stop()
    this.#redirection.take(uris)
    const because = byResponse(response, 'remote')
    if (targets.length === 0 || !this.#next(because, diversionOf(response), now)) this.#port.finish(because, false, now)
    return undefined
  }

  /** The answer to a late offer did not come in time: the peer must not wait longer. Or nobody said where to go on. */
  wake(now: Millis): void {
    if (this.#redirected) this.redirect([], now)
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
    const { status } = response
    const leaving = this.#port.state === 'DISCONNECTING'
    const challenged = status === 401 || status === 407
    const because = byResponse(response, leaving ? 'local' : challenged ? 'authentication' : 'remote')
    if (!leaving && this.#sendOn) {
      const targets = this.#redirection.targets(response)
      if (targets.length > 0) {
        this.#ask(response, targets, now)
        return
      }
      // §16.7: 6xx is the word of the one called, wherever he is.
      if (status < 600 && this.#next(because, [], now)) return
    }
    this.#port.finish({ ...because, tries: this.#request.tries }, false, now)
  }

  #ask(message: SipResponse, targets: readonly RedirectTarget[], now: Millis): void {
    const { environment, id } = this.#port
    this.#redirected = message
    environment.queue.arm(this.timer, after(now, PATIENCE), now)
    environment.emit({ kind: 'session-redirected', id, targets, message, ...environment.trust() })
  }

  /** Calls the next one there is; false: there is none. */
  #next(because: Because, more: readonly HeaderField[], now: Millis): boolean {
    const target = this.#redirection.next()
    if (target === undefined || this.#sendOn === undefined) return false
    this.#target = target
    this.early.clear()
    this.#seen = undefined
    this.#port.enter('CALLING', { ...because, target: printUri({ ...target, headers: [] }) })
    const spec = this.#sendOn(target, [...headersInUri(target), ...more])
    this.#request = sendRequest(this.#port.requester, spec, this, now)
    return true
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
