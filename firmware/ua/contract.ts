// CONTRACT: the user agent as data. Everything an application can ask (UaCommand) and everything it is told (UaEvent).
// The phone speaks it directly; objects and classes for applications are thin covers over it.
//
// The caller names accounts and outgoing calls; incoming calls are named by the user agent, `in:` first.
// Bridge ports of calls are called `call:` + CallId; connecting them to devices, tones and each other is the
// application's business (MediaCommand), on the `call-media` event.
import type { LogRecord } from '../base/log.ts'
import type { Direction, MediaCommand, MediaEvent, PortId, StreamStats } from '../media/contract.ts'
import type {
  Cause,
  Learnt,
  PublicationState,
  RegistrationState,
  SipCommand,
  SipEvent,
  SubscriptionState,
  Try,
} from '../sip/core/contract.ts'
import type { Body, HeaderField } from '../sip/message/message.ts'
import type { BodyPart } from '../sip/message/multipart.ts'
import type { AccountConfig } from './contract/config.ts'

export type * from './contract/config.ts'

export type AccountId = string
export type CallId = string

/** Who is at the other end, as far as it is known. */
export interface Party {
  readonly uri: string
  readonly display: string
  /** What to show when there is no display name: the user part, or the host. */
  readonly number: string
}

/** Call states as in PJSUA: `incoming` rings here, `early` has a provisional response, `connecting` waits for the ACK. */
export type CallState = 'calling' | 'incoming' | 'early' | 'connecting' | 'confirmed' | 'disconnected'

export type MediaStatus = 'none' | 'active' | 'local-hold' | 'remote-hold' | 'error'

export interface CallMedia {
  readonly status: MediaStatus
  /** Our own side's direction. */
  readonly direction: Direction
  /** e.g. `PCMA/8000`; '' while none. */
  readonly codec: string
  /** The bridge port; undefined while there is none. */
  readonly port: PortId | undefined
  /** Telephone events were agreed. */
  readonly dtmf: boolean
}

/** Everything known of a call, as PJSUA's call info. What has not been learned yet is ''. */
export interface CallRecord {
  readonly account: AccountId
  /** Who sent the INVITE: `uac` is us. */
  readonly role: 'uac' | 'uas'
  readonly state: CallState
  /** Of the last response sent or received; 0 and '' before the first. */
  readonly status: number
  readonly reason: string
  /** Our own address, and the user part of the Contact it is reached by. */
  readonly local: string
  readonly contactUser: string
  readonly peer: Party
  /** URI of their Contact; where requests of this dialog go. */
  readonly peerContact: string
  /** From the first message of the peer on. */
  readonly callId: string
  readonly localTag: string
  readonly remoteTag: string
  readonly media: CallMedia
  /** Since it was confirmed (0 before), and since it began, ms. Both stand still at the end. */
  readonly connectedMs: number
  readonly totalMs: number
}

/** An application's name for a request it sends; it may be used again once the final response came. */
export type RequestName = string

/** An application's name for a publication; it may be used again once its `final` state came. */
export type PublicationName = string

/** An application's name for a subscription; it may be used again once its `final` state came. */
export type SubscriptionName = string

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
      /** Sent with the offer in one multipart/mixed (RFC 5621). */
      readonly parts?: readonly BodyPart[]
    }
  /** 180 to ring, 183 for early media, 200 to take it, 3xx–6xx to refuse; the stack's own 100 has gone, so 100 does nothing. */
  | {
      readonly kind: 'answer'
      readonly call: CallId
      readonly status: number
      readonly reason: string | undefined
      readonly headers: readonly HeaderField[]
    }
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
  | { readonly kind: 'send-dtmf'; readonly call: CallId; readonly digits: string; readonly durationMs: number }
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
   * UPDATE (RFC 3311) with what is now, our hold kept; without `offer` the peer only learns where we are, which can be had while
   * it rings too. Ends with `call-modified`: 491 also when it cannot be, as the peer does not allow UPDATE.
   */
  | {
      readonly kind: 'update'
      readonly call: CallId
      readonly offer: boolean
      readonly headers: readonly HeaderField[]
    }
  /** REFER to `target` (RFC 3515), completed like that of a call. What becomes of it comes as `call-transfer`; the call stays until it is ended. */
  | {
      readonly kind: 'transfer'
      readonly call: CallId
      readonly target: string
      readonly headers: readonly HeaderField[]
    }
  /** No more is to be heard of the transfer: their next NOTIFY gets 481, which ends the subscription (RFC 6665 §4.2.2). */
  | { readonly kind: 'end-transfer'; readonly call: CallId }
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
   * account is now.
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
    }
  /** After every negotiation and whenever the port comes or goes. */
  | { readonly kind: 'call-media'; readonly call: CallId; readonly media: CallMedia }
  | { readonly kind: 'call-dtmf'; readonly call: CallId; readonly digit: string; readonly durationMs: number }
  /** RTP stopped coming (`forMs`), or came (again): 0. */
  | { readonly kind: 'call-silent'; readonly call: CallId; readonly forMs: number }
  /** Hold, resume, reinvite, update, or what `move` asked of a call came to its end: 200, or the refusal that left the call as it was. */
  | { readonly kind: 'call-modified'; readonly call: CallId; readonly status: number; readonly reason: string }
  | { readonly kind: 'call-stats'; readonly call: CallId; readonly ref: number; readonly stats: StreamStats }
  | {
      readonly kind: 'call-record'
      readonly call: CallId
      readonly ref: number
      readonly record: CallRecord
    }
  /** `offered`: one side has made an offer, the other has not answered. `active`: both are in force. As on the wire. */
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
    }
  /**
   * A request other than those of a session. `answerMs` 0: it was answered here (MESSAGE and INFO with 200). Else the
   * application has so long for its `reply`; without one it is refused: REFER with 603, others with 501.
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
  /** The command made no sense now; nothing was changed. `subject` is what the command named. */
  | { readonly kind: 'refused'; readonly command: UaCommand['kind']; readonly subject: string; readonly reason: string }

export type UaInput =
  | { readonly from: 'app'; readonly command: UaCommand }
  | { readonly from: 'sip'; readonly event: SipEvent }
  | { readonly from: 'media'; readonly event: MediaEvent }

export type UaOutput =
  | { readonly to: 'app'; readonly event: UaEvent }
  | { readonly to: 'sip'; readonly command: SipCommand }
  | { readonly to: 'media'; readonly command: MediaCommand }
  | { readonly to: 'log'; readonly record: LogRecord }
