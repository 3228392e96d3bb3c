// An account's settings as the user agent takes them.

import { utf8Decode, utf8Encode } from '../../base/bytes.ts'
import { Secret } from '../../base/secret.ts'
import type { SessionTerms } from '../../sip/core/contract.ts'
import { parseNameAddr } from '../../sip/message/name-addr.ts'
import { isSip, printUri } from '../../sip/message/uri.ts'
import type { AccountConfig as UaAccountConfig } from '../../ua/contract.ts'
import type { AccountSettings } from './account-schema.ts'
import { OperationError } from './errors.ts'

/** What stands in the settings and is not done here is refused, not left out in silence. */
const MISSING: readonly (readonly [string, (settings: AccountSettings) => boolean])[] = [
  ['/natConfig/iceEnabled: true', ({ natConfig }) => natConfig.iceEnabled],
  ['/natConfig/turnEnabled: true', ({ natConfig }) => natConfig.turnEnabled],
]

const RELIABLE = { notUsed: 'off', optional: 'supported', mandatory: 'required' } as const
const TIMER = { inactive: 'off', optional: 'supported', required: 'required', always: 'always' } as const

const termsOf = ({ callConfig }: AccountSettings): SessionTerms => ({
  reliable: RELIABLE[callConfig.prackUse],
  timer: {
    mode: TIMER[callConfig.timerUse],
    expires: Math.max(callConfig.timerSessExpiresSec, callConfig.timerMinSESec),
    minSe: callConfig.timerMinSESec,
  },
})

/** Throws an OperationError naming the setting. `codecs` and `proxies`: the endpoint's. */
export function uaAccountOf(
  operation: string,
  settings: AccountSettings,
  endpoint: { readonly codecs: readonly string[]; readonly proxies: readonly string[]; readonly ptimeMs: number },
): UaAccountConfig {
  const missing = MISSING.find(([, asked]) => asked(settings))?.[0]
  if (missing !== undefined) throw new OperationError(operation, 'unsupported', missing)
  const { idUri, regConfig, sipConfig, natConfig, mediaConfig } = settings
  const id = parseNameAddr(utf8Encode(idUri))
  if (!id.ok || !isSip(id.value.uri))
    throw new OperationError(
      operation,
      'argument',
      `/idUri: expected a SIP URI, got ${JSON.stringify(idUri.slice(0, 80))}`,
    )
  const { uri, display } = id.value
  const [credential] = sipConfig.authCreds
  const secret = credential && new Secret(credential.data)
  const retry = {
    firstMs: 1000 * regConfig.firstRetryIntervalSec,
    longestMs: 1000 * regConfig.retryIntervalSec,
    spreadMs: 1000 * regConfig.randomRetryIntervalSec,
  }
  const proxies = [...endpoint.proxies, ...sipConfig.proxies]
  const outbound = natConfig.sipOutboundUse ? { outbound: proxies, instance: natConfig.sipOutboundInstanceId } : {}
  return {
    aor: printUri({ ...uri, params: [], headers: [] }),
    displayName: utf8Decode(display),
    registrar: regConfig.registrarUri === '' ? undefined : regConfig.registrarUri,
    proxies: natConfig.sipOutboundUse ? [] : proxies,
    username: credential?.username ?? utf8Decode(uri.user ?? ''),
    password: credential?.dataType === 'password' ? secret : undefined,
    ...(credential?.dataType === 'ha1' && secret ? { ha1: { hash: 'MD5' as const, value: secret } } : {}),
    realm: credential?.realm ?? '*',
    expires: regConfig.timeoutSec,
    codecs: mediaConfig.codecs.length > 0 ? mediaConfig.codecs : endpoint.codecs,
    ptimeMs: endpoint.ptimeMs,
    transport: sipConfig.transport === 'auto' ? undefined : sipConfig.transport,
    keepAlive: natConfig.udpKaIntervalSec === 0 ? 'off' : 'options',
    keepAliveS: Math.max(5, natConfig.udpKaIntervalSec),
    registration: { retry, ...outbound },
    redirects: 'ask',
    terms: termsOf(settings),
    srtp: mediaConfig.srtpUse === 'disabled' ? 'off' : mediaConfig.srtpUse,
    srtpOverClear: mediaConfig.srtpSecureSignaling ? 'refuse' : 'warn',
  }
}
