// The digest itself (RFC 7616 §3.4, which includes RFC 2617 and, without qop, RFC 2069; RFC 8760), client and server alike.
import { md5 } from '../../base/hash/md5.ts'
import { sha256 } from '../../base/hash/sha256.ts'
import { sha512Half } from '../../base/hash/sha512-256.ts'
import type { AkaVersion } from './aka.ts'

const HASHES = { MD5: md5, 'SHA-256': sha256, 'SHA-512-256': sha512Half } as const

/** Hashes digests are made with (RFC 8760). */
export type HashName = keyof typeof HASHES
export const HASH_NAMES = Object.keys(HASHES) as readonly HashName[]

export interface Algorithm {
  readonly name: HashName
  readonly hash: (bytes: string) => string
  /** `-sess`: H(A1) takes the nonce and the first cnonce in. */
  readonly session: boolean
  /** Where the password comes from; undefined: from the user. */
  readonly aka: AkaVersion | undefined
}

/** By its name in any case, `AKAv2-SHA-256-sess` the longest; undefined when it is none of ours. No name means MD5. */
export function algorithm(text: string | undefined): Algorithm | undefined {
  const [, aka, hash, session] = /^(?:akav([12])-)?(.+?)(-sess)?$/i.exec(text ?? 'MD5') ?? []
  const name = HASH_NAMES.find((known) => known === hash?.toUpperCase())
  if (name === undefined) return undefined
  const version = aka === undefined ? undefined : aka === '1' ? 1 : 2
  return { name, hash: HASHES[name], session: session !== undefined, aka: version }
}

export type Qop = 'auth' | 'auth-int'

/** H(username:realm:password), what a server keeps instead of a password. All bytes, one char each. */
export const ha1Of = ({ hash }: Algorithm, username: string, realm: string, password: string): string =>
  hash(`${username}:${realm}:${password}`)

/** H(A1): of a `-sess` the key of the session that this challenge and this cnonce begin. */
export const keyOf = ({ hash, session }: Algorithm, ha1: string, nonce: string, cnonce: string): string =>
  session ? hash(`${ha1}:${nonce}:${cnonce}`) : ha1

/** Everything that goes into a response; all bytes, one char each. */
export interface DigestInput {
  readonly algorithm: Algorithm
  /** H(A1), by `keyOf`. */
  readonly key: string
  readonly nonce: string
  readonly cnonce: string
  readonly count: number
  readonly qop: Qop | undefined
  /** '' for `rspauth`, which is over the response (RFC 7616 §3.5). */
  readonly method: string
  /** The Request-URI as it stands in the request. */
  readonly uri: string
  readonly body: string
}

/** `nc` is eight hexadecimal digits. */
export const printCount = (count: number): string => count.toString(16).padStart(8, '0')

/** request-digest, in lower-case hexadecimal. */
export function digest({ algorithm: { hash }, ...d }: DigestInput): string {
  const ha2 = hash(d.qop === 'auth-int' ? `${d.method}:${d.uri}:${hash(d.body)}` : `${d.method}:${d.uri}`)
  if (d.qop === undefined) return hash(`${d.key}:${d.nonce}:${ha2}`)
  return hash(`${d.key}:${d.nonce}:${printCount(d.count)}:${d.cnonce}:${d.qop}:${ha2}`)
}
