// CONTRACT of the SIP engine: what things are called, who we are, and why things end.
import type { Credential } from '../../auth/credential.ts'

export type { AkaKeys } from '../../auth/aka.ts'
export type { Credential } from '../../auth/credential.ts'
export type { HashName } from '../../auth/digest.ts'
export type { SqnWindow } from '../../auth/sqn.ts'

/** A bound local transport, named by whoever bound it. */
export type TransportId = string
/** What a transport speaks, as Via names it. */
export type Protocol = 'UDP' | 'TCP' | 'TLS'
/** An INVITE session: named by whoever makes it, `in:…` by the engine when it came. */
export type SessionId = string
/** An application’s name for a binding it wants kept at a registrar. */
export type RegistrationId = string
/** One request–response exchange outside INVITE sessions, either direction. */
export type RequestId = string
/** An application’s name for a subscription of ours (RFC 6665). */
export type SubscriptionId = string
/** An application’s name for a publication of ours (RFC 3903). */
export type PublicationId = string
/** A subscription of somebody else's to what we tell. */
export type SubscriberId = string
/** A 401 or 407 to a request of ours that waits for an application’s word. */
export type ChallengeId = string
/** A REFER, either direction, with the subscription it makes. */
export type ReferId = string
/** One TCP or TLS connection: named `out:…` by the engine when it asks for it, by whoever accepts it otherwise. */
export type FlowId = string

/** Who we are in what we send, and by which way it leaves. */
export interface Identity {
  /** Address of record, a sip: URI; goes into From. */
  readonly aor: string
  readonly displayName: string
  /** User part of our Contact; incoming requests are matched to the account by it. */
  readonly contactUser: string
  /** More parameters of our Contact, in requests and responses, by name; undefined is one without a value. */
  readonly contactParams?: Readonly<Record<string, string | undefined>>
  /** Likewise of the URI in it, where that is not a GRUU. */
  readonly contactUriParams?: Readonly<Record<string, string | undefined>>
  /** Where others reach us, named in our Contact in the place of our own socket: what leads there from outside, as a port forwarded to it. */
  readonly contactPlace?: { readonly host: string; readonly port?: number | undefined } | undefined
  readonly credentials: readonly Credential[]
  /**
   * So long, ms, and for ten minutes at most, each 401 and 407 waits for the application's word: `challenged`, then `authorize`.
   * Undefined: `credentials` answer what they can.
   */
  readonly challengeMs?: number
  /** Those that `credentials` answer are answered by them, and not told; default false. */
  readonly provesItself?: boolean
  /** Pre-loaded route set (outbound proxy first), sip: URIs; the engine adds `;lr`. */
  readonly routes: readonly string[]
  /** Which transport to leave by when the target leaves that open; undefined: the first that suits, UDP before TCP before TLS. TLS: nothing less. */
  readonly transport: TransportId | undefined
}

/** `registering` and `unregistering`: a REGISTER is under way; refreshes leave it `registered`. */
export type RegistrationState = 'unregistered' | 'registering' | 'registered' | 'unregistering'

/** As of a registration, for PUBLISH (RFC 3903). */
export type PublicationState = 'unpublished' | 'publishing' | 'published' | 'unpublishing'

/** As NOTIFY says it (RFC 6665 §4.1.3). */
export type SubscriberState = 'pending' | 'active' | 'terminated'

/** ACCEPTED: a 2xx came and no NOTIFY yet; other words are the peer's own. */
export type SubscriptionState =
  | 'NULL'
  | 'SENT'
  | 'ACCEPTED'
  | 'PENDING'
  | 'ACTIVE'
  | 'TERMINATED'
  | (string & { readonly theirs?: never })

export type { SessionState } from '../../message/call-state.ts'

/** The request a description is in, or whose response it is in. */
export type SdpBy = 'INVITE' | 'ACK' | 'PRACK' | 'UPDATE'

/** Why something ended or failed, beside the SIP status: who decided. */
export type Cause = 'local' | 'remote' | 'timeout' | 'transport' | 'resolution' | 'authentication' | 'protocol'
