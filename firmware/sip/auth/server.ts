// The server's half of Digest (RFC 7616 §3.3, §3.4.6), for registrars: making challenges, checking what answers them, proving
// itself in return.
// Which nonces are good, and which counts were used, is the caller's memory.
import { fromHex, utf8Encode } from '../../base/bytes.ts'
import type { Secret } from '../../base/secret.ts'
import { type AuthValue, parseAuth } from './challenge.ts'
import { type Algorithm, algorithm, type DigestInput, digest, ha1Of, keyOf, printCount, type Qop } from './digest.ts'

export interface ChallengeOptions {
  readonly realm: string
  readonly nonce: string
  /** Preferred first: `SHA-256`, `MD5` …; one challenge for each (RFC 8760 §2.3). */
  readonly algorithms: readonly string[]
  /** Empty offers RFC 2069 only. */
  readonly qop: readonly Qop[]
  readonly stale: boolean
  readonly opaque?: string
  /** Names are to be hashed, and are UTF-8 (RFC 7616 §3.3). */
  readonly userhash?: boolean
}

/** Values for WWW-Authenticate or Proxy-Authenticate, one line each. */
export function challenge(options: ChallengeOptions): readonly string[] {
  const { realm, nonce, algorithms, qop, stale, opaque, userhash } = options
  return algorithms.map(
    (name) =>
      `Digest realm="${realm}", nonce="${nonce}", algorithm=${name}` +
      (qop.length > 0 ? `, qop="${qop.join(',')}"` : '') +
      (opaque === undefined ? '' : `, opaque="${opaque}"`) +
      (userhash ? ', charset=UTF-8, userhash=true' : '') +
      (stale ? ', stale=TRUE' : ''),
  )
}

/** What a server keeps of a user: the password, or H(username:realm:password) by the algorithm asked about. */
export type Kept = { readonly password: Secret } | { readonly ha1: Secret }

export interface Verification {
  readonly realm: string
  /** Algorithms that were offered. */
  readonly algorithms: readonly string[]
  /** What the caller knows of a nonce: how often it was used, or why it is no good. */
  readonly nonce: (nonce: string) => { readonly count: number } | 'stale' | 'unknown'
  /** By the name as it stands between its quotes. */
  readonly kept: (username: string, algorithm: Algorithm) => Kept | undefined
  /** Whom a hashed name may be of; none when names are not hashed here. */
  readonly users?: Iterable<string>
}

export type Verdict =
  /** Remember `count` for the nonce: the next one has to be larger. `input` is for `info`. */
  | {
      readonly kind: 'accepted'
      readonly username: string
      readonly nonce: string
      readonly count: number
      readonly input: DigestInput
    }
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
  const [realm, nonce, uri, response] = [get('realm'), get('nonce'), get('uri'), get('response')]
  const named = get('username') ?? get('username*')
  if (named === undefined || realm === undefined || nonce === undefined || uri === undefined || !response) {
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
  const cnonce = get('cnonce') ?? ''
  if (qop !== undefined && (cnonce === '' || nc === undefined || !/^[0-9a-f]{8}$/i.test(nc))) {
    return refused('qop without cnonce and nc')
  }
  const username = nameOf(credentials.params, method, known)
  const kept = username === undefined ? undefined : known.kept(username, method)
  if (username === undefined || kept === undefined) return refused('unknown user')
  const count = Number.parseInt(nc ?? '1', 16)
  const ha1 = 'ha1' in kept ? kept.ha1.reveal() : ha1Of(method, username, realm, utf8Encode(kept.password.reveal()))
  const key = keyOf(method, ha1, nonce, cnonce)
  const input = { ...request, algorithm: method, key, nonce, cnonce, count, qop } as const
  if (!sameSecret(digest(input), response.toLowerCase())) return refused('wrong response')
  const memory = known.nonce(nonce)
  if (memory === 'unknown' || memory === 'stale') return { kind: 'stale' }
  if (qop !== undefined && count <= memory.count) return refused('count was used before')
  return { kind: 'accepted', username, nonce, count, input }
}

/** RFC 7616 §3.4: plain, in the spelling of RFC 8187, or hashed; undefined when it is nobody's. */
function nameOf(params: AuthValue['params'], { hash }: Algorithm, { realm, users }: Verification): string | undefined {
  const name = params.get('username')
  if (name === undefined) return /^utf-8'[^']*'/i.test(params.get('username*') ?? '') ? spelled(params) : undefined
  if (params.get('userhash')?.toLowerCase() !== 'true') return name
  for (const user of users ?? []) if (hash(`${utf8Encode(user)}:${realm}`) === name) return utf8Encode(user)
  return undefined
}

const spelled = (params: AuthValue['params']): string =>
  params
    .get('username*')!
    .replace(/^[^']*'[^']*'/, '')
    .replace(/%([0-9a-f]{2})/gi, (_, digits) => fromHex(digits))

/** Value of (Proxy-)Authentication-Info for a response with `body` to a request that was accepted (RFC 7616 §3.5). */
export function info({ input }: Verdict & { kind: 'accepted' }, body: string, nextNonce?: string): string {
  const { qop, cnonce, count } = input
  const proof = `rspauth="${digest({ ...input, method: '', body })}"`
  const next = nextNonce === undefined ? '' : `nextnonce="${nextNonce}", `
  return next + (qop === undefined ? proof : `qop=${qop}, ${proof}, cnonce="${cnonce}", nc=${printCount(count)}`)
}

/** In a time that does not tell how much was right. */
function sameSecret(a: string, b: string): boolean {
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i)
  return difference === 0
}
