// What a call begins with.
import type { Millis } from '../base/time.ts'
import type { Agreement, Negotiator } from '../media/negotiator.ts'
import type { SipRequest } from '../sip/message/message.ts'
import type { reliability } from '../sip/usage/invite/terms.ts'
import type { CallPort } from './call-port.ts'
import type { AccountId, CallId, Party } from './contract.ts'

export interface CallStart {
  readonly id: CallId
  readonly account: AccountId
  readonly peer: Party
  readonly direction: 'in' | 'out'
  readonly now: Millis
  /** What we are called, and the user part of our Contact. */
  readonly self: { readonly aor: string; readonly contactUser: string }
  /** The INVITE that came, with its offer, and our tag in its dialog; which of our provisional responses will be reliable. */
  readonly invite?: {
    readonly request: SipRequest
    readonly sdp: string | undefined
    readonly localTag: string | undefined
    readonly reliable: ReturnType<typeof reliability>
  }
  /** Our answer to the offer in their INVITE; undefined: they want ours, or the call is outgoing. */
  readonly answer: (Agreement & { readonly sdp: string }) | undefined
  readonly negotiator: Negotiator
  /** So long without RTP ends it, ms; 0: nothing of that kind does. */
  readonly silenceEndsMs: number
  readonly port: CallPort
}
