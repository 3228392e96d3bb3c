// What is known of an invitation: whose it is, where it is, who is at the other end, and the descriptions of both sides.

import type { SessionTerms } from '../../sip/core/contract.ts'
import { partyCalled } from '../../sip/message/addressing.ts'
import type { SipRequest } from '../../sip/message/message.ts'
import { callerOf } from '../../sip/message/other-end.ts'
import type { Diversion, Party } from '../../sip/message/party.ts'
import { refusalUnder, reliability } from '../../sip/usage/invite/terms.ts'
import type { Credentials } from './credentials.ts'
import type { EngineCore } from './engine-core.ts'
import { CoreError } from './errors.ts'
import type { InvitationState } from './invitation-change.ts'
import { type DialogNames, InvitationPeer } from './invitation-peer.ts'
import type { WayOut } from './route.ts'
import type { SdpSession } from './sdp.ts'
import { SdpExchange } from './sdp-exchange.ts'
import type { SipUri } from './sip-uri.ts'
import { addressedTo, type ExtraHeaders, identityOf, MessageHeaders, partiesOf } from './wire.ts'

/** Where it comes from: ours are called by credentials, theirs came as an INVITE. */
export type Origin = { readonly engine: EngineCore } & (
  | (WayOut & { readonly credentials: Credentials; readonly calleeUri: SipUri })
  | { readonly invite: SipRequest; readonly trusted: boolean }
)

/** The attributes of `Invitation`. */
export abstract class InvitationAttributes {
  /** We sent the INVITE. */
  readonly isOutgoing: boolean
  /** Who called. */
  readonly callerUri: SipUri
  /** Who was called. */
  readonly calleeUri: SipUri
  /** Of an incoming one: to whom the request was addressed; its user part is the token of the credentials meant. */
  readonly requestUri: SipUri | undefined
  /** Of an incoming one to a tel: URI, which has no `requestUri`: the number called, without separators. */
  readonly requestTel: string | undefined
  /** Of an incoming one: the header fields of its INVITE. */
  readonly inviteHeaders: MessageHeaders | undefined
  /**
   * Their UPDATE with an offer is the application's to answer, as their re-INVITE is: in REINVITED, or told by
   * `invitation-got-sdp-offer` while it rings, each by `respondToUpdate`. Else it is answered at once with what is in force.
   */
  decidesUpdates = false
  protected readonly engine: EngineCore
  protected readonly invite: SipRequest | undefined
  protected readonly peer: InvitationPeer
  protected ownCredentials: Credentials | undefined
  protected way: WayOut
  protected readonly sdp = new SdpExchange()
  /** What the SIP engine knows it by; undefined: nothing yet. */
  protected id: string | undefined
  protected currentState: InvitationState = 'NULL'

  constructor(origin: Origin) {
    this.engine = origin.engine
    if ('invite' in origin) {
      const { invite, trusted } = origin
      const { fromUri, toUri } = partiesOf(invite)
      this.isOutgoing = false
      this.callerUri = fromUri
      this.calleeUri = toUri
      this.way = {}
      this.invite = invite
      this.inviteHeaders = new MessageHeaders(invite)
      this.peer = new InvitationPeer(callerOf(invite, trusted), invite, trusted)
    } else {
      const { credentials, calleeUri, route, transport } = origin
      this.isOutgoing = true
      this.callerUri = credentials.uri.copy()
      this.calleeUri = calleeUri.copy()
      this.ownCredentials = credentials.copy()
      this.way = { route, transport }
      this.peer = new InvitationPeer(partyCalled(calleeUri.address), undefined, false)
    }
    const { requestUri, requestTel } = this.invite ? addressedTo(this.invite) : {}
    this.requestUri = requestUri
    this.requestTel = requestTel
  }

  /** Where it is. */
  get state(): InvitationState {
    return this.currentState
  }

  /** A copy of what it was made with, or given since; undefined while an incoming one has none. */
  get credentials(): Credentials | undefined {
    return this.ownCredentials?.copy()
  }

  /** Outbound proxies; undefined: none. */
  get route(): WayOut['route'] {
    return this.way.route
  }

  /** Who we are in an incoming one: what it sends inside the session proves itself so. Throws a CoreError for one of ours. */
  setCredentials(credentials: Credentials, way: WayOut = {}): void {
    const operation = 'Invitation.setCredentials'
    if (this.isOutgoing)
      throw new CoreError('state', operation, 'expected an incoming invitation; ours has credentials')
    this.ownCredentials = credentials.copy()
    this.way = way
    if (this.id === undefined || this.currentState === 'DISCONNECTED') return
    const identity = identityOf(this.ownCredentials, way)
    this.engine.running(operation).command(operation, { kind: 'identify', id: this.id, identity })
  }

  /** User part of our Contact in it. */
  get contactUser(): string {
    return (this.isOutgoing ? this.ownCredentials?.token : this.requestUri?.user) ?? ''
  }

  /** Who is at the other end, as far as its messages say it and may be believed (RFC 3325, RFC 4916). */
  get remoteParty(): Party {
    return this.peer.party
  }

  /** Whom it was for before it came here, the last first; servers of ours alone are believed. */
  get diversions(): readonly Diversion[] {
    return this.peer.diversions
  }

  /** The names of its dialog, which stay when it has ended. */
  get dialog(): DialogNames {
    return this.peer.dialog
  }

  /** Of an incoming one: what it had to be refused with under these terms; undefined: it need not be. */
  refusalUnder(terms: SessionTerms): { readonly code: number; readonly headers: ExtraHeaders } | undefined {
    const refusal = this.invite && refusalUnder(this.invite, terms)
    if (refusal === undefined) return undefined
    return { code: refusal.status, headers: Object.fromEntries((refusal.headers ?? []).map((f) => [f.name, f.value])) }
  }

  /** Of an incoming one: which of our provisional responses are acknowledged under these terms. */
  reliability(terms: SessionTerms): 'none' | 'described' | 'all' {
    return this.invite === undefined ? 'none' : reliability(this.invite, terms)
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
    if (this.id === undefined || this.currentState === 'DISCONNECTED') return undefined
    return this.engine.running('Invitation.callId').engine.callIdOf(this.id)
  }

  /** Our description in force, a copy; undefined before the first negotiation. */
  get activeLocalSdp(): SdpSession | undefined {
    return this.sdp.activeLocal
  }

  /** Their description in force, a copy; undefined before the first negotiation. */
  get activeRemoteSdp(): SdpSession | undefined {
    return this.sdp.activeRemote
  }

  /** Our description that is proposed, or goes out next; a copy. Undefined: there is none. */
  get offeredLocalSdp(): SdpSession | undefined {
    return this.sdp.offeredLocal
  }

  /** Their description that waits for our answer; a copy. Undefined: there is none. */
  get offeredRemoteSdp(): SdpSession | undefined {
    return this.sdp.offeredRemote
  }
}
