// What a call tells: PJSUA2's callbacks as typed events, and as methods for a subclass to override.
import type { AudioMedia } from './audio-media.ts'
import type { Call } from './call.ts'
import type { CallInfo, CallSetting, DtmfMethod, RxData } from './call-types.ts'
import type { CallState } from './names.ts'
import { Observed } from './observed.ts'

export interface OnCallStateParam {
  readonly state: CallState
  readonly previous: CallState
  /** What brought it: the status of a response, or 0. 408 and 503 with a `cause` were made here. */
  readonly statusCode: number
  readonly reason: string
  readonly cause: string | undefined
  /** Reason fields (RFC 3326) of the message that brought it, as `SIP 200` or `Q.850 16`. */
  readonly because: readonly string[]
}

export interface OnCallTsxStateParam {
  readonly method: string
  /** Whose request it is. */
  readonly role: 'uac' | 'uas'
  /** Of the response; 0: the request has come. */
  readonly statusCode: number
  readonly reason: string
  readonly rdata: Pick<RxData, 'headers' | 'body'>
  readonly userData: unknown
}

/** A description before it takes effect, without keys of SRTP. */
export interface OnCallSdpParam {
  readonly local: string | undefined
  readonly remote: string | undefined
}

export interface OnCallSdpCreatedParam {
  /** Ours, about to be sent; what it is set to within the callback goes out in its place. Keys of SRTP are `***` and put back. */
  local: string
  /** The offer it answers; undefined: it is an offer. */
  readonly remote: string | undefined
}

export interface OnCallRxOfferParam extends OnCallSdpParam {
  /** 200 (preset) takes it, 300–699 refuse it. To be set within the callback. */
  statusCode: number
}

export interface OnCallRxReinviteParam {
  readonly method: string
  readonly headers: RxData['headers']
  /** Their offer; undefined: they want ours. */
  readonly offer: string | undefined
  /** What it is answered with: 200 (preset), or 300–699. To be set within the callback. */
  statusCode: number
  reason: string | undefined
  /** The application's own description in the place of ours. */
  sdp: string | undefined
}

export interface OnStreamParam {
  readonly streamIdx: number
  readonly media: AudioMedia
}

export interface OnDtmfDigitParam {
  readonly digit: string
  /** ms; 0 where nobody said. */
  readonly duration: number
  readonly method: DtmfMethod
}

export interface OnDtmfSentParam {
  readonly digits: string
  readonly method: DtmfMethod
  /** 200, or why an INFO was refused. */
  readonly statusCode: number
}

export interface OnCallTransferRequestParam {
  readonly dstUri: string
  /** What it is answered with: 202 (preset) calls there, 300–699 refuse. To be set within the callback. */
  statusCode: number
  /** The call to make there; by default one of the account's with no application behind it. */
  newCall: Call | undefined
  opt: CallSetting
  readonly referredBy: string | undefined
}

export interface OnCallTransferStatusParam {
  readonly statusCode: number
  readonly reason: string
  readonly finalNotify: boolean
  /** To be cleared within the callback: no more is to be heard. */
  cont: boolean
}

export interface OnCallReplaceRequestParam {
  /** The call that is to take this one's place. */
  readonly newCallId: number
  readonly rdata: RxData
  /** 200 (preset) lets it, 300–699 refuse it. To be set within the callback. */
  statusCode: number
  reason: string
}

export interface OnCallReplacedParam {
  readonly newCallId: number
  /** The call that stands now. To be set within the callback where another class is wanted. */
  newCall: Call
}

/** `accept` follows, `reject` and `stop` do not: the call is over with the status of the redirection. */
export type RedirectOp = 'accept' | 'reject' | 'pending' | 'stop'

export interface OnCallRedirectedParam {
  readonly targetUri: string
  readonly statusCode: number
  /** To be set within the callback; `pending` waits for `processRedirect`. Preset: `stop`. */
  op: RedirectOp
}

export interface OnCallMediaTransportStateParam {
  readonly medIdx: number
  /** `running`: their RTP comes; `silent`: it stayed away so long. */
  readonly state: 'running' | 'silent'
  readonly forMs: number
}

export interface OnInstantMessageParam {
  readonly fromUri: string
  readonly contentType: string
  readonly msgBody: string
  readonly rdata: RxData
}

export interface OnInstantMessageStatusParam {
  readonly toUri: string
  readonly msgBody: string
  readonly code: number
  readonly reason: string
  readonly userData: unknown
}

export interface OnTypingIndicationParam {
  readonly fromUri: string
  readonly isTyping: boolean
  readonly rdata: RxData
}

/** An operation that changes the session came to its end: hold, reinvite, update. */
export interface OnCallModifiedParam {
  readonly statusCode: number
  readonly reason: string
}

/** `by` and `cause` of the end, and what was given to `hangup` here. */
export interface OnCallEndParam {
  readonly by: 'local' | 'remote'
  readonly info: CallInfo
  readonly params: unknown
}

export interface CallEvents {
  callState: OnCallStateParam
  callTsxState: OnCallTsxStateParam
  callMediaState: Record<string, never>
  callSdpCreated: OnCallSdpCreatedParam
  callRxOffer: OnCallRxOfferParam
  callTxOffer: OnCallSdpParam
  callRxReinvite: OnCallRxReinviteParam
  streamCreated: OnStreamParam
  streamDestroyed: OnStreamParam
  dtmfDigit: OnDtmfDigitParam
  dtmfEvent: OnDtmfDigitParam
  dtmfSent: OnDtmfSentParam
  callTransferRequest: OnCallTransferRequestParam
  callTransferStatus: OnCallTransferStatusParam
  callReplaceRequest: OnCallReplaceRequestParam
  callReplaced: OnCallReplacedParam
  callRedirected: OnCallRedirectedParam
  callMediaTransportState: OnCallMediaTransportStateParam
  instantMessage: OnInstantMessageParam
  instantMessageStatus: OnInstantMessageStatusParam
  typingIndication: OnTypingIndicationParam
  callModified: OnCallModifiedParam
  callEnd: OnCallEndParam
  ringTimeout: Record<string, never>
}

/** The callbacks, each empty: a subclass overrides those it wants. */
export abstract class CallCallbacks extends Observed<CallEvents> {
  onCallState(_prm: OnCallStateParam): void {}
  /** A request inside the call, or a response to one. */
  onCallTsxState(_prm: OnCallTsxStateParam): void {}
  /** Media began, ended, or is another now; `getInfo().media` says what. */
  onCallMediaState(_prm: Record<string, never>): void {}
  /** Within the method that sends it: what it may be changed to goes out. */
  onCallSdpCreated(_prm: OnCallSdpCreatedParam): void {}
  onCallRxOffer(_prm: OnCallRxOfferParam): void {}
  onCallTxOffer(_prm: OnCallSdpParam): void {}
  onCallRxReinvite(_prm: OnCallRxReinviteParam): void {}
  onStreamCreated(_prm: OnStreamParam): void {}
  onStreamDestroyed(_prm: OnStreamParam): void {}
  onDtmfDigit(_prm: OnDtmfDigitParam): void {}
  onDtmfEvent(_prm: OnDtmfDigitParam): void {}
  /** Digits given to `dialDtmf` or `sendDtmf` are all sent. */
  onDtmfSent(_prm: OnDtmfSentParam): void {}
  onCallTransferRequest(_prm: OnCallTransferRequestParam): void {}
  onCallTransferStatus(_prm: OnCallTransferStatusParam): void {}
  onCallReplaceRequest(_prm: OnCallReplaceRequestParam): void {}
  onCallReplaced(_prm: OnCallReplacedParam): void {}
  onCallRedirected(_prm: OnCallRedirectedParam): void {}
  onCallMediaTransportState(_prm: OnCallMediaTransportStateParam): void {}
  onInstantMessage(_prm: OnInstantMessageParam): void {}
  onInstantMessageStatus(_prm: OnInstantMessageStatusParam): void {}
  onTypingIndication(_prm: OnTypingIndicationParam): void {}
  onCallModified(_prm: OnCallModifiedParam): void {}
  /** After the last `onCallState`: who ended it. */
  onCallEnd(_prm: OnCallEndParam): void {}
  /** Nobody answered in time; it is being cancelled. */
  onRingTimeout(_prm: Record<string, never>): void {}
}
