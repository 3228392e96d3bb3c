// SIP and SIPS URIs (RFC 3261 §19.1), other schemes kept as written; equality is in same-uri.ts.
import { asciiLower } from '../../base/bytes.ts'
import { isIpv6 } from '../../base/ip.ts'
import type { Result } from '../../base/result.ts'
import { AMPERSAND, AT, CLASS, COLON, EQUAL, HOST, OPEN_BRACKET, PERCENT, QUESTION, SEMI, URIC, USER } from './chars.ts'
import { escapeUri, unescapeUri } from './escape.ts'
import { LIMITS } from './limits.ts'
import type { OtherUri, Parameter, Parameters, ParseError, SipUri, Uri } from './message.ts'
import { NO_PARAMS } from './params.ts'
import { type Reader, readAll } from './reader.ts'

export { sameUri } from './same-uri.ts'

const RFC = '3261 §19.1.1'

/** Parses a whole text as one URI. */
export function parseUri(text: string): Result<Uri, ParseError> {
  return readAll(text, RFC, (reader) => readUri(reader, text.length))
}

/** Whether it is sip: or sips:. */
export const isSip = (uri: Uri): uri is SipUri => 'host' in uri

/** The user part; '' when there is none. */
export const userOf = (uri: Uri): string => (isSip(uri) ? (uri.user ?? '') : '')

/** Reads the URI that fills [r.at, stop); whoever calls knows by the brackets or delimiters around where it stops. */
export function readUri(r: Reader, stop: number): Uri | undefined {
  const { text, at } = r
  if (stop - at > LIMITS.uri) return r.fail('URI is too long', '3261 §21.4.12')
  if (at + 4 < stop && (text.charCodeAt(at) | 32) === 115 && (text.charCodeAt(at + 1) | 32) === 105) {
    if ((text.charCodeAt(at + 2) | 32) === 112) {
      if (text.charCodeAt(at + 3) === COLON) return readSip(r, 'sip', at + 4, stop)
      if ((text.charCodeAt(at + 3) | 32) === 115 && text.charCodeAt(at + 4) === COLON)
        return readSip(r, 'sips', at + 5, stop)
    }
  }
  return readOther(r, stop)
}

function readSip(r: Reader, scheme: 'sip' | 'sips', start: number, stop: number): SipUri | undefined {
  const { text } = r
  let at = start
  let user: string | undefined
  let password: string | undefined
  let colon = -1
  let escaped = false
  for (let i = start; i < stop; i++) {
    const code = text.charCodeAt(i)
    if (code === AT) {
      const userEnd = colon < 0 ? i : colon
      if (userEnd === start) return r.fail('empty user', RFC, i)
      user = text.substring(start, userEnd)
      if (colon >= 0) password = text.substring(colon + 1, i)
      if (escaped) {
        user = unescapeUri(user)
        if (password !== undefined) password = unescapeUri(password)
      }
      at = i + 1
      break
    }
    if ((CLASS[code]! & USER) === 0) break
    if (code === COLON && colon < 0) colon = i
    else if (code === PERCENT) escaped = true
  }
  r.at = at
  const host = readHost(r, stop)
  if (host === undefined) return undefined
  let port: number | undefined
  if (r.at < stop && text.charCodeAt(r.at) === COLON) {
    r.at++
    port = readPort(r, stop)
    if (port === undefined) return undefined
  }
  let params = NO_PARAMS
  if (r.at < stop && text.charCodeAt(r.at) === SEMI) {
    const read = readUriParams(r, stop)
    if (read === undefined) return undefined
    params = read
  }
  let headers = NO_HEADERS
  if (r.at < stop && text.charCodeAt(r.at) === QUESTION) {
    const read = readUriHeaders(r, stop)
    if (read === undefined) return undefined
    headers = read
  }
  if (r.at !== stop) return r.fail('character not allowed in a URI', RFC)
  return { scheme, user, password, host, port, params, headers }
}

/** host: a name, IPv4 or bracketed IPv6, in lower case without brackets. */
export function readHost(r: Reader, stop: number): string | undefined {
  const { text } = r
  const start = r.at
  if (start < stop && text.charCodeAt(start) === OPEN_BRACKET) return readIpv6(r, stop)
  let at = start
  let upper = false
  for (; at < stop; at++) {
    const code = text.charCodeAt(at)
    if ((CLASS[code]! & HOST) === 0) break
    if (code >= 65 && code <= 90) upper = true
  }
  if (at === start) return r.fail('no host', RFC)
  if (at - start > LIMITS.host) return r.fail('host is too long', RFC)
  r.at = at
  const host = text.substring(start, at)
  return upper ? host.toLowerCase() : host
}

function readIpv6(r: Reader, stop: number): string | undefined {
  const { text } = r
  const close = text.indexOf(']', r.at)
  if (close < 0 || close >= stop) return r.fail('IPv6 reference without its end', '3261 §25.1')
  const host = text.substring(r.at + 1, close).toLowerCase()
  if (!isIpv6(host)) return r.fail('not an IPv6 address', '3261 §25.1')
  r.at = close + 1
  return host
}

/** 1*DIGIT, 0–65535. */
export function readPort(r: Reader, stop: number): number | undefined {
  const outer = r.end
  r.end = stop
  const port = r.number(65_535, 'port', RFC)
  r.end = outer
  return port
}

function readUriParams(r: Reader, stop: number): Parameters | undefined {
  const { text } = r
  const params: Parameter[] = []
  let at = r.at
  while (at < stop && text.charCodeAt(at) === SEMI) {
    const start = ++at
    while (at < stop && text.charCodeAt(at) !== EQUAL && (CLASS[text.charCodeAt(at)]! & URIC) !== 0) at++
    if (at === start) return r.fail('URI parameter without a name', RFC, at)
    if (params.length === LIMITS.params) return r.fail('too many URI parameters', RFC, at)
    const name = asciiLower(unescapeUri(text.substring(start, at)))
    if (at < stop && text.charCodeAt(at) === EQUAL) {
      const from = ++at
      while (at < stop && (CLASS[text.charCodeAt(at)]! & URIC) !== 0) at++
      params.push({ name, value: unescapeUri(text.substring(from, at)) })
    } else params.push({ name, value: undefined })
  }
  r.at = at
  return params
}

const NO_HEADERS: SipUri['headers'] = []

function readUriHeaders(r: Reader, stop: number): SipUri['headers'] | undefined {
  const { text } = r
  const headers: { name: string; value: string }[] = []
  let at = r.at
  do {
    const start = ++at
    let equal = -1
    for (; at < stop; at++) {
      const code = text.charCodeAt(at)
      if (code === AMPERSAND) break
      if (code === EQUAL && equal < 0) equal = at
      else if ((CLASS[code]! & URIC) === 0 && code !== SEMI && code !== QUESTION)
        return r.fail('character not allowed in a URI', RFC, at)
    }
    if (equal <= start) return r.fail('URI header without name and =', RFC, start)
    if (headers.length === LIMITS.params) return r.fail('too many URI headers', RFC, at)
    headers.push({ name: unescapeUri(text.substring(start, equal)), value: unescapeUri(text.substring(equal + 1, at)) })
  } while (at < stop)
  r.at = at
  return headers
}

/** absoluteURI of another scheme (§25.1, RFC 3966 for tel). */
function readOther(r: Reader, stop: number): OtherUri | undefined {
  const { text, at: start } = r
  const colon = text.indexOf(':', start)
  if (colon <= start || colon >= stop) return r.fail('URI without a scheme', RFC)
  const scheme = text.substring(start, colon).toLowerCase()
  if (!/^[a-z][a-z0-9+.-]*$/.test(scheme)) return r.fail('not a URI scheme', RFC)
  if (scheme === 'sip' || scheme === 'sips') return r.fail('no host', RFC)
  for (let at = colon + 1; at < stop; at++) {
    const code = text.charCodeAt(at)
    if ((CLASS[code]! & URIC) === 0 && code !== SEMI && code !== QUESTION)
      return r.fail('character not allowed in a URI', RFC, at)
  }
  if (colon + 1 === stop) return r.fail('URI with nothing after its scheme', RFC)
  r.at = stop
  return { scheme, rest: text.substring(colon + 1, stop) }
}

/** A host as it stands in a URI or Via: IPv6 in brackets. */
export const printHost = (host: string): string => (host.includes(':') ? `[${host}]` : host)

/** Exact text of a URI; what the grammar does not allow where it stands is escaped. */
export function printUri(uri: Uri): string {
  if (!isSip(uri)) return `${uri.scheme}:${uri.rest}`
  let text = `${uri.scheme}:`
  if (uri.user !== undefined) {
    text += escapeUri(uri.user, '&=+$,;?/')
    if (uri.password !== undefined) text += `:${escapeUri(uri.password, '&=+$,')}`
    text += '@'
  }
  text += printHost(uri.host)
  if (uri.port !== undefined) text += `:${uri.port}`
  for (const { name, value } of uri.params) {
    text += `;${escapeUri(name, '[]/:&+$')}`
    if (value !== undefined) text += `=${escapeUri(value, '[]/:&+$')}`
  }
  let mark = '?'
  for (const { name, value } of uri.headers) {
    text += `${mark}${escapeUri(name, '[]/?:+$')}=${escapeUri(value, '[]/?:+$')}`
    mark = '&'
  }
  return text
}
