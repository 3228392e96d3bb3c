// An outgoing session until it is confirmed (RFC 3261 §13.2): forks and early dialogs, offer and answer, CANCEL (§9.1).
import { after, type Millis } from '../../../base/time.ts'
import { type Sleeper, Timer } from '../../../base/timer-queue.ts'
import { type Dialog, uacDialog } from '../../dialog/dialog.ts'
import type { HeaderField, SipResponse, SipUri } from '../../message/message.ts'
import { rseq } from '../../message/session-headers.ts'
import { isSip, parseUri, printUri } from '../../message/uri.ts'
import { headersInUri } from '../../message/uri-headers.ts'
import type { ClientUser } from '../../transaction/client.ts'
import { giveUp } from '../../transaction/timers.ts'
import { type OutgoingRequest, sendRequest } from '../outgoing-request.ts'
import type { Failure, RequestUser } from '../requester.ts'
import { sdpIn } from '../sdp-body.ts'
import { Acks } from './acks.ts'
import { type EarlyDialog, EarlyDialogs } from './early-dialogs.ts'
import type { OurInvite } from './our-invite.ts'
import { diversionOf, Redirection, type RedirectTarget } from './redirection.ts'
import { type Because, byFailure, byResponse, type Exchange, type SessionPort } from './session-port.ts'
import { openingFields } from './terms.ts'

/** Without a way out a call that is not answered yet lasts so long, ms. */
const AWAY = 10_000
/** What a CANCEL for the INVITE before may take until the next is sent, ms. */
const WITHDRAWAL = 2_000
/** Of an INVITE whose session interval was too small for somebody on the way (RFC 4028 §7.4). */
const MAX_TRIES = 5

/** A response whose offer waits for our answer. */
interface Unanswered {
  readonly dialog: Dialog
  readonly response: SipResponse
}

export class ClientOpening implements RequestUser, Sleeper {
  readonly timer = new Timer(this)
  early: EarlyDialogs
  readonly #port: SessionPort
  readonly #invite: OurInvite
  #request: OutgoingRequest
  readonly #redirection: Redirection
  /** Our address is gone: no other there yet; the INVITE that went from there is being called off. */
  #moving: 'away' | 'withdrawing' | undefined
  /** The 3xx that waits for a word on where to go on. */
  #redirected: SipResponse | undefined
  #tries = 1
  /** Their description as last reported. */
  #seen: string | undefined
  /** The reliable provisional response that offers (RFC 3262 §5); its dialog. */
  #asking: { readonly early: EarlyDialog; readonly response: SipResponse } | undefined
  /** The 2xx that offers, or came before the offer of its early dialog was answered. */
  #unanswered: Unanswered | undefined

  constructor(port: SessionPort, invite: OurInvite, now: Millis) {
    this.#port = port
    this.#invite = invite
    this.#redirection = new Redirection(invite.target)
    this.early = new EarlyDialogs(port)
    this.#request = this.#send(now)
  }

  onResponse(response: SipResponse, now: Millis): void {
    if (response.status < 200) this.#provisional(response, now)
    else if (response.status < 300) this.#accepted(response, now)
    else this.#refused(response, now)
  }

  onFailure(why: Failure, now: Millis, detail?: string): void {
    const cause = this.#port.state === 'DISCONNECTING' ? 'local' : why
    if (cause === why && this.#request.isStranded) {
      this.#move('away', AWAY, now)
      return
    }
    if (cause === why && this.#next(byFailure(why, why, detail), [], now)) return
    this.#port.farewell('CANCEL', byFailure(why, why, detail))
    this.#port.finish({ ...byFailure(why, cause, detail), tries: this.#request.tries }, false, now)
  }

  onCancelled(answer: SipResponse | Failure): void {
    this.#port.farewell('CANCEL', typeof answer === 'string' ? byFailure(answer) : byResponse(answer))
  }

  /** By a server given up for another: whoever took the call there is told that it is over. */
  onStray(response: SipResponse, now: Millis): void {
    this.#acks().onResponse(response, now)
  }

  exchange(dialog: Dialog): Exchange {
    const early = this.early.get(dialog.remoteTag)
    if (early?.settled) return 'done'
    return early !== undefined && this.#asking?.early === early ? 'theirs' : 'ours'
  }

  /** The INVITE has this description the next time it goes out. */
  offer(sdp: string): string | undefined {
    return this.#invite.offer(sdp)
  }

  /** Late offer: our answer goes out in the PRACK, or in the ACK. */
  acknowledge(sdp: string, now: Millis): string | undefined {
    if (this.#asking) {
      const { early, response } = this.#asking
      this.#asking = undefined
      early.settled = true
      this.early.prack(early, response, sdp, now)
      const taken = this.#unanswered
      if (taken?.dialog.remoteTag === early.dialog.remoteTag) this.#confirm(taken, undefined, now)
      return undefined
    }
    if (this.#unanswered === undefined) return 'no offer in a response waits for an answer'
    this.#confirm(this.#unanswered, sdp, now)
    return undefined
  }

  /** The user has changed its mind. */
  cancel(headers: readonly HeaderField[], now: Millis): void {
    this.#port.enter('DISCONNECTING', { status: 0, reason: '', cause: 'local' })
    if (this.#redirected || this.#moving) {
      if (this.#moving === 'away') this.#request.withdraw(NOBODY, now)
      this.#port.finish({ status: 487, reason: 'Request Terminated', cause: 'local' }, false, now)
    } else if (this.#unanswered) {
      this.#ack(this.#unanswered, undefined, now)
      this.#port.bye(now)
    } else if (this.#request.cancel(headers, now) === 'waiting') this.#port.leaving = 'CANCEL'
    else this.#port.finish({ status: 487, reason: 'Request Terminated', cause: 'local' }, false, now)
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

  /** At the next wake: several come up at once, and the one that is wanted may be the last. */
  transportUp(now: Millis): void {
    if (this.#moving === 'away') this.#move('away', 0, now)
  }

  #move(step: 'away' | 'withdrawing', ms: number, now: Millis): void {
    this.#moving = step
    this.#port.environment.queue.arm(this.timer, after(now, ms), now)
  }

  /**
   * No response finds us any more, so what rings is called off and called anew: by the same Call-ID, and with the description we
   * have now; where that is the one of before, a re-INVITE sets it right as soon as there can be one.
   */
  #moved(now: Millis): void {
    if (this.#moving === 'away') {
      this.#move('withdrawing', WITHDRAWAL, now)
      const through = (then: Millis) => this.#moving === 'withdrawing' && this.#move('withdrawing', 0, then)
      const user: ClientUser = {
        onResponse: ({ status }, then) => status >= 200 && through(then),
        onFailure: (_why, then) => through(then),
      }
      this.#request.withdraw(user, now)
      return
    }
    this.#moving = undefined
    this.#seen = undefined
    this.#port.enter('CALLING', { status: 0, reason: '', sdp: this.#invite.sdp })
    this.#again(now)
  }

  /**
   * The answer to a late offer did not come in time: the peer must not wait longer. Or nobody said where to go on. Or there is a way
   * out again, or none.
   */
  wake(now: Millis): void {
    if (this.#moving) this.#moved(now)
    if (this.#redirected) this.redirect([], now)
    if (this.#unanswered === undefined) return
    this.#ack(this.#unanswered, undefined, now)
    this.#port.finish(byFailure('timeout'), true, now)
  }

  stop(): void {
    this.#moving = undefined
    this.#port.environment.queue.disarm(this.timer)
  }

  #send(now: Millis): OutgoingRequest {
    const { environment, terms, timer, requester } = this.#port
    const fields = [...openingFields(environment.capabilities, terms), ...timer.fields]
    return sendRequest(requester, this.#invite.spec(fields), this, now)
  }

  #provisional(response: SipResponse, now: Millis): void {
    const port = this.#port
    if (port.state === 'DISCONNECTING' || response.status === 100) return
    const early = this.early.of(response, () => this.#dialogOf(response))
    const order = early ? this.early.order(response, early) : 'unreliable'
    // While the offer of one waits for our answer, the next has to wait, too: it comes again.
    if (order === 'not-now' || (order === 'next' && this.#asking?.early === early)) return
    const sdp = sdpIn(response)
    if (early === undefined || order === 'unreliable') this.#preview(early, sdp)
    else if (!this.#reliable(early, response, sdp, now)) return
    port.enter('EARLY', byResponse(response))
  }

  /** RFC 3262 §4, §5. False: it has to wait, and comes again. */
  #reliable(early: EarlyDialog, response: SipResponse, sdp: string | undefined, now: Millis): boolean {
    if (!this.#invite.offers && sdp !== undefined && !early.settled) {
      // Of another fork: one offer at a time.
      if (this.#asking) return false
      this.#asking = { early, response }
      early.rseq = rseq(response)
      this.#port.sdp('offer', sdp, 'INVITE', true)
      return true
    }
    this.#preview(early, sdp)
    if (this.#invite.offers && sdp !== undefined) early.settled = true
    this.early.prack(early, response, undefined, now)
    return true
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
    dialog.remoteSeq = early?.dialog.remoteSeq
    dialog.localSeq = Math.max(dialog.localSeq, early?.dialog.localSeq ?? 0)
    port.dialog = dialog
    const answered = { dialog, response }
    if (port.state === 'DISCONNECTING') {
      this.#ack(answered, undefined, now)
      port.farewell('CANCEL', byResponse(response))
      port.bye(now)
      return
    }
    port.timer.agreed(response, now)
    // RFC 6337 §3.1: once an answer came reliably, what a 2xx says is none.
    const sdp = early?.settled ? undefined : sdpIn(response)
    const because = { ...byResponse(response), tries: this.#request.tries }
    if (early !== undefined && this.#asking?.early === early) {
      this.#await(answered, now)
      port.enter('CONNECTING', because)
    } else if (early?.settled || (this.#invite.offers && (sdp ?? this.#seen) !== undefined)) {
      const theirs = sdp ?? early?.answer
      if (this.#invite.offers && theirs !== undefined) this.#answer(theirs)
      port.enter('CONNECTING', because)
      this.#confirm(answered, undefined, now)
    } else if (sdp === undefined) {
      this.#ack(answered, undefined, now)
      port.finish({ ...byResponse(response, 'protocol'), reason: 'No session description in the answer' }, true, now)
    } else {
      this.#await(answered, now)
      port.sdp('offer', sdp, 'INVITE', true)
      port.enter('CONNECTING', because)
    }
  }

  #refused(response: SipResponse, now: Millis): void {
    const { state, timer } = this.#port
    const { status } = response
    const leaving = state === 'DISCONNECTING'
    if (status === 422 && !leaving && this.#tries < MAX_TRIES && timer.raise(response)) {
      this.#tries++
      this.#again(now)
      return
    }
    const challenged = status === 401 || status === 407
    const because = byResponse(response, leaving ? 'local' : challenged ? 'authentication' : 'remote')
    const { redirectMs } = this.#invite
    if (!leaving && redirectMs !== undefined) {
      const targets = this.#redirection.targets(response)
      if (targets.length > 0) {
        this.#ask(response, targets, redirectMs, now)
        return
      }
      // §16.7: 6xx is the word of the one called, wherever he is.
      if (status < 600 && this.#next(because, [], now)) return
    }
    this.#port.finish({ ...because, tries: this.#request.tries }, false, now)
  }

  #ask(message: SipResponse, targets: readonly RedirectTarget[], waitMs: number, now: Millis): void {
    const { environment, id } = this.#port
    this.#redirected = message
    environment.queue.arm(this.timer, after(now, waitMs), now)
    environment.emit({ kind: 'session-redirected', id, targets, message, ...environment.trust() })
  }

  /** Calls the next one there is; false: there is none. */
  #next(because: Because, more: readonly HeaderField[], now: Millis): boolean {
    const target = this.#redirection.next()
    if (target === undefined || this.#invite.redirectMs === undefined) return false
    this.#seen = undefined
    const sentOn = { target: printUri({ ...target, headers: [] }), sdp: this.#invite.sdp }
    this.#port.enter('CALLING', { ...because, ...sentOn })
    this.#invite.sendOn(target, [...headersInUri(target), ...more])
    this.#again(now)
    return true
  }

  /** What was early of the INVITE before is over. */
  #again(now: Millis): void {
    this.early = new EarlyDialogs(this.#port)
    this.#asking = undefined
    this.#request = this.#send(now)
  }

  /** Its requests go the way the INVITE went. */
  #dialogOf(response: SipResponse): Dialog {
    const dialog = uacDialog(response, this.#invite.target, this.#request.transport)
    dialog.server = this.#request.server
    return dialog
  }

  /** §13.2.1: after an answer that came reliably, any other description is none. */
  #preview(early: EarlyDialog | undefined, sdp: string | undefined): void {
    if (!this.#invite.offers || sdp === undefined || early?.settled) return
    if (early) early.answer = sdp
    this.#answer(sdp)
  }

  /** Reported once, and again only when it differs: a preview comes again in each provisional response. */
  #answer(sdp: string): void {
    if (sdp === this.#seen) return
    this.#seen = sdp
    this.#port.sdp('answer', sdp, 'INVITE', true)
  }

  #await(answered: Unanswered, now: Millis): void {
    const { environment } = this.#port
    this.#unanswered = answered
    environment.queue.arm(this.timer, after(now, giveUp(environment.timers)), now)
  }

  #confirm(answered: Unanswered, sdp: string | undefined, now: Millis): void {
    const { status, reason } = answered.response
    this.#ack(answered, sdp, now)
    this.#port.enter('CONFIRMED', { status, reason })
  }

  #ack({ dialog, response }: Unanswered, sdp: string | undefined, now: Millis): void {
    this.stop()
    this.#unanswered = undefined
    const acks = this.#acks()
    acks.acknowledge(dialog, response.cseq.number, sdp, this.#request.authorization, now)
    this.#request.handOver(acks)
  }

  #others: Acks | undefined
  #acks(): Acks {
    const { requester, digest } = this.#port
    this.#others ??= new Acks(requester, digest.of(undefined), this.#invite.target, this.#request.transport)
    return this.#others
  }
}

const NOBODY: ClientUser = { onResponse: () => {}, onFailure: () => {} }
