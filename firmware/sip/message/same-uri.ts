// When two URIs are the same (RFC 3261 §19.1.4, RFC 3966 §4). Not transitive, as the RFC says: a parameter in only one is ignored.
import { asciiLower } from '../../base/bytes.ts'
import { sameHost } from '../../base/ip.ts'
import type { SipUri, Uri } from './message.ts'
import { hasParam, param } from './params.ts'
import { sameTel, telOf } from './tel.ts'

/** In only one of the two, even with its default value, these make a difference; `transport` by the RFC's own example. */
const NEVER_IGNORED = ['user', 'ttl', 'method', 'maddr', 'transport']

/** By the rules of RFC 3261 §19.1.4; tel: by RFC 3966 §4, other schemes as written. */
export function sameUri(a: Uri, b: Uri): boolean {
  if (!('host' in a) || !('host' in b)) {
    if ('host' in a || 'host' in b || a.scheme !== b.scheme) return false
    const [tel, other] = [telOf(a), telOf(b)]
    return tel && other ? sameTel(tel, other) : a.rest === b.rest
  }
  return (
    a.scheme === b.scheme &&
    a.user === b.user &&
    a.password === b.password &&
    sameHost(a.host, b.host) &&
    a.port === b.port &&
    sameParams(a, b) &&
    sameHeaders(a.headers, b.headers)
  )
}

function sameParams(a: SipUri, b: SipUri): boolean {
  for (const { name, value } of a.params) {
    if (hasParam(b.params, name) && !sameValue(value, param(b.params, name))) return false
  }
  return NEVER_IGNORED.every((name) => hasParam(a.params, name) === hasParam(b.params, name))
}

/** All of them in both, in any order; names in any case. */
function sameHeaders(a: SipUri['headers'], b: SipUri['headers']): boolean {
  if (a.length !== b.length) return false
  const rest = [...b]
  for (const { name, value } of a) {
    const at = rest.findIndex((h) => h.value === value && h.name.toLowerCase() === name.toLowerCase())
    if (at < 0) return false
    rest.splice(at, 1)
  }
  return true
}

const sameValue = (a: string | undefined, b: string | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && asciiLower(a) === asciiLower(b))
