// One call: the engine's session states to PJSUA's call states, offer and answer, hold, and the end (RFC 3261, 3264, 6337).
import { utf8Decode } from '../base/bytes.ts'
import type { Millis } from '../base/time.ts'
import type { Pair } from '../media/pair-stock.ts'
import type { SipEvent } from '../sip/core/contract.ts'
import { headersProblem, headerText } from '../sip/message/addressing.ts'
import { callState } from '../sip/message/call-state.ts'
import type { HeaderField, SipMessage } from '../sip/message/message.ts'
import { OtherEnd } from '../sip/message/other-end.ts'
import { CallAudio } from './call-audio.ts'
import { CallChanges, reinvite } from './call-changes.ts'
import { CallDescriptions } from './call-descriptions.ts'
import type { CallPort } from './call-port.ts'
import { CallHistory } from './call-record.ts'
import type { CallStart } from './call-start.ts'
import { NOT_ACCEPTABLE, type Outcome, said } from './call-state.ts'
import { type Change, refreshes } from './change.ts'
import type { AccountId, CallId, CallRecord, CallState, UaCommand } from './contract.ts'
import type { Tell } from './tell.ts'

type Of<K extends SipEvent['kind']> = Extract<SipEvent, { kind: K }>

const NO_RTP: Outcome = { status: 408, reason: 'no RTP', cause: 'timeout' }

export class Call {
  readonly id: CallId
  readonly account: AccountId
  readonly port: CallPort
  readonly audio: CallAudio
  readonly other: OtherEnd
  readonly #direction: 'in' | 'out'
  readonly #self: CallStart['self']
  readonly #history: CallHistory
  readonly #descriptions: CallDescriptions
  #state: CallState
  #answer: CallStart['answer']
  readonly #reliable: 'none' | 'described' | 'all'
  /** Our offer to an INVITE without one has gone out. */
  #offered = false
  /** The offer of the re-INVITE or UPDATE that is about to be announced. */
  #theirOffer: string | undefined
  /** The 200 is on its way; the engine has not said CONNECTING yet. */
  #accepted = false
  readonly #changes: CallChanges
  /** Ended here; only the engine's last word is awaited. `outcome`: what ended it, when the engine cannot know. */
  #ending: { readonly outcome: Outcome | undefined } | undefined

  constructor(start: CallStart) {
    this.id = start.id
    this.account = start.account
    this.other = new OtherEnd(start.peer, start.invite?.request)
    this.port = start.port
    this.audio = new CallAudio(start.id, start.port, start.silenceEndsMs, () => this.isEnding)
    this.#direction = start.direction
    this.#descriptions = new CallDescriptions(start.id, start.negotiator, start.port, start.invite?.sdp)
    this.#changes = new CallChanges(start.id, this.#descriptions)
    this.#answer = start.answer
    this.#reliable = start.invite?.reliable ?? 'none'
    this.#self = start.self
    this.#history = new CallHistory(start.now)
    if (start.invite) this.#history.begin(start.invite)
    this.#state = start.direction === 'in' ? 'incoming' : 'calling'
  }

  /** What we are called in it. */
  get aor(): string {
    return this.#self.aor
  }

  /** Answered, and not ending. */
  get stands(): boolean {
    return this.#state === 'confirmed' && this.#ending === undefined
  }

  /** A change of it is under way. */
  get isChanging(): boolean {
    return this.#changes.isUnderWay
  }

  /** Ended here; the engine's last word is awaited. */
  get isEnding(): boolean {
    return this.#ending !== undefined
  }

  // ---- what the application asks -------------------------------------------------------------------------------------

  answer(command: Extract<UaCommand, { kind: 'answer' }>, tell: Tell) {
    const { status, headers } = command
    const reason = command.reason === undefined ? undefined : headerText(command.reason)
    const refuse = (why: string) => tell.refuse('answer', this.id, why)
    if (this.#direction === 'out') return refuse('an outgoing call')
    if (this.#ending !== undefined) return refuse('is ending')
    if (this.#accepted || (this.#state !== 'incoming' && this.#state !== 'early')) return refuse('answered already')
    if (!Number.isInteger(status) || status < 100 || status > 699) return refuse('status out of 100–699')
    const problem = headersProblem(headers, 'response')
    if (problem !== undefined) return refuse(problem)
    // The engine sends its 100 by itself when no better response is at hand in time (§17.2.1).
    if (status === 100) return
    this.#history.response(status, command.reason ?? '')
    const respond = (sdp: string | undefined) =>
      tell.sip({ kind: 'respond', id: this.id, status, reason, sdp, headers })
    if (status >= 300) {
      this.#leave(undefined, tell)
      return respond(undefined)
    }
    // Without an offer of theirs, ours is in the first reliable response (RFC 3262 §5) or the 200, and PRACK or ACK bring the answer.
    const offers = this.#answer === undefined && !this.#offered
    const described = status >= 200 || status === 183 || (offers && this.#reliable === 'all')
    // A 180 tells no media; in a 183 it begins early, and the 200 says the same again (RFC 6337 §3.1.1).
    if (!described || (offers && status < 200 && this.#reliable === 'none')) return respond(undefined)
    if (status >= 200) this.#accepted = true
    if (this.#answer !== undefined && !this.#descriptions.areAgreed)
      this.#descriptions.answered(this.#answer, this.#changes.held, tell)
    if (!offers) return respond(this.#answer?.sdp)
    this.#offered = true
    respond(this.#descriptions.offer(false, tell))
  }

  hangUp(status: number | undefined, reason: string | undefined, tell: Tell, headers = NO_HEADERS) {
    const refuse = (why: string) => tell.refuse('hang-up', this.id, why)
    if (this.#ending !== undefined) return refuse('is ending')
    const problem = headersProblem(headers)
    if (problem !== undefined) return refuse(problem)
    this.#end(undefined, status, reason === undefined ? undefined : headerText(reason), tell, headers)
  }

  /** Another call has taken its place: where it rings still, somebody else has it (RFC 3326 §3.1), and nobody missed it. */
  giveWay(tell: Tell) {
    if (this.#ending === undefined)
      this.#end(undefined, undefined, undefined, tell, this.#state === 'confirmed' ? NO_HEADERS : ELSEWHERE)
  }

  hold(hold: boolean, tell: Tell) {
    const command = hold ? 'hold' : 'resume'
    if (this.#ending !== undefined || this.#state !== 'confirmed') return tell.refuse(command, this.id, 'not in a call')
    if (this.#changes.isBusy) return tell.refuse(command, this.id, 'a change is under way')
    if (this.#changes.held === hold) return tell.refuse(command, this.id, hold ? 'on hold already' : 'not on hold')
    this.#changes.begin(reinvite(hold), tell)
  }

  modify(command: Extract<UaCommand, { kind: Change['kind'] }>, tell: Tell) {
    const { kind, offer, headers } = command
    const refuse = (why: string) => tell.refuse(kind, this.id, why)
    const early = kind === 'update' && this.#state === 'early' && (!offer || this.#descriptions.areAgreed)
    const possible = this.#state === 'confirmed' || early
    if (this.#ending !== undefined || !possible) return refuse('not in a call')
    if (this.#changes.isBusy) return refuse('a change is under way')
    const problem = headersProblem(headers)
    if (problem !== undefined) return refuse(problem)
    const hold = this.#changes.held && !(kind === 'reinvite' && command.unhold)
    this.#changes.begin({ kind, hold, offer, headers, sent: false, agreed: refreshes(command) }, tell)
  }

  /** The session timer wants a re-INVITE; a change under way is one. */
  refresh(tell: Tell) {
    if (this.stands && !this.#changes.isUnderWay)
      this.#changes.begin({ ...reinvite(this.#changes.held), quiet: true }, tell)
  }

  /** The host has another address: media comes to `pair` from the next description on, and a call that stands says so at once. */
  move(pair: Pair, tell: Tell) {
    this.#descriptions.move(pair, tell)
    if (this.#state === 'confirmed') this.#changes.anew(tell)
    else if (this.#direction === 'out') {
      if (this.#descriptions.offersFirst && (this.#state === 'calling' || this.#state === 'early'))
        tell.sip({ kind: 'offer', id: this.id, sdp: this.#descriptions.firstOffer() })
      // Should it not go out anew, a re-INVITE follows when it is answered.
      this.#changes.begin(reinvite(false), tell)
    } else if (this.#answer !== undefined && !this.#accepted) {
      const told = this.#descriptions.areAgreed && this.#reliable !== 'none'
      this.#answer = this.#descriptions.reconsider()
      // What was said reliably is not said again in the 200: a re-INVITE follows that.
      if (told) this.#changes.begin(reinvite(false), tell)
    }
  }

  queryRecord(ref: number, tell: Tell) {
    tell.app({ kind: 'call-record', call: this.id, ref, record: this.record(tell.now) })
  }

  record(now: Millis): CallRecord {
    const { account, other } = this
    return {
      ...{
        account,
        role: this.#direction === 'out' ? 'uac' : 'uas',
        state: this.#state,
        peer: other.party,
        local: this.#self.aor,
      },
      ...{ contactUser: this.#self.contactUser, media: this.port.media, ...this.#history.at(now) },
    }
  }

  // ---- what the engine tells -----------------------------------------------------------------------------------------

  /** True: that was the last event, the call is over. */
  onState(event: Of<'session-state'>, tell: Tell): boolean {
    this.#changes.session = event.state
    if (event.message !== undefined) this.hear(event.message, event.trusted === true, tell)
    if (event.target !== undefined && this.#ending === undefined) {
      this.other.sendOn(event.target)
      tell.app({ kind: 'call-identity', call: this.id, peer: this.other.party })
    }
    this.#history.response(event.status, utf8Decode(event.reason))
    if (event.state === 'CONFIRMED') this.#history.connected(tell.now)
    if (event.state === 'DISCONNECTED') {
      this.#history.ended(tell.now)
      this.port.close(tell)
      this.#enter('disconnected', this.#ending?.outcome ?? event, tell)
      return true
    }
    if (this.#ending !== undefined) return false
    this.#enter(callState(event.state) ?? this.#state, event, tell)
    if (event.state === 'CALLING' && this.#descriptions.tellFirst(tell, event.sdp) && event.sdp !== undefined)
      this.#changes.said()
    if (event.state === 'REINVITED') this.#onReinvited(tell)
    if (event.state === 'CONFIRMED') {
      // No answer came, neither in the 200 nor in the ACK.
      if (!this.#descriptions.areAgreed) this.#giveUp(tell)
      else this.#changes.ask(tell)
    }
    return false
  }

  /** What a message of theirs says of the dialog, and of who is there. */
  hear(message: SipMessage, trusted: boolean, tell: Tell) {
    this.#history.see(message, message.kind === 'response')
    if (this.#ending === undefined && this.other.hear(message, trusted))
      tell.app({ kind: 'call-identity', call: this.id, peer: this.other.party })
  }

  onSdp(event: Of<'session-sdp'>, tell: Tell) {
    if (this.#ending !== undefined) return
    if (event.role === 'answer') return this.#onAnswer(event, tell)
    if (!event.inResponse) {
      // That of the INVITE itself was answered when the call came.
      if (this.#state === 'confirmed') this.#theirOffer = event.sdp
      else if (event.by !== 'INVITE')
        this.#consider(event.sdp, (sdp) => tell.sip({ kind: 'answer-offer', id: this.id, sdp }), tell)
      return
    }
    this.#changes.agreed()
    const answer = this.#descriptions.consider(event.sdp, this.#changes.held, tell)
    if (!answer.ok) return this.#giveUp(tell, answer.error)
    tell.sip({ kind: 'ack', id: this.id, sdp: answer.value.sdp })
    this.#descriptions.answered(answer.value, this.#changes.held, tell)
  }

  #onAnswer({ sdp, by, inResponse }: Of<'session-sdp'>, tell: Tell) {
    const agreed = this.#descriptions.read(sdp)
    if (!agreed.ok) {
      tell.log('warn', 'answer not usable', { call: this.id, reason: agreed.error })
      // A change that came to nothing leaves the call as it was; a call that never had media is none.
      if (this.#state !== 'confirmed' && by !== 'UPDATE') this.#giveUp(tell, agreed.error)
      return
    }
    // An answer in an ACK belongs to their re-INVITE, also while ours waits to be tried again after a 491.
    if (inResponse && (this.#state === 'confirmed' || by === 'UPDATE')) this.#changes.agreed()
    this.#descriptions.accepted(sdp, agreed.value, this.#changes.held, tell)
  }

  /** Their re-INVITE or UPDATE is answered at once; what cannot be agreed leaves the call as it was (§14.2). */
  #onReinvited(tell: Tell) {
    const offer = this.#theirOffer
    this.#theirOffer = undefined
    const respond = (status: number, sdp: string | undefined) =>
      tell.sip({ kind: 'respond', id: this.id, status, reason: undefined, sdp, headers: NO_HEADERS })
    if (offer === undefined) return respond(200, this.#descriptions.offer(this.#changes.held, tell))
    this.#consider(offer, (sdp) => respond(sdp === undefined ? 488 : 200, sdp), tell)
  }

  #consider(offer: string, reply: (sdp: string | undefined) => void, tell: Tell) {
    const answer = this.#descriptions.consider(offer, this.#changes.held, tell)
    if (!answer.ok) {
      tell.log('info', 'offer refused', { call: this.id, reason: answer.error })
      return reply(undefined)
    }
    reply(answer.value.sdp)
    this.#descriptions.answered(answer.value, this.#changes.held, tell)
  }

  onReinviteResult(event: Of<'reinvite-result'>, tell: Tell) {
    if (this.#ending === undefined) this.#changes.onResult(event, tell)
  }

  /** The engine could not do what we asked. True: there is no session and never was, the call is over. */
  onRejected(event: Of<'rejected'>, tell: Tell): boolean {
    if (event.command === 'invite' && this.#direction === 'out' && this.#changes.session === 'NULL') {
      this.port.close(tell)
      tell.refuse('make-call', this.id, event.reason)
      return true
    }
    tell.log('info', 'rejected by the engine', { call: this.id, command: event.command, reason: event.reason })
    if (this.#ending === undefined) this.#changes.onRejected(event, tell)
    return false
  }

  /** When it is to be woken; only RTP that stays away is waited for here. */
  get deadline(): Millis {
    return this.audio.silentUntil
  }

  wake(tell: Tell) {
    if (this.audio.isLost(tell.now)) this.#end(NO_RTP, undefined, undefined, tell)
  }

  // ---- inside --------------------------------------------------------------------------------------------------------

  #enter(state: CallState, outcome: Outcome, tell: Tell) {
    const previous = this.#state
    // Each provisional response is told, a re-INVITE is no change of the call.
    if (state === previous && state !== 'early' && state !== 'calling') return
    this.#state = state
    const { id: call, account } = this
    tell.app({ kind: 'call-state', call, account, state, previous, peer: this.other.party, ...said(outcome) })
  }

  firstOffer(): string {
    return this.#descriptions.firstOffer()
  }

  /** Media cannot be agreed: there is no call without. */
  #giveUp(tell: Tell, why = NOT_ACCEPTABLE.reason) {
    this.#end({ ...NOT_ACCEPTABLE, reason: why }, NOT_ACCEPTABLE.status, undefined, tell)
  }

  #end(
    outcome: Outcome | undefined,
    status: number | undefined,
    reason: string | undefined,
    tell: Tell,
    headers = NO_HEADERS,
  ) {
    this.#leave(outcome, tell)
    tell.sip({ kind: 'end', id: this.id, status, reason, headers })
  }

  /** §15.1.1: once the BYE is on its way nothing is sent or listened to any more. */
  #leave(outcome: Outcome | undefined, tell: Tell) {
    this.#ending = { outcome }
    this.port.close(tell)
  }
}

const NO_HEADERS: readonly HeaderField[] = []
const ELSEWHERE: readonly HeaderField[] = [{ name: 'Reason', value: 'SIP;cause=200;text="Call completed elsewhere"' }]
