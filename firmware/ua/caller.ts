// What a call or request of an account says of who we are: named, or anonymous (RFC 3323 §4.1), with a word to our own servers
// about who pays for it (RFC 3325 §9.2).
import type { Identity } from '../sip/core/contract.ts'
import { headerText } from '../sip/message/addressing.ts'
import type { HeaderField } from '../sip/message/message.ts'
import { printNameAddr } from '../sip/message/name-addr.ts'
import { type Account, identityOf } from './accounts.ts'

export interface Caller {
  readonly identity: Identity
  readonly headers: readonly HeaderField[]
}

/** Reserved for this (RFC 3323 §4.1.1.3): no such host exists. */
const ANONYMOUS = { aor: 'sip:anonymous@anonymous.invalid', displayName: 'Anonymous' }

export const isAnonymous = (aor: string): boolean => aor === ANONYMOUS.aor

export function callerFor(account: Account, anonymous = account.config.anonymous === true): Caller {
  const identity = identityOf(account)
  const { config, aor: uri } = account
  const named = printNameAddr({ display: identity.displayName, uri, params: [] })
  const preferred = config.preferredIdentity ?? (anonymous ? named : undefined)
  // To a peer it would tell what From does not.
  const served = config.registrar !== undefined || config.proxies.length > 0
  const headers = [
    ...(anonymous ? [{ name: 'Privacy', value: 'id' }] : []),
    ...(served && preferred !== undefined ? [{ name: 'P-Preferred-Identity', value: headerText(preferred) }] : []),
  ]
  return { identity: anonymous ? { ...identity, ...ANONYMOUS } : identity, headers }
}
