// What is known of an invitation: whose it is, where it is, and the descriptions of both sides.
import type { Credentials } from './credentials.ts'
import type { EngineCore } from './engine-core.ts'
import type { InvitationState } from './invitation-change.ts'
import type { WayOut } from './route.ts'
import type { SdpSession } from './sdp.ts'
import { SdpExchange } from './sdp-exchange.ts'
import type { SipUri } from './sip-uri.ts'
import type { MessageHeaders } from './wire.ts'

/** What stays the same as long as it lives. */
export interface Origin extends WayOut {
  readonly engine: EngineCore
  readonly isOutgoing: boolean
  readonly callerUri: SipUri
  readonly calleeUri: SipUri
  readonly credentials?: Credentials
  readonly requestUri?: SipUri | undefined
  readonly inviteHeaders?: MessageHeaders
}

/** The attributes of `Invitation`. */
export abstract class InvitationAttributes {
  /** We sent the INVITE. */
  readonly isOutgoing: boolean
  /** Who called. */
  readonly callerUri: SipUri
  /** Who was called. */
  readonly calleeUri: SipUri
  /** Outbound proxies; undefined: none, or it is incoming. */
  readonly route: WayOut['route']
  /** Of an incoming one: to whom the request was addressed; its user part is the token of the credentials meant. */
  readonly requestUri: SipUri | undefined
  /** Of an incoming one: the header fields of its INVITE. */
  readonly inviteHeaders: MessageHeaders | undefined
  protected readonly engine: EngineCore
  protected readonly ownCredentials: Credentials | undefined
  protected readonly transport: WayOut['transport']
  protected readonly sdp = new SdpExchange()
  /** What the SIP engine knows it by; undefined: nothing yet. */
  protected id: string | undefined
  protected currentState: InvitationState = 'NULL'

  constructor(origin: Origin) {
    this.engine = origin.engine
    this.isOutgoing = origin.isOutgoing
    this.callerUri = origin.callerUri
    this.calleeUri = origin.calleeUri
    this.ownCredentials = origin.credentials
    this.route = origin.route
    this.transport = origin.transport
    this.requestUri = origin.requestUri
    this.inviteHeaders = origin.inviteHeaders
  }

  /** Where it is. */
  get state(): InvitationState {
    return this.currentState
  }

  /** A copy of what it was made with; undefined when it is incoming. */
  get credentials(): Credentials | undefined {
    return this.ownCredentials?.copy()
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
