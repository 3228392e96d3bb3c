// A registration as its flows see it.
import type { Millis } from '../../../base/time.ts'
import type { Cause, Identity, RegisterOptions, Try } from '../../core/contract.ts'
import type { HeaderField, NameAddr, SipUri } from '../../message/message.ts'
import type { Digest } from '../digest.ts'
import type { Prepared } from '../identity.ts'
import type { Requester } from '../requester.ts'
import type { RegistrationFlow } from './flow.ts'

export interface RegistrationSettings {
  readonly identity: Identity
  readonly prepared: Prepared
  readonly registrar: SipUri
  /** Seconds asked for. */
  readonly expires: number
  readonly headers: readonly HeaderField[]
  readonly options: RegisterOptions
  /** `options.outbound`, ready to be routes. */
  readonly outbound: readonly NameAddr[]
  /** Of REGISTER, behind the proxy of a flow. */
  readonly routes: readonly NameAddr[]
}

export interface Outcome {
  readonly status: number
  readonly reason: string
  readonly cause?: Cause
  readonly expires?: number
  readonly retryMs?: number
  /** Servers that were tried in vain. */
  readonly tries?: readonly Try[]
}

export interface FlowPort {
  readonly requester: Requester
  readonly callId: string
  readonly tag: string
  readonly digest: Digest
  readonly settings: RegistrationSettings
  /** Numbers of all flows there are; empty without Outbound. */
  readonly regIds: readonly number[]
  nextSeq(): number
  othersStand(flow: RegistrationFlow): boolean
  /** It has entered its state, or is in it anew. */
  changed(flow: RegistrationFlow, outcome: Outcome, now: Millis): void
}
