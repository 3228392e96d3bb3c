// What an endpoint tells: PJSUA2's callbacks as typed events, and as methods for a subclass to override.
import type { NatType } from '../core/index.ts'
import type { Account } from './account.ts'
import type { RxData } from './call-types.ts'
import type { TransportType } from './names.ts'
import { Observed } from './observed.ts'

export interface OnTransportStateParam {
  readonly transportId: number
  readonly type: TransportType
  readonly state: 'up' | 'down'
  readonly localAddress: string
  readonly lastError: string
}

export interface OnNatDetectionCompleteParam {
  /** Undefined: it could not be found out. */
  readonly natType: NatType | undefined
  /** Why not; '' otherwise. */
  readonly reason: string
}

export interface OnTimerParam {
  readonly userData: unknown
  readonly msecDelay: number
}

export interface OnSelectAccountParam {
  readonly rdata: RxData
  /** Whom the call is for, by its address. To be set within the callback where it is for another one. */
  account: Account
}

export interface OnIpChangeProgressParam {
  readonly op: 'bound' | 'account' | 'call' | 'done'
  readonly statusCode: number
  readonly reason: string
  readonly account: Account | undefined
  readonly callId: number
}

export interface OnMediaEventParam {
  /** Name of the port: `device`, `player:1`. */
  readonly port: string
  readonly type: 'opened' | 'failed' | 'ended'
  readonly text: string
}

export interface OnLogParam {
  readonly level: 1 | 2 | 3 | 4
  readonly msg: string
}

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
  onTransportState(_prm: OnTransportStateParam): void {}
  onNatDetectionComplete(_prm: OnNatDetectionCompleteParam): void {}
  onTimer(_prm: OnTimerParam): void {}
  onSelectAccount(_prm: OnSelectAccountParam): void {}
  onIpChangeProgress(_prm: OnIpChangeProgressParam): void {}
  onMediaEvent(_prm: OnMediaEventParam): void {}
  onLog(_prm: OnLogParam): void {}
}
