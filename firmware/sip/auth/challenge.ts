// Challenges of 401 and 407 (RFC 3261 §20.27, §20.44; RFC 7616 §3.3; RFC 8760): several per header line or per response.
//
// Quoted values are kept as they stand between the quotes, escapes included: that is what the digest is taken over
// (RFC 7616 §3.3, `unq`) and what goes back to the server.
import { asciiTrim } from '../../base/bytes.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { CLASS, COMMA, EQUAL, LWS, QUOTE } from '../message/chars.ts'
import type { ParseError, SipResponse } from '../message/message.ts'
import { Reader } from '../message/reader.ts'
import { isSip, parseUri } from '../message/uri.ts'

const RFC = '7616 §3.3'
/** Challenges in one line, and parameters in one challenge. */
const MAX_ITEMS = 32

/** `scheme name=value, name="value"`: a challenge, or the credentials that answer one. */
export interface AuthValue {
  /** In lower case. */
  readonly scheme: string
  /** By name in lower case. */
  readonly params: ReadonlyMap<string, string>
}

export interface Challenge {
  /** True for Proxy-Authenticate. */
  readonly proxy: boolean
  readonly realm: string
  readonly nonce: string
  readonly opaque: string | undefined
  readonly stale: boolean
  /** As written, for the answer repeats it; undefined means MD5. */
  readonly algorithm: string | undefined
  /** In lower case; undefined: the server knows only RFC 2069. */
  readonly qop: readonly string[] | undefined
  /** Names are to be hashed (RFC 7616 §3.4.4). */
  readonly userhash: boolean
  /** Names are UTF-8, and the server knows `username*`. */
  readonly utf8: boolean
  /** Hosts of `domain`, where else the answer is good; none for a proxy's. */
  readonly domain: readonly string[]
}

/** All Digest challenges of a response, in order. Other schemes and lines that do not parse are left out. */
export function challenges(response: SipResponse): readonly Challenge[] {
  const found: Challenge[] = []
  for (const proxy of [false, true]) {
    for (const line of response.headers(proxy ? 'Proxy-Authenticate' : 'WWW-Authenticate')) {
      const parsed = parseAuth(line)
      if (!parsed.ok) continue
      for (const value of parsed.value) {
        const challenge = toChallenge(value, proxy)
        if (challenge !== undefined && found.length < MAX_ITEMS) found.push(challenge)
      }
    }
  }
  return found
}

function toChallenge({ scheme, params }: AuthValue, proxy: boolean): Challenge | undefined {
  const realm = params.get('realm')
  const nonce = params.get('nonce')
  if (scheme !== 'digest' || realm === undefined || nonce === undefined) return undefined
  const qop = params.get('qop')
  return {
    proxy,
    realm,
    nonce,
    opaque: params.get('opaque'),
    stale: params.get('stale')?.toLowerCase() === 'true',
    algorithm: params.get('algorithm'),
    qop: qop === undefined ? undefined : qop.toLowerCase().split(',').map(asciiTrim),
    userhash: params.get('userhash')?.toLowerCase() === 'true',
    utf8: params.get('charset')?.toLowerCase() === 'utf-8',
    domain: proxy ? [] : (params.get('domain') ?? '').split(/[ \t]+/, MAX_ITEMS).flatMap(hostOf),
  }
}

/** The host of a SIP URI; nothing for another text. */
export function hostOf(text: string): readonly string[] {
  const uri = parseUri(text)
  return uri.ok && isSip(uri.value) ? [uri.value.host] : []
}

/**
 * Reads `scheme name=value, …` one or more times: a word followed by `=` is a parameter, any other begins the next value.
 * A scheme that takes something else than parameters is a ParseError.
 */
export function parseAuth(text: string): Result<readonly AuthValue[], ParseError> {
  const r = new Reader(text, 0, text.length)
  const values: AuthValue[] = []
  let params = new Map<string, string>()
  r.skipLws()
  for (let items = 0; items < MAX_ITEMS; items++) {
    const start = r.at
    let name = r.token().toLowerCase()
    if (name === '') return err({ at: r.at, what: 'no scheme or parameter', rfc: RFC })
    if (!isNext(r, EQUAL)) {
      params = new Map()
      values.push({ scheme: name, params })
      if (r.at < r.end && (CLASS[r.peek()]! & LWS) === 0)
        return err({ at: r.at, what: 'no space after the scheme', rfc: RFC })
      r.skipLws()
      name = r.token().toLowerCase()
      if (name === '') return err({ at: r.at, what: 'scheme without parameters', rfc: RFC })
    } else if (values.length === 0) return err({ at: start, what: 'no scheme', rfc: RFC })
    if (!r.take(EQUAL)) return err({ at: r.at, what: 'parameter without a value', rfc: RFC })
    const value = readValue(r)
    if (value === undefined) return err(r.problem ?? { at: r.at, what: 'no value', rfc: RFC })
    if (params.has(name)) return err({ at: start, what: `${name} stands twice`, rfc: RFC })
    params.set(name, value)
    if (!r.take(COMMA)) {
      r.skipLws()
      return r.at === r.end ? ok(values) : err({ at: r.at, what: 'no comma between parameters', rfc: RFC })
    }
  }
  return err({ at: r.at, what: 'too many parameters', rfc: RFC })
}

function isNext(r: Reader, code: number): boolean {
  const { at } = r
  r.skipLws()
  const found = r.peek() === code
  r.at = at
  return found
}

function readValue(r: Reader): string | undefined {
  if (r.peek() !== QUOTE) {
    const value = r.token()
    return value === '' ? r.fail('parameter without a value', RFC) : value
  }
  const start = r.at
  return r.quoted() === undefined ? undefined : r.text.substring(start + 1, r.at - 1)
}
