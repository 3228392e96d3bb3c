// What an account can prove itself with (RFC 7616 §3.4.2, RFC 3310), and which of several fits a challenge.
import { utf8Decode, utf8Encode } from '../../base/bytes.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { type Secret, sameWithSecrets } from '../../base/secret.ts'
import { quote } from '../message/params.ts'
import { type AkaKeys, answerAka } from './aka.ts'
import type { Challenge } from './challenge.ts'
import { type Algorithm, algorithm, type HashName, ha1Of } from './digest.ts'

/** A user of a realm, with a password, its hash, or a subscriber’s keys (RFC 3310). */
export type Credential = {
  /** Realm it is for; '*' is any without its own. */
  readonly realm: string
  readonly username: string
} & (
  | {
      readonly password: Secret
      /** Challenges of others are not answered with it; undefined: all are. */
      readonly hashes?: readonly HashName[] | undefined
    }
  /** H(username:realm:password) in hexadecimal: answers challenges of its own hash alone, with or without -sess. */
  | { readonly ha1: Secret; readonly hash: HashName }
  | { readonly aka: AkaKeys }
)

/** What is known of challenges stays good for them. */
export const sameCredentials = (a: readonly Credential[], b: readonly Credential[]): boolean =>
  sameWithSecrets(a, b) && a.every((each, i) => sameSqn(each, b[i]!))

const sameSqn = (a: Credential, b: Credential): boolean => !('aka' in a) || !('aka' in b) || a.aka.sqn === b.aka.sqn

/** A challenge that can be answered, with what. */
export interface Fit {
  readonly challenge: Challenge
  readonly algorithm: Algorithm
  readonly credential: Credential
}

/** Those of a realm as a challenge writes it, escapes and all; without any, those of every realm. */
export function ofRealm(credentials: readonly Credential[], realm: string): readonly Credential[] {
  const own = credentials.filter((c) => c.realm !== '*' && utf8Encode(c.realm) === unescaped(realm))
  return own.length > 0 ? own : credentials.filter((c) => c.realm === '*')
}

/** Of challenges in one realm the topmost that can be answered: the server's order is its preference (RFC 8760 §2.4). */
export function fitting(challenges: readonly Challenge[], credentials: readonly Credential[]): Fit | undefined {
  for (const challenge of challenges) {
    const known = algorithm(challenge.algorithm)
    if (known === undefined || !isQopKnown(challenge)) continue
    const credential = credentials.find((each) => fits(each, known))
    if (credential) return { challenge, algorithm: known, credential }
  }
  return undefined
}

/** Those for any realm are, from now on, for the realms of these challenges alone. */
export function narrowed(credentials: readonly Credential[], challenges: readonly Challenge[]): readonly Credential[] {
  const realms = [...new Set(challenges.map(({ realm }) => utf8Decode(unescaped(realm))))]
  return credentials.flatMap((each) => (each.realm === '*' ? realms.map((realm) => ({ ...each, realm })) : [each]))
}

const unescaped = (quoted: string): string => quoted.replace(/\\([\s\S])/g, '$1')

function fits(credential: Credential, { name, aka }: Algorithm): boolean {
  if ('aka' in credential) return aka !== undefined
  if (aka !== undefined) return false
  if ('ha1' in credential) return credential.hash === name
  return credential.hashes?.includes(name) ?? true
}

const isQopKnown = ({ qop }: Challenge): boolean =>
  qop === undefined || qop.includes('auth') || qop.includes('auth-int')

/** H(username:realm:password) for a challenge; with `auts` that of the empty password (RFC 3310 §3.4). */
export interface Proof {
  readonly ha1: string
  readonly auts: string | undefined
}

/** Fails for an AKA challenge that is not of our network. Asked once for each challenge, as AKA counts. */
export function proofOf({ challenge, algorithm: known, credential }: Fit): Result<Proof, string> {
  const { realm, nonce } = challenge
  const { hashed } = nameIn(credential, challenge, known)
  if ('ha1' in credential) return ok({ ha1: credential.ha1.reveal().toLowerCase(), auts: undefined })
  if ('password' in credential)
    return ok({ ha1: ha1Of(known, hashed, realm, utf8Encode(credential.password.reveal())), auts: undefined })
  const answer = answerAka(credential.aka, nonce, known.aka ?? 1, known.hash)
  if (!answer.ok) return err(answer.error)
  return ok({ ha1: ha1Of(known, hashed, realm, answer.value.password), auts: answer.value.auts })
}

/**
 * The name as its parameter says it (RFC 7616 §3.4): hashed when asked for, as `username*` when the server knows that and
 * ASCII does not do, else quoted; and as it goes into H(A1), where a quoted one keeps its escapes (§3.3, `unq`).
 */
export function nameIn({ username }: Credential, challenge: Challenge, { hash }: Algorithm) {
  const plain = utf8Encode(username)
  if (challenge.userhash)
    return { param: `username="${hash(`${plain}:${challenge.realm}`)}", userhash=true`, hashed: plain }
  if (challenge.utf8 && plain !== username)
    return { param: `username*=UTF-8''${encodeURIComponent(username).replace(/['()*]/g, escaped)}`, hashed: plain }
  const quoted = quote(plain)
  return { param: `username=${quoted}`, hashed: quoted.slice(1, -1) }
}

/** RFC 8187 §3.2.1: not in attr-char. */
const escaped = (char: string): string => `%${char.charCodeAt(0).toString(16).toUpperCase()}`
