// An INVITE session from start to finish, whatever media the application decides on; outgoing and incoming ones.
import type { SessionTerms, SipEvent } from '../../sip/core/contract.ts'
import { Credentials } from './credentials.ts'
import { type EngineCore, sharedEngine } from './engine-core.ts'
import { CoreError } from './errors.ts'
import { InvitationAttributes } from './invitation-attributes.ts'
import { changeOf, type InvitationNotifications, type InvitationState, redirectionOf } from './invitation-change.ts'
import { OutgoingRequest, type RequestOptions } from './outgoing-request.ts'
import { type ReferOptions, Referral } from './referral.ts'
import type { WayOut } from './route.ts'
import type { SdpSession } from './sdp.ts'
import { checkAnswer, failed, type SdpUpdate } from './sdp-exchange.ts'
import { SipUri } from './sip-uri.ts'
import type { Stack } from './stack.ts'
import { type ExtraHeaders, headerFields, identityOf, MessageHeaders, partiesOf } from './wire.ts'

declare module './notifications.ts' {
  interface NotificationMap extends InvitationNotifications<Invitation> {}
}

type Incoming = Extract<SipEvent, { kind: 'session-incoming' }>

/** What an outgoing invitation may be given beside credentials and callee. */
export interface InvitationOptions extends WayOut {
  /** A 3xx does not end it but asks where to go on: `invitation-redirected`, then `redirect`. */
  readonly asksOnRedirect?: boolean
  /** Reliable provisional responses and session timer, instead of the engine's. */
  readonly terms?: SessionTerms | undefined
  readonly engine?: EngineCore
}

/**
 * A session. `setOfferedLocalSdp` says what goes out next, as offer or as answer; which media there are is nobody's business here.
 * What a state does not allow throws a CoreError that names it; what comes of the rest is told by notifications.
 */
export class Invitation extends InvitationAttributes {
  /** Of an incoming one: the session it is to take the place of (RFC 3891): accept this, disconnect that. */
  readonly replaces: Invitation | undefined
  readonly #asksOn: boolean
  readonly #terms: SessionTerms | undefined

  /** An outgoing one; nothing is sent before `sendInvite`. */
  constructor(credentials: Credentials, calleeUri: SipUri, options?: InvitationOptions)
  /** For the engine: an incoming one. */
  constructor(engine: EngineCore, event: Incoming, replaces: Invitation | undefined)
  constructor(by: Credentials | EngineCore, about: SipUri | Incoming, more?: InvitationOptions | Invitation) {
    if (about instanceof SipUri) {
      const {
        engine = sharedEngine(),
        route,
        transport,
        asksOnRedirect = false,
        terms,
      } = (more ?? {}) as InvitationOptions
      const credentials = (by as Credentials).copy()
      const parties = { callerUri: credentials.uri.copy(), calleeUri: about.copy() }
      super({ engine, isOutgoing: true, ...parties, credentials, route, transport })
      this.#asksOn = asksOnRedirect
      this.#terms = terms
      return
    }
    const { id, request } = about
    const { fromUri, toUri } = partiesOf(request)
    super({
      ...{ engine: by as EngineCore, isOutgoing: false, callerUri: fromUri, calleeUri: toUri },
      requestUri: SipUri.fromWire({ display: '', uri: request.uri }),
      inviteHeaders: new MessageHeaders(request),
    })
    this.#asksOn = false
    this.replaces = more as Invitation | undefined
    this.id = id
    this.#claim(this.engine.running('Invitation'), id)
    this.#begin(about)
  }

  #begin({ id, request, sdp }: Incoming): void {
    const fault = sdp === undefined ? undefined : this.sdp.offered(sdp)
    const because = { status: 0, reason: '', cause: undefined, message: request } as const
    this.#onState({ kind: 'session-state', id, state: 'INCOMING', previous: 'NULL', ...because })
    if (fault !== undefined) this.#refuse(id, fault)
  }

  /** Their offer cannot be read. */
  #refuse(id: string, fault: string): void {
    this.#tellUpdate(failed(fault))
    const answer = { kind: 'respond', id, status: 488, reason: undefined, sdp: undefined, headers: [] } as const
    this.engine.running('Invitation').command('Invitation', answer)
  }

  /** Our description for what is sent next: offer of an INVITE or re-INVITE, or answer to theirs, with as many media as it has. */
  setOfferedLocalSdp(sdp: SdpSession): void {
    const offer = this.sdp.offeredRemote
    if (offer !== undefined) checkAnswer('Invitation.setOfferedLocalSdp', sdp, offer)
    // What cannot be printed is found here, not when it is sent.
    sdp.toString()
    this.sdp.propose(sdp)
  }

  // ---- the beginning -------------------------------------------------------------------------------------------------

  /** NULL → CALLING: sends the INVITE. Without a local description the peer makes the offer, told by `invitation-got-sdp-offer`. */
  sendInvite(extraHeaders: ExtraHeaders = {}): void {
    const operation = 'Invitation.sendInvite'
    const stack = this.#expect(operation, ['NULL'])
    if (this.ownCredentials === undefined) throw new CoreError('state', operation, 'expected an outgoing invitation')
    const id = stack.newName('invitation')
    const command = {
      kind: 'invite',
      id,
      identity: identityOf(this.ownCredentials, { route: this.route, transport: this.transport }),
      target: this.calleeUri.address,
      sdp: this.sdp.offeredLocal?.toString(),
      headers: headerFields(extraHeaders),
      asksOn: this.#asksOn,
      ...(this.#terms === undefined ? {} : { terms: this.#terms }),
    } as const
    this.#claim(stack, id)
    this.id = id
    try {
      stack.command(operation, command)
    } catch (error) {
      stack.release(id)
      this.id = undefined
      throw error
    }
  }

  /** INCOMING, before anything is answered: reliable provisional responses and session timer, instead of the engine's. */
  setTerms(terms: SessionTerms): void {
    const operation = 'Invitation.setTerms'
    const stack = this.#expect(operation, ['INCOMING'])
    stack.command(operation, { kind: 'terms', id: this.#named(operation), terms })
  }

  /** INCOMING or EARLY → EARLY: a response of 101–199; with our description, once that is set: early media. An offer takes a reliable response. */
  respondToInviteProvisionally(responseCode = 180, extraHeaders: ExtraHeaders = {}): void {
    const operation = 'Invitation.respondToInviteProvisionally'
    this.#expect(operation, ['INCOMING', 'EARLY'])
    this.#expectIncoming(operation)
    checkCode(operation, responseCode, 101, 199)
    this.#respond(operation, responseCode, this.sdp.offeredLocal, extraHeaders)
  }

  /** INCOMING or EARLY → CONNECTING, and CONFIRMED when the ACK comes: sends 200 with the local description. */
  acceptInvite(extraHeaders: ExtraHeaders = {}): void {
    const operation = 'Invitation.acceptInvite'
    this.#expect(operation, ['INCOMING', 'EARLY'])
    this.#expectIncoming(operation)
    const answered = this.sdp.activeLocal !== undefined
    if (!answered) this.#expectProposal(operation)
    this.#respond(operation, 200, this.sdp.offeredLocal, extraHeaders)
  }

  /** Sends our answer to the offer in their response; see `invitation-got-sdp-offer`. */
  acknowledge(): void {
    const operation = 'Invitation.acknowledge'
    const stack = this.#expect(operation, ['EARLY', 'CONNECTING', 'REINVITING'])
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
    const sdp = this.sdp.offeredLocal?.toString()
    stack.command(operation, { kind: 'update', id: this.#named(operation), sdp, headers: headerFields(extraHeaders) })
  }

  /** Answers their re-INVITE: below 200 it stays REINVITED, a final response leads back to CONFIRMED; 2xx takes a local description. */
  respondToReinvite(responseCode = 180, extraHeaders: ExtraHeaders = {}): void {
    const operation = 'Invitation.respondToReinvite'
    this.#expect(operation, ['REINVITED'])
    checkCode(operation, responseCode, 101, 699)
    const positive = responseCode >= 200 && responseCode < 300
    this.#respond(operation, responseCode, positive ? this.#expectProposal(operation) : undefined, extraHeaders)
    if (responseCode >= 300) this.sdp.drop()
  }

  // ---- the end -------------------------------------------------------------------------------------------------------

  /**
   * Ends it: CANCEL in CALLING and EARLY, BYE from CONNECTING on, DISCONNECTING until that is answered; an incoming one that was
   * not accepted is refused with `responseCode`, 300–699, and is DISCONNECTED at once.
   */
  disconnect(responseCode = 486, extraHeaders: ExtraHeaders = {}): void {
    const operation = 'Invitation.disconnect'
    const stack = this.engine.running(operation)
    const ended: readonly InvitationState[] = ['NULL', 'DISCONNECTING', 'DISCONNECTED']
    if (ended.includes(this.currentState))
      throw new CoreError('state', operation, `expected a session to end, the state is ${this.currentState}`)
    checkCode(operation, responseCode, 300, 699)
    const headers = headerFields(extraHeaders)
    const id = this.#named(operation)
    stack.command(operation, { kind: 'end', id, status: responseCode, reason: undefined, headers })
  }

  // ---- beside the session itself -------------------------------------------------------------------------------------

  /** The word on `invitation-redirected`: whom to call instead, one after the other; nobody: it ends with their response. */
  redirect(targets: readonly SipUri[]): void {
    const operation = 'Invitation.redirect'
    const id = this.#named(operation)
    this.engine
      .running(operation)
      .command(operation, { kind: 'redirect', id, targets: targets.map((each) => each.address) })
  }

  /** Asks the peer to call `target`, or the peer of that other invitation, in its place (attended transfer). This one goes on until it is ended. */
  refer(target: SipUri | Invitation, options: Omit<ReferOptions, 'route' | 'engine'> = {}): Referral {
    const operation = 'Invitation.refer'
    const to =
      target instanceof Invitation
        ? { uri: undefined, replaces: target.#named(operation) }
        : { uri: target, replaces: undefined }
    return new Referral(operation, this.engine, this.#self(), this.#named(operation), to, options)
  }

  /** Sends a request inside the session: INFO, MESSAGE, OPTIONS, one of the application's own. */
  sendRequest(method: string, options: RequestOptions = {}): OutgoingRequest {
    const operation = 'Invitation.sendRequest'
    return new OutgoingRequest(operation, this.engine, method, this.#self(), this.#named(operation), options)
  }

  #self() {
    const credentials = this.ownCredentials ?? new Credentials(this.localUri)
    return { credentials, route: this.route, transport: this.transport, target: this.remoteUri }
  }

  // ---- inside --------------------------------------------------------------------------------------------------------

  #respond(operation: string, status: number, sdp: SdpSession | undefined, extraHeaders: ExtraHeaders): void {
    const headers = headerFields(extraHeaders)
    const id = this.#named(operation)
    const command = { kind: 'respond', id, status, reason: undefined, sdp: sdp?.toString(), headers } as const
    this.engine.running(operation).command(operation, command)
    if (sdp !== undefined) this.#settle()
  }

  /** What we sent was an answer, if they had offered. */
  #settle(): void {
    const update = this.sdp.answer()
    if (update !== undefined) this.#tellUpdate(update)
  }

  #tellUpdate(update: SdpUpdate): void {
    this.engine.notifications.post('invitation-got-sdp-update', this, update)
  }

  #expect(operation: string, states: readonly InvitationState[]): Stack {
    const stack = this.engine.running(operation)
    if (states.includes(this.currentState)) return stack
    throw new CoreError('state', operation, `expected ${states.join(' or ')}, the state is ${this.currentState}`)
  }

  #expectIncoming(operation: string): void {
    if (this.isOutgoing) throw new CoreError('state', operation, 'expected an incoming invitation')
  }

  #expectProposal(operation: string): SdpSession {
    const sdp = this.sdp.offeredLocal
    if (sdp !== undefined) return sdp
    throw new CoreError('state', operation, 'expected a local description; call setOfferedLocalSdp first')
  }

  /** The SIP engine's name for it, also for what is sent inside the session. Throws while there is none. */
  #named(operation: string): string {
    if (this.id !== undefined) return this.id
    throw new CoreError('state', operation, `expected a session, the state is ${this.currentState}`)
  }

  #claim(stack: Stack, id: string): void {
    stack.claim(
      id,
      (event) => this.#onEvent(event),
      () => this.disconnect(480),
      this,
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
      case 'session-redirected':
        this.engine.notifications.post('invitation-redirected', this, redirectionOf(event))
        return
      case 'session-timer': {
        const { expires, refresher } = event
        this.engine.notifications.post('invitation-got-timer', this, { expires, refresher })
        return
      }
      case 'session-refresh':
        this.#refresh(event.id)
        return
      case 'reinvite-result':
        if (event.status < 300 || this.sdp.offeredLocal === undefined) return
        this.sdp.drop()
        this.#tellUpdate(failed(`${event.status} ${event.reason}`))
        return
    }
  }

  #onState(event: Extract<SipEvent, { kind: 'session-state' }>): void {
    this.currentState = event.state
    if (event.state === 'DISCONNECTED') this.engine.running('Invitation').release(event.id)
    this.engine.notifications.post('invitation-changed-state', this, changeOf(event))
    const { message } = event
    if (event.state === 'REINVITED' && message?.kind === 'request' && message.method === 'UPDATE')
      this.#answerUpdate(event.id)
  }

  /** An UPDATE with an offer is answered at once, with what is in force. */
  #answerUpdate(id: string): void {
    const current = this.sdp.current()
    if (current === undefined) return
    this.sdp.propose(current)
    const sdp = current.toString()
    this.engine
      .running('Invitation')
      .command(
        'Invitation',
        this.currentState === 'REINVITED'
          ? { kind: 'respond', id, status: 200, reason: undefined, sdp, headers: [] }
          : { kind: 'answer-offer', id, sdp },
      )
    this.#settle()
  }

  /** The session timer wants a sign of life, and the peer takes no UPDATE. */
  #refresh(id: string): void {
    const active = this.sdp.activeLocal
    if (active === undefined) return
    this.sdp.propose(active)
    const again = { kind: 'reinvite', id, sdp: active.toString(), headers: [] } as const
    this.engine.running('Invitation').command('Invitation', again)
  }

  #onSdp({ id, role, sdp, inResponse, by }: Extract<SipEvent, { kind: 'session-sdp' }>): void {
    if (role === 'answer') {
      this.#tellUpdate(this.sdp.answered(sdp))
      return
    }
    const fault = this.sdp.offered(sdp)
    if (fault !== undefined) {
      if (inResponse) this.#tellUpdate(failed(fault))
      else this.#refuse(id, fault)
      return
    }
    if (this.currentState === 'EARLY' && !inResponse && by !== 'INVITE') {
      this.#answerUpdate(id)
      return
    }
    const remoteSdp = this.sdp.offeredRemote
    if (inResponse && remoteSdp !== undefined)
      this.engine.notifications.post('invitation-got-sdp-offer', this, { remoteSdp })
  }
}

function checkCode(operation: string, code: number, from: number, to: number): void {
  if (!Number.isInteger(code) || code < from || code > to)
    throw new CoreError('argument', operation, `responseCode: expected ${from}–${to}, got ${code}`)
}
