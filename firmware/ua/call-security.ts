// Whether a call may be secured: what its account wants, against the way its signalling goes, as the keys go with it (RFC 4568 §8.3).
import type { Rng } from '../base/rng.ts'
import type { SrtpPolicy } from '../media/negotiator.ts'
import { SRTP_DEFAULT } from '../sdp/crypto.ts'
import type { Account } from './accounts.ts'

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
