// CONTRACT: the SIP engine. What it is fed (network, time, commands) and what it answers with (sends, look-ups, events).
//
// Whoever starts a session or a registration names it: an application must not use ids that begin with `in:`, those are
// given by the engine to what arrives. An id may be used again once its last event came.
// Every command is taken at once and never fails by exception; one that makes no sense now (answering an ended call, an
// unknown id) is answered with `rejected` and changes nothing.
import type { SocketAddress } from '../../base/address.ts'
import type { LogRecord } from '../../base/log.ts'
import type { Secret } from '../../base/secret.ts'
import type { Body, HeaderField, SipRequest, SipResponse } from '../message/message.ts'

/** A bound local transport, named by whoever bound it. */
export type TransportId = string
export type SessionId = string
export type RegistrationId = string
/** One request–response exchange outside INVITE sessions, either direction. */
export type RequestId = string
export type SubscriptionId = string
/** A REFER, either direction, with the subscription it makes. */
export type ReferId = string
/** One TCP connection: named `out:…` by the engine when it asks for it, by whoever accepts it otherwise. */
export type FlowId = string

// ---- network ---------------------------------------------------------------------------------------------------------

export type NetworkInput =
  /**
   * A socket is bound; over TCP: connections can be asked for, and come to `local` when somebody listens there. `local` is
   * the concrete address peers can reach (never 0.0.0.0 or ::).
   */
  | {
      readonly kind: 'transport-up'
      readonly transport: TransportId
      readonly protocol: 'UDP' | 'TCP'
      readonly local: SocketAddress
    }
  | { readonly kind: 'transport-down'; readonly transport: TransportId; readonly reason: string }
  | { readonly kind: 'datagram'; readonly transport: TransportId; readonly from: SocketAddress; readonly data: string }
  /** ICMP said so: destination unreachable, errno name such as `ECONNREFUSED`. */
  | {
      readonly kind: 'unreachable'
      readonly transport: TransportId
      readonly to: SocketAddress
      readonly errno: string
    }
  /** The connection asked for by `connect` stands, or one was accepted (then `flow` is a new name, not `out:…`). */
  | {
      readonly kind: 'flow-up'
      readonly flow: FlowId
      readonly transport: TransportId
      readonly local: SocketAddress
      readonly remote: SocketAddress
    }
  /** The next octets of a stream, split anywhere. */
  | { readonly kind: 'flow-data'; readonly flow: FlowId; readonly data: string }
  /** It is gone, or never came to stand; errno name, or words. The last input of that name; after `close` it may be left out. */
  | { readonly kind: 'flow-down'; readonly flow: FlowId; readonly reason: string }
  /** Answer to `resolve`: literals in the order to try; empty with `error` when the name does not resolve. */
  | {
      readonly kind: 'resolved'
      readonly query: number
      readonly addresses: readonly string[]
      readonly error?: string
    }

export type NetworkOutput =
  | { readonly kind: 'send'; readonly transport: TransportId; readonly to: SocketAddress; readonly data: string }
  | { readonly kind: 'resolve'; readonly query: number; readonly host: string }
  /** Answered by `flow-up` or `flow-down`; given up here after 5 s. */
  | {
      readonly kind: 'connect'
      readonly flow: FlowId
      readonly transport: TransportId
      readonly to: SocketAddress
    }
  | { readonly kind: 'write'; readonly flow: FlowId; readonly data: string }
  /** What was written before still goes out. */
  | { readonly kind: 'close'; readonly flow: FlowId }

// ---- who we are ------------------------------------------------------------------------------------------------------

export interface Credential {
  /** Realm it is for; '*' for any. */
  readonly realm: string
  readonly username: string
  readonly password: Secret
}

export interface Identity {
  /** Address of record, a sip: URI; goes into From. */
  readonly aor: string
  readonly displayName: string
  /** User part of our Contact; incoming requests are matched to the account by it. */
  readonly contactUser: string
  readonly credentials: readonly Credential[]
  /** Pre-loaded route set (outbound proxy first), sip: URIs; the engine adds `;lr`. */
  readonly routes: readonly string[]
  /** Which transport to leave by; undefined: the first that suits the target, UDP before TCP. */
  readonly transport: TransportId | undefined
}

// ---- commands --------------------------------------------------------------------------------------------------------

export type SipCommand =
  /** Keeps a binding at the registrar: registers, refreshes, retries with back-off, until `unregister`. Again with a known id: changes it at the next refresh, at once when `now`. */
  | {
      readonly kind: 'register'
      readonly id: RegistrationId
      readonly identity: Identity
      readonly registrar: string
      readonly expires: number
      readonly headers: readonly HeaderField[]
      readonly now: boolean
    }
  | { readonly kind: 'unregister'; readonly id: RegistrationId }
  /** Sends INVITE to `target` (a URI). `sdp`: the offer; undefined makes the peer offer (late offer). */
  | {
      readonly kind: 'invite'
      readonly id: SessionId
      readonly identity: Identity
      readonly target: string
      readonly sdp: string | undefined
      readonly headers: readonly HeaderField[]
    }
  /** Answers an incoming INVITE (states INCOMING, EARLY) or re-INVITE/UPDATE (REINVITED) with 101–699. `sdp` answers their offer, or offers when they sent none. */
  | {
      readonly kind: 'respond'
      readonly id: SessionId
      readonly status: number
      readonly reason: string | undefined
      readonly sdp: string | undefined
      readonly headers: readonly HeaderField[]
    }
  /** Answer to an offer that came in a 2xx (late offer): goes out in the ACK. */
  | { readonly kind: 'ack'; readonly id: SessionId; readonly sdp: string }
  /** New offer (or none) in a CONFIRMED session. 491, and 500 with a Retry-After of up to 10 s, is retried by the engine (§14), unless the peer has changed the session meanwhile: then `reinvite-result` 491 asks for a fresh offer. */
  | {
      readonly kind: 'reinvite'
      readonly id: SessionId
      readonly sdp: string | undefined
      readonly headers: readonly HeaderField[]
    }
  /**
   * UPDATE (RFC 3311), when the peer allows it: with an offer as `reinvite`, in CONFIRMED only; without one, also in EARLY unless
   * forked, only our Contact is refreshed and no state changes. In EARLY 408 and 481 do not end the session: the INVITE decides.
   */
  | {
      readonly kind: 'update'
      readonly id: SessionId
      readonly sdp: string | undefined
      readonly headers: readonly HeaderField[]
    }
  /** Ends the session in whatever way its state asks for: CANCEL, BYE, or the final response `status` (default 603) while it rings here. */
  | {
      readonly kind: 'end'
      readonly id: SessionId
      readonly status: number | undefined
      readonly reason: string | undefined
      readonly headers: readonly HeaderField[]
    }
  /** Any other request: inside `session` when given (INFO, MESSAGE, OPTIONS …), else outside a dialog from `identity`. INVITE, ACK, CANCEL, BYE, PRACK and UPDATE are refused here. */
  | {
      readonly kind: 'request'
      readonly id: RequestId
      readonly method: string
      readonly session: SessionId | undefined
      readonly identity: Identity
      readonly target: string
      readonly headers: readonly HeaderField[]
      readonly body: Body | undefined
    }
  /** Final or provisional response to `request-incoming`. */
  | {
      readonly kind: 'reply'
      readonly id: RequestId
      readonly status: number
      readonly reason: string | undefined
      readonly headers: readonly HeaderField[]
      readonly body: Body | undefined
    }

  /**
   * Asks the peer to call `referTo`, a URI (RFC 3515): inside `session`, or outside a dialog from `identity` to `target`. With
   * `replaces`, a confirmed session (attended transfer, RFC 3891), the new call takes that one's place; `referTo` '' then means
   * its peer. `subscribe` false: nothing is to be told of the new call (RFC 4488). Answered by `refer-progress`.
   */
  | {
      readonly kind: 'refer'
      readonly id: ReferId
      readonly session: SessionId | undefined
      readonly identity: Identity
      readonly target: string
      readonly referTo: string
      readonly replaces: SessionId | undefined
      readonly subscribe: boolean
      readonly headers: readonly HeaderField[]
    }
  /** No more is to be heard of a REFER of ours; no event comes. */
  | { readonly kind: 'end-refer'; readonly id: ReferId }
  /** How the call fares that a `refer-incoming` asked for, once `reply` has accepted that: the NOTIFY is sent; 200–699 is the last. */
  | {
      readonly kind: 'refer-notify'
      readonly id: ReferId
      readonly status: number
      readonly reason: string | undefined
    }

  /**
   * Keeps a subscription (RFC 6665): refreshes, tries again as the peer asks, until `unsubscribe` or a TERMINATED without
   * `retryMs`. `event` as in the Event header; Accept comes from `SipConfig.packages`. Again with a known id: changed at once.
   */
  | {
      readonly kind: 'subscribe'
      readonly id: SubscriptionId
      readonly identity: Identity
      readonly target: string
      readonly event: string
      /** Seconds. */
      readonly expires: number
      readonly headers: readonly HeaderField[]
      readonly body: Body | undefined
    }
  | { readonly kind: 'unsubscribe'; readonly id: SubscriptionId }

// ---- events ----------------------------------------------------------------------------------------------------------

export type RegistrationState = 'unregistered' | 'registering' | 'registered' | 'unregistering'

/** ACCEPTED: a 2xx came and no NOTIFY yet; other words are the peer's own. */
export type SubscriptionState =
  | 'NULL'
  | 'SENT'
  | 'ACCEPTED'
  | 'PENDING'
  | 'ACTIVE'
  | 'TERMINATED'
  | (string & { readonly theirs?: never })

/** The states of a session with the names an application knows from the sipsimple core. */
export type SessionState =
  | 'NULL'
  | 'CALLING'
  | 'INCOMING'
  | 'EARLY'
  | 'CONNECTING'
  | 'CONFIRMED'
  | 'REINVITING'
  | 'REINVITED'
  | 'DISCONNECTING'
  | 'DISCONNECTED'

/** Why something ended or failed, beside the SIP status: who decided. */
export type Cause = 'local' | 'remote' | 'timeout' | 'transport' | 'resolution' | 'authentication' | 'protocol'

export type SipEvent =
  /**
   * On every change of state and after every refresh or failed try. `status` and `reason` are the last final response's;
   * status 408 with cause `timeout` and 503 with `transport` or `resolution` are made here. `expires` seconds granted;
   * `retryMs`: the next try comes by itself after this long (undefined: none).
   */
  | {
      readonly kind: 'registration-state'
      readonly id: RegistrationId
      readonly state: RegistrationState
      readonly previous: RegistrationState
      readonly status: number
      readonly reason: string
      readonly cause: Cause | undefined
      readonly contact: string
      readonly contacts: readonly string[]
      readonly expires: number
      readonly retryMs: number | undefined
    }
  /** A new INVITE; 100 Trying is the engine's business. State is INCOMING. `sdp`: their offer, undefined when they want ours. */
  | {
      readonly kind: 'session-incoming'
      readonly id: SessionId
      readonly request: SipRequest
      readonly sdp: string | undefined
      /** The session it is to take the place of (RFC 3891): answer this one, end that. Only when `replaces` is supported. */
      readonly replaces?: SessionId
    }
  /**
   * Each change of state, in order, none skipped; also for each provisional response (EARLY to EARLY). `message` is what
   * caused it, undefined when time or a command did. DISCONNECTED is the last event of a session.
   */
  | {
      readonly kind: 'session-state'
      readonly id: SessionId
      readonly state: SessionState
      readonly previous: SessionState
      readonly status: number
      readonly reason: string
      readonly cause: Cause | undefined
      readonly message: SipRequest | SipResponse | undefined
    }
  /**
   * A body of the offer/answer exchange came from the peer (RFC 3264, RFC 6337); always before the `session-state` of the
   * same message. `offer`: answer with `respond`, or with `ack` when `inResponse`. `answer`: negotiation is complete.
   * An answer in a provisional response without 100rel is a preview: it comes again with the 2xx only when it differs.
   */
  | {
      readonly kind: 'session-sdp'
      readonly id: SessionId
      readonly role: 'offer' | 'answer'
      readonly sdp: string
      readonly inResponse: boolean
    }
  /** The re-INVITE or UPDATE we sent ended: 2xx, or a refusal that left the session as it was; 491: the offer is out of date, ask anew. Follows the return to CONFIRMED, if it was left. */
  | { readonly kind: 'reinvite-result'; readonly id: SessionId; readonly status: number; readonly reason: string }
  /** A request outside INVITE sessions or inside one, of a method named in `SipConfig.applicationMethods`. Must be answered with `reply` within 30 s. */
  | {
      readonly kind: 'request-incoming'
      readonly id: RequestId
      readonly session: SessionId | undefined
      readonly request: SipRequest
      readonly from: SocketAddress
    }
  /** Response to our `request`; provisional ones too. The final one is the last event of that id. */
  | {
      readonly kind: 'request-result'
      readonly id: RequestId
      readonly status: number
      readonly reason: string
      readonly cause: Cause | undefined
      readonly response: SipResponse | undefined
    }
  /**
   * Of our `refer`: the final response to it, then the status of the new call as each NOTIFY says it (0: it says none).
   * `final`: the last event of that id, and what became of it; 408 with cause `timeout` is made here.
   */
  | {
      readonly kind: 'refer-progress'
      readonly id: ReferId
      readonly by: 'response' | 'notify'
      readonly status: number
      readonly reason: string
      readonly final: boolean
      readonly cause: Cause | undefined
    }
  /**
   * The peer asks us to call `referTo` (when `SipConfig.refer`). Answer with `reply`: 202 accepts, then tell by `refer-notify`;
   * without an answer within 30 s it is declined with 603. `replaces`: value of the Replaces the INVITE is to carry.
   */
  | {
      readonly kind: 'refer-incoming'
      readonly id: ReferId
      readonly session: SessionId | undefined
      readonly request: SipRequest
      readonly referTo: string
      readonly replaces: string | undefined
    }
  /** Each change of state. `reason` of TERMINATED may be the one of their NOTIFY; `retryMs`: it is tried anew by itself then, else this is the last event. */
  | {
      readonly kind: 'subscription-state'
      readonly id: SubscriptionId
      readonly state: SubscriptionState
      readonly previous: SubscriptionState
      readonly status: number
      readonly reason: string
      readonly cause: Cause | undefined
      readonly retryMs: number | undefined
    }
  /** A NOTIFY with a body; after the `subscription-state` of the same NOTIFY, but before TERMINATED. */
  | {
      readonly kind: 'subscription-notify'
      readonly id: SubscriptionId
      readonly contentType: string
      readonly body: string
      readonly request: SipRequest
    }
  /** A command that made no sense: nothing was changed or sent. */
  | { readonly kind: 'rejected'; readonly command: SipCommand['kind']; readonly id: string; readonly reason: string }

export type SipInput = NetworkInput | SipCommand
export type SipOutput = NetworkOutput | SipEvent | LogRecord

// ---- configuration ---------------------------------------------------------------------------------------------------

export interface SipConfig {
  /** User-Agent and Server header; '' sends none. */
  readonly userAgent: string
  /** RFC 3261 §17.1.1.1: T1 500, T2 4000, T4 5000 ms; D at least 32 s. */
  readonly timers: { readonly t1: number; readonly t2: number; readonly t4: number; readonly d: number }
  /** Methods beyond those the engine answers itself (INVITE, ACK, CANCEL, BYE, OPTIONS …) that are handed to the application; others get 405. */
  readonly applicationMethods: readonly string[]
  /** Option tags supported, for Supported and Require. */
  readonly supported: readonly string[]
  /** REFER is taken (`refer-incoming`), and its NOTIFYs sent, by the engine. */
  readonly refer?: boolean
  /** Event packages that can be subscribed to, with the Accept of each; a NOTIFY of another one gets 489. */
  readonly packages?: Readonly<Record<string, string>>
  readonly limits: {
    /** Sessions at once, both directions; beyond: outgoing `rejected`, incoming 486. */
    readonly sessions: number
    /** Server transactions at once; beyond: 503 with Retry-After. */
    readonly transactions: number
  }
}
