// The server's half of Digest (RFC 7616 §3.3, §3.4.6), for registrars: making challenges, checking what answers them.
// Which nonces are good, and which counts were used, is the caller's memory.
import { utf8Encode } from '../../base/bytes.ts'
import type { Secret } from '../../base/secret.ts'
import { parseAuth } from './challenge.ts'
import { algorithm, digest, type Qop } from './digest.ts'

export interface ChallengeOptions {
  readonly realm: string
  readonly nonce: string
  /** Preferred first: `SHA-256`, `MD5` …; one challenge for each (RFC 8760 §2.3). */
  readonly algorithms: readonly string[]
  /** Empty offers RFC 2069 only. */
  readonly qop: readonly Qop[]
  readonly stale: boolean
}

/** Values for WWW-Authenticate or Proxy-Authenticate, one line each. */
export function challenge({ realm, nonce, algorithms, qop, stale }: ChallengeOptions): readonly string[] {
  return algorithms.map(
    (name) =>
      `Digest realm="${realm}", nonce="${nonce}", algorithm=${name}` +
      (qop.length > 0 ? `, qop="${qop.join(',')}"` : '') +
      (stale ? ', stale=TRUE' : ''),
  )
}

export interface Verification {
  readonly realm: string
  /** Algorithms that were offered. */
  readonly algorithms: readonly string[]
  /** What the caller knows of a nonce: how often it was used, or why it is no good. */
  readonly nonce: (nonce: string) => { readonly count: number } | 'stale' | 'unknown'
  readonly password: (username: string) => Secret | undefined
}

export type Verdict =
  /** Remember `count` for the nonce: the next one has to be larger. */
  | { readonly kind: 'accepted'; readonly username: string; readonly nonce: string; readonly count: number }
  /** Everything right but the nonce: challenge again with `stale`. */
  | { readonly kind: 'stale' }
  | { readonly kind: 'refused'; readonly what: string }

const refused = (what: string): Verdict => ({ kind: 'refused', what })

/** Checks one Authorization or Proxy-Authorization value against the request it came in. */
export function verify(
  value: string,
  request: { readonly method: string; readonly uri: string; readonly body: string },
  known: Verification,
): Verdict {
  const parsed = parseAuth(value)
  const credentials = parsed.ok && parsed.value.length === 1 ? parsed.value[0] : undefined
  if (credentials?.scheme !== 'digest') return refused('not Digest credentials')
  const get = (name: string) => credentials.params.get(name)
  const [username, realm, nonce, uri, response] = [
    get('username'),
    get('realm'),
    get('nonce'),
    get('uri'),
    get('response'),
  ]
  if (username === undefined || realm === undefined || nonce === undefined || uri === undefined || !response) {
    return refused('a parameter is missing')
  }
  if (realm !== known.realm) return refused('another realm')
  if (uri !== request.uri) return refused('another URI')
  const name = get('algorithm')
  const method = algorithm(name)
  const offered = known.algorithms.some((offer) => offer.toLowerCase() === (name ?? 'MD5').toLowerCase())
  if (method === undefined || !offered) return refused('algorithm was not offered')
  const qop = get('qop')?.toLowerCase()
  if (qop !== undefined && qop !== 'auth' && qop !== 'auth-int') return refused('unknown qop')
  const nc = get('nc')
  const cnonce = get('cnonce')
  if (qop !== undefined && (cnonce === undefined || nc === undefined || !/^[0-9a-f]{8}$/i.test(nc))) {
    return refused('qop without cnonce and nc')
  }
  const password = known.password(username)
  if (password === undefined) return refused('unknown user')
  const count = Number.parseInt(nc ?? '1', 16)
  const expected = digest({
    algorithm: method,
    username,
    realm,
    password: utf8Encode(password.reveal()),
    nonce,
    cnonce: cnonce ?? '',
    count,
    qop,
    method: request.method,
    uri,
    body: request.body,
  })
  if (!sameSecret(expected, response.toLowerCase())) return refused('wrong response')
  const memory = known.nonce(nonce)
  if (memory === 'unknown' || memory === 'stale') return { kind: 'stale' }
  if (qop !== undefined && count <= memory.count) return refused('count was used before')
  return { kind: 'accepted', username, nonce, count }
}

/** In a time that does not tell how much was right. */
function sameSecret(a: string, b: string): boolean {
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i)
  return difference === 0
}
