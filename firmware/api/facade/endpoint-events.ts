// What an endpoint tells: PJSUA2's callbacks as typed events, and as methods for a subclass to override.
import type { NatType } from '../core/index.ts'
import type { Account } from './account.ts'
import type { RxData } from './call-types.ts'
import type { TransportType } from './names.ts'
import { Observed } from './observed.ts'

/** A transport that is bound now, or is not any more and why. */
export interface OnTransportStateParam {
  readonly transportId: number
  readonly type: TransportType
  readonly state: 'up' | 'down'
  readonly localAddress: string
  readonly lastError: string
}

/** What `natDetectType` found out (RFC 3489). */
export interface OnNatDetectionCompleteParam {
  /** Undefined: it could not be found out. */
  readonly natType: NatType | undefined
  /** Why not; '' otherwise. */
  readonly reason: string
}

/** A timer of `utilTimerSchedule`, with what was given there. */
export interface OnTimerParam {
  readonly userData: unknown
  readonly msecDelay: number
}

/** A call that came, before it is given to an account. */
export interface OnSelectAccountParam {
  readonly rdata: RxData
  /** Whom the call is for, by its address. To be set within the callback where it is for another one. */
  account: Account
}

/** A step of `handleIpChange`: sockets `bound`, an `account` registered, a `call` re-INVITEd, all `done`; `statusCode` is its result. */
export interface OnIpChangeProgressParam {
  readonly op: 'bound' | 'account' | 'call' | 'done'
  readonly statusCode: number
  readonly reason: string
  readonly account: Account | undefined
  readonly callId: number
}

/** The sound device was opened, or could not be, or was lost. */
export interface OnMediaEventParam {
  /** Name of the port: `device`. */
  readonly port: 'device'
  /** `failed`: it was lost, too; nothing is heard until another one is chosen at the AudDevManager. */
  readonly type: 'opened' | 'failed'
  /** What was really opened, with its rate; or why it failed. */
  readonly text: string
}

/** A line of the log: 1 error, 2 warning, 3 information, 4 everything. */
export interface OnLogParam {
  readonly level: 1 | 2 | 3 | 4
  readonly msg: string
}

/** What `on` and `once` of an endpoint take, by event. */
export interface EndpointEvents {
  transportState: OnTransportStateParam
  natDetectionComplete: OnNatDetectionCompleteParam
  timer: OnTimerParam
  selectAccount: OnSelectAccountParam
  ipChangeProgress: OnIpChangeProgressParam
  mediaEvent: OnMediaEventParam
  log: OnLogParam
}

/** The callbacks, each empty: a subclass overrides those it wants. */
export abstract class EndpointCallbacks extends Observed<EndpointEvents> {
  /** A transport was bound, closed, or failed. */
  onTransportState(_prm: OnTransportStateParam): void {}
  /** Once for each `natDetectType`. */
  onNatDetectionComplete(_prm: OnNatDetectionCompleteParam): void {}
  /** The time of a `utilTimerSchedule` is over. */
  onTimer(_prm: OnTimerParam): void {}
  /** Before `onIncomingCall`, of each call: `account` (preset: by its address) may be set to another valid one. */
  onSelectAccount(_prm: OnSelectAccountParam): void {}
  /** Of `handleIpChange`, step by step; `done` is the last. */
  onIpChangeProgress(_prm: OnIpChangeProgressParam): void {}
  /** The sound device was opened, could not be, or was lost. Calls go on without it. */
  onMediaEvent(_prm: OnMediaEventParam): void {}
  /** Each line as far as `/logConfig/level` goes. Must not write into the log itself. */
  onLog(_prm: OnLogParam): void {}
}
