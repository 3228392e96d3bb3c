// One INVITE session: the states an application sees, requests inside its dialog (RFC 3261 §12.2.2), and its end (§15).
import type { Millis } from '../../../base/time.ts'
import type { SdpBy, SessionState, SessionTerms } from '../../core/contract.ts'
import type { Dialog } from '../../dialog/dialog.ts'
import { allow } from '../../message/headers.ts'
import type { HeaderField, SipMessage, SipRequest } from '../../message/message.ts'
import type { Answer, Incoming } from '../../transaction/response.ts'
import type { Digest } from '../digest.ts'
import type { UsageEnvironment } from '../environment.ts'
import type { Requester, RequestUser } from '../requester.ts'
import { sdpIn } from '../sdp-body.ts'
import { sendBye } from './acks.ts'
import { ClientOpening } from './client-opening.ts'
import { Modifications } from './modifications.ts'
import type { OurInvite } from './our-invite.ts'
import { ServerOpening } from './server-opening.ts'
import { type Because, byFailure, byResponse, type Exchange, type Reply, type SessionPort } from './session-port.ts'
import { SessionTimer } from './session-timer.ts'
import { Unacknowledged } from './unacknowledged.ts'

/** Another session an INVITE names: to take its place, or to join it. */
export type Named = { readonly replaces?: string; readonly joins?: string }

export type Ended = (session: Session, because: Because, now: Millis) => void

export interface SessionInit {
  readonly id: string
  readonly callId: string
  readonly localTag: string
  readonly contactUser: string
  readonly digest: Digest
  readonly terms: SessionTerms
  /** Called once, with the last event out. */
  readonly ended: Ended
}

export class Session implements SessionPort {
  readonly id: string
  readonly callId: string
  readonly localTag: string
  readonly contactUser: string
  digest: Digest
  readonly requester: Requester
  readonly environment: UsageEnvironment
  readonly timer: SessionTimer
  terms: SessionTerms
  state: SessionState = 'NULL'
  dialog: Dialog | undefined
  leaving: 'CANCEL' | 'BYE' | undefined
  readonly #ended: Ended
  #caller = false
  /** Methods the peer has said to take; undefined: it has not said. */
  #allowed: readonly string[] | undefined
  #opening: ClientOpening | ServerOpening | undefined
  readonly #changes = new Modifications(this)
  #unacknowledged: Unacknowledged | undefined
  /** Headers the application wants in the BYE. */
  #farewellHeaders: readonly HeaderField[] = []

  constructor(requester: Requester, init: SessionInit) {
    this.requester = requester
    this.environment = requester.environment
    this.id = init.id
    this.callId = init.callId
    this.localTag = init.localTag
    this.contactUser = init.contactUser
    this.digest = init.digest
    this.terms = init.terms
    this.#ended = init.ended
    this.timer = new SessionTimer(this.environment, init.terms.timer, {
      refresh: (now) => this.#refresh(now),
      expired: (now) => this.#expired(now),
      changed: (expires, ours) =>
        this.environment.emit({ kind: 'session-timer', id: this.id, expires, refresher: ours ? 'local' : 'remote' }),
    })
  }

  /** We sent the INVITE. */
  get isCaller(): boolean {
    return this.#caller
  }

  get awaitsAck(): boolean {
    return this.#unacknowledged !== undefined
  }

  get isAsked(): boolean {
    return this.#changes.isAsked
  }

  // ---- commands: each answers why it makes no sense, or undefined ----------------------------------------------------

  call(invite: OurInvite, now: Millis): void {
    this.#caller = true
    this.enter('CALLING', { status: 0, reason: '' })
    this.#opening = new ClientOpening(this, invite, now)
  }

  /** What our INVITE offers the next time it goes out, as long as nobody has answered it. */
  propose(sdp: string): string | undefined {
    const { state } = this
    if ((state === 'CALLING' || state === 'EARLY') && this.#opening instanceof ClientOpening)
      return this.#opening.offer(sdp)
    return `no INVITE of ours waits for its answer in ${state}`
  }

  /** An INVITE of ours that lost its way takes the next one. */
  transportUp(now: Millis): void {
    if (this.#opening instanceof ClientOpening) this.#opening.transportUp(now)
  }

  redirect(targets: readonly string[], now: Millis): string | undefined {
    return this.#opening instanceof ClientOpening
      ? this.#opening.redirect(targets, now)
      : `nobody sends the call on in ${this.state}`
  }

  offer(incoming: Incoming, dialog: Dialog, sdp: string | undefined, named: Named, now: Millis): void {
    this.state = 'INCOMING'
    this.dialog = dialog
    this.#learn(incoming.request)
    this.#opening = new ServerOpening(this, incoming, dialog, sdp !== undefined, now)
    const more = { localTag: this.localTag, ...named, ...this.environment.trust() }
    this.environment.emit({ kind: 'session-incoming', id: this.id, request: incoming.request, sdp, ...more })
  }

  respond(reply: Reply, now: Millis): string | undefined {
    if (reply.status < 101 || reply.status > 699) return 'no such status'
    if (this.state === 'REINVITED') return this.#changes.respond(reply, now)
    if ((this.state === 'INCOMING' || this.state === 'EARLY') && this.#opening instanceof ServerOpening)
      return this.#opening.respond(reply, now)
    return `nothing to answer in ${this.state}`
  }

  /** Before anything was answered. */
  setTerms(terms: SessionTerms): string | undefined {
    if (this.state !== 'INCOMING') return `no terms to set in ${this.state}`
    this.terms = terms
    this.timer.terms = terms.timer
    return undefined
  }

  /** From now on requests of ours in it are authorised by that. */
  identify(digest: Digest): string | undefined {
    if (this.#caller) return 'who calls has said who it is'
    this.digest = digest
    return undefined
  }

  /** Answers an offer in an UPDATE or PRACK before the call is answered; without a description it is refused. */
  answerOffer(sdp: string | undefined, now: Millis): string | undefined {
    if (this.state === 'REINVITED') return 'respond answers in REINVITED'
    return this.#changes.respond({ status: sdp === undefined ? 488 : 200, reason: undefined, sdp, headers: [] }, now)
  }

  acknowledge(sdp: string, now: Millis): string | undefined {
    if (this.state === 'REINVITING') return this.#changes.acknowledge(sdp, now)
    if ((this.state === 'CONNECTING' || this.state === 'EARLY') && this.#opening instanceof ClientOpening)
      return this.#opening.acknowledge(sdp, now)
    return `no ACK to send in ${this.state}`
  }

  reinvite(sdp: string | undefined, headers: readonly HeaderField[], now: Millis): string | undefined {
    if (this.state !== 'CONFIRMED' || this.dialog === undefined) return `no re-INVITE in ${this.state}`
    return this.#changes.begin(this.dialog, { method: 'INVITE', sdp, headers, caller: this.#caller }, now)
  }

  /** RFC 3311 §5.1. */
  update(sdp: string | undefined, headers: readonly HeaderField[], now: Millis): string | undefined {
    if (this.state !== 'CONFIRMED' && this.state !== 'EARLY') return `no UPDATE in ${this.state}`
    if (sdp !== undefined && this.#unacknowledged?.offered) return 'an offer of ours waits for its answer'
    if (this.#allowed?.includes('UPDATE') === false) return 'UPDATE is not in the Allow of the peer'
    const dialog =
      this.dialog ?? (this.#opening instanceof ClientOpening ? this.#opening.early.only?.dialog : undefined)
    if (dialog === undefined) return 'no early dialog, or more than one'
    if (sdp !== undefined && this.state === 'EARLY' && this.exchange(dialog) !== 'done')
      return 'no offer by UPDATE before the first is answered reliably: that takes 100rel'
    return this.#changes.begin(dialog, { method: 'UPDATE', sdp, headers, caller: this.#caller }, now)
  }

  end(
    status: number | undefined,
    reason: string | undefined,
    headers: readonly HeaderField[],
    now: Millis,
  ): string | undefined {
    this.#farewellHeaders = headers
    switch (this.state) {
      case 'NULL':
      case 'DISCONNECTING':
      case 'DISCONNECTED':
        return `nothing to end in ${this.state}`
      case 'CALLING':
      case 'INCOMING':
      case 'EARLY':
      case 'CONNECTING':
        if (this.#opening instanceof ClientOpening) this.#opening.cancel(headers, now)
        else if (this.state === 'CONNECTING')
          this.enter('DISCONNECTING', BY_US) // §15: no BYE before the ACK
        else return this.respond({ status: refusal(status), reason, sdp: undefined, headers }, now)
        return undefined
      case 'CONFIRMED':
      case 'REINVITING':
      case 'REINVITED':
        this.enter('DISCONNECTING', BY_US)
        this.bye(now)
        return undefined
    }
  }

  // ---- requests inside the dialog ------------------------------------------------------------------------------------

  /** The dialog a peer with this tag is in with us. */
  dialogWith(remoteTag: string): Dialog | undefined {
    if (this.dialog) return this.dialog.remoteTag === remoteTag ? this.dialog : undefined
    return this.#opening instanceof ClientOpening ? this.#opening.early.get(remoteTag)?.dialog : undefined
  }

  /** ACK of a 2xx of ours. */
  onAck(ack: SipRequest, now: Millis): void {
    const waiting = this.#unacknowledged
    if (waiting === undefined || waiting.seq !== ack.cseq.number) return
    waiting.stop()
    this.#unacknowledged = undefined
    if (this.state === 'DISCONNECTING') {
      this.bye(now)
      return
    }
    const sdp = waiting.offered ? sdpIn(ack) : undefined
    if (waiting.offered && sdp === undefined) {
      this.finish(
        { status: 488, reason: 'No session description in the ACK', cause: 'protocol', message: ack },
        true,
        now,
      )
      return
    }
    if (sdp !== undefined) this.sdp('answer', sdp, 'ACK', false)
    if (this.state === 'CONNECTING') this.enter('CONFIRMED', { status: 200, reason: 'OK', message: ack })
  }

  /** BYE, INVITE, UPDATE or PRACK; the dialog is this session's. True when it was taken. */
  receive(incoming: Incoming, dialog: Dialog, now: Millis): boolean {
    switch (incoming.request.method) {
      case 'BYE':
        this.#onBye(incoming, now)
        return true
      case 'INVITE':
      case 'UPDATE':
        this.#changes.receive(incoming, dialog, now)
        return true
      case 'PRACK':
        if (this.#opening instanceof ServerOpening) this.#opening.onPrack(incoming, now)
        else this.answer(incoming, { status: 481 }, now)
        return true
    }
    return false
  }

  #onBye(incoming: Incoming, now: Millis): void {
    // §15: the callee cannot end an early dialog of ours with BYE.
    if (this.dialog === undefined) {
      this.answer(incoming, { status: 481 }, now)
      return
    }
    this.answer(incoming, { status: 200 }, now)
    const cause = this.state === 'DISCONNECTING' ? 'local' : 'remote'
    this.finish({ status: 200, reason: 'OK', cause, message: incoming.request }, false, now)
  }

  answer(incoming: Incoming, answer: Answer, now: Millis): void {
    const { servers, capabilities } = this.environment
    const headers = [...(answer.headers ?? []), ...capabilities.server]
    servers.create(incoming, undefined, now).respond({ ...answer, headers, toTag: this.localTag }, now)
  }

  // ---- what the parts ask for ----------------------------------------------------------------------------------------

  enter(state: SessionState, because: Because): void {
    const previous = this.state
    this.state = state
    // The opening is over; what the peer may still repeat of it is not the session's business any more.
    if (state === 'CONFIRMED') this.#opening = undefined
    const { status, reason, cause, message, tries = [], target, sdp } = because
    const again = { ...(target !== undefined && { target }), ...(sdp !== undefined && { sdp }) }
    const more = { ...(tries.length > 0 && { tries }), ...again }
    if (message?.kind === 'request' || (message && message.status < 300)) this.#learn(message)
    this.environment.emit({
      ...{ kind: 'session-state', id: this.id, state, previous, status, reason, cause, message },
      ...(message === undefined ? {} : this.environment.trust()),
      ...more,
    })
  }

  #learn(message: SipMessage): void {
    const methods = allow(message)
    if (methods.length > 0) this.#allowed = methods
  }

  sdp(role: 'offer' | 'answer', sdp: string, by: SdpBy, inResponse: boolean): void {
    this.environment.emit({ kind: 'session-sdp', id: this.id, role, sdp, by, inResponse })
  }

  exchange(dialog: Dialog): Exchange {
    if (this.#opening instanceof ServerOpening) return this.#opening.exchange
    return this.#opening ? this.#opening.exchange(dialog) : 'done'
  }

  isPracking(dialog: Dialog): boolean {
    return this.#opening instanceof ClientOpening && (this.#opening.early.get(dialog.remoteTag)?.pracks ?? 0) > 0
  }

  offered(prack: Incoming, dialog: Dialog, sdp: string, now: Millis): void {
    this.#changes.take(prack, dialog, sdp, now)
  }

  settled(now: Millis): void {
    if (this.#opening instanceof ServerOpening) this.#opening.proceed(now)
  }

  awaitAck({ hop, request }: Incoming, text: string, offered: boolean, now: Millis): void {
    const lost = (then: Millis) =>
      this.finish(byFailure('timeout', this.state === 'DISCONNECTING' ? 'local' : 'timeout'), true, then)
    this.#unacknowledged = new Unacknowledged(this.environment, hop, text, request.cseq.number, offered, lost, now)
  }

  bye(now: Millis): void {
    if (this.dialog === undefined) return
    this.#stop(now)
    this.leaving = 'BYE'
    const user: RequestUser = {
      onResponse: (response, then) => {
        if (response.status >= 200) this.finish(byResponse(response, 'local'), false, then)
      },
      onFailure: (why, then, detail) => {
        this.farewell('BYE', byFailure(why, why, detail))
        this.finish(byFailure(why, 'local'), false, then)
      },
    }
    sendBye(this.requester, this.dialog, this.digest, this.#farewellHeaders, user, now)
  }

  farewell(method: 'CANCEL' | 'BYE', { status, reason, cause, message }: Because): void {
    if (this.leaving !== method) return
    this.leaving = undefined
    this.environment.emit({ kind: 'session-farewell', id: this.id, method, status, reason, cause, message })
  }

  finish(because: Because, bye: boolean, now: Millis): void {
    if (this.state === 'DISCONNECTED') return
    this.#stop(now)
    if (this.leaving) this.farewell(this.leaving, { ...because, cause: undefined })
    if (bye && this.dialog)
      sendBye(
        this.requester,
        this.dialog,
        this.digest.of(undefined),
        this.#farewellHeaders,
        { onResponse: () => {}, onFailure: () => {} },
        now,
      )
    this.enter('DISCONNECTED', because)
    this.#ended(this, because, now)
  }

  /** RFC 4028 §10. What changes the session anyway is a refresh, too. */
  #refresh(now: Millis): void {
    if (this.state !== 'CONFIRMED' || this.dialog === undefined || !this.#changes.isIdle) return
    const wish = { method: 'UPDATE', sdp: undefined, headers: [], caller: this.#caller, refresh: true } as const
    if (this.#allowed?.includes('UPDATE')) this.#changes.begin(this.dialog, wish, now)
    else this.environment.emit({ kind: 'session-refresh', id: this.id })
  }

  #expired(now: Millis): void {
    this.#farewellHeaders = [{ name: 'Reason', value: 'SIP;cause=408;text="Session timer expired"' }]
    this.finish({ status: 408, reason: 'Session Timer Expired', cause: 'timeout' }, true, now)
  }

  /** Ends all that is under way; pending requests of the peer get their 487. */
  #stop(now: Millis): void {
    this.#unacknowledged?.stop()
    this.#unacknowledged = undefined
    this.timer.stop()
    this.#changes.stop(now)
    if (this.#opening instanceof ServerOpening) this.#opening.terminate(now)
    this.#opening?.stop()
    this.#opening = undefined
    // Behind the others: none of them hears of it.
    this.environment.questions.drop(this.id, now)
  }
}

const BY_US: Because = { status: 0, reason: '', cause: 'local' }

const refusal = (status: number | undefined): number =>
  status !== undefined && status >= 300 && status <= 699 ? status : 603
