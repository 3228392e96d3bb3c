// CONTRACT of the SIP engine: what an application asks of it.
import type { Body, HeaderField } from '../../message/message.ts'
import type { BodyPart } from '../../message/multipart.ts'
import type {
  ChallengeId,
  Credential,
  Identity,
  PublicationId,
  ReferId,
  RegistrationId,
  RequestId,
  SessionId,
  SubscriberId,
  SubscriberState,
  SubscriptionId,
} from './names.ts'
import type { RegisterOptions } from './registration.ts'
import type { SessionTerms } from './terms.ts'

/** Credentials, which are kept for later requests; none: those that are known. Or Authorization and Proxy-Authorization as they go out. */
export type ChallengeAnswer =
  | { readonly credentials: readonly Credential[] }
  | { readonly headers: readonly HeaderField[] }

/** What an application asks of the SIP engine; what makes no sense now is answered with `rejected`. */
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
      readonly options?: RegisterOptions
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
      /** Sent with the offer in one multipart/mixed (RFC 5621): a location, a picture. */
      readonly parts?: readonly BodyPart[]
      /** A 3xx asks where to go on (`session-redirected`) instead of ending it. */
      readonly asksOn?: boolean
      /** How long it waits for that, ms; 30 000 when it is left out. */
      readonly redirectMs?: number
      /** Default: `SipConfig.terms`. */
      readonly terms?: SessionTerms
    }
  /**
   * Our description in an INVITE of ours that nobody has answered: as it goes out again, when our address has changed or a 3xx sends it
   * on. CALLING says with which. What is out stays as it is, and so does who makes the offer.
   */
  | { readonly kind: 'offer'; readonly id: SessionId; readonly sdp: string }
  /**
   * The word on a `session-redirected`: URIs to call instead, in this order, each when the one before refuses (but for 6xx); none:
   * the call ends with that response.
   */
  | { readonly kind: 'redirect'; readonly id: SessionId; readonly targets: readonly string[] }
  /**
   * What an incoming session is kept by instead of `SipConfig.terms`: in INCOMING only, before anything was answered. Whose INVITE
   * they do not allow (`refusalUnder`) is for the application to refuse.
   */
  | { readonly kind: 'terms'; readonly id: SessionId; readonly terms: SessionTerms }
  /** Who we are in an incoming session, whatever account its Contact user is of: its requests are authorised so. */
  | { readonly kind: 'identify'; readonly id: SessionId; readonly identity: Identity }
  /**
   * The word on a `challenged`: the request goes out again, authorised so; undefined: it ends with the response that asks. What
   * cannot answer the challenge is `rejected`, and the question stands. Credentials for any realm are for those that ask.
   */
  | { readonly kind: 'authorize'; readonly id: ChallengeId; readonly answer: ChallengeAnswer | undefined }
  /**
   * Answers an incoming INVITE (states INCOMING, EARLY) or re-INVITE/UPDATE (REINVITED) with 101–699. `sdp` answers their offer,
   * or offers when they sent none: in the first reliable response, in which it has to be, else in the 2xx. Once that was said
   * reliably, `sdp` is left out of what follows. A 2xx waits for the PRACK of a response with a description (RFC 3262 §3).
   */
  | {
      readonly kind: 'respond'
      readonly id: SessionId
      readonly status: number
      readonly reason: string | undefined
      readonly sdp: string | undefined
      readonly headers: readonly HeaderField[]
    }
  /** Answers an offer that came in an UPDATE or PRACK while the call was not answered; without `sdp` it is refused with 488. */
  | { readonly kind: 'answer-offer'; readonly id: SessionId; readonly sdp: string | undefined }
  /** Answer to an offer that came in a response (late offer): goes out in the ACK of a 2xx, in the PRACK of a reliable one. */
  | { readonly kind: 'ack'; readonly id: SessionId; readonly sdp: string }
  /** New offer (or none) in a CONFIRMED session. 491, and 500 with a Retry-After of up to 10 s, is retried by the engine (§14), unless the peer has changed the session meanwhile: then `reinvite-result` 491 asks for a fresh offer. */
  | {
      readonly kind: 'reinvite'
      readonly id: SessionId
      readonly sdp: string | undefined
      readonly headers: readonly HeaderField[]
    }
  /**
   * UPDATE (RFC 3311), when the peer allows it: with an offer as `reinvite`, in EARLY once the first exchange was made by reliable
   * responses; without one only our Contact is refreshed. In EARLY no state changes, 408 and 481 do not end the session (the
   * INVITE decides), and there is none when it is forked.
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
      /** Sent once, without a transaction: no event comes, a response is for modules to see. */
      readonly stateless?: boolean
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
   * `replaces`, a confirmed session (attended transfer, RFC 3891), the new call takes that one's place, or fails where Replaces is
   * not understood when `insist`; `referTo` '' then means its peer. `subscribe` false: nothing is to be told of the new call (RFC 4488). Answered by `refer-progress`.
   */
  | {
      readonly kind: 'refer'
      readonly id: ReferId
      readonly session: SessionId | undefined
      readonly identity: Identity
      readonly target: string
      readonly referTo: string
      readonly replaces: SessionId | undefined
      readonly insist?: boolean
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

  /**
   * Keeps event state at a server (RFC 3903): published, refreshed, put there anew when the server lost it, tried again with
   * back-off, until `unpublish` or a refusal for good. Again with a known id: another body. `event` as in the Event header, its
   * package one of `SipConfig.packages`. What is asked while a request is under way follows its answer.
   */
  | {
      readonly kind: 'publish'
      readonly id: PublicationId
      readonly identity: Identity
      readonly target: string
      readonly event: string
      /** Seconds. */
      readonly expires: number
      readonly headers: readonly HeaderField[]
      readonly body: Body
    }
  | { readonly kind: 'unpublish'; readonly id: PublicationId }

  /**
   * The word on a `subscriber-incoming`: 200 takes it, and a NOTIFY of `state` with `body` follows at once; 300–699 refuse it.
   * Without one within 30 s it is 403.
   */
  | {
      readonly kind: 'answer-subscriber'
      readonly id: SubscriberId
      readonly status: number
      readonly reason: string | undefined
      /** Of the response. */
      readonly headers: readonly HeaderField[]
      readonly state: 'pending' | 'active'
      readonly body: Body | undefined
    }
  /**
   * Tells a subscriber of a change, or ends its subscription: `terminated` with a `reason` as RFC 6665 §4.1.3 has them and
   * `retryAfter` seconds. One NOTIFY at a time is under way; of those that wait the newest goes. `body` is told again at each refresh.
   */
  | {
      readonly kind: 'notify'
      readonly id: SubscriberId
      readonly state: SubscriberState
      readonly reason: string | undefined
      readonly retryAfter: number | undefined
      readonly headers: readonly HeaderField[]
      readonly body: Body | undefined
    }
  /** From now on `id` is an event package that can be subscribed to and published, told in `accept`. One that is known stays as it is. */
  | { readonly kind: 'add-package'; readonly id: string; readonly accept: string }
