// What the console keeps of calls and ports, and how it was started.
import type { LogLevel } from '../base/log.ts'
import type { MediaEvent, PortId } from '../media/contract.ts'
import type { AccountId, CallId, CallMedia, CallState, UaEvent } from '../ua/contract.ts'
import type { Json } from './schema.ts'

export interface CallInHand {
  readonly account: AccountId
  state: CallState
  media: CallMedia | undefined
  userData: Json | undefined
  /** CANCEL goes out then. */
  ringing: NodeJS.Timeout | undefined
  /** Statistics are told that often. */
  watching: NodeJS.Timeout | undefined
}

export interface PortInHand {
  readonly kind: 'device' | 'call' | 'player' | 'recorder' | 'tone'
  /** Closed together with this call. */
  readonly call: CallId | undefined
}

/** How the console was started. */
export interface StationSettings {
  trace: boolean
  logLevel: LogLevel
  /** Status every incoming call is answered with at once; 0: none. */
  readonly autoAnswer: number
  /** Calls are joined with the device as soon as they have media. */
  readonly join: boolean
  readonly codecs: readonly string[]
  readonly maxCalls: number
}

export type Heard =
  | { readonly from: 'ua'; readonly event: UaEvent }
  | { readonly from: 'media'; readonly event: MediaEvent }

export const DEVICE: PortId = 'device'

/** What a call begins with. */
export const NEW = { media: undefined, userData: undefined, ringing: undefined, watching: undefined } as const
