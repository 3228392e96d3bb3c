// An INVITE session from start to finish, whatever media the application decides on; outgoing and incoming ones.
import { utf8Encode } from '../../base/bytes.ts'
import type { SessionTerms, SipEvent } from '../../sip/core/contract.ts'
import { expects, guarded } from './arguments.ts'
import { Credentials } from './credentials.ts'
import { EngineCore, sharedEngine } from './engine-core.ts'
import { CoreError } from './errors.ts'
import { INVITATION, OUTGOING } from './invitation-arguments.ts'
import type { InvitationNotifications, InvitationState } from './invitation-change.ts'
import { InvitationInside } from './invitation-inside.ts'
import { OutgoingRequest, type RequestOptions } from './outgoing-request.ts'
import { REFER, type ReferOptions, Referral } from './referral.ts'
import type { WayOut } from './route.ts'
import type { SdpSession } from './sdp.ts'
import { checkAnswer } from './sdp-exchange.ts'
import { SIP_URI, SipUri } from './sip-uri.ts'
import { bytesOf, type ExtraHeaders, headerFields, identityOf, phraseOf } from './wire.ts'

declare module './notifications.ts' {
  interface NotificationMap extends InvitationNotifications<Invitation> {}
}

type Incoming = Extract<SipEvent, { kind: 'session-incoming' }>

/** What an outgoing invitation may be given beside credentials and callee. */
export interface InvitationOptions extends WayOut {
  /** A 3xx does not end it but asks where to go on: `invitation-redirected`, then `redirect`. */
  readonly asksOnRedirect?: boolean
  /** How long `redirect` is waited for, ms: 1000–180 000; 30 000 when it is left out. Then it ends with the 3xx. */
  readonly redirectMs?: number
  /** Reliable provisional responses and session timer, instead of the engine's. */
  readonly terms?: SessionTerms | undefined
  /** See the attribute of that name. */
  readonly decidesUpdates?: boolean
  readonly engine?: EngineCore
}

/** A body beside our description, in one multipart/mixed (RFC 5621): a location, a picture. */
export interface InvitePart {
  readonly contentType: string
  /** Text becomes UTF-8. */
  readonly body: string | Uint8Array
  /** Content-Disposition, Content-ID and the like. */
  readonly headers?: ExtraHeaders
}

/** How an INVITE goes out. */
export interface SendInviteOptions {
  readonly parts?: readonly InvitePart[]
}

/** A final response's word beside its code. */
export interface AcceptOptions {
  /** 200–299. */
  readonly code?: number
  /** Instead of the usual phrase. */
  readonly reason?: string | undefined
}

/**
 * A session. `setOfferedLocalSdp` says what goes out next, as offer or as answer; which media there are is nobody's business here.
 * What a state does not allow throws a CoreError that names it; what comes of the rest is told by notifications.
 */
export class Invitation extends InvitationInside {
  /** Of an incoming one: the session it is to take the place of (RFC 3891): accept this, disconnect that. */
  readonly replaces: Invitation | undefined
  readonly #asksOn: Pick<InvitationOptions, 'redirectMs'> & { readonly asksOn: boolean }
  readonly #terms: SessionTerms | undefined

  /** An outgoing one; nothing is sent before `sendInvite`. */
  constructor(credentials: Credentials, calleeUri: SipUri, options?: InvitationOptions)
  /** For the engine: an incoming one. */
  constructor(engine: EngineCore, event: Incoming, replaces: Invitation | undefined)
  constructor(by: Credentials | EngineCore, about: SipUri | Incoming, more?: InvitationOptions | Invitation) {
    if (!(by instanceof EngineCore)) expects('Invitation', OUTGOING, by, about, more)
    if (about instanceof SipUri) {
      const { engine = sharedEngine(), terms, ...options } = (more ?? {}) as InvitationOptions
      super({ engine, credentials: by as Credentials, calleeUri: about, ...options })
      this.#asksOn = asking(options)
      this.#terms = terms
      this.decidesUpdates = options.decidesUpdates ?? false
      return
    }
    super({ engine: by as EngineCore, invite: about.request, trusted: about.trusted ?? false })
    this.#asksOn = asking({})
    this.replaces = more as Invitation | undefined
    this.begin(about)
  }

  /** For the core: posts a notification of this invitation. */
  protected override tell<N extends keyof InvitationNotifications<Invitation>>(
    name: N,
    data: InvitationNotifications<Invitation>[N]['data'],
  ): void {
    this.engine.notifications.post(name, this, data as never)
  }

  /** Our description for what is sent next: offer of an INVITE or re-INVITE, or answer to theirs, with as many media as it has. */
  setOfferedLocalSdp(sdp: SdpSession): void {
    const offer = this.sdp.offeredRemote
    if (offer !== undefined) checkAnswer('Invitation.setOfferedLocalSdp', sdp, offer)
    // What cannot be printed is found here, not when it is sent.
    sdp.toString()
    this.sdp.propose(sdp)
  }

  /**
   * CALLING or EARLY: our INVITE offers that the next time it goes out, after `Engine.move` or where a 3xx sends it on. CALLING again
   * says that it has, and `offeredLocalSdp` is this one then.
   */
  offerAgain(sdp: SdpSession): void {
    const operation = 'Invitation.offerAgain'
    const stack = this.expect(operation, ['CALLING', 'EARLY'])
    stack.command(operation, { kind: 'offer', id: this.named(operation), sdp: sdp.toString() })
    this.sdp.proposeAgain(sdp)
  }

  // ---- the beginning -------------------------------------------------------------------------------------------------

  /** NULL → CALLING: sends the INVITE. Without a local description the peer makes the offer, told by `invitation-got-sdp-offer`. */
  sendInvite(extraHeaders: ExtraHeaders = {}, { parts = [] }: SendInviteOptions = {}): void {
    const operation = 'Invitation.sendInvite'
    const stack = this.expect(operation, ['NULL'])
    if (this.ownCredentials === undefined) throw new CoreError('state', operation, 'expected an outgoing invitation')
    const id = stack.newName('invitation')
    const command = {
      kind: 'invite',
      id,
      identity: identityOf(this.ownCredentials, this.way),
      target: this.calleeUri.address,
      sdp: this.sdp.offeredLocal?.toString(),
      headers: headerFields(extraHeaders),
      parts: parts.map(({ contentType, body, headers }) => ({
        ...{ contentType: utf8Encode(contentType), content: bytesOf(body), headers: headerFields(headers) },
      })),
      ...this.#asksOn,
      ...(this.#terms === undefined ? {} : { terms: this.#terms }),
    } as const
    this.claim(stack, id)
    this.id = id
    try {
      stack.command(operation, command)
    } catch (error) {
      stack.release(id)
      this.id = undefined
      throw error
    }
    this.peer.begin({ callId: this.callId ?? '' })
  }

  /** INCOMING, before anything is answered: reliable provisional responses and session timer, instead of the engine's. */
  setTerms(terms: SessionTerms): void {
    const operation = 'Invitation.setTerms'
    const stack = this.expect(operation, ['INCOMING'])
    stack.command(operation, { kind: 'terms', id: this.named(operation), terms })
  }

  /** INCOMING or EARLY → EARLY: a response of 101–199; with our description, once that is set: early media. An offer takes a reliable response. */
  respondToInviteProvisionally(responseCode = 180, extraHeaders: ExtraHeaders = {}, reason?: string): void {
    const operation = 'Invitation.respondToInviteProvisionally'
    this.expect(operation, ['INCOMING', 'EARLY'])
    this.expectIncoming(operation)
    checkCode(operation, responseCode, 101, 199)
    this.respond(operation, responseCode, this.sdp.offeredLocal, extraHeaders, reason)
  }

  /** INCOMING or EARLY → CONNECTING, and CONFIRMED when the ACK comes: sends 200 with the local description. */
  acceptInvite(extraHeaders: ExtraHeaders = {}, { code = 200, reason }: AcceptOptions = {}): void {
    const operation = 'Invitation.acceptInvite'
    this.expect(operation, ['INCOMING', 'EARLY'])
    this.expectIncoming(operation)
    checkCode(operation, code, 200, 299)
    const answered = this.sdp.activeLocal !== undefined
    if (!answered) this.expectProposal(operation)
    this.respond(operation, code, this.sdp.offeredLocal, extraHeaders, reason)
  }

  /** Sends our answer to the offer in their response; see `invitation-got-sdp-offer`. */
  acknowledge(): void {
    const operation = 'Invitation.acknowledge'
    const stack = this.expect(operation, ['EARLY', 'CONNECTING', 'REINVITING'])
    const sdp = this.expectProposal(operation)
    stack.command(operation, { kind: 'ack', id: this.named(operation), sdp: sdp.toString() })
    this.settle()
  }

  // ---- changes -------------------------------------------------------------------------------------------------------

  /**
   * CONFIRMED → REINVITING, until the final response: sends a re-INVITE with the new local description. With `offer` false it has
   * none, and the peer makes the offer: `invitation-got-sdp-offer`, then `acknowledge`. Its result is `invitation-changed-session`.
   */
  sendReinvite(extraHeaders: ExtraHeaders = {}, { offer = true }: { readonly offer?: boolean } = {}): void {
    const operation = 'Invitation.sendReinvite'
    this.expect(operation, ['CONFIRMED'])
    this.#modify(operation, 'INVITE', offer ? this.expectProposal(operation) : undefined, extraHeaders)
  }

  /** An UPDATE (RFC 3311): with the new local description when one is set, which takes CONFIRMED; else only our Contact is refreshed. */
  sendUpdate(extraHeaders: ExtraHeaders = {}): void {
    const operation = 'Invitation.sendUpdate'
    this.expect(operation, ['EARLY', 'CONFIRMED'])
    this.#modify(operation, 'UPDATE', this.sdp.offeredLocal, extraHeaders)
  }

  #modify(operation: string, method: 'INVITE' | 'UPDATE', sdp: SdpSession | undefined, extraHeaders: ExtraHeaders) {
    const command = { id: this.named(operation), sdp: sdp?.toString(), headers: headerFields(extraHeaders) }
    const kind = method === 'INVITE' ? 'reinvite' : 'update'
    const before = this.change
    this.change = { method, quiet: false }
    try {
      this.engine.running(operation).command(operation, { kind, ...command })
    } catch (error) {
      this.change = before
      throw error
    }
  }

  /** Answers their re-INVITE: below 200 it stays REINVITED, a final response leads back to CONFIRMED; 2xx takes a local description. */
  respondToReinvite(responseCode = 180, extraHeaders: ExtraHeaders = {}, reason?: string): void {
    const operation = 'Invitation.respondToReinvite'
    this.expect(operation, ['REINVITED'])
    checkCode(operation, responseCode, 101, 699)
    const positive = responseCode >= 200 && responseCode < 300
    const sdp = positive ? this.expectProposal(operation) : undefined
    this.respond(operation, responseCode, sdp, extraHeaders, reason)
    if (responseCode >= 300) this.sdp.drop()
  }

  /** With `decidesUpdates`: the final response to their offer by UPDATE, or by PRACK while it rings, where it is 488 that refuses. */
  respondToUpdate(responseCode = 200, extraHeaders: ExtraHeaders = {}): void {
    const operation = 'Invitation.respondToUpdate'
    const stack = this.expect(operation, ['EARLY', 'REINVITED'])
    checkCode(operation, responseCode, 200, 699)
    if (this.currentState === 'REINVITED') {
      this.respondToReinvite(responseCode, extraHeaders)
      return
    }
    const sdp = responseCode < 300 ? this.expectProposal(operation).toString() : undefined
    stack.command(operation, { kind: 'answer-offer', id: this.named(operation), sdp })
    if (sdp === undefined) this.sdp.drop()
    else this.settle()
  }

  // ---- the end -------------------------------------------------------------------------------------------------------

  /**
   * Ends it: CANCEL in CALLING and EARLY, BYE from CONNECTING on, DISCONNECTING until that is answered; an incoming one that was
   * not accepted is refused with `responseCode`, 300–699, and is DISCONNECTED at once.
   */
  override disconnect(responseCode = 486, extraHeaders: ExtraHeaders = {}, reason?: string): void {
    const operation = 'Invitation.disconnect'
    const stack = this.engine.running(operation)
    const ended: readonly InvitationState[] = ['NULL', 'DISCONNECTING', 'DISCONNECTED']
    if (ended.includes(this.currentState))
      throw new CoreError('state', operation, `expected a session to end, the state is ${this.currentState}`)
    checkCode(operation, responseCode, 300, 699)
    const headers = headerFields(extraHeaders, 'response')
    const id = this.named(operation)
    stack.command(operation, { kind: 'end', id, status: responseCode, reason: phraseOf(reason), headers })
  }

  // ---- beside the session itself -------------------------------------------------------------------------------------

  /** The word on `invitation-redirected`: whom to call instead, one after the other; nobody: it ends with their response. */
  redirect(targets: readonly SipUri[]): void {
    const operation = 'Invitation.redirect'
    const id = this.named(operation)
    this.engine
      .running(operation)
      .command(operation, { kind: 'redirect', id, targets: targets.map((each) => each.address) })
  }

  /** Asks the peer to call `target`, or the peer of that other invitation, in its place (attended transfer). This one goes on until it is ended. */
  refer(target: SipUri | Invitation, options: Omit<ReferOptions, 'route' | 'engine'> = {}): Referral {
    const operation = 'Invitation.refer'
    if (!(target instanceof Invitation)) expects(operation, [['target', SIP_URI]], target)
    expects(operation, [['options', REFER]], options)
    const to =
      target instanceof Invitation
        ? { uri: undefined, replaces: target.named(operation) }
        : { uri: target, replaces: undefined }
    return new Referral(operation, this.engine, this.#self(), this.named(operation), to, options)
  }

  /** Sends a request inside the session: INFO, MESSAGE, OPTIONS, one of the application's own. */
  sendRequest(method: string, options: RequestOptions = {}): OutgoingRequest {
    const operation = 'Invitation.sendRequest'
    return new OutgoingRequest(operation, this.engine, method, this.#self(), this.named(operation), options)
  }

  #self() {
    const credentials = this.ownCredentials ?? new Credentials(this.localUri)
    return { ...this.way, credentials, target: this.remoteUri }
  }
}

/** Throws a CoreError for a wait that is none. */
function asking({ asksOnRedirect: asksOn = false, redirectMs }: InvitationOptions) {
  if (redirectMs === undefined) return { asksOn }
  if (redirectMs >= 1000 && redirectMs <= 180_000) return { asksOn, redirectMs }
  throw new CoreError('argument', 'Invitation', `redirectMs: expected 1000–180000, got ${redirectMs}`)
}

function checkCode(operation: string, code: number, from: number, to: number): void {
  if (!Number.isInteger(code) || code < from || code > to)
    throw new CoreError('argument', operation, `responseCode: expected ${from}–${to}, got ${code}`)
}

guarded('Invitation', Invitation, INVITATION)
