// An account's options as the settings of an account of the API.
import { type AccountSettings, OperationError } from '../../api/facade/index.ts'
import { instanceOfHost } from './instance.ts'
import type { AccountOptions } from './options.ts'

const SRTP = ['disabled', 'optional', 'mandatory'] as const
const TIMER = ['inactive', 'optional', 'required', 'always'] as const

type Part<T> = { readonly [K in keyof T]?: T[K] extends readonly unknown[] ? T[K] : Partial<T[K]> }

/** `own`: who a local account is where nobody says. */
export function accountSettings(options: AccountOptions, own: string): Part<AccountSettings> {
  const { 'use-timer': timer = 1, 'use-srtp': srtp = 0, 'srtp-secure': secure = 0 } = options
  const { 'timer-se': expires, 'timer-min-se': shortest } = options
  const { 'reg-timeout': timeout, 'rereg-delay': longest, 'reg-use-proxy': proxyUse = 3, 'outb-rid': regId } = options
  const flow = { sipOutboundUse: true, sipOutboundInstanceId: instanceOfHost(), sipOutboundRegId: `${regId}` }
  return {
    idUri: options.id ?? `sip:${own}`,
    regConfig: {
      registrarUri: options.registrar ?? '',
      ...(timeout !== undefined && { timeoutSec: timeout }),
      ...(longest !== undefined && { retryIntervalSec: longest }),
      proxyUse,
    },
    sipConfig: {
      proxies: options.proxy ?? [],
      ...{ contactParams: options['contact-params'] ?? '', contactUriParams: options['contact-uri-params'] ?? '' },
      authCreds: options.proofs.flatMap(proofOf),
    },
    callConfig: {
      prackUse: options['use-100rel'] ? 'mandatory' : 'optional',
      timerUse: TIMER[timer]!,
      ...(expires !== undefined && { timerSessExpiresSec: expires }),
      ...(shortest !== undefined && { timerMinSESec: shortest }),
    },
    mediaConfig: { srtpUse: SRTP[srtp]!, srtpSecureSignaling: secure === 1 },
    presConfig: { publishEnabled: options.publish ?? false },
    natConfig: regId === undefined ? {} : flow,
    mwiConfig: { enabled: options.mwi ?? false },
  }
}

function proofOf({ realm = '*', username, password }: AccountOptions['proofs'][number]) {
  if (username === undefined && password === undefined) return []
  if (username === undefined || password === undefined)
    throw new OperationError('--username --password', 'argument', 'expected both, or none')
  return [{ scheme: 'digest', realm, username, dataType: 'password', data: password }] as const
}
