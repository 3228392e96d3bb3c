// Typed readers of the headers a user agent acts on (RFC 3261 §20 and others); those it routes by are in the message.
import { asciiTrim } from '../../base/bytes.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { COMMA, SLASH } from './chars.ts'
import { LIMITS } from './limits.ts'
import type { NameAddr, Parameters, ParseError, SipMessage } from './message.ts'
import { parseNameAddrList } from './name-addr.ts'
import { param, readParams } from './params.ts'
import { readAll } from './reader.ts'

/** `*` alone asks a registrar to remove every binding (§10.2.2). */
export type Contacts = '*' | readonly NameAddr[]

/** All Contact values over all lines, in order; empty when there are none. */
export function contacts(m: SipMessage): Result<Contacts, ParseError> {
  const lines = m.headers('Contact')
  if (lines.length === 1 && lines[0] === '*') return ok('*')
  return nameAddrs(lines)
}

/** The pre-set route a request still has to take, next hop first (§20.34). */
export const routes = (m: SipMessage): Result<readonly NameAddr[], ParseError> => nameAddrs(m.headers('Route'))

/** In the order they stand: a UAS takes them so as its route set, a UAC reversed (§12.1). */
export const recordRoutes = (m: SipMessage): Result<readonly NameAddr[], ParseError> =>
  nameAddrs(m.headers('Record-Route'))

/** The proxies a binding was made through, and those that later requests are to take (RFC 3327, RFC 3608), in order. */
export const paths = (m: SipMessage): Result<readonly NameAddr[], ParseError> => nameAddrs(m.headers('Path'))
export const serviceRoutes = (m: SipMessage): Result<readonly NameAddr[], ParseError> =>
  nameAddrs(m.headers('Service-Route'))

function nameAddrs(lines: readonly string[]): Result<readonly NameAddr[], ParseError> {
  const values: NameAddr[] = []
  for (const line of lines) {
    const list = parseNameAddrList(line)
    if (!list.ok) return list
    values.push(...list.value)
    if (values.length > LIMITS.values) return err({ at: 0, what: 'too many values', rfc: '3261 §7.3.1' })
  }
  return ok(values)
}

/** What a malformed expiry means (§10.2.1.1, §20.19), seconds. */
const MALFORMED_EXPIRES = 3600
const MAX_SECONDS = 0xffff_ffff

/** delta-seconds; capped at 2^32−1 (§20.19). undefined when it is none. */
export function parseSeconds(text: string): number | undefined {
  return /^[0-9]+$/.test(text) ? Math.min(Number(text), MAX_SECONDS) : undefined
}

/** Expires, seconds. */
export function expires(m: SipMessage): number | undefined {
  const text = m.header('Expires')
  return text === undefined ? undefined : (parseSeconds(text) ?? MALFORMED_EXPIRES)
}

/** The `expires` of one Contact, seconds. */
export function contactExpires(contact: NameAddr): number | undefined {
  const text = param(contact.params, 'expires')
  return text === undefined ? undefined : (parseSeconds(text) ?? MALFORMED_EXPIRES)
}

/** Flow-Timer (RFC 5626 §11): the server takes the flow for dead after this long without a word, seconds. */
export function flowTimer(m: SipMessage): number | undefined {
  const text = m.header('Flow-Timer')
  return text === undefined ? undefined : parseSeconds(text)
}

/** Min-Expires of a 423, seconds. */
export function minExpires(m: SipMessage): number | undefined {
  const text = m.header('Min-Expires')
  return text === undefined ? undefined : parseSeconds(text)
}

/** 0–255: the parser has refused anything else. */
export function maxForwards(m: SipMessage): number | undefined {
  const text = m.header('Max-Forwards')
  return text === undefined ? undefined : Number(text)
}

export interface RetryAfter {
  readonly seconds: number
  readonly params: Parameters
}

/** Retry-After with its comment dropped (§20.33). */
export function retryAfter(m: SipMessage): RetryAfter | undefined {
  const text = m.header('Retry-After')
  if (text === undefined) return undefined
  const read = readAll(text, '3261 §20.33', (r) => {
    const seconds = r.number(MAX_SECONDS, 'Retry-After', '3261 §20.33')
    r.skipLws()
    if (seconds === undefined || !r.skipComment()) return undefined
    const params = readParams(r)
    return params === undefined ? undefined : { seconds, params }
  })
  return read.ok ? read.value : undefined
}

export const requires = (m: SipMessage): readonly string[] => tokens(m, 'Require')
export const proxyRequires = (m: SipMessage): readonly string[] => tokens(m, 'Proxy-Require')
export const supported = (m: SipMessage): readonly string[] => tokens(m, 'Supported')
export const unsupported = (m: SipMessage): readonly string[] => tokens(m, 'Unsupported')
export const allow = (m: SipMessage): readonly string[] => tokens(m, 'Allow')

/** Comma-separated values of all lines, as written, empty ones left out. */
function tokens(m: SipMessage, name: string): readonly string[] {
  const list: string[] = []
  for (const line of m.headers(name)) {
    for (const part of line.split(',')) {
      const text = asciiTrim(part)
      if (text !== '' && list.length < LIMITS.values) list.push(text)
    }
  }
  return list
}

export interface MediaType {
  /** `type/subtype` in lower case. */
  readonly type: string
  readonly params: Parameters
}

/** Content-Type (§20.15). */
export function contentType(m: SipMessage): MediaType | undefined {
  const text = m.header('Content-Type')
  if (text === undefined) return undefined
  const read = parseMediaType(text)
  return read.ok ? read.value : undefined
}

/** Whether Accept lets a body of `type` come back; without the header, or with nothing readable in it, it does (§20.1). */
export function accepts(m: SipMessage, type: string): boolean {
  const ranges = tokens(m, 'Accept').map((range) => asciiTrim(range.split(';')[0]!).replace(/\s/g, '').toLowerCase())
  const [main] = type.split('/')
  return ranges.length === 0 || ranges.some((range) => range === '*/*' || range === `${main}/*` || range === type)
}

export function parseMediaType(text: string): Result<MediaType, ParseError> {
  const rfc = '3261 §20.15'
  return readAll(text, rfc, (r) => {
    r.skipLws()
    const type = r.token()
    if (!r.take(SLASH)) return r.fail('no / in the media type', rfc)
    const subtype = r.token()
    if (type === '' || subtype === '') return r.fail('media type is not type/subtype', rfc)
    const params = readParams(r)
    return params === undefined ? undefined : { type: `${type}/${subtype}`.toLowerCase(), params }
  })
}

/** Why a request was sent (RFC 3326): `SIP` with a status, `Q.850` with a cause of the telephone network. */
export interface Reason {
  /** In upper case. */
  readonly protocol: string
  readonly cause: number | undefined
  readonly text: string
}

/** The values of Reason; what is malformed is left out. */
export function reasons(m: SipMessage): readonly Reason[] {
  return m.headers('Reason').flatMap((line) => {
    const read = readAll(line, '3326 §2', (r) => {
      const found: Reason[] = []
      do {
        r.skipLws()
        const protocol = r.token().toUpperCase()
        const params = readParams(r)
        if (protocol === '' || params === undefined) return r.fail('no protocol in Reason', '3326 §2')
        const cause = param(params, 'cause')
        found.push({
          protocol,
          cause: cause !== undefined && /^\d{1,3}$/.test(cause) ? Number(cause) : undefined,
          text: param(params, 'text') ?? '',
        })
      } while (r.take(COMMA) && found.length < LIMITS.values)
      return found
    })
    return read.ok ? read.value : []
  })
}
