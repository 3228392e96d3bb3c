// Whom a certificate is for, as SIP reads it (RFC 5922 §7): names of domains, without wildcards, and whether one of them is meant.
import { isIP } from 'node:net'

/** Names enough for words; a certificate may have thousands. */
const SHOWN = 8

/**
 * The identities a certificate proves, lower case: `sip:` URIs without a user part and DNS names of its subjectAltName, and its
 * IP addresses; the common name only when there is no subjectAltName at all (§7.1).
 */
export function identitiesOf(der: Buffer): readonly string[] {
  const { subjectAltName, subject } = new (process.getBuiltinModule('node:crypto').X509Certificate)(der)
  if (subjectAltName === undefined) {
    const names = [...subject.matchAll(/^CN=(.*)$/gm)].map(([, name = '']) => name.toLowerCase())
    return names.slice(-1)
  }
  const found: string[] = []
  // Node quotes, as JSON, every value that could be taken for something else.
  for (const [, type, text = ''] of subjectAltName.matchAll(
    /(?:^|, )(DNS|URI|IP Address):("(?:[^"\\]|\\.)*"|[^,]*)/g,
  )) {
    const value = (text.startsWith('"') ? String(JSON.parse(text)) : text).toLowerCase()
    if (type === 'DNS') found.push(value)
    else if (type === 'IP Address') found.push(canonical(value))
    else {
      // §7.1: a URI with a user part is about a user, one of another scheme about another service.
      const host = /^sip:([^@;?:]+)$/.exec(value)?.[1]
      if (host !== undefined) found.push(host)
    }
  }
  return found
}

/** §7.2: compared as a whole, in any case of letters; a wildcard is a name like any other and matches nothing. */
export function isFor(identities: readonly string[], name: string): boolean {
  const wanted = canonical(name.toLowerCase().replace(/\.$/, ''))
  return !wanted.includes('*') && identities.includes(wanted)
}

/** Why it is not for `name`, in words. */
export function mismatch(identities: readonly string[], name: string): string {
  const more = identities.length > SHOWN ? ` and ${identities.length - SHOWN} more` : ''
  const names = identities.length === 0 ? 'nobody' : identities.slice(0, SHOWN).join(', ') + more
  const wildcards = identities.some((each) => each.startsWith('*.'))
    ? ' (wildcards do not count in SIP, RFC 5922 §7.2)'
    : ''
  return `the certificate is for ${names}, not for ${name}${wildcards}`
}

/** IPv6 addresses have many forms of writing. */
const canonical = (name: string): string =>
  isIP(name) === 6 ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name
