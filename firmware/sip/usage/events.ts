// What the usages report, as the engine passes it on; the compiler holds these types and the engine's contract together.
import type { SipRequest, SipResponse } from '../message/message.ts'

export type RegistrationState = 'unregistered' | 'registering' | 'registered' | 'unregistering'

export type SessionState =
  | 'NULL'
  | 'CALLING'
  | 'INCOMING'
  | 'EARLY'
  | 'CONNECTING'
  | 'CONFIRMED'
  | 'REINVITING'
  | 'REINVITED'
  | 'DISCONNECTING'
  | 'DISCONNECTED'

export type Cause = 'local' | 'remote' | 'timeout' | 'transport' | 'resolution' | 'authentication' | 'protocol'

export type RegistrationEvent = {
  readonly kind: 'registration-state'
  readonly id: string
  readonly state: RegistrationState
  readonly previous: RegistrationState
  readonly status: number
  readonly reason: string
  readonly cause: Cause | undefined
  readonly contact: string
  readonly contacts: readonly string[]
  readonly expires: number
  readonly retryMs: number | undefined
}

export type SessionEvent =
  | {
      readonly kind: 'session-incoming'
      readonly id: string
      readonly request: SipRequest
      readonly sdp: string | undefined
    }
  | {
      readonly kind: 'session-state'
      readonly id: string
      readonly state: SessionState
      readonly previous: SessionState
      readonly status: number
      readonly reason: string
      readonly cause: Cause | undefined
      readonly message: SipRequest | SipResponse | undefined
    }
  | {
      readonly kind: 'session-sdp'
      readonly id: string
      readonly role: 'offer' | 'answer'
      readonly sdp: string
      readonly inResponse: boolean
    }
  | { readonly kind: 'reinvite-result'; readonly id: string; readonly status: number; readonly reason: string }

export type RequestEvent = {
  readonly kind: 'request-result'
  readonly id: string
  readonly status: number
  readonly reason: string
  readonly cause: Cause | undefined
  readonly response: SipResponse | undefined
}

export type UsageEvent = RegistrationEvent | SessionEvent | RequestEvent
