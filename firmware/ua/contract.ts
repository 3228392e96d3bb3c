// CONTRACT: the user agent as data. Everything an application can ask (UaCommand) and everything it is told (UaEvent).
// The phone speaks it directly; objects and classes for applications are thin covers over it.
//
// The caller names accounts and outgoing calls; incoming calls are named by the user agent, `in:` first.
// Bridge ports of calls are called `call:` + CallId; connecting them to devices, tones and each other is the
// application's business (MediaCommand), on the `call-media` event.
import type { LogRecord } from '../base/log.ts'
import type { Secret } from '../base/secret.ts'
import type { Direction, MediaCommand, MediaEvent, PortId, StreamStats } from '../media/contract.ts'
import type { Cause, RegistrationState, SipCommand, SipEvent, TransportId } from '../sip/core/contract.ts'
import type { HeaderField } from '../sip/message/message.ts'

export type AccountId = string
export type CallId = string

export interface AccountConfig {
  /** Address of record: `sip:alice@example.com`. */
  readonly aor: string
  readonly displayName: string
  /** Registrar URI; undefined: a local account that does not register. */
  readonly registrar: string | undefined
  /** Outbound proxies, sip: URIs, first hop first. */
  readonly proxies: readonly string[]
  readonly username: string
  readonly password: Secret | undefined
  /** Realm the password is for; '*' for any. */
  readonly realm: string
  /** Seconds asked for at registration. */
  readonly expires: number
  /** Codec names in order of preference, e.g. ['PCMA', 'PCMU']. */
  readonly codecs: readonly string[]
  readonly ptimeMs: number
  readonly transport: TransportId | undefined
}

/** Who is at the other end, as far as it is known. */
export interface Party {
  readonly uri: string
  readonly display: string
  /** What to show when there is no display name: the user part, or the host. */
  readonly number: string
}

/** Call states as in PJSUA: `incoming` rings here, `early` has a provisional response, `connecting` waits for the ACK. */
export type CallState = 'calling' | 'incoming' | 'early' | 'connecting' | 'confirmed' | 'disconnected'

export type MediaStatus = 'none' | 'active' | 'local-hold' | 'remote-hold' | 'error'

export interface CallMedia {
  readonly status: MediaStatus
  /** Our own side's direction. */
  readonly direction: Direction
  /** e.g. `PCMA/8000`; '' while none. */
  readonly codec: string
  /** The bridge port; undefined while there is none. */
  readonly port: PortId | undefined
  /** Telephone events were agreed. */
  readonly dtmf: boolean
}

export type UaCommand =
  /** Adds an account or changes it; registers when it has a registrar. */
  | { readonly kind: 'set-account'; readonly account: AccountId; readonly config: AccountConfig }
  /** Ends its calls, un-registers, forgets it. */
  | { readonly kind: 'remove-account'; readonly account: AccountId }
  /** Registers now, or un-registers. */
  | { readonly kind: 'set-registration'; readonly account: AccountId; readonly on: boolean }
  /** `target`: a URI, or a user part that is completed with the account's domain. */
  | {
      readonly kind: 'make-call'
      readonly call: CallId
      readonly account: AccountId
      readonly target: string
      readonly headers: readonly HeaderField[]
    }
  /** 180 to ring, 183 for early media, 200 to take it, 3xx–6xx to refuse. */
  | {
      readonly kind: 'answer'
      readonly call: CallId
      readonly status: number
      readonly reason: string | undefined
      readonly headers: readonly HeaderField[]
    }
  /** Ends it by its state; `status` is used when it still rings here (default 603). */
  | {
      readonly kind: 'hang-up'
      readonly call: CallId
      readonly status: number | undefined
      readonly reason: string | undefined
    }
  /** Re-INVITE with `sendonly` (or `inactive` when they hold us too). */
  | { readonly kind: 'hold'; readonly call: CallId }
  | { readonly kind: 'resume'; readonly call: CallId }
  | { readonly kind: 'send-dtmf'; readonly call: CallId; readonly digits: string; readonly durationMs: number }
  | { readonly kind: 'query-call'; readonly call: CallId; readonly ref: number }

export type UaEvent =
  | {
      readonly kind: 'account-state'
      readonly account: AccountId
      readonly registration: RegistrationState
      readonly status: number
      readonly reason: string
      readonly cause: Cause | undefined
      readonly expires: number
      readonly retryMs: number | undefined
    }
  /** Nothing was sent but 100; answer, or the caller hears nothing. `account` undefined never happens: unmatched calls get 404 here. */
  | {
      readonly kind: 'call-incoming'
      readonly call: CallId
      readonly account: AccountId
      readonly peer: Party
      readonly alertInfo: string | undefined
    }
  /** Every change in order; `disconnected` is the last event of a call. */
  | {
      readonly kind: 'call-state'
      readonly call: CallId
      readonly account: AccountId
      readonly state: CallState
      readonly previous: CallState
      readonly peer: Party
      readonly status: number
      readonly reason: string
      readonly cause: Cause | undefined
    }
  /** After every negotiation and whenever the port comes or goes. */
  | { readonly kind: 'call-media'; readonly call: CallId; readonly media: CallMedia }
  | { readonly kind: 'call-dtmf'; readonly call: CallId; readonly digit: string; readonly durationMs: number }
  /** RTP stopped coming (`forMs`), or came (again): 0. */
  | { readonly kind: 'call-silent'; readonly call: CallId; readonly forMs: number }
  /** Hold or resume came to its end: 200, or the refusal that left the call as it was. */
  | { readonly kind: 'call-modified'; readonly call: CallId; readonly status: number; readonly reason: string }
  | { readonly kind: 'call-stats'; readonly call: CallId; readonly ref: number; readonly stats: StreamStats }
  /** The command made no sense now; nothing was changed. `subject` is the account or call named. */
  | { readonly kind: 'refused'; readonly command: UaCommand['kind']; readonly subject: string; readonly reason: string }

export type UaInput =
  | { readonly from: 'app'; readonly command: UaCommand }
  | { readonly from: 'sip'; readonly event: SipEvent }
  | { readonly from: 'media'; readonly event: MediaEvent }

export type UaOutput =
  | { readonly to: 'app'; readonly event: UaEvent }
  | { readonly to: 'sip'; readonly command: SipCommand }
  | { readonly to: 'media'; readonly command: MediaCommand }
  | { readonly to: 'log'; readonly record: LogRecord }

export interface UaConfig {
  /** Calls at once, default 32; beyond: outgoing refused, incoming 486. */
  readonly maxCalls: number
  /** Address SDP names for media, and where RTP sockets are bound. */
  readonly mediaAddress: string
  readonly rtpPorts: { readonly min: number; readonly max: number }
  readonly dscp: number
  readonly jitter: { readonly minMs: number; readonly maxMs: number }
}
