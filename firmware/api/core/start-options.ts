// What an engine is started with: the options, their defaults, and the check of what an application gives.
import { isIpv4, isIpv6 } from '../../base/ip.ts'
import { CODEC_NAMES } from '../../media/codecs.ts'
import { VERSION } from '../../runtime/version.ts'
import { isNowhere } from '../../sdp/rtp.ts'
import type { SessionTerms } from '../../sip/core/contract.ts'
import { USUAL_TERMS } from '../../sip/usage/invite/terms.ts'
import { CoreError } from './errors.ts'

/** Sample rates of the sound card, kHz. */
export type SampleRate = 8 | 16 | 32 | 48

/** What `Engine.start` takes; everything has a default in `Engine.defaultStartOptions`. */
export interface StartOptions {
  /** A sound card is selected and opened at the start; else by `setSoundDevices`. */
  readonly autoSound: boolean
  /** Address of an interface of this host; undefined: that of the default route. */
  readonly localIp: string | undefined
  /** UDP port of SIP; 0: any; null: no UDP, neither way. */
  readonly localUdpPort: number | null
  /** TCP port of SIP; 0: any; `udp`: the number UDP has; null: no TCP, neither way. */
  readonly localTcpPort: number | 'udp' | null
  /** TLS port of SIP; 0: any; null: no TLS, neither way. Without a certificate of our own nobody can connect there. */
  readonly localTlsPort: number | null
  /** Certificates of servers have to be valid and theirs. */
  readonly tlsVerifyServer: boolean
  /** File with the authorities to believe (PEM); undefined: those of this machine. */
  readonly tlsCaFile: string | undefined
  /** Our own certificate and its key (PEM); undefined: none. */
  readonly tlsCertificateFile: string | undefined
  readonly tlsKeyFile: string | undefined
  /** Ciphers, as OpenSSL lists them (`A:B`), for TLS 1.2 and 1.3; undefined: Node's. */
  readonly tlsCiphers: string | undefined
  /** Who connects to us has to show a certificate of an authority we believe. */
  readonly tlsVerifyClients: boolean
  /** Tail of the echo canceller, ms; 0: none. Taken note of: the media engine has no echo canceller yet. */
  readonly ecTailLength: number
  /** User-Agent of requests, Server of responses; '': neither. */
  readonly userAgent: string
  /** Highest level of `engine-log` notifications: 0 none, 1 the most critical, 5 everything. */
  readonly logLevel: number
  /** SIP messages are told by `engine-sip-trace` notifications. */
  readonly traceSip: boolean
  /** Of the sound card, kHz: 8, 16, 32 or 48. */
  readonly sampleRate: SampleRate
  /** Digits sent and received sound in the sound card. */
  readonly playbackDtmf: boolean
  /** First and last UDP port for media. */
  readonly rtpPortRange: readonly [number, number]
  /** Codecs of audio streams in order of preference, by their names in SDP in any case; `g711` is PCMU and PCMA. */
  readonly codecs: readonly string[]
  /** Event packages, with the content types they are told in. */
  readonly events: Readonly<Record<string, readonly string[]>>
  /** Event packages others can subscribe to here, with the content types they are told in. */
  readonly notifierEvents: Readonly<Record<string, readonly string[]>>
  /** Event packages whose NOTIFY is taken from servers of ours without a subscription: `engine-got-unsolicited-notify`. */
  readonly unsolicitedEvents: readonly string[]
  /** Methods of requests that are told, and answered by the application or by themselves; others get 405. OPTIONS may be among them. */
  readonly requestMethods: readonly string[]
  /** Reliable provisional responses and session timers of sessions that say nothing else. */
  readonly sessionTerms: SessionTerms
  /** Name servers instead of this machine's: addresses, with a port where it is not 53. */
  readonly nameServers: readonly string[] | undefined
  /** Sessions at once, both directions: beyond, ours are refused, and theirs get 486. */
  readonly maxSessions: number
  /** Requests of others that are being answered: beyond, 503. Those answered are kept 32 s over UDP, as they may come again, and make room before. */
  readonly maxTransactions: number
  /** Traffic class of RTP and RTCP, 0–63. */
  readonly mediaDscp: number
  /** Bounds of the playout delay of audio streams, ms. */
  readonly jitter: { readonly minMs: number; readonly maxMs: number }
  /** Of packets we like to send and receive, ms: 10–60. */
  readonly ptime: number
}

/** The codecs of the sipsimple core, as far as the media engine has them. */
const CODECS = ['speex', 'g711', 'ilbc', 'gsm', 'g722']

/** The names in SDP an application's name stands for; empty: none the media engine has. */
export function codecsNamed(name: string): readonly string[] {
  const wanted = name.toLowerCase()
  if (wanted === 'g711') return ['PCMU', 'PCMA']
  return CODEC_NAMES.filter((known) => known.toLowerCase() === wanted || known.toLowerCase().startsWith(`${wanted}/`))
}

/** The value of every option that is not given. */
export const DEFAULT_START_OPTIONS: StartOptions = {
  autoSound: true,
  localIp: undefined,
  localUdpPort: 0,
  localTcpPort: 0,
  localTlsPort: 0,
  tlsVerifyServer: true,
  tlsCaFile: undefined,
  tlsCertificateFile: undefined,
  tlsKeyFile: undefined,
  tlsCiphers: undefined,
  tlsVerifyClients: false,
  ecTailLength: 50,
  userAgent: `Offhook/${VERSION}`,
  logLevel: 5,
  traceSip: false,
  sampleRate: 32,
  playbackDtmf: true,
  rtpPortRange: [40_000, 40_100],
  codecs: CODECS.filter((name) => codecsNamed(name).length > 0),
  events: {
    presence: ['application/pidf+xml'],
    'presence.winfo': ['application/watcherinfo+xml'],
    dialog: ['application/dialog-info+xml'],
    'message-summary': ['application/simple-message-summary'],
    'xcap-diff': ['application/xcap-diff+xml'],
  },
  notifierEvents: {},
  unsolicitedEvents: [],
  requestMethods: ['MESSAGE', 'INFO'],
  sessionTerms: USUAL_TERMS,
  nameServers: undefined,
  maxSessions: 64,
  maxTransactions: 512,
  mediaDscp: 46,
  jitter: { minMs: 20, maxMs: 200 },
  ptime: 20,
}

type Check = (value: never) => string | undefined

const boolean: Check = (value: unknown) => (typeof value === 'boolean' ? undefined : 'true or false')
const text: Check = (value: unknown) => (typeof value === 'string' ? undefined : 'text')
const maybeText: Check = (value: unknown) => (value === undefined || typeof value === 'string' ? undefined : 'text')
const whole = (from: number, to: number) => (value: unknown) =>
  Number.isInteger(value) && (value as number) >= from && (value as number) <= to ? undefined : `${from}–${to}`
const port: Check = (value: unknown) =>
  value === null || whole(0, 65_535)(value) === undefined ? undefined : '0–65535, or null for none'
const texts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string')

/** What the engine does itself is not to be had. */
const NOT_TOLD = ['INVITE', 'ACK', 'CANCEL', 'BYE', 'PRACK', 'UPDATE', 'REGISTER']
const isMethod = (method: string): boolean => /^[A-Z-]{1,32}$/.test(method) && !NOT_TOLD.includes(method)

const packages: Check = (value: unknown) =>
  typeof value === 'object' && value !== null && Object.values(value).every((types) => texts(types) && types.length > 0)
    ? undefined
    : 'content types by event package'

const isConcrete = (address: string): boolean => (isIpv4(address) || isIpv6(address)) && !isNowhere(address)

/** What each option has to be, in words when it is not. */
const CHECKS: { readonly [K in keyof StartOptions]: Check } = {
  autoSound: boolean,
  localIp: (value: unknown) =>
    value === undefined || (typeof value === 'string' && isConcrete(value))
      ? undefined
      : 'an address of this host that peers can reach',
  localUdpPort: port,
  localTcpPort: (value: unknown) =>
    value === 'udp' || port(value as never) === undefined ? undefined : '0–65535, udp, or null for none',
  localTlsPort: port,
  tlsVerifyServer: boolean,
  tlsCaFile: maybeText,
  tlsCertificateFile: maybeText,
  tlsKeyFile: maybeText,
  tlsCiphers: maybeText,
  tlsVerifyClients: boolean,
  ecTailLength: whole(0, 500),
  userAgent: text,
  logLevel: whole(0, 5),
  traceSip: boolean,
  sampleRate: (value: unknown) => ([8, 16, 32, 48].includes(value as number) ? undefined : '8, 16, 32 or 48'),
  playbackDtmf: boolean,
  rtpPortRange: (value: unknown) => {
    const [min, max] = Array.isArray(value) ? (value as unknown[]) : []
    const fits = [min, max].every((each) => whole(1, 65_535)(each) === undefined) && (min as number) < (max as number)
    return fits ? undefined : 'two ports, the first below the second'
  },
  codecs: (value: unknown) => {
    if (!texts(value) || value.length === 0) return 'names of codecs'
    const unknown = value.find((name) => codecsNamed(name).length === 0)
    return unknown === undefined ? undefined : `codecs of ${CODEC_NAMES.join(', ')} or g711, without ${unknown}`
  },
  events: packages,
  notifierEvents: packages,
  unsolicitedEvents: (value: unknown) => (texts(value) ? undefined : 'names of event packages'),
  requestMethods: (value: unknown) => {
    const wrong = texts(value) ? value.find((method) => !isMethod(method)) : 'what is no list'
    return wrong === undefined
      ? undefined
      : `names of methods that are no session's or registration's own, without ${wrong}`
  },
  sessionTerms: (value: unknown) => {
    const { reliable, timer } = (value ?? {}) as Partial<SessionTerms>
    const fits =
      ['off', 'supported', 'required'].includes(reliable as string) &&
      ['off', 'supported', 'required', 'always'].includes(timer?.mode as string) &&
      whole(90, 86_400)(timer?.minSe) === undefined &&
      whole(timer?.minSe ?? 90, 86_400)(timer?.expires) === undefined
    return fits ? undefined : 'reliable and timer, with mode, expires and minSe (90 or more)'
  },
  nameServers: (value: unknown) => (value === undefined || texts(value) ? undefined : 'addresses'),
  maxSessions: whole(1, 10_000),
  maxTransactions: whole(1, 100_000),
  mediaDscp: whole(0, 63),
  jitter: (value: unknown) => {
    const { minMs, maxMs } = (value ?? {}) as Partial<StartOptions['jitter']>
    const fits = whole(0, 1000)(minMs) === undefined && whole(minMs ?? 0, 1000)(maxMs) === undefined
    return fits ? undefined : 'minMs and maxMs, 0–1000 ms, the first not above the second'
  },
  ptime: (value: unknown) =>
    [10, 20, 30, 40, 50, 60].includes(value as number) ? undefined : '10, 20, 30, 40, 50 or 60',
}

/** Throws a CoreError that names the option when a value cannot be, or there is no such option. */
export function checkOption(operation: string, name: string, value: unknown): void {
  if (!Object.hasOwn(CHECKS, name))
    throw new CoreError('argument', operation, `${name}: expected an option of Engine.defaultStartOptions`)
  const expected = CHECKS[name as keyof StartOptions](value as never)
  if (expected !== undefined)
    throw new CoreError('argument', operation, `${name}: expected ${expected}, got ${JSON.stringify(value)}`)
}

/** All options, those not given by default. */
export function completeOptions(given: Partial<StartOptions>): StartOptions {
  for (const [name, value] of Object.entries(given)) checkOption('Engine.start', name, value)
  return { ...DEFAULT_START_OPTIONS, ...given }
}
