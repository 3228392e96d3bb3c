// What a call tells: PJSUA2's callbacks as typed events, and as methods for a subclass to override.
import type { AudioMedia } from './audio-media.ts'
import type { Call } from './call.ts'
import type { CallInfo, CallSetting, DtmfMethod, RxData } from './call-types.ts'
import type { CallState } from './names.ts'
import { Observed } from './observed.ts'

/** Where a call has come to, and by which message. */
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

/** A request beside those that make and change the session, or a response to one; of CANCEL and BYE what became of ours. */
export interface OnCallTsxStateParam {
  readonly method: string
  /** Whose request it is. */
  readonly role: 'uac' | 'uas'
  /** Of the response; 0: the request has come. 408: none came, to a CANCEL or BYE within 32 s. */
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

/** A description of ours (RFC 4566), to be changed within the callback. */
export interface OnCallSdpCreatedParam {
  /** Ours, about to be sent; what it is set to within the callback goes out in its place. Keys of SRTP are `***` and put back. */
  local: string
  /** The offer it answers; undefined: it is an offer. */
  readonly remote: string | undefined
}

/** Their offer (RFC 3264), to be taken or refused. */
export interface OnCallRxOfferParam extends OnCallSdpParam {
  /**
   * 200 (preset) takes it, 300–699 refuse it. To be set within the callback. 488 (preset) of an INVITE with nothing in it that could be
   * sound here: 200 keeps it, and it is answered with a description of the application's own (`opt.sdp`).
   */
  statusCode: number
}

/** A re-INVITE or UPDATE of theirs, as `method` says. */
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

/** The sound of the call; `streamIdx` is 0. */
export interface OnStreamParam {
  readonly streamIdx: number
  readonly media: AudioMedia
}

/** One of 0-9 A-D * #, and the way it came. */
export interface OnDtmfDigitParam {
  readonly digit: string
  /** ms; 0 where nobody said. */
  readonly duration: number
  readonly method: DtmfMethod
}

/** What was given to one `dialDtmf` or `sendDtmf`, and the way it went. */
export interface OnDtmfSentParam {
  readonly digits: string
  readonly method: DtmfMethod
  /** 200, or why an INFO was refused. */
  readonly statusCode: number
}

/** Their REFER (RFC 3515): whom we are to call. */
export interface OnCallTransferRequestParam {
  readonly dstUri: string
  /** What it is answered with: 202 (preset) calls there, 300–699 refuse. To be set within the callback. */
  statusCode: number
  /** The call to make there; by default one of the account's with no application behind it. */
  newCall: Call | undefined
  opt: CallSetting
  readonly referredBy: string | undefined
}

/** How our `xfer` goes: the answer to the REFER, then what their NOTIFY says of the new call (RFC 3515 §2.4.5). */
export interface OnCallTransferStatusParam {
  readonly statusCode: number
  readonly reason: string
  readonly finalNotify: boolean
  /** To be cleared within the callback: no more is to be heard. */
  cont: boolean
}

/** An INVITE with Replaces (RFC 3891) that means this call. */
export interface OnCallReplaceRequestParam {
  /** The call that is to take this one's place. */
  readonly newCallId: number
  readonly rdata: RxData
  /** 200 (preset) lets it, 300–699 refuse it. To be set within the callback. */
  statusCode: number
  reason: string
}

/** The call that took this one’s place, answered already. */
export interface OnCallReplacedParam {
  readonly newCallId: number
  /** The call that stands now. To be set within the callback where another class is wanted. */
  newCall: Call
}

/** `accept` follows, `reject` and `stop` do not: the call is over with the status of the redirection. */
export type RedirectOp = 'accept' | 'reject' | 'pending' | 'stop'

/** A place a 3xx sends our call to (RFC 3261 §8.1.3.4). */
export interface OnCallRedirectedParam {
  readonly targetUri: string
  readonly statusCode: number
  /** To be set within the callback; `pending` waits for `processRedirect`, as long as the account’s `redirectTimeoutSec`. Preset: `stop`. */
  op: RedirectOp
}

/** Whether RTP of theirs arrives; `forMs`: how long none has. */
export interface OnCallMediaTransportStateParam {
  readonly medIdx: number
  /** `running`: their RTP comes; `silent`: it stayed away so long. */
  readonly state: 'running' | 'silent'
  readonly forMs: number
}

/** A MESSAGE (RFC 3428) that came. */
export interface OnInstantMessageParam {
  readonly fromUri: string
  readonly contentType: string
  readonly msgBody: string
  readonly rdata: RxData
}

/** What became of a MESSAGE of ours: its final response, or one made here. */
export interface OnInstantMessageStatusParam {
  readonly toUri: string
  readonly msgBody: string
  readonly code: number
  readonly reason: string
  readonly userData: unknown
}

/** Whether somebody is writing (RFC 3994). */
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

/** Who ended a call, and what is left to be known of it. */
export interface OnCallEndParam {
  /**
   * `local`: ended here, by `hangup`, `answer` with a refusal, or `forward`. `remote`: by the peer, or by nobody, as when no answer
   * came; the `cause` of the `callState` before tells.
   */
  readonly by: 'local' | 'remote'
  /** As `getInfo` gives it from now on: times, last status. */
  readonly info: CallInfo
  /** What was given to `hangup`, or the whole of what was given to an `answer` that refused; undefined otherwise. */
  readonly params: unknown
}

/** There is nothing to be said beside that it happened. */
export type OnCallMediaStateParam = Readonly<Record<string, never>>
/** So is it with this one. */
export type OnRingTimeoutParam = Readonly<Record<string, never>>

/** What `on` and `once` of a call take, by event. */
export interface CallEvents {
  callState: OnCallStateParam
  callTsxState: OnCallTsxStateParam
  callMediaState: OnCallMediaStateParam
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
  ringTimeout: OnRingTimeoutParam
}

/** The callbacks, each empty: a subclass overrides those it wants. */
export abstract class CallCallbacks extends Observed<CallEvents> {
  /** On each change of state, and for each provisional response. After `disconnected` only `onCallEnd` follows. */
  onCallState(_prm: OnCallStateParam): void {}
  /** A request inside the call, or a response to one; and how the CANCEL or BYE of `hangup` ended, with its `params` as `userData`. */
  onCallTsxState(_prm: OnCallTsxStateParam): void {}
  /** Media began, ended, or is another now; `getInfo().media` says what. */
  onCallMediaState(_prm: OnCallMediaStateParam): void {}
  /** Within the method that sends it: what it may be changed to goes out. */
  onCallSdpCreated(_prm: OnCallSdpCreatedParam): void {}
  /** They offer a session or a change of it: `statusCode` 200 takes it, 300–699 refuse it; 488 is preset where there is no sound in it. */
  onCallRxOffer(_prm: OnCallRxOfferParam): void {}
  /** An offer of ours goes out, as `onCallSdpCreated` left it. */
  onCallTxOffer(_prm: OnCallSdpParam): void {}
  /** They change the session: `statusCode` answers (200 preset), `sdp` in place of our description. Before `onCallRxOffer`. */
  onCallRxReinvite(_prm: OnCallRxReinviteParam): void {}
  /** Its sound began: `media` can be connected at the bridge. */
  onStreamCreated(_prm: OnStreamParam): void {}
  /** Its sound ended: `media` has no place at the bridge any more. */
  onStreamDestroyed(_prm: OnStreamParam): void {}
  /** A digit of theirs has come, once for each, of those `dtmfMethods` of the call’s setting lets be told. */
  onDtmfDigit(_prm: OnDtmfDigitParam): void {}
  /** The same as `onDtmfDigit`, after it: PJSUA2 has both. */
  onDtmfEvent(_prm: OnDtmfDigitParam): void {}
  /** Digits given to `dialDtmf` or `sendDtmf` are all sent. */
  onDtmfSent(_prm: OnDtmfSentParam): void {}
  /** They want us to call somebody: `statusCode` 202 (preset) does, 300–699 refuse; `newCall` may be a Call of one’s own class. */
  onCallTransferRequest(_prm: OnCallTransferRequestParam): void {}
  /** For each step of a transfer of ours; `cont` cleared wants no more. The call itself stays until somebody ends it. */
  onCallTransferStatus(_prm: OnCallTransferStatusParam): void {}
  /** Another call is to take this one’s place: `statusCode` 200 (preset) answers it, 300–699 refuse it. */
  onCallReplaceRequest(_prm: OnCallReplaceRequestParam): void {}
  /** It was let, and was answered: `newCall` stands for it; this one ends as soon as that stands. */
  onCallReplaced(_prm: OnCallReplacedParam): void {}
  /** Asked of each place of a 3xx, best first, until `op` is `accept` or `stop` (preset); `reject` asks of the next. */
  onCallRedirected(_prm: OnCallRedirectedParam): void {}
  /** Their RTP came for the first time, stayed away, or came again. */
  onCallMediaTransportState(_prm: OnCallMediaTransportStateParam): void {}
  /** They wrote inside the call; answered with 200 by itself. */
  onInstantMessage(_prm: OnInstantMessageParam): void {}
  /** The final response to `sendInstantMessage` of this call. */
  onInstantMessageStatus(_prm: OnInstantMessageStatusParam): void {}
  /** They began or ceased to write inside the call (RFC 3994). */
  onTypingIndication(_prm: OnTypingIndicationParam): void {}
  /** A `setHold`, `reinvite` or `update` of ours came to its end: 200, or why it came to nothing and the call is as before. */
  onCallModified(_prm: OnCallModifiedParam): void {}
  /** After the last `onCallState`: who ended it. */
  onCallEnd(_prm: OnCallEndParam): void {}
  /** Nobody answered in time; it is being cancelled. */
  onRingTimeout(_prm: OnRingTimeoutParam): void {}
}
