// CONTRACT of the user agent: what an application is told.
import type { StreamStats } from '../../media/contract.ts'
import type { Challenge } from '../../sip/auth/challenge.ts'
import type {
  Cause,
  Learnt,
  PublicationState,
  RegistrationState,
  SubscriberState,
  SubscriptionState,
  Try,
} from '../../sip/core/contract.ts'
import type { Reason } from '../../sip/message/headers.ts'
import type { HeaderField } from '../../sip/message/message.ts'
import type { BodyPart } from '../../sip/message/multipart.ts'
import type { Watched } from '../../sip/packages/watched.ts'
import type { UaCommand } from './commands.ts'
import type {
  AccountId,
  CallId,
  CallMedia,
  CallRecord,
  CallState,
  ChallengeName,
  Diversion,
  Party,
  PublicationName,
  RequestName,
  SubscriberName,
  SubscriptionName,
  TransferName,
} from './names.ts'

/** What the user agent tells an application. */
export type UaEvent =
  | {
      readonly kind: 'account-state'
      readonly account: AccountId
      readonly registration: RegistrationState
      readonly status: number
      readonly reason: string
      readonly cause: Cause | undefined
      readonly expires: number
      readonly retryMs: number | undefined
      /** Where it is registered: `UDP 192.0.2.1:5060`. */
      readonly server?: string
      /** Servers that were tried in vain for this, in order. */
      readonly tries?: readonly Try[]
      readonly learnt?: Learnt
      /** With `aka`: the highest sequence number taken, to be kept for the next start. */
      readonly sqn?: number
    }
  /** Nothing was sent but 100; answer, or the caller hears nothing. `account` undefined never happens: unmatched calls get 404 here. */
  | {
      readonly kind: 'call-incoming'
      readonly call: CallId
      readonly account: AccountId
      readonly peer: Party
      /** Whom it was for before, the last first; undefined: for us. */
      readonly diverted?: readonly Diversion[]
      /**
       * The call it takes the place of (RFC 3891): unless the application says something within `answerMs` it is answered; once it
       * is, the other one is ended. Refused, that goes on.
       */
      readonly replaces?: CallId
      readonly answerMs?: number
      /** The call whose conversation it asks to join (RFC 3911). */
      readonly joins?: CallId
      /** It asks to be answered by itself after so long, and may (`AccountConfig.autoAnswer`): that is the application's to do. */
      readonly answerAfterMs?: number
      /** The emergency service calls back (RFC 7090), on the word of one of our servers: no rule keeps that call away. */
      readonly callBack?: true
      readonly alertInfo: string | undefined
      /** Every header field of the INVITE but its credentials. */
      readonly headers?: readonly HeaderField[]
      /** What came beside its offer: a location, a picture. */
      readonly parts?: readonly BodyPart[]
    }
  /** Every change in order; `disconnected` is the last event of a call. */
  | {
      readonly kind: 'call-state'
      readonly call: CallId
      readonly account: AccountId
      readonly state: CallState
      readonly previous: CallState
      readonly peer: Party
      readonly status: number
      readonly reason: string
      readonly cause: Cause | undefined
      /** Reason of the message that brought it (RFC 3326): why the caller gave up, what the telephone network says. */
      readonly because?: readonly Reason[]
    }
  /**
   * A 3xx sends a call of ours on to `targets`, best first, and the account asks: say `redirect`. Without a word for `answerMs`
   * it is as `default` says. The call's name is that of the question.
   */
  | {
      readonly kind: 'call-redirect'
      readonly call: CallId
      readonly account: AccountId
      readonly status: number
      readonly targets: readonly (Party & { readonly q: number })[]
      readonly default: 'refuse'
      readonly answerMs: number
    }
  /**
   * A 401 or 407 that the account has no proof for, and the account asks: say `authorize`. Without a word for `answerMs` it is as
   * `default` says; so is what was asked about five times.
   */
  | {
      readonly kind: 'challenge'
      readonly challenge: ChallengeName
      readonly account: AccountId
      /** The one the request is of. */
      readonly call: CallId | undefined
      /** REGISTER, INVITE, BYE … */
      readonly method: string
      /** Request-URI, which digests are taken over. */
      readonly uri: string
      /** 401 or 407. */
      readonly status: number
      /** Those by Digest, in the order of the response. */
      readonly challenges: readonly Pick<
        Challenge,
        'realm' | 'proxy' | 'stale' | 'nonce' | 'opaque' | 'qop' | 'algorithm'
      >[]
      /** There is no proof for it, or the server refused what there is. */
      readonly own: 'none' | 'refused'
      readonly default: 'refuse'
      readonly answerMs: number
    }
  /** Another one is at the other end from now on, or we learn who it is (RFC 3325, RFC 4916). */
  | { readonly kind: 'call-identity'; readonly call: CallId; readonly peer: Party }
  /** After every negotiation and whenever the port comes or goes. */
  | { readonly kind: 'call-media'; readonly call: CallId; readonly media: CallMedia }
  | {
      readonly kind: 'call-dtmf'
      readonly call: CallId
      readonly digit: string
      readonly durationMs: number
      readonly by: 'rtp' | 'info'
    }
  /** Digits that went by INFO are out, or the next one was refused with `status`. */
  | {
      readonly kind: 'call-dtmf-sent'
      readonly call: CallId
      readonly digits: string
      readonly by: 'info'
      readonly status: number
    }
  /** RTP stopped coming (`forMs`), or came (again): 0. */
  | { readonly kind: 'call-silent'; readonly call: CallId; readonly forMs: number }
  /** The session timer as agreed on: `expires` seconds, 0: none any more. Nobody refreshing, the call ends with 408 and cause `timeout`. */
  | {
      readonly kind: 'call-timer'
      readonly call: CallId
      readonly expires: number
      readonly refresher: 'local' | 'remote'
    }
  /** Hold, resume, reinvite, update, or what `move` asked of a call came to its end: 200, or the refusal that left the call as it was. */
  | { readonly kind: 'call-modified'; readonly call: CallId; readonly status: number; readonly reason: string }
  | { readonly kind: 'call-stats'; readonly call: CallId; readonly ref: number; readonly stats: StreamStats }
  | {
      readonly kind: 'call-record'
      readonly call: CallId
      readonly ref: number
      readonly record: CallRecord
    }
  /** `offered`: one side has made an offer, the other has not answered. `active`: both are in force. As on the wire, but for keys. */
  | {
      readonly kind: 'call-sdp'
      readonly call: CallId
      readonly stage: 'offered' | 'active'
      readonly local: string | undefined
      readonly remote: string | undefined
    }
  /** Of a transfer: the response to REFER, then the status of the call it made, from their NOTIFY. Nothing comes after `final` or the call's end. */
  | {
      readonly kind: 'call-transfer'
      readonly call: CallId
      readonly by: 'response' | 'notify'
      readonly status: number
      readonly reason: string
      readonly final: boolean
      readonly cause?: Cause
    }
  /**
   * Somebody, mostly the peer of `call`, asks us to call `target` (RFC 3515): say `answer-transfer`; without a word for `answerMs` it
   * is as `default` says. Its progress is told to whoever asks as the call goes.
   */
  | {
      readonly kind: 'transfer-incoming'
      readonly transfer: TransferName
      readonly account: AccountId
      readonly call: CallId | undefined
      readonly peer: Party
      readonly target: Party
      /** The new call takes the place of one `target` has with whoever asks: an attended transfer. */
      readonly replaces: boolean
      /** Referred-By (RFC 3892) as it came; it goes into the INVITE. */
      readonly referredBy: string | undefined
      readonly headers: readonly HeaderField[]
      readonly default: 'refuse'
      readonly answerMs: number
    }
  /**
   * A request other than those of a session. `answerMs` 0: it was answered here (MESSAGE and INFO with 200). Else the
   * application has so long for its `reply`; without one it is refused with 501.
   */
  | {
      readonly kind: 'request-incoming'
      readonly request: string
      readonly method: string
      readonly account: AccountId
      readonly call: CallId | undefined
      readonly peer: Party
      /** Every header field but credentials. */
      readonly headers: readonly HeaderField[]
      readonly body: string
      readonly answerMs: number
    }
  /** Somebody writes to us, in a call or to an account (RFC 3994), or does no more: also when nothing more was heard of it. */
  | {
      readonly kind: 'composing'
      readonly account: AccountId
      readonly call: CallId | undefined
      readonly peer: Party
      readonly active: boolean
      /** Of what is being written, when that is said. */
      readonly contentType: string | undefined
    }
  /** Each response to `send-request`; the final one is the last event of that name. Status 408 and 503 with a cause are made here. */
  | {
      readonly kind: 'request-result'
      readonly request: RequestName
      readonly status: number
      readonly reason: string
      readonly cause: Cause | undefined
      readonly headers: readonly HeaderField[]
      readonly body: string
    }
  /**
   * Each change of state; other words than these are the peer's own. `final` is the last event of that name; TERMINATED with
   * `retryMs` is tried anew by itself. `reason` is that of the response, or of their last NOTIFY.
   */
  | {
      readonly kind: 'subscription-state'
      readonly subscription: SubscriptionName
      readonly account: AccountId
      readonly state: SubscriptionState
      readonly previous: SubscriptionState
      readonly status: number
      readonly reason: string
      readonly cause: Cause | undefined
      readonly retryMs: number | undefined
      readonly final: boolean
    }
  /** A NOTIFY with a body: after the state of the same NOTIFY, but before TERMINATED. */
  | {
      readonly kind: 'subscription-notify'
      readonly subscription: SubscriptionName
      readonly contentType: string
      readonly body: string
    }
  /**
   * What is known of a resource now, at each change: after the `subscription-notify` that said it, and when nothing is known any
   * more. `uri`: the target, or one of the list it names. `subscription` undefined: a server told it unasked (RFC 3842 §3.1).
   */
  | {
      readonly kind: 'watched'
      readonly subscription: SubscriptionName | undefined
      readonly account: AccountId
      readonly uri: string
      /** As the list calls it. */
      readonly name: string | undefined
      readonly watched: Watched
    }
  /** A server of ours, or a trusted address, wants the configuration read anew; `reboot`: and the phone started anew, true or false. */
  | { readonly kind: 'check-sync'; readonly account: AccountId; readonly reboot: boolean | undefined }
  /** Each change of state, and each refresh granted. `final` is the last event of that name; with `retryMs` it is tried anew by itself. */
  | {
      readonly kind: 'publication-state'
      readonly publication: PublicationName
      readonly account: AccountId
      readonly state: PublicationState
      readonly previous: PublicationState
      readonly status: number
      readonly reason: string
      readonly cause: Cause | undefined
      /** Seconds granted. */
      readonly expires: number
      readonly retryMs: number | undefined
      readonly final: boolean
    }
  /** Of a `move`: `bound`, then each account that registers and each answered call, as they come through (200) or do not, then `done`. */
  | {
      readonly kind: 'address-changed'
      readonly step: 'bound' | 'account' | 'call' | 'done'
      readonly address: string
      readonly account: AccountId | undefined
      readonly call: CallId | undefined
      readonly status: number
      readonly reason: string
    }
  /** Somebody subscribes to `event` of an account: answer with `answer-subscriber`; after `answerMs` without one it is refused. */
  | {
      readonly kind: 'subscriber-incoming'
      readonly subscriber: SubscriberName
      readonly account: AccountId
      readonly event: string
      /** Seconds; 0 asks once. */
      readonly expires: number
      readonly peer: Party
      readonly headers: readonly HeaderField[]
      readonly body: string
      readonly answerMs: number
    }
  /** Of a subscriber that was taken: each change of state; `terminated` is the last. */
  | {
      readonly kind: 'subscriber-state'
      readonly subscriber: SubscriberName
      readonly account: AccountId
      readonly state: SubscriberState
      readonly reason: string
      readonly cause: Cause
    }
  /** The command made no sense now; nothing was changed. `subject` is what the command named. */
  | { readonly kind: 'refused'; readonly command: UaCommand['kind']; readonly subject: string; readonly reason: string }
