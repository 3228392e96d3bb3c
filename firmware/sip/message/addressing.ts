// Whom a call goes to and whom it comes from: dialled text to a URI, a From header to a party.
import { utf8Decode, utf8Encode } from '../../base/bytes.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { all, TOKEN } from './chars.ts'
import type { HeaderField, NameAddr, SipUri, Uri } from './message.ts'
import { parseNameAddr } from './name-addr.ts'
import type { Party } from './party.ts'
import { telOf } from './tel.ts'
import { isSip, parseUri, printUri } from './uri.ts'

/** Text of people as it may stand in a header: control characters would end its line. */
export const headerText = (text: string): string => utf8Encode(text.replaceAll(/\p{Cc}/gu, ' '))

/** Fields whose value is the stack's business: two of them would break a message, or lead it elsewhere. */
const OURS = /^(via|v|from|f|to|t|call-id|i|cseq|content-length|l|content-type|c|max-forwards|route|record-route)$/i
const CONTACT = /^(contact|m)$/i

/** What cannot stand beside the stack's own header fields, in words; undefined: they are sound. A response may have a Contact. */
export function headersProblem(
  headers: readonly HeaderField[],
  of: 'request' | 'response' = 'request',
): string | undefined {
  for (const { name, value } of headers) {
    if (!all(name, TOKEN) || /[^\x20-\xff\t]/.test(value)) return `not a header field: ${JSON.stringify(name)}`
    if (OURS.test(name) || (of === 'request' && CONTACT.test(name))) return `${name} is the stack’s own`
  }
  return undefined
}

/**
 * `101`, `alice@example.org`, `sip:…`, `tel:…` and `Name <…>` to a SIP URI; what names no domain gets that of `aor`. The digits of a
 * telephone number keep no visual separators (RFC 3966 §5.1.1, RFC 3261 §19.1.6).
 */
export function completeTarget(target: string, aor: SipUri): Result<string, string> {
  const given = headerText(target.trim())
  // Of a name-addr what is in the brackets.
  const text = /^[^<>]*<([^<>]*)>$/.exec(given)?.[1] ?? given
  if (text === '') return err('no number')
  if (/^sips?:/i.test(text)) return checked(text)
  if (/^tel:/i.test(text)) {
    const uri = parseUri(text)
    const tel = uri.ok ? telOf(uri.value) : undefined
    return tel ? ok(atDomain(tel.number, aor)) : err('not a telephone number')
  }
  if (/^[+\d*#\s]+$/.test(text)) return ok(atDomain(text.replaceAll(/\s/g, ''), aor))
  // Another scheme, or no address at all.
  if (/^[a-z][a-z0-9+.-]*:\D|[<>"\s]/i.test(text)) return err('not a SIP address')
  if (text.includes('@')) return checked(`${aor.scheme}:${text}`)
  return ok(atDomain(text, aor))
}

function checked(text: string): Result<string, string> {
  const uri = parseUri(text)
  return uri.ok && isSip(uri.value) ? ok(text) : err('not a SIP address')
}

const atDomain = (user: string, { scheme, host, port }: SipUri): string =>
  printUri({ scheme, user, password: undefined, host, port, params: [], headers: [] })

/** User and host of a SIP URI, whatever port or transport leads there; undefined: it is none. */
export function personOf(text: string): string | undefined {
  const uri = parseUri(text)
  return uri.ok && isSip(uri.value) ? `${uri.value.user ?? ''}@${uri.value.host.toLowerCase()}` : undefined
}

export function isSamePerson(a: string, b: string): boolean {
  const person = personOf(a)
  return person !== undefined && person === personOf(b)
}

export function partyOf({ display, uri }: NameAddr): Party {
  return { uri: printUri(uri), display: utf8Decode(display), number: numberOf(uri) }
}

/** Who is called, from the URI dialled. */
export function partyCalled(target: string): Party {
  const uri = parseUri(target)
  return { uri: target, display: '', number: uri.ok ? numberOf(uri.value) : target }
}

const numberOf = (uri: Uri): string => utf8Decode(isSip(uri) ? (uri.user ?? uri.host) : uri.rest.replace(/;.*$/, ''))

/** RFC 3325 §9.2: a name-addr or URI of the schemes sip, sips and tel. */
export function isPreferredIdentity(text: string): boolean {
  const parsed = parseNameAddr(headerText(text))
  return parsed.ok && ['sip', 'sips', 'tel'].includes(parsed.value.uri.scheme) && parsed.value.params.length === 0
}
