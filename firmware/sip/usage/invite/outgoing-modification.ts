// A re-INVITE of ours (RFC 3261 §14.1): glare is retried, a refusal leaves the session as it was, 408 and 481 end it.
import { after, type Millis, ms } from '../../../base/time.ts'
import { type Sleeper, Timer } from '../../../base/timer-queue.ts'
import { type Dialog, refreshTarget } from '../../dialog/dialog.ts'
import type { HeaderField, SipResponse } from '../../message/message.ts'
import { giveUp } from '../../transaction/timers.ts'
import { type OutgoingRequest, sendRequest } from '../outgoing-request.ts'
import type { Failure, RequestUser } from '../requester.ts'
import { sdpIn } from '../sdp-body.ts'
import { Acks, inDialog } from './acks.ts'
import { byFailure, byResponse, type SessionPort } from './session-port.ts'

/** Glare again and again is not glare. */
const MAX_TRIES = 8

export class OutgoingModification implements RequestUser, Sleeper {
  readonly timer = new Timer(this)
  readonly #port: SessionPort
  readonly #dialog: Dialog
  readonly #sdp: string | undefined
  readonly #headers: readonly HeaderField[]
  /** We made the Call-ID: our window after glare is the later one (§14.1). */
  readonly #caller: boolean
  readonly #done: (status: number, reason: string) => void
  #tries = 0
  #request: OutgoingRequest | undefined
  #acks: Acks | undefined
  /** The 2xx whose offer waits for our answer. */
  #unanswered: SipResponse | undefined
  #acknowledged = false
  /** Theirs was agreed on while ours waited: what it offers is of before. */
  #stale = false

  /** `done` reports the result, after the state has been left. */
  constructor(
    port: SessionPort,
    dialog: Dialog,
    sdp: string | undefined,
    headers: readonly HeaderField[],
    caller: boolean,
    done: (status: number, reason: string) => void,
  ) {
    this.#port = port
    this.#dialog = dialog
    this.#sdp = sdp
    this.#headers = headers
    this.#caller = caller
    this.#done = done
  }

  send(now: Millis): void {
    const { capabilities } = this.#port.environment
    this.#tries++
    const headers = [capabilities.allow, ...capabilities.supported, ...this.#headers]
    const more = { headers, sdp: this.#sdp, contactUser: this.#port.contactUser }
    const spec = inDialog(this.#dialog, 'INVITE', this.#port.digest, more)
    this.#port.enter('REINVITING', { status: 0, reason: '' })
    this.#request = sendRequest(this.#port.requester, spec, this, now)
  }

  onResponse(response: SipResponse, now: Millis): void {
    if (response.status < 200) return
    if (response.status < 300) {
      this.#accepted(response, now)
      return
    }
    if (response.status === 491 && this.#tries < MAX_TRIES) {
      this.#glare(response, now)
      return
    }
    if (response.status === 481 || response.status === 408) {
      this.#port.finish(byResponse(response, 'remote'), response.status === 408, now)
      return
    }
    this.#back(response.status, response.reason, byResponse(response, 'remote'))
  }

  onFailure(why: Failure, now: Millis): void {
    const because = byFailure(why)
    if (why === 'timeout') {
      this.#port.finish(because, true, now)
      return
    }
    this.#back(because.status, because.reason, because)
  }

  /** Late offer: our answer goes out in the ACK. */
  acknowledge(sdp: string, now: Millis): string | undefined {
    const response = this.#unanswered
    if (response === undefined) return 'no offer in a response waits for an answer'
    this.#ack(response, sdp, now)
    this.#back(response.status, response.reason, { status: response.status, reason: response.reason })
    return undefined
  }

  /** The glare window has passed, or a late offer was not answered in time. */
  wake(now: Millis): void {
    if (this.#unanswered) {
      this.#ack(this.#unanswered, undefined, now)
      this.#port.finish(byFailure('timeout'), true, now)
    } else if (this.#port.state === 'CONFIRMED') {
      if (this.#stale && this.#sdp !== undefined) this.#done(491, 'Request Pending')
      else this.send(now)
    }
    // Their re-INVITE is being answered: look again when the user may have done so.
    else this.#port.environment.queue.arm(this.timer, after(now, 500), now)
  }

  /** Their re-INVITE or UPDATE has changed the session. */
  overtaken(): void {
    this.#stale = true
  }

  /** The session ends while this runs: a 2xx that still comes is acknowledged. */
  stop(now: Millis): void {
    this.#port.environment.queue.disarm(this.timer)
    if (this.#unanswered) this.#ack(this.#unanswered, undefined, now)
    else if (!this.#acknowledged) this.#request?.handOver(new Remnant(this.#dialog, this.#newAcks()))
  }

  #accepted(response: SipResponse, now: Millis): void {
    if (this.#unanswered) return
    refreshTarget(this.#dialog, response)
    const sdp = sdpIn(response)
    if (this.#sdp === undefined && sdp !== undefined) {
      const { environment } = this.#port
      this.#unanswered = response
      environment.queue.arm(this.timer, after(now, giveUp(environment.timers)), now)
      this.#port.sdp('offer', sdp, true)
      return
    }
    this.#ack(response, undefined, now)
    // RFC 3264 §8: without an answer what was agreed before stays.
    if (sdp === undefined) {
      const because = { ...byResponse(response, 'protocol'), reason: 'No session description in the answer' }
      this.#back(488, because.reason, because)
      return
    }
    this.#port.sdp('answer', sdp, true)
    this.#back(response.status, response.reason, byResponse(response))
  }

  #glare(response: SipResponse, now: Millis): void {
    const { rng, queue } = this.#port.environment
    // §14.1: 2.1–4 s for who made the Call-ID, 0–2 s for the other, in steps of 10 ms.
    const wait = this.#caller ? 2100 + 10 * (rng.uint32() % 191) : 10 * (rng.uint32() % 201)
    this.#request = undefined
    queue.arm(this.timer, after(now, ms(wait)), now)
    this.#port.enter('CONFIRMED', byResponse(response))
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
    this.#acks ??= new Acks(this.#port.requester, this.#port.digest, this.#dialog.remoteTarget, this.#dialog.transport)
    return this.#acks
  }

  #back(status: number, reason: string, because: Parameters<SessionPort['enter']>[1]): void {
    this.#port.enter('CONFIRMED', because)
    this.#done(status, reason)
  }
}

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
