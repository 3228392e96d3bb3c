// A re-INVITE (RFC 3261 §14.1) or UPDATE (RFC 3311 §5.1) of ours: glare is retried, a refusal leaves the session as it was.
import { after, type Millis, ms } from '../../../base/time.ts'
import { type Sleeper, Timer } from '../../../base/timer-queue.ts'
import { type Dialog, refreshTarget } from '../../dialog/dialog.ts'
import { retryAfter } from '../../message/headers.ts'
import type { HeaderField, SipResponse } from '../../message/message.ts'
import { giveUp } from '../../transaction/timers.ts'
import { type OutgoingRequest, sendRequest } from '../outgoing-request.ts'
import type { Failure, RequestUser } from '../requester.ts'
import { scopeOf } from '../scope.ts'
import { sdpIn } from '../sdp-body.ts'
import { Acks, inDialog } from './acks.ts'
import { type Because, byFailure, byResponse, type SessionPort } from './session-port.ts'
import { insideFields } from './terms.ts'

/** Glare again and again is not glare. */
const MAX_TRIES = 8
/** While something of before is not through, ms. */
const LOOK_AGAIN = 200
/** §14.2, RFC 3311 §5.2: what a peer may ask us to wait, seconds; who asks for more has refused. */
const LONGEST_WAIT = 10

export interface Modification {
  readonly method: 'INVITE' | 'UPDATE'
  /** Our offer. An UPDATE without is a refresh of the target: the state stays as it is. */
  readonly sdp: string | undefined
  readonly headers: readonly HeaderField[]
  /** We made the Call-ID: our window after glare is the later one (§14.1). */
  readonly caller: boolean
  /** The session timer wants it: no result is told. */
  readonly refresh?: true
}

export class OutgoingModification implements RequestUser, Sleeper {
  readonly timer = new Timer(this)
  readonly #port: SessionPort
  readonly #begun: Dialog
  readonly #wish: Modification
  /** An offer is in it, or asked for by it. */
  readonly #negotiates: boolean
  readonly #done: (status: number, reason: string, now: Millis) => void
  #tries = 0
  #request: OutgoingRequest | undefined
  #acks: Acks | undefined
  /** The 2xx whose offer waits for our answer. */
  #unanswered: SipResponse | undefined
  #acknowledged = false
  /** The result has been told. */
  #over = false
  /** Theirs was agreed on while ours waited: what it offers is of before. */
  #stale = false

  /** `done` reports the result, after the state has been left. */
  constructor(
    port: SessionPort,
    dialog: Dialog,
    wish: Modification,
    done: (status: number, reason: string, now: Millis) => void,
  ) {
    this.#port = port
    this.#begun = dialog
    this.#wish = wish
    this.#negotiates = wish.method === 'INVITE' || wish.sdp !== undefined
    this.#done = done
  }

  /** What was begun in an early dialog goes on in the one that was confirmed. */
  get #dialog(): Dialog {
    const { dialog } = this.#port
    return dialog?.remoteTag === this.#begun.remoteTag ? dialog : this.#begun
  }

  /** Before the call is answered the INVITE alone decides on its end. */
  get #decides(): boolean {
    const { dialog, state } = this.#port
    const confirmed = state === 'CONFIRMED' || state === 'REINVITING' || state === 'REINVITED'
    return confirmed && dialog === this.#dialog
  }

  /** Our offer is under way, or one is asked for. */
  get isOffering(): boolean {
    return this.#negotiates && this.#request !== undefined
  }

  /** Nothing but a sign of life: whatever the application wants may wait for it. */
  get isRefresh(): boolean {
    return this.#wish.refresh === true
  }

  send(now: Millis): void {
    const { environment, terms, timer, state } = this.#port
    const { method, sdp } = this.#wish
    if (this.#port.isPracking(this.#dialog)) {
      environment.queue.arm(this.timer, after(now, LOOK_AGAIN), now)
      return
    }
    this.#tries++
    const headers = [
      environment.capabilities.allow,
      ...insideFields(environment.capabilities, terms),
      ...(this.#decides ? timer.fields : []),
      ...this.#wish.headers,
    ]
    const nextSeq = () => ++this.#dialog.localSeq
    const spec = inDialog(this.#dialog, method, this.#port.digest, {
      headers,
      sdp,
      contactUser: this.#port.contactUser,
      nextSeq,
    })
    if (this.#negotiates && state === 'CONFIRMED') this.#port.enter('REINVITING', { status: 0, reason: '' })
    this.#request = sendRequest(this.#port.requester, spec, this, now)
  }

  onResponse(response: SipResponse, now: Millis): void {
    if (response.status < 200) return
    if (response.status < 300) {
      this.#accepted(response, now)
      return
    }
    const wait = this.#tries < MAX_TRIES ? this.#waitAfter(response) : undefined
    if (wait !== undefined) {
      this.#request = undefined
      this.#port.environment.queue.arm(this.timer, after(now, wait), now)
      this.#leave(byResponse(response))
      return
    }
    const scope = scopeOf(response.status, this.#wish.method)
    if (this.#decides && scope !== 'request') {
      // Where only the time was short the peer may still be there.
      const because = { ...byResponse(response, 'remote'), lost: scope === 'dialog' }
      this.#port.finish(because, response.status === 408, now)
      return
    }
    this.#back(response.status, response.reason, byResponse(response, 'remote'), now)
  }

  onFailure(why: Failure, now: Millis, detail?: string): void {
    const because = byFailure(why, why, detail)
    if (why === 'timeout' && this.#decides) {
      this.#port.finish(because, true, now)
      return
    }
    this.#back(because.status, because.reason, because, now)
  }

  /** By a server given up for another: it counts while nothing else has. */
  onStray(response: SipResponse, now: Millis): void {
    if (this.#over) this.#ack(response, undefined, now)
    else this.onResponse(response, now)
  }

  /** Late offer: our answer goes out in the ACK. */
  acknowledge(sdp: string, now: Millis): string | undefined {
    const response = this.#unanswered
    if (response === undefined) return 'no offer in a response waits for an answer'
    this.#ack(response, sdp, now)
    this.#back(response.status, response.reason, { status: response.status, reason: response.reason }, now)
    return undefined
  }

  /** The time to wait has passed, or a late offer was not answered in time. */
  wake(now: Millis): void {
    if (this.#unanswered) {
      this.#ack(this.#unanswered, undefined, now)
      this.#port.finish(byFailure('timeout'), true, now)
    } else if ((this.#port.state === 'CONFIRMED' || this.#port.state === 'EARLY') && !this.#port.isAsked) {
      if (this.#stale && this.#wish.sdp !== undefined) this.#done(491, 'Request Pending', now)
      else this.send(now)
    }
    // Their offer is being answered: look again when the user may have done so.
    else this.#port.environment.queue.arm(this.timer, after(now, LOOK_AGAIN), now)
  }

  /** Their re-INVITE or UPDATE has changed the session. */
  overtaken(): void {
    this.#stale = true
  }

  /** The session ends while this runs: a 2xx that still comes is acknowledged. */
  stop(now: Millis): void {
    this.#port.environment.queue.disarm(this.timer)
    if (this.#unanswered) this.#ack(this.#unanswered, undefined, now)
    else if (this.#wish.method === 'UPDATE') this.#request?.handOver(NOBODY)
    else if (!this.#acknowledged) this.#request?.handOver(new Remnant(this.#dialog, this.#newAcks()))
  }

  #accepted(response: SipResponse, now: Millis): void {
    if (this.#unanswered) return
    refreshTarget(this.#dialog, response)
    if (this.#decides) this.#port.timer.agreed(response, now)
    const sdp = sdpIn(response)
    if (!this.#negotiates) {
      this.#done(response.status, response.reason, now)
      return
    }
    if (this.#wish.sdp === undefined && sdp !== undefined) {
      const { environment } = this.#port
      this.#unanswered = response
      environment.queue.arm(this.timer, after(now, giveUp(environment.timers)), now)
      this.#port.sdp('offer', sdp, this.#wish.method, true)
      return
    }
    if (this.#wish.method === 'INVITE') this.#ack(response, undefined, now)
    // RFC 3264 §8: without an answer what was agreed before stays.
    if (sdp === undefined) {
      const because = { ...byResponse(response, 'protocol'), reason: 'No session description in the answer' }
      this.#back(488, because.reason, because, now)
      return
    }
    this.#port.sdp('answer', sdp, this.#wish.method, true)
    this.#back(response.status, response.reason, byResponse(response), now)
  }

  /** How long until it may be tried again; undefined: it is refused. */
  #waitAfter(response: SipResponse): Millis | undefined {
    if (response.status === 422) return this.#port.timer.raise(response) ? ms(0) : undefined
    if (response.status === 491) {
      const { rng } = this.#port.environment
      // §14.1: 2.1–4 s for who made the Call-ID, 0–2 s for the other, in steps of 10 ms.
      return ms(this.#wish.caller ? 2100 + 10 * (rng.uint32() % 191) : 10 * (rng.uint32() % 201))
    }
    // An offer of before is not answered over there yet.
    const seconds = response.status === 500 ? retryAfter(response)?.seconds : undefined
    return seconds === undefined || seconds > LONGEST_WAIT ? undefined : ms(1000 * seconds)
  }

  #ack(response: SipResponse, sdp: string | undefined, now: Millis): void {
    this.#unanswered = undefined
    this.#acknowledged = true
    this.#port.environment.queue.disarm(this.timer)
    const acks = this.#newAcks()
    acks.acknowledge(this.#dialog, response.cseq.number, sdp, this.#request?.authorization ?? [], now)
    this.#request?.handOver(acks)
  }

  #newAcks(): Acks {
    const { requester, digest } = this.#port
    const { remoteTarget, transport } = this.#dialog
    this.#acks ??= new Acks(requester, digest.of(undefined), remoteTarget, transport)
    return this.#acks
  }

  #back(status: number, reason: string, because: Because, now: Millis): void {
    this.#over = true
    this.#leave(because)
    this.#done(status, reason, now)
  }

  #leave(because: Because): void {
    if (this.#port.state === 'REINVITING') this.#port.enter('CONFIRMED', because)
  }
}

const NOBODY: RequestUser = { onResponse: () => {}, onFailure: () => {} }

/** What stays of a re-INVITE after the session's end: its 2xx is acknowledged, nothing else matters. */
class Remnant implements RequestUser {
  readonly #dialog: Dialog
  readonly #acks: Acks
  #first = true

  constructor(dialog: Dialog, acks: Acks) {
    this.#dialog = dialog
    this.#acks = acks
  }

  onResponse(response: SipResponse, now: Millis): void {
    if (response.status < 200 || response.status > 299) return
    if (this.#first) this.#acks.acknowledge(this.#dialog, response.cseq.number, undefined, [], now)
    else this.#acks.onResponse(response, now)
    this.#first = false
  }

  onFailure(_why: Failure, _now: Millis): void {}
}
