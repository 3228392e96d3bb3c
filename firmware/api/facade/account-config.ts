// An account's settings as the core objects take them.
import { SRTP_DEFAULT } from '../../sdp/crypto.ts'
import {
  Credentials,
  type ExtraHeaders,
  type RegistrationOptions,
  type Route,
  type SdpAttribute,
  type SessionTerms,
  SipUri,
} from '../core/index.ts'
import type { AccountSettings } from './account-schema.ts'
import { addressOf, contactOf, wayOf } from './account-way.ts'
import { proofsOf } from './auth-challenge.ts'
import type { SoundSettings } from './call-sound.ts'
import { OperationError, operated } from './errors.ts'
import type { AccountTransport } from './transports.ts'

/** What stands in the settings and is not done here is refused, not left out in silence. */
const MISSING: readonly (readonly [string, (settings: AccountSettings) => boolean])[] = [
  ['/natConfig/iceEnabled: expected false, as ICE comes later', ({ natConfig }) => natConfig.iceEnabled],
  ['/natConfig/turnEnabled: expected false, as TURN comes later', ({ natConfig }) => natConfig.turnEnabled],
]

const RELIABLE = { notUsed: 'off', optional: 'supported', mandatory: 'required' } as const
const TIMER = { inactive: 'off', optional: 'supported', required: 'required', always: 'always' } as const

/** The endpoint's. */
export interface EndpointDefaults {
  readonly codecs: readonly string[]
  readonly proxies: readonly string[]
  /** What goes by the transport of that number; undefined: there is none. */
  readonly transportOf: (id: number) => AccountTransport | undefined
  /** What NAT we are behind, for descriptions; undefined: that is not said. */
  readonly natLine: SdpAttribute | undefined
}

/** Who an account is and what its objects are made with. */
export interface AccountParts {
  /** Address of record, with its display name. */
  readonly uri: SipUri
  readonly credentials: Credentials
  readonly routes: readonly Route[]
  readonly transport: AccountTransport['transport'] | undefined
  /** Where its sound comes to; undefined: the engine's address. */
  readonly rtpAddress: string | undefined
  readonly terms: SessionTerms
  readonly headers: ExtraHeaders
  /** Undefined: a local account. */
  readonly registration: Omit<RegistrationOptions, 'engine'> | undefined
}

export const termsOf = ({ callConfig }: AccountSettings): SessionTerms => ({
  reliable: RELIABLE[callConfig.prackUse],
  timer: {
    mode: TIMER[callConfig.timerUse],
    expires: Math.max(callConfig.timerSessExpiresSec, callConfig.timerMinSESec),
    minSe: callConfig.timerMinSESec,
  },
})

/** Throws an OperationError naming the setting. `token`: user part of the Contact; random where it is left out. */
export function partsOf(
  operation: string,
  settings: AccountSettings,
  defaults: Pick<EndpointDefaults, 'proxies' | 'transportOf'>,
  token?: string,
): AccountParts {
  const missing = MISSING.find(([, asked]) => asked(settings))?.[0]
  if (missing !== undefined) throw new OperationError(operation, 'unsupported', missing)
  const { regConfig, sipConfig, natConfig } = settings
  const { routes, registering } = wayOf(operation, settings, defaults)
  const uri = plainOf(addressOf(operation, '/idUri', settings.idUri))
  const [first, ...more] = proofsOf(sipConfig.authCreds)
  const { transport, rtpAddress } = transportOf(operation, sipConfig, defaults)
  const contact = { ...(token && { token }), ...contactOf(operation, settings) }
  const retry = {
    firstMs: 1000 * regConfig.firstRetryIntervalSec,
    longestMs: 1000 * regConfig.retryIntervalSec,
    spreadMs: 1000 * regConfig.randomRetryIntervalSec,
  }
  const everyMs = 1000 * Math.max(5, natConfig.udpKaIntervalSec)
  return {
    ...{ uri, routes, transport, rtpAddress, terms: termsOf(settings), headers: settings.callConfig.headers },
    credentials: operated(operation, () => new Credentials(uri, { ...first, ...contact, asksOnChallenge: true, more })),
    registration:
      regConfig.registrarUri === ''
        ? undefined
        : {
            registrar: plainOf(addressOf(operation, '/regConfig/registrarUri', regConfig.registrarUri)),
            extraHeaders: regConfig.headers,
            ...{ route: routes, transport, expires: regConfig.timeoutSec },
            options: {
              ...{ retry, ...registering },
              ...(natConfig.udpKaIntervalSec > 0 && { keepAlive: { kind: 'options', everyMs } as const }),
            },
          },
  }
}

/** By number, by kind, or whatever suits. */
function transportOf(
  operation: string,
  { transport, transportId }: AccountSettings['sipConfig'],
  { transportOf: numbered }: Pick<EndpointDefaults, 'transportOf'>,
): Pick<AccountParts, 'transport' | 'rtpAddress'> {
  if (transportId < 0) return { transport: transport === 'auto' ? undefined : transport, rtpAddress: undefined }
  const way = numbered(transportId)
  const fault = (text: string) => new OperationError(operation, 'argument', `/sipConfig/${text}`)
  if (way === undefined) throw fault(`transportId: expected one of transportEnum, got ${transportId}`)
  if (transport !== 'auto' && !way.transport.startsWith(transport))
    throw fault(`transport: expected auto or that of transport ${transportId}, got ${transport}`)
  return way
}

/** Of an address what makes it one. */
function plainOf({ host, user, port, secure, display }: SipUri): SipUri {
  return new SipUri({ host, user, port, secure, display })
}

/** Sound of a call whose signalling goes `overTls`, or not; undefined: SRTP is a must, and its keys are not to pass in clear. */
export function soundOf(
  { mediaConfig }: AccountSettings,
  { codecs, natLine }: EndpointDefaults,
  { rtpAddress }: Pick<AccountParts, 'rtpAddress'>,
  overTls: boolean,
): SoundSettings | undefined {
  const { srtpUse, srtpSecureSignaling, codecSettings } = mediaConfig
  const names = mediaConfig.codecs.length > 0 ? mediaConfig.codecs : codecs
  const exposed = srtpSecureSignaling && !overTls
  if (exposed && srtpUse === 'mandatory') return undefined
  const useSrtp = srtpUse !== 'disabled' && !exposed
  return {
    transport: {
      ...{ useSrtp, srtpForced: srtpUse === 'mandatory', srtpSuites: SRTP_DEFAULT },
      ...(rtpAddress && { localRtpAddress: rtpAddress }),
    },
    overTls,
    attributes: natLine === undefined ? [] : [natLine],
    audio: { enableSilenceDetection: false, codecs: names, codecSettings },
  }
}
