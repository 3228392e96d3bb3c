// What the engine itself tells, and how its log is told.
import type { LogLevel, LogRecord } from '../../base/log.ts'
import type { NatType } from '../../net/nat-type.ts'
import type { Traced } from '../../runtime/tracer.ts'
import type { Challenge } from './challenge.ts'
import type { IncomingRequest } from './incoming-request.ts'
import type { IncomingSubscription } from './incoming-subscription.ts'
import type { Invitation } from './invitation.ts'
import type { IncomingReferral } from './referral.ts'
import type { SipUri } from './sip-uri.ts'
import type { SoundDeviceChange } from './sound.ts'
import type { MessageHeaders } from './wire.ts'

export type { Traced }

/** One line of the log. */
export interface LogLine {
  /** 1 error, 2 warning, 3 information, 5 details. */
  readonly level: number
  /** The part that speaks: `sip.transport`. */
  readonly origin: string
  /** What happened, with its fields. */
  readonly message: string
}

/** A message that came. */
export interface ReceivedMessage {
  readonly fromUri: SipUri
  readonly toUri: SipUri
  readonly contentType: string
  readonly body: string
  /** The session it came in; undefined: none. */
  readonly invitation: Invitation | undefined
  readonly headers: MessageHeaders
  /** To answer it with something else than 200. */
  readonly request: IncomingRequest
}

/** A NOTIFY nobody subscribed to; it was answered with 200. */
export interface UnsolicitedNotify {
  /** Event package. */
  readonly event: string
  readonly fromUri: SipUri
  readonly toUri: SipUri
  /** To whom it was addressed; undefined: no SIP URI. */
  readonly requestUri: SipUri | undefined
  /** The number, where it was addressed to one by a tel: URI (RFC 3966). */
  readonly requestTel: string | undefined
  readonly headers: MessageHeaders
  /** '' without a body. */
  readonly contentType: string
  readonly body: string
}

/** What a STUN server told of the NATs between. */
export type NatDetection = { readonly stunServerAddress: string; readonly stunServerPort: number } & (
  | { readonly succeeded: true; readonly natType: NatType }
  | { readonly succeeded: false; readonly error: string }
)

/** A notification of this sender with this data. */
interface By<Sender, Data> {
  readonly sender: Sender
  readonly data: Data
}

/** By name; the order of a life is will-start, did-start, will-end, did-end. */
export interface EngineNotifications<Engine> {
  /** It is about to start. */
  readonly 'engine-will-start': By<Engine, Readonly<Record<string, never>>>
  /** Everything works. */
  readonly 'engine-did-start': By<Engine, Readonly<Record<string, never>>>
  /** It cannot start, or is about to stop for good; call nothing now. */
  readonly 'engine-did-fail': By<Engine, { readonly reason: string }>
  /** It was asked to stop; methods still work, but what is late will not be heard of. */
  readonly 'engine-will-end': By<Engine, Readonly<Record<string, never>>>
  /** It is stopped: the last of its notifications. */
  readonly 'engine-did-end': By<Engine, Readonly<Record<string, never>>>
  /** Of a level up to `logLevel`. */
  readonly 'engine-log': By<Engine, LogLine>
  /** While `traceSip`: a SIP message as it was on the wire, without Authorization and Proxy-Authorization. */
  readonly 'engine-sip-trace': By<Engine, Traced>
  /** A MESSAGE came; it is answered with 200 when nobody answers it otherwise. */
  readonly 'engine-got-message': By<Engine, ReceivedMessage>
  /** An INFO came inside a session; likewise. */
  readonly 'engine-got-info': By<Engine, ReceivedMessage>
  /** Another request of `requestMethods` came, inside a session or outside. */
  readonly 'engine-got-request': By<Engine, { readonly request: IncomingRequest }>
  /** A NOTIFY of `unsolicitedEvents` came. */
  readonly 'engine-got-unsolicited-notify': By<Engine, UnsolicitedNotify>
  /** Outside of a session we are asked to call somebody: accept or reject it. */
  readonly 'engine-got-refer': By<Engine, { readonly referral: IncomingReferral }>
  /** Somebody subscribes to an event package of `notifierEvents`: accept or reject it. */
  readonly 'engine-got-subscription': By<Engine, { readonly subscription: IncomingSubscription }>
  /** A request of credentials with `asksOnChallenge` got a 401 or 407: see `Challenge`. */
  readonly 'engine-got-challenge': By<Engine, { readonly challenge: Challenge }>
  /** The final response to a MESSAGE of ours; 408 and 503 also when none came. Exactly one for each. */
  readonly 'engine-got-message-response': By<
    Engine,
    { readonly toUri: SipUri; readonly code: number; readonly reason: string }
  >
  /** What came of one `detectNatType`. */
  readonly 'engine-detected-nat-type': By<Engine, NatDetection>
  /** The sound devices work, or do not, and why. */
  readonly 'engine-sound-devices-changed': By<Engine, SoundDeviceChange>
  /** Something threw that should not: an observer, or the core itself. It goes on, unless `engine-did-fail` follows. */
  readonly 'engine-got-exception': By<Engine, { readonly traceback: string }>
}

const LEVELS: Readonly<Record<LogLevel, number>> = { error: 1, warn: 2, info: 3, debug: 5 }

/** A record of the log as it is told. */
export function inLevels({ level, from, what, fields = {} }: LogRecord): LogLine {
  const said = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))
  return { level: LEVELS[level], origin: from, message: [what, ...said].join(' ') }
}
