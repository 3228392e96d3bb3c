// CONTRACT of the user agent: what an application asks of it.
import type { ChallengeAnswer, SubscriberState } from '../../sip/core/contract.ts'
import type { Body, HeaderField } from '../../sip/message/message.ts'
import type { BodyPart } from '../../sip/message/multipart.ts'
import type { OwnPresence } from '../../sip/packages/watched.ts'
import type { AccountConfig } from './config.ts'
import type {
  AccountId,
  CallId,
  ChallengeName,
  PublicationName,
  RequestName,
  SubscriberName,
  SubscriptionName,
  TransferName,
} from './names.ts'

/** What an application asks of the user agent. */
export type UaCommand =
  /** Adds an account or changes it; registers when it has a registrar. */
  | { readonly kind: 'set-account'; readonly account: AccountId; readonly config: AccountConfig }
  /** Ends its calls and subscriptions, un-registers, forgets it. */
  | { readonly kind: 'remove-account'; readonly account: AccountId }
  /** Registers now, or un-registers. */
  | { readonly kind: 'set-registration'; readonly account: AccountId; readonly on: boolean }
  /** `target`: a URI, or a user part that is completed with the account's domain. */
  | {
      readonly kind: 'make-call'
      readonly call: CallId
      readonly account: AccountId
      readonly target: string
      readonly headers: readonly HeaderField[]
      /** The INVITE goes without an offer, the peer makes one in its 200 (RFC 3261 §13.2.1). */
      readonly lateOffer?: boolean
      /** Without our name (RFC 3323), or with it whatever the account says; undefined: as that says. */
      readonly anonymous?: boolean | undefined
      /** Sent with the offer in one multipart/mixed (RFC 5621). */
      readonly parts?: readonly BodyPart[]
    }
  /** 180 to ring, 183 for early media, reliable as the account's `terms` have it; 200 to take it, 3xx–6xx to refuse; the stack's own 100 has gone, so 100 does nothing. */
  | {
      readonly kind: 'answer'
      readonly call: CallId
      readonly status: number
      readonly reason: string | undefined
      readonly headers: readonly HeaderField[]
    }
  /** Sends a call that rings here on: 302 to `to`, best first, each completed like the target of a call; `reason` as RFC 5806 §5 has them. */
  | { readonly kind: 'forward'; readonly call: CallId; readonly to: readonly string[]; readonly reason: string }
  /** The word on a `call-redirect`: the URIs of targets it is to try in this order; none ends it, undefined tries all. */
  | { readonly kind: 'redirect'; readonly call: CallId; readonly targets: readonly string[] | undefined }
  /**
   * The word on a `challenge`: the request goes out again with this, and credentials that answer are kept for their realms. Undefined:
   * it ends with that response. Refused where it is no answer; the question stands then.
   */
  | { readonly kind: 'authorize'; readonly challenge: ChallengeName; readonly answer: ChallengeAnswer | undefined }
  /** Ends it by its state; `status` is used when it still rings here (default 603). */
  | {
      readonly kind: 'hang-up'
      readonly call: CallId
      readonly status: number | undefined
      readonly reason: string | undefined
      readonly headers?: readonly HeaderField[]
    }
  /** Re-INVITE with `sendonly` (or `inactive` when they hold us too). */
  | { readonly kind: 'hold'; readonly call: CallId }
  | { readonly kind: 'resume'; readonly call: CallId }
  /**
   * `by`: named events in the stream (RFC 4733), or INFO with `application/dtmf-relay` or `application/dtmf`, whose end is told by
   * `call-dtmf-sent`; undefined: named events when those were agreed, else `dtmf-relay`.
   */
  | {
      readonly kind: 'send-dtmf'
      readonly call: CallId
      readonly digits: string
      readonly durationMs: number
      readonly by?: 'rtp' | 'dtmf-relay' | 'dtmf'
    }
  | { readonly kind: 'query-call'; readonly call: CallId; readonly ref: number }
  /** Answered by `call-record` at once. */
  | { readonly kind: 'query-record'; readonly call: CallId; readonly ref: number }
  /** Re-INVITE with what is now; `unhold` releases our hold with it. Without `offer` the peer makes one. Ends with `call-modified`. */
  | {
      readonly kind: 'reinvite'
      readonly call: CallId
      readonly unhold: boolean
      readonly offer: boolean
      readonly headers: readonly HeaderField[]
    }
  /**
   * UPDATE (RFC 3311) with what is now, our hold kept; without `offer` the peer only learns where we are. While it rings, with an
   * offer once media was agreed by reliable responses. Ends with `call-modified`: 491 also when it cannot be, as the peer does not
   * allow UPDATE.
   */
  | {
      readonly kind: 'update'
      readonly call: CallId
      readonly offer: boolean
      readonly headers: readonly HeaderField[]
    }
  /**
   * REFER to `target` (RFC 3515), completed like that of a call. What becomes of it comes as `call-transfer`; the call stays until it
   * is ended.
   */
  | {
      readonly kind: 'transfer'
      readonly call: CallId
      /** '': the peer of the call that is replaced. */
      readonly target: string
      readonly headers: readonly HeaderField[]
      /** Attended transfer: the new call takes the place of this one at its peer (RFC 3891). */
      readonly replaces?: CallId | undefined
      /** Where Replaces is not understood the new call is to fail (RFC 5589 §7.2); default true. False is XFER_NO_REQUIRE_REPLACES. */
      readonly insist?: boolean
      /** Nothing is to be told of the new call (RFC 4488): the response to REFER is all. */
      readonly quiet?: boolean
    }
  /** No more is to be heard of the transfer: their next NOTIFY gets 481, which ends the subscription (RFC 6665 §4.2.2). */
  | { readonly kind: 'end-transfer'; readonly call: CallId }
  /** The word on a `transfer-incoming`: a name for the call it asks for, which is made then; or `status`, 300–699, declines it. */
  | {
      readonly kind: 'answer-transfer'
      readonly transfer: TransferName
      readonly call: CallId | undefined
      readonly status: number
      readonly reason: string | undefined
    }
  /** A request inside a call's dialog, or outside any from an account. Methods that change a session are refused. */
  | {
      readonly kind: 'send-request'
      readonly request: RequestName
      readonly method: string
      readonly to:
        | { readonly call: CallId }
        /** `target` as of a call. */
        | { readonly account: AccountId; readonly target: string }
      readonly headers: readonly HeaderField[]
      readonly body: Body | undefined
    }
  /**
   * Something is being written to somebody (RFC 3994), say this at each key; or was thrown away. The other side is told when it
   * begins, again while it goes on, and when it ends: 15 s after the last key, or by a MESSAGE that goes there.
   */
  | {
      readonly kind: 'compose'
      readonly to: { readonly call: CallId } | { readonly account: AccountId; readonly target: string }
      readonly active: boolean
      /** Of what is being written. */
      readonly contentType: string
    }
  /** Final response to a `request-incoming` with `answerMs` above 0. */
  | {
      readonly kind: 'reply'
      readonly request: string
      readonly status: number
      readonly reason: string | undefined
      readonly headers: readonly HeaderField[]
      readonly body: Body | undefined
    }
  /**
   * Subscribes to `event` (value of Event) of `target`, completed like that of a call, and keeps that up until `unsubscribe`
   * or a `final` state; 64 at most. Again with the same name, account, target and event: refreshed at once, with what the
   * account is now. What it tells of a package that is known here comes read, too (`watched`). `list`: the target may be a list
   * of resources (RFC 4662).
   */
  | {
      readonly kind: 'subscribe'
      readonly subscription: SubscriptionName
      readonly account: AccountId
      readonly target: string
      readonly event: string
      /** Seconds. */
      readonly expires: number
      readonly headers: readonly HeaderField[]
      readonly list?: boolean
    }
  /** Its end comes as a `final` state. */
  | { readonly kind: 'unsubscribe'; readonly subscription: SubscriptionName }
  /**
   * Publishes `body` as the account's state of `event` (value of Event) and keeps that up until `unpublish` or a `final` state; 32
   * at most. Again with the same name, account and event: another body. What is asked while a request is under way follows it.
   */
  | {
      readonly kind: 'publish'
      readonly publication: PublicationName
      readonly account: AccountId
      readonly event: string
      /** Seconds. */
      readonly expires: number
      readonly headers: readonly HeaderField[]
      readonly body: Body
    }
  /** Its end comes as a `final` state. */
  | { readonly kind: 'unpublish'; readonly publication: PublicationName }
  /**
   * The addresses of this host are others now, as `UaConfig` has them, and the engine's transports are bound there: accounts
   * register (the engine sees to that) and calls are re-INVITEd with media from there. Answered by `address-changed`.
   */
  | { readonly kind: 'move'; readonly mediaAddress: string; readonly alsoMediaAddress?: string | undefined }
  /**
   * Sockets of media are bound to these ports from now on, an even one and the next for each call; those in use stay until their call
   * ends. While no pair is free there, calls are refused, which is told with the range.
   */
  | { readonly kind: 'set-rtp-ports'; readonly min: number; readonly max: number }
  /**
   * What the account says of itself to those who subscribe to its presence, and to its server when `publish`, kept up there with
   * `expires` seconds: its publication is called `own:presence:` + AccountId. `presence` undefined: no more than that it is there.
   */
  | {
      readonly kind: 'set-presence'
      readonly account: AccountId
      readonly presence: OwnPresence | undefined
      readonly publish: boolean
      readonly expires: number
    }
  /** From now on `event` can be subscribed to and published, told in `types`, the best first; one that is known cannot be changed. */
  | { readonly kind: 'add-package'; readonly event: string; readonly types: readonly string[] }
  /**
   * The word on a `subscriber-incoming`: 200 takes it and tells `body` at once, 300–699 refuse it. `serve`: presence or dialogs
   * of the account are told by the user agent, now and at each change, and `state` and `body` do not count.
   */
  | {
      readonly kind: 'answer-subscriber'
      readonly subscriber: SubscriberName
      readonly status: number
      readonly reason: string | undefined
      readonly headers: readonly HeaderField[]
      readonly state: 'pending' | 'active'
      readonly body: Body | undefined
      readonly serve?: boolean
    }
  /** Tells a subscriber of a change; `terminated` is the last, with a `reason` of RFC 6665 §4.1.3 and `retryAfter` seconds. */
  | {
      readonly kind: 'notify'
      readonly subscriber: SubscriberName
      readonly state: SubscriberState
      readonly reason: string | undefined
      readonly retryAfter: number | undefined
      readonly headers: readonly HeaderField[]
      readonly body: Body | undefined
    }
