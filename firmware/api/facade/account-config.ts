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
import { paramsOf, unescaped, wayOf } from './account-way.ts'
import { proofsOf } from './auth-challenge.ts'
import type { SoundSettings } from './call-sound.ts'
import { OperationError, operated } from './errors.ts'

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
  /** What NAT we are behind, for descriptions; undefined: that is not said. */
  readonly natLine: SdpAttribute | undefined
}

/** Who an account is and what its objects are made with. */
export interface AccountParts {
  /** Address of record, with its display name. */
  readonly uri: SipUri
  readonly credentials: Credentials
  readonly routes: readonly Route[]
  readonly transport: 'udp' | 'tcp' | 'tls' | undefined
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
  defaults: Pick<EndpointDefaults, 'proxies'>,
  token?: string,
): AccountParts {
  const missing = MISSING.find(([, asked]) => asked(settings))?.[0]
  if (missing !== undefined) throw new OperationError(operation, 'unsupported', missing)
  const { regConfig, sipConfig, natConfig } = settings
  const { routes, registering } = wayOf(operation, settings, defaults)
  const uri = addressOf(operation, '/idUri', settings.idUri)
  const [first, ...more] = proofsOf(sipConfig.authCreds)
  const transport = sipConfig.transport === 'auto' ? undefined : sipConfig.transport
  const contact = {
    contactParams: paramsOf(sipConfig.contactParams),
    contactUriParams: paramsOf(sipConfig.contactUriParams, unescaped),
  }
  const retry = {
    firstMs: 1000 * regConfig.firstRetryIntervalSec,
    longestMs: 1000 * regConfig.retryIntervalSec,
    spreadMs: 1000 * regConfig.randomRetryIntervalSec,
  }
  const everyMs = 1000 * Math.max(5, natConfig.udpKaIntervalSec)
  return {
    ...{ uri, routes, transport, terms: termsOf(settings), headers: settings.callConfig.headers },
    credentials: operated(
      operation,
      () => new Credentials(uri, { ...first, ...(token && { token }), ...contact, asksOnChallenge: true, more }),
    ),
    registration:
      regConfig.registrarUri === ''
        ? undefined
        : {
            registrar: addressOf(operation, '/regConfig/registrarUri', regConfig.registrarUri),
            ...{ route: routes, transport, expires: regConfig.timeoutSec },
            options: {
              ...{ retry, ...registering },
              ...(natConfig.udpKaIntervalSec > 0 && { keepAlive: { kind: 'options', everyMs } as const }),
            },
          },
  }
}

function addressOf(operation: string, name: string, text: string): SipUri {
  try {
    const { host, user, port, secure, display } = SipUri.parse(text)
    return new SipUri({ host, user, port, secure, display })
  } catch {
    const got = JSON.stringify(text.slice(0, 80))
    throw new OperationError(operation, 'argument', `${name}: expected a SIP URI, got ${got}`)
  }
}

/** Sound of a call whose signalling goes `overTls`, or not; undefined: SRTP is a must, and its keys are not to pass in clear. */
export function soundOf(
  { mediaConfig }: AccountSettings,
  { codecs, natLine }: EndpointDefaults,
  overTls: boolean,
): SoundSettings | undefined {
  const { srtpUse, srtpSecureSignaling, codecSettings } = mediaConfig
  const names = mediaConfig.codecs.length > 0 ? mediaConfig.codecs : codecs
  const exposed = srtpSecureSignaling && !overTls
  if (exposed && srtpUse === 'mandatory') return undefined
  const useSrtp = srtpUse !== 'disabled' && !exposed
  return {
    transport: { useSrtp, srtpForced: srtpUse === 'mandatory', srtpSuites: SRTP_DEFAULT },
    overTls,
    attributes: natLine === undefined ? [] : [natLine],
    audio: { enableSilenceDetection: false, codecs: names, codecSettings },
  }
}
