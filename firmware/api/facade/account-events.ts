// What an account tells: PJSUA2's callbacks as typed events, and as methods for a subclass to override.
import type { MessageSummary } from '../../sip/packages/message-summary.ts'
import type { PublicationState } from '../core/index.ts'
import type { AuthChallenge } from './auth-challenge.ts'
import type { Call } from './call.ts'
import type { OnInstantMessageParam, OnInstantMessageStatusParam, OnTypingIndicationParam } from './call-events.ts'
import type { RxData } from './call-types.ts'
import { Observed } from './observed.ts'

/** A call that came to the account: who calls, and the number that makes a Call of it. */
export interface OnIncomingCallParam {
  /** To be given to the constructor of a Call, within the callback: a call nobody takes is refused with 480. */
  readonly callId: number
  readonly rdata: RxData
  readonly alertInfo: string | undefined
}

/** A REGISTER is about to go out. */
export interface OnRegStartedParam {
  /** False: the binding is being taken back. */
  readonly renew: boolean
}

/** What the account is at its registrar now (RFC 3261 §10), and the response or failure that brought it. */
export interface OnRegStateParam {
  readonly active: boolean
  readonly state: 'unregistered' | 'registering' | 'registered' | 'unregistering'
  readonly statusCode: number
  readonly reason: string
  readonly cause: string | undefined
  /** Seconds granted. */
  readonly expiration: number
  /** ms until it is tried again by itself. */
  readonly retryMs: number | undefined
}

/** Somebody wants to be told of our presence or calls (RFC 3856, 4235); the application decides. */
export interface OnIncomingSubscribeParam {
  readonly event: string
  readonly fromUri: string
  /** Seconds; 0 asks once. */
  readonly expires: number
  readonly rdata: RxData
  /** 200 (preset) takes it and tells our presence, 300–699 refuse it. To be set within the callback. */
  code: number
  reason: string
}

/** The mailbox of the account: how many messages wait, new and old (RFC 3842). Also told of a NOTIFY that says nothing of it. */
export interface OnMwiInfoParam {
  readonly active: boolean
  /** `active`, `terminated` … of a subscription; `unsolicited` without one. */
  readonly state: string
  /** Undefined: not known, or not any more. */
  readonly messages: MessageSummary | undefined
}

/**
 * A 401 or 407 to a request of the account, its calls, buddies and publications. Unless `challenge` is given a word, or deferred, the
 * account's own credentials answer; where those do not fit the request ends with this response.
 */
export interface OnAuthChallengeParam {
  /** REGISTER, INVITE, MESSAGE … */
  readonly method: string
  readonly statusCode: number
  /** Of the first challenge, '' where none is by Digest: the header fields are there for that. */
  readonly realm: string
  readonly algorithm: string
  readonly isProxy: boolean
  readonly stale: boolean
  /** What the account's own are worth: they `fit`, there are `none`, or they were `refused` just now. */
  readonly ownCredentials: 'fit' | 'none' | 'refused'
  /** Of a request of a call. */
  readonly call: Call | undefined
  /** Of the response. */
  readonly headers: RxData['headers']
  /** ms until a deferred one is given up. */
  readonly withinMs: number
  readonly challenge: AuthChallenge
}

/** A response to `sendRequest`; 408 and 503 with a `cause` were made here. */
export interface OnSendRequestParam {
  readonly method: string
  readonly statusCode: number
  readonly reason: string
  readonly cause: string | undefined
  readonly headers: RxData['headers']
  readonly body: string
  readonly userData: unknown
}

/** Where the publication of our presence has come to (RFC 3903); told with `presConfig.publishEnabled` alone. */
export interface OnPublishStateParam {
  /** `publishing`, `published`, `unpublishing`, `unpublished`. */
  readonly state: PublicationState
  /** Of the response that brought it, 408 and 503 also made here; 0: none did. */
  readonly statusCode: number
  readonly reason: string
}

/** What `on` and `once` of an account take, by event. */
export interface AccountEvents {
  incomingCall: OnIncomingCallParam
  regStarted: OnRegStartedParam
  regState: OnRegStateParam
  incomingSubscribe: OnIncomingSubscribeParam
  mwiInfo: OnMwiInfoParam
  authChallenge: OnAuthChallengeParam
  sendRequest: OnSendRequestParam
  publishState: OnPublishStateParam
  instantMessage: OnInstantMessageParam
  instantMessageStatus: OnInstantMessageStatusParam
  typingIndication: OnTypingIndicationParam
}

/** The callbacks, each empty: a subclass overrides those it wants. */
export abstract class AccountCallbacks extends Observed<AccountEvents> {
  /** A call came: `new Call(account, prm.callId)` within the callback takes it, else it is refused with 480. */
  onIncomingCall(_prm: OnIncomingCallParam): void {}
  /** A REGISTER goes out, or one that takes the binding back; refreshes are not told. */
  onRegStarted(_prm: OnRegStartedParam): void {}
  /** On each change of the registration, after each refresh and after each failed try. */
  onRegState(_prm: OnRegStateParam): void {}
  /** Somebody subscribes: `code` 200 (preset) lets them watch, 300–699 refuse; what is not served here is refused with 406. */
  onIncomingSubscribe(_prm: OnIncomingSubscribeParam): void {}
  /** The mailbox changed, or its subscription did; also told unasked, without a subscription of ours. */
  onMwiInfo(_prm: OnMwiInfoParam): void {}
  /** A server asks who we are: `prm.challenge` takes the word on it; without one the account's credentials answer. */
  onAuthChallenge(_prm: OnAuthChallengeParam): void {}
  /** Each response to `sendRequest`. */
  onSendRequest(_prm: OnSendRequestParam): void {}
  /** Our publication (RFC 3903) changed its state, was refreshed, or failed. */
  onPublishState(_prm: OnPublishStateParam): void {}
  /** Of a message outside calls, to this account. */
  onInstantMessage(_prm: OnInstantMessageParam): void {}
  /** The final response to `sendInstantMessage`, or 408 and 503 where none came. */
  onInstantMessageStatus(_prm: OnInstantMessageStatusParam): void {}
  /** Somebody began or ceased to write to this account outside calls (RFC 3994). */
  onTypingIndication(_prm: OnTypingIndicationParam): void {}
}
