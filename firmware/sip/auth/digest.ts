// The digest itself (RFC 7616 §3.4, which includes RFC 2617 and, without qop, RFC 2069), client and server alike.
import { md5 } from '../../base/hash/md5.ts'
import { sha256 } from '../../base/hash/sha256.ts'

export interface Algorithm {
  readonly hash: (bytes: string) => string
  /** `-sess`: H(A1) takes the nonce and the first cnonce in. */
  readonly session: boolean
  /** Larger is stronger. */
  readonly strength: number
}

const ALGORITHMS: Readonly<Record<string, Algorithm>> = {
  md5: { hash: md5, session: false, strength: 1 },
  'md5-sess': { hash: md5, session: true, strength: 1 },
  'sha-256': { hash: sha256, session: false, strength: 2 },
  'sha-256-sess': { hash: sha256, session: true, strength: 2 },
}

/** By its name in any case; undefined when it is none of ours. No name means MD5. */
export const algorithm = (name: string | undefined): Algorithm | undefined => ALGORITHMS[(name ?? 'MD5').toLowerCase()]

export type Qop = 'auth' | 'auth-int'

/** Everything that goes into a response; all bytes, one char each. */
export interface DigestInput {
  readonly algorithm: Algorithm
  readonly username: string
  readonly realm: string
  readonly password: string
  readonly nonce: string
  readonly cnonce: string
  readonly count: number
  readonly qop: Qop | undefined
  readonly method: string
  /** The Request-URI as it stands in the request. */
  readonly uri: string
  readonly body: string
}

/** `nc` is eight hexadecimal digits. */
export const printCount = (count: number): string => count.toString(16).padStart(8, '0')

/** request-digest, in lower-case hexadecimal. */
export function digest(d: DigestInput): string {
  const { hash, session } = d.algorithm
  const secret = hash(`${d.username}:${d.realm}:${d.password}`)
  const ha1 = session ? hash(`${secret}:${d.nonce}:${d.cnonce}`) : secret
  const ha2 = hash(d.qop === 'auth-int' ? `${d.method}:${d.uri}:${hash(d.body)}` : `${d.method}:${d.uri}`)
  if (d.qop === undefined) return hash(`${ha1}:${d.nonce}:${ha2}`)
  return hash(`${ha1}:${d.nonce}:${printCount(d.count)}:${d.cnonce}:${d.qop}:${ha2}`)
}
