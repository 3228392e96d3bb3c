// An INVITE session from start to finish, whatever media the application decides on; outgoing and incoming ones.
import type { SipEvent } from '../../sip/core/contract.ts'
import type { Credentials } from './credentials.ts'
import { type EngineCore, sharedEngine } from './engine-core.ts'
import { CoreError } from './errors.ts'
import { changeOf, type InvitationNotifications, type InvitationState } from './invitation-change.ts'
import type { Route } from './route.ts'
import type { SdpSession } from './sdp.ts'
import { checkAnswer, failed, SdpExchange, type SdpUpdate } from './sdp-exchange.ts'
import { SipUri } from './sip-uri.ts'
import type { Stack } from './stack.ts'
import { type ExtraHeaders, headerFields, identityOf, MessageHeaders, partiesOf } from './wire.ts'

declare module './notifications.ts' {
  interface NotificationMap extends InvitationNotifications<Invitation> {}
}

type Incoming = Extract<SipEvent, { kind: 'session-incoming' }>

/** What an outgoing invitation may be given beside credentials and callee. */
export interface InvitationOptions {
  /** Outbound proxy, and with it the transport. */
  readonly route?: Route | undefined
  readonly engine?: EngineCore
}

/**
 * A session. `setOfferedLocalSdp` says what goes out next, as offer or as answer; which media there are is nobody's business here.
 * What a state does not allow throws a CoreError that names it; what comes of the rest is told by notifications.
 */
export class Invitation {
  /** We sent the INVITE. */
  readonly isOutgoing: boolean
  /** Who called. */
  readonly callerUri: SipUri
  /** Who was called. */
  readonly calleeUri: SipUri
  /** Outbound proxy; undefined: none, or it is incoming. */
  readonly route: Route | undefined
  /** Of an incoming one: to whom the request was addressed; its user part is the token of the credentials meant. */
  readonly requestUri: SipUri | undefined
  /** Of an incoming one: the header fields of its INVITE. */
  readonly inviteHeaders: MessageHeaders | undefined
  /** Of an incoming one: the session it is to take the place of (RFC 3891): accept this, disconnect that. */
  readonly replaces: Invitation | undefined
  readonly #engine: EngineCore
  readonly #credentials: Credentials | undefined
  readonly #sdp = new SdpExchange()
  /** What the SIP engine knows it by; undefined: nothing yet. */
  #id: string | undefined
  #state: InvitationState = 'NULL'

  /** An outgoing one; nothing is sent before `sendInvite`. */
  constructor(credentials: Credentials, calleeUri: SipUri, options?: InvitationOptions)
  /** For the engine: an incoming one. */
  constructor(engine: EngineCore, event: Incoming, replaces: Invitation | undefined)
  constructor(by: Credentials | EngineCore, about: SipUri | Incoming, more?: InvitationOptions | Invitation) {
    if (about instanceof SipUri) {
      const options = more as InvitationOptions | undefined
      this.#engine = options?.engine ?? sharedEngine()
      this.isOutgoing = true
      this.#credentials = (by as Credentials).copy()
      this.callerUri = this.#credentials.uri.copy()
      this.calleeUri = about.copy()
      this.route = options?.route
      return
    }
    this.#engine = by as EngineCore
    this.isOutgoing = false
    const { request } = about
    const { fromUri, toUri } = partiesOf(request)
    this.callerUri = fromUri
    this.calleeUri = toUri
    this.requestUri = SipUri.fromWire({ display: '', uri: request.uri })
    this.inviteHeaders = new MessageHeaders(request)
    this.replaces = more as Invitation | undefined
    this.#id = about.id
    this.#claim(this.#engine.running('Invitation'), about.id)
    this.#begin(about)
  }

  #begin({ id, request, sdp }: Incoming): void {
    const fault = sdp === undefined ? undefined : this.#sdp.offered(sdp)
    const because = { status: 0, reason: '', cause: undefined, message: request } as const
    this.#onState({ kind: 'session-state', id, state: 'INCOMING', previous: 'NULL', ...because })
    if (fault !== undefined) this.#refuse(id, fault)
  }

  /** Their offer cannot be read. */
  #refuse(id: string, fault: string): void {
    this.#tellUpdate(failed(fault))
    const answer = { kind: 'respond', id, status: 488, reason: undefined, sdp: undefined, headers: [] } as const
    this.#engine.running('Invitation').command('Invitation', answer)
  }

  // ---- what is known of it -------------------------------------------------------------------------------------------

  /** Where it is. */
  get state(): InvitationState {
    return this.#state
  }

  /** A copy of what it was made with; undefined when it is incoming. */
  get credentials(): Credentials | undefined {
    return this.#credentials?.copy()
  }

  /** Our own address in this session. */
  get localUri(): SipUri {
    return this.isOutgoing ? this.callerUri : this.calleeUri
  }

  /** Theirs. */
  get remoteUri(): SipUri {
    return this.isOutgoing ? this.calleeUri : this.callerUri
  }

  /** Call-ID of its messages; undefined in NULL and DISCONNECTED. */
  get callId(): string | undefined {
    if (this.#id === undefined || this.#state === 'DISCONNECTED') return undefined
    return this.#engine.running('Invitation.callId').engine.callIdOf(this.#id)
  }

  /** Our description in force, a copy; undefined before the first negotiation. */
  get activeLocalSdp(): SdpSession | undefined {
    return this.#sdp.activeLocal
  }

  /** Their description in force, a copy; undefined before the first negotiation. */
  get activeRemoteSdp(): SdpSession | undefined {
    return this.#sdp.activeRemote
  }

  /** Our description that is proposed, or goes out next; a copy. Undefined: there is none. */
  get offeredLocalSdp(): SdpSession | undefined {
    return this.#sdp.offeredLocal
  }

  /** Their description that waits for our answer; a copy. Undefined: there is none. */
  get offeredRemoteSdp(): SdpSession | undefined {
    return this.#sdp.offeredRemote
  }

  /** Our description for what is sent next: offer of an INVITE or re-INVITE, or answer to theirs, with as many media as it has. */
  setOfferedLocalSdp(sdp: SdpSession): void {
    const offer = this.#sdp.offeredRemote
    if (offer !== undefined) checkAnswer('Invitation.setOfferedLocalSdp', sdp, offer)
    // What cannot be printed is found here, not when it is sent.
    sdp.toString()
    this.#sdp.propose(sdp)
  }

  // ---- the beginning -------------------------------------------------------------------------------------------------

  /** NULL → CALLING: sends the INVITE. Without a local description the peer makes the offer, told by `invitation-got-sdp-offer`. */
  sendInvite(extraHeaders: ExtraHeaders = {}): void {
    const operation = 'Invitation.sendInvite'
    const stack = this.#expect(operation, ['NULL'])
    if (this.#credentials === undefined) throw new CoreError('state', operation, 'expected an outgoing invitation')
    const id = stack.newName('invitation')
    const command = {
      kind: 'invite',
      id,
      identity: identityOf(this.#credentials, this.route),
      target: this.calleeUri.address,
      sdp: this.#sdp.offeredLocal?.toString(),
      headers: headerFields(extraHeaders),
    } as const
    this.#claim(stack, id)
    this.#id = id
    try {
      stack.command(operation, command)
    } catch (error) {
      stack.release(id)
      this.#id = undefined
      throw error
    }
  }

  /** INCOMING or EARLY → EARLY: a response of 101–199; with our answer, once that is set: early media. */
  respondToInviteProvisionally(responseCode = 180, extraHeaders: ExtraHeaders = {}): void {
    const operation = 'Invitation.respondToInviteProvisionally'
    this.#expect(operation, ['INCOMING', 'EARLY'])
    this.#expectIncoming(operation)
    checkCode(operation, responseCode, 101, 199)
    const answering = this.#sdp.offeredRemote !== undefined
    this.#respond(operation, responseCode, answering ? this.#sdp.offeredLocal : undefined, extraHeaders)
  }

  /** INCOMING or EARLY → CONNECTING, and CONFIRMED when the ACK comes: sends 200 with the local description. */
  acceptInvite(extraHeaders: ExtraHeaders = {}): void {
    const operation = 'Invitation.acceptInvite'
    this.#expect(operation, ['INCOMING', 'EARLY'])
    this.#expectIncoming(operation)
    const answered = this.#sdp.activeLocal !== undefined
    if (!answered) this.#expectProposal(operation)
    this.#respond(operation, 200, this.#sdp.offeredLocal, extraHeaders)
  }

  /** Sends our answer to the offer in their 2xx; see `invitation-got-sdp-offer`. */
  acknowledge(): void {
    const operation = 'Invitation.acknowledge'
    const stack = this.#expect(operation, ['CONNECTING', 'REINVITING'])
    const sdp = this.#expectProposal(operation)
    stack.command(operation, { kind: 'ack', id: this.#named(operation), sdp: sdp.toString() })
    this.#settle()
  }

  // ---- changes -------------------------------------------------------------------------------------------------------

  /** CONFIRMED → REINVITING, until the final response: sends a re-INVITE with the new local description. */
  sendReinvite(extraHeaders: ExtraHeaders = {}): void {
    const operation = 'Invitation.sendReinvite'
    const stack = this.#expect(operation, ['CONFIRMED'])
    const sdp = this.#expectProposal(operation).toString()
    stack.command(operation, { kind: 'reinvite', id: this.#named(operation), sdp, headers: headerFields(extraHeaders) })
  }

  /** An UPDATE (RFC 3311): with the new local description when one is set, which takes CONFIRMED; else only our Contact is refreshed. */
  sendUpdate(extraHeaders: ExtraHeaders = {}): void {
    const operation = 'Invitation.sendUpdate'
    const stack = this.#expect(operation, ['EARLY', 'CONFIRMED'])
    const sdp = this.#sdp.offeredLocal?.toString()
    stack.command(operation, { kind: 'update', id: this.#named(operation), sdp, headers: headerFields(extraHeaders) })
  }

  /** Answers their re-INVITE: below 200 it stays REINVITED, a final response leads back to CONFIRMED; 2xx takes a local description. */
  respondToReinvite(responseCode = 180, extraHeaders: ExtraHeaders = {}): void {
    const operation = 'Invitation.respondToReinvite'
    this.#expect(operation, ['REINVITED'])
    checkCode(operation, responseCode, 101, 699)
    const positive = responseCode >= 200 && responseCode < 300
    this.#respond(operation, responseCode, positive ? this.#expectProposal(operation) : undefined, extraHeaders)
    if (responseCode >= 300) this.#sdp.drop()
  }

  // ---- the end -------------------------------------------------------------------------------------------------------

  /**
   * Ends it: CANCEL in CALLING and EARLY, BYE from CONNECTING on, DISCONNECTING until that is answered; an incoming one that was
   * not accepted is refused with `responseCode`, 300–699, and is DISCONNECTED at once.
   */
  disconnect(responseCode = 486, extraHeaders: ExtraHeaders = {}): void {
    const operation = 'Invitation.disconnect'
    const stack = this.#engine.running(operation)
    const ended: readonly InvitationState[] = ['NULL', 'DISCONNECTING', 'DISCONNECTED']
    if (ended.includes(this.#state))
      throw new CoreError('state', operation, `expected a session to end, the state is ${this.#state}`)
    checkCode(operation, responseCode, 300, 699)
    const headers = headerFields(extraHeaders)
    const id = this.#named(operation)
    stack.command(operation, { kind: 'end', id, status: responseCode, reason: undefined, headers })
  }

  // ---- inside --------------------------------------------------------------------------------------------------------

  #respond(operation: string, status: number, sdp: SdpSession | undefined, extraHeaders: ExtraHeaders): void {
    const headers = headerFields(extraHeaders)
    const id = this.#named(operation)
    const command = { kind: 'respond', id, status, reason: undefined, sdp: sdp?.toString(), headers } as const
    this.#engine.running(operation).command(operation, command)
    if (sdp !== undefined) this.#settle()
  }

  /** What we sent was an answer, if they had offered. */
  #settle(): void {
    const update = this.#sdp.answer()
    if (update !== undefined) this.#tellUpdate(update)
  }

  #tellUpdate(update: SdpUpdate): void {
    this.#engine.notifications.post('invitation-got-sdp-update', this, update)
  }

  #expect(operation: string, states: readonly InvitationState[]): Stack {
    const stack = this.#engine.running(operation)
    if (states.includes(this.#state)) return stack
    throw new CoreError('state', operation, `expected ${states.join(' or ')}, the state is ${this.#state}`)
  }

  #expectIncoming(operation: string): void {
    if (this.isOutgoing) throw new CoreError('state', operation, 'expected an incoming invitation')
  }

  #expectProposal(operation: string): SdpSession {
    const sdp = this.#sdp.offeredLocal
    if (sdp !== undefined) return sdp
    throw new CoreError('state', operation, 'expected a local description; call setOfferedLocalSdp first')
  }

  /** The SIP engine's name for it, also for what is sent inside the session. Throws while there is none. */
  #named(operation: string): string {
    if (this.#id !== undefined) return this.#id
    throw new CoreError('state', operation, `expected a session, the state is ${this.#state}`)
  }

  #claim(stack: Stack, id: string): void {
    stack.claim(
      id,
      (event) => this.#onEvent(event),
      () => this.disconnect(480),
    )
  }

  #onEvent(event: SipEvent): void {
    switch (event.kind) {
      case 'session-state':
        this.#onState(event)
        return
      case 'session-sdp':
        this.#onSdp(event)
        return
      case 'reinvite-result':
        if (event.status < 300 || this.#sdp.offeredLocal === undefined) return
        this.#sdp.drop()
        this.#tellUpdate(failed(`${event.status} ${event.reason}`))
        return
    }
  }

  #onState(event: Extract<SipEvent, { kind: 'session-state' }>): void {
    this.#state = event.state
    if (event.state === 'DISCONNECTED') this.#engine.running('Invitation').release(event.id)
    this.#engine.notifications.post('invitation-changed-state', this, changeOf(event))
    const { message } = event
    if (event.state === 'REINVITED' && message?.kind === 'request' && message.method === 'UPDATE')
      this.#answerUpdate(event.id)
  }

  /** An UPDATE with an offer is answered at once, with what is in force. */
  #answerUpdate(id: string): void {
    const current = this.#sdp.current()
    if (current === undefined) return
    this.#sdp.propose(current)
    const answer = {
      kind: 'respond',
      id,
      status: 200,
      reason: undefined,
      sdp: current.toString(),
      headers: [],
    } as const
    this.#engine.running('Invitation').command('Invitation', answer)
    this.#settle()
  }

  #onSdp({ id, role, sdp, inResponse }: Extract<SipEvent, { kind: 'session-sdp' }>): void {
    if (role === 'answer') {
      this.#tellUpdate(this.#sdp.answered(sdp))
      return
    }
    const fault = this.#sdp.offered(sdp)
    if (fault !== undefined) {
      if (inResponse) this.#tellUpdate(failed(fault))
      else this.#refuse(id, fault)
      return
    }
    const remoteSdp = this.#sdp.offeredRemote
    if (inResponse && remoteSdp !== undefined)
      this.#engine.notifications.post('invitation-got-sdp-offer', this, { remoteSdp })
  }
}

function checkCode(operation: string, code: number, from: number, to: number): void {
  if (!Number.isInteger(code) || code < from || code > to)
    throw new CoreError('argument', operation, `responseCode: expected ${from}–${to}, got ${code}`)
}
