// Whether a call may be secured: what its account wants, against the way its signalling goes, as the keys go with it (RFC 4568 §8.3).
import type { Rng } from '../base/rng.ts'
import type { SrtpPolicy } from '../media/negotiator.ts'
import type { SrtpSuite } from '../sdp/crypto.ts'
import type { SipRequest } from '../sip/message/message.ts'
import { param } from '../sip/message/params.ts'
import { isSip, parseUri } from '../sip/message/uri.ts'
import type { Account } from './accounts.ts'

/** What everybody has, then what is stronger; short tags only where an account asks for them. Few, so that an offer stays small. */
export const SRTP_DEFAULT: readonly SrtpSuite[] = [
  'AES_CM_128_HMAC_SHA1_80',
  'AEAD_AES_256_GCM',
  'AEAD_AES_128_GCM',
  'AES_256_CM_HMAC_SHA1_80',
]

export interface CallSecurity {
  /** Undefined: plain RTP. */
  readonly policy: SrtpPolicy | undefined
  /** Keys will be where others can read them. */
  readonly exposed: boolean
  /** Nothing will do: why there can be no call. */
  readonly impossible?: string
}

export function securityOf({ config }: Account, overTls: boolean, rng: Rng): CallSecurity {
  const { srtp = 'off', srtpSuites = SRTP_DEFAULT, srtpOverClear = 'warn' } = config
  if (srtp === 'off') return { policy: undefined, exposed: false }
  const mandatory = srtp === 'mandatory'
  if (overTls || srtpOverClear === 'warn') return { policy: { mandatory, suites: srtpSuites, rng }, exposed: !overTls }
  const impossible = 'SRTP is mandatory, and its keys are to go over TLS only'
  return { policy: undefined, exposed: false, ...(mandatory ? { impossible } : {}) }
}

/** The first hop of a call to `target` is sure to be TLS. */
export function goesOverTls({ config }: Account, target: string): boolean {
  if (config.transport?.startsWith('tls')) return true
  const uri = parseUri(config.proxies[0] ?? target)
  if (!uri.ok || !isSip(uri.value)) return false
  return uri.value.scheme === 'sips' || param(uri.value.params, 'transport')?.toLowerCase() === 'tls'
}

/** The last hop of this request was TLS. */
export const cameOverTls = ({ vias }: SipRequest): boolean => vias[0]?.transport === 'TLS'
