// CONTRACT of the SIP engine: what an application is told.
import type { SocketAddress } from '../../../base/address.ts'
import type { Challenge } from '../../auth/challenge.ts'
import type { HeaderField, SipRequest, SipResponse } from '../../message/message.ts'
import type { RedirectTarget } from '../../usage/invite/redirection.ts'
import type { SipCommand } from './commands.ts'
import type {
  Cause,
  ChallengeId,
  PublicationId,
  PublicationState,
  ReferId,
  RegistrationId,
  RegistrationState,
  RequestId,
  SdpBy,
  SessionId,
  SessionState,
  SubscriberId,
  SubscriberState,
  SubscriptionId,
  SubscriptionState,
} from './names.ts'
import type { Learnt } from './registration.ts'
import type { Try } from './servers.ts'

/** What the SIP engine tells an application. */
export type SipEvent =
  /**
   * On every change of state and after every refresh or failed try. `status` and `reason` are the last final response's;
   * status 408 with cause `timeout` and 503 with `transport` or `resolution` are made here. `expires` seconds granted;
   * `retryMs`: the next try comes by itself after this long (undefined: none). With several flows it is registered while one
   * of them is, and `status` is that of the flow something became of.
   */
  | ({
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
      /** Servers that were tried in vain for this, in order. */
      readonly tries?: readonly Try[]
    } & Learnt)
  /** A new INVITE; 100 Trying is the engine's business. State is INCOMING. `sdp`: their offer, undefined when they want ours. */
  | {
      readonly kind: 'session-incoming'
      readonly id: SessionId
      readonly request: SipRequest
      readonly sdp: string | undefined
      /** The session it is to take the place of (RFC 3891): answer this one, end that. Only when `replaces` is supported. */
      readonly replaces?: SessionId
      /** The answered session whose conversation it is to join (RFC 3911). Only when `join` is supported. */
      readonly joins?: SessionId
      readonly trusted?: boolean
      /** Our own tag in its dialog. */
      readonly localTag?: string
    }
  /**
   * Each change of state, in order, none skipped; also for each provisional response (EARLY to EARLY). `message` is what
   * caused it, undefined when time or a command did. `tries`, with the outcome of our INVITE: servers it did not get through
   * at. DISCONNECTED is the last event of a session.
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
      /** It came from one of our servers or a trusted address, whose word on who somebody is counts (RFC 3325). */
      readonly trusted?: boolean
      readonly tries?: readonly Try[]
      /** With CALLING again: where it is sent on to. Without it: from another address of ours, where the one before is gone. */
      readonly target?: string
      /** With CALLING again: our description in it; undefined: they make the offer. */
      readonly sdp?: string
    }
  /**
   * What became of the CANCEL or BYE of an `end`: the final response to it; 408 with cause `timeout` when none came in 64·T1, 503
   * with `transport` or `resolution`. Or what came first and made it needless, as `message` says: the final response to the INVITE, a
   * BYE of theirs. Before DISCONNECTED, once; not of a call whose INVITE was not out yet, nor of a BYE that was nobody's wish.
   */
  | {
      readonly kind: 'session-farewell'
      readonly id: SessionId
      readonly method: 'CANCEL' | 'BYE'
      readonly status: number
      readonly reason: string
      readonly cause: Cause | undefined
      readonly message: SipRequest | SipResponse | undefined
    }
  /**
   * A 3xx to our INVITE, when `asksOn`: say `redirect`; after `redirectMs` without it the call ends with this response. `targets`: whom it
   * can be sent on to, best first, never one tried before. CALLING comes again for each that is.
   */
  | {
      readonly kind: 'session-redirected'
      readonly id: SessionId
      readonly targets: readonly RedirectTarget[]
      readonly message: SipResponse
      readonly trusted?: boolean
    }
  /**
   * A 401 or 407 to a request whose identity has `challengeMs`: say `authorize` within `answerMs`, or the request ends with this
   * response; so does one that was asked about five times. Nobody is asked about NOTIFYs, and nobody hears of a question that is over
   * because what it is `of` has ended, or the request was called off.
   */
  | {
      readonly kind: 'challenged'
      readonly id: ChallengeId
      /** The session, registration, subscription, publication, REFER or request that is held up. */
      readonly of: string
      /** Of the identity. */
      readonly contactUser: string
      readonly method: string
      /** Request-URI, which digests are taken over. */
      readonly uri: string
      /** Those by Digest; others are in the response alone. */
      readonly challenges: readonly Challenge[]
      /** What the credentials there are can do: they answer it, there are none for it, or they were refused. */
      readonly own: 'fit' | 'none' | 'refused'
      readonly response: SipResponse
      readonly answerMs: number
    }
  /** Their UPDATE without an offer, which is answered: it may say who is there now (RFC 4916). */
  | {
      readonly kind: 'session-refreshed'
      readonly id: SessionId
      readonly message: SipRequest
      readonly trusted?: boolean
    }
  /**
   * A body of the offer/answer exchange came from the peer (RFC 3264, RFC 6337); always before the `session-state` of the
   * same message. `offer`: answer with `respond`, or with `ack` when `inResponse`. `answer`: negotiation is complete.
   * An answer in a provisional response without 100rel is a preview: it comes again with the 2xx only when it differs. An offer
   * by UPDATE or PRACK in EARLY is answered with `answer-offer`.
   */
  | {
      readonly kind: 'session-sdp'
      readonly id: SessionId
      readonly role: 'offer' | 'answer'
      readonly sdp: string
      readonly by: SdpBy
      readonly inResponse: boolean
    }
  /** The timer of the session (RFC 4028) as agreed on with the 2xx that goes out or came; `expires` seconds, 0: none any more. */
  | {
      readonly kind: 'session-timer'
      readonly id: SessionId
      readonly expires: number
      readonly refresher: 'local' | 'remote'
    }
  /** The timer wants a refresh, and the peer takes no UPDATE: `reinvite` with what is in force. */
  | { readonly kind: 'session-refresh'; readonly id: SessionId }
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
  /** Response to our `request`; provisional ones too. The final one is the last event of that id, with the servers it did not get through at. */
  | {
      readonly kind: 'request-result'
      readonly id: RequestId
      readonly status: number
      readonly reason: string
      readonly cause: Cause | undefined
      readonly response: SipResponse | undefined
      readonly tries?: readonly Try[]
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
   * without an answer within 30 s it is declined with 603. `replaces`: value of the Replaces the INVITE is to carry; `headers`:
   * all that came with the URI and may go into the request, that one too. `method` of the request asked for, INVITE mostly.
   */
  | {
      readonly kind: 'refer-incoming'
      readonly id: ReferId
      readonly session: SessionId | undefined
      readonly request: SipRequest
      readonly referTo: string
      readonly replaces: string | undefined
      readonly headers: readonly HeaderField[]
      readonly method: string
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
  /** A NOTIFY, `body` '' when it has none; after the `subscription-state` of the same NOTIFY, but before TERMINATED. */
  | {
      readonly kind: 'subscription-notify'
      readonly id: SubscriptionId
      readonly contentType: string
      readonly body: string
      readonly request: SipRequest
    }
  /**
   * Each change of state, and each refresh that was granted. `expires` seconds granted; `retryMs`: the next try comes by itself
   * after this long, 0 for at once; unpublished without it is the last event.
   */
  | {
      readonly kind: 'publication-state'
      readonly id: PublicationId
      readonly state: PublicationState
      readonly previous: PublicationState
      readonly status: number
      readonly reason: string
      readonly cause: Cause | undefined
      readonly expires: number
      readonly retryMs: number | undefined
    }
  /** Somebody subscribes to a package of `SipConfig.notifies`: answer with `answer-subscriber`. `expires` seconds; 0 asks once. */
  | {
      readonly kind: 'subscriber-incoming'
      readonly id: SubscriberId
      readonly request: SipRequest
      readonly event: string
      readonly expires: number
      readonly from: SocketAddress
    }
  /** Each change of state; `terminated` is the last event. `cause`: who ended it; `local` also when its time was over. */
  | {
      readonly kind: 'subscriber-state'
      readonly id: SubscriberId
      readonly state: SubscriberState
      readonly reason: string
      readonly cause: Cause
    }
  /** A NOTIFY of `SipConfig.unsolicited`; it has been answered with 200. */
  | { readonly kind: 'notify-incoming'; readonly event: string; readonly request: SipRequest }
  /** A command that made no sense: nothing was changed or sent. */
  | { readonly kind: 'rejected'; readonly command: SipCommand['kind']; readonly id: string; readonly reason: string }
