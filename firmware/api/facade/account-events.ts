// What an account tells: PJSUA2's callbacks as typed events, and as methods for a subclass to override.
import type { MessageSummary } from '../../sip/packages/message-summary.ts'
import type { OnInstantMessageParam, OnInstantMessageStatusParam, OnTypingIndicationParam } from './call-events.ts'
import type { RxData } from './call-types.ts'
import { Observed } from './observed.ts'

export interface OnIncomingCallParam {
  /** To be given to the constructor of a Call, within the callback: a call nobody takes is refused with 480. */
  readonly callId: number
  readonly rdata: RxData
  readonly alertInfo: string | undefined
}

export interface OnRegStartedParam {
  /** False: the binding is being taken back. */
  readonly renew: boolean
}

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

export interface OnMwiInfoParam {
  readonly active: boolean
  /** `active`, `terminated` … of a subscription; `unsolicited` without one. */
  readonly state: string
  /** Undefined: not known, or not any more. */
  readonly messages: MessageSummary | undefined
}

export interface OnSendRequestParam {
  readonly method: string
  readonly statusCode: number
  readonly reason: string
  readonly cause: string | undefined
  readonly headers: RxData['headers']
  readonly body: string
  readonly userData: unknown
}

/** A publication of ours, or the subscription to our messages: each change. */
export interface OnPublishStateParam {
  readonly state: string
  readonly statusCode: number
  readonly reason: string
}

export interface AccountEvents {
  incomingCall: OnIncomingCallParam
  regStarted: OnRegStartedParam
  regState: OnRegStateParam
  incomingSubscribe: OnIncomingSubscribeParam
  mwiInfo: OnMwiInfoParam
  sendRequest: OnSendRequestParam
  publishState: OnPublishStateParam
  instantMessage: OnInstantMessageParam
  instantMessageStatus: OnInstantMessageStatusParam
  typingIndication: OnTypingIndicationParam
}

/** The callbacks, each empty: a subclass overrides those it wants. */
export abstract class AccountCallbacks extends Observed<AccountEvents> {
  onIncomingCall(_prm: OnIncomingCallParam): void {}
  onRegStarted(_prm: OnRegStartedParam): void {}
  onRegState(_prm: OnRegStateParam): void {}
  onIncomingSubscribe(_prm: OnIncomingSubscribeParam): void {}
  onMwiInfo(_prm: OnMwiInfoParam): void {}
  /** Each response to `sendRequest`. */
  onSendRequest(_prm: OnSendRequestParam): void {}
  onPublishState(_prm: OnPublishStateParam): void {}
  /** Of a message outside calls, to this account. */
  onInstantMessage(_prm: OnInstantMessageParam): void {}
  onInstantMessageStatus(_prm: OnInstantMessageStatusParam): void {}
  onTypingIndication(_prm: OnTypingIndicationParam): void {}
}
