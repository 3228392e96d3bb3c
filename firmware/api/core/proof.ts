// What an account proves itself with at its servers: a password, its hash, or a subscriber's keys.
import { Secret } from '../../base/secret.ts'
import type { AkaKeys, Credential, HashName, SqnWindow } from '../../sip/core/contract.ts'
import { CoreError } from './errors.ts'

/** A subscriber's keys (RFC 3310), 32 hexadecimal digits each; one of `op` and `opc`. */
export interface SubscriberKeys {
  readonly k: string
  readonly op?: string | undefined
  readonly opc?: string | undefined
}

/** One of password, ha1 and aka; none: no proof is given. */
export interface Proof {
  /** The only realm it is for; any when it is left out. */
  readonly realm?: string | undefined
  /** Name for authentication where it is not the user part of the URI. */
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** Hashes of challenges the password answers; all that are known when it is left out. */
  readonly hashes?: readonly HashName[] | undefined
  /** H(username:realm:password) in hexadecimal digits, instead of a password; `realm` has to be named. */
  readonly ha1?: string | undefined
  /** What `ha1` was made with; MD5 when it is left out. */
  readonly hash?: HashName | undefined
  readonly aka?: SubscriberKeys | undefined
}

const DIGITS: Readonly<Record<HashName, number>> = { MD5: 32, 'SHA-256': 64, 'SHA-512-256': 64 }
const isHex = (text: string | undefined, digits: number): boolean =>
  text === undefined || (text.length === digits && /^[0-9a-f]*$/i.test(text))

/** Throws a CoreError that says what is wrong with it; secrets are not named. */
export function checkProof(operation: string, { realm, password, ha1, hash = 'MD5', aka }: Proof): void {
  const refuse = (text: string): never => {
    throw new CoreError('argument', operation, text)
  }
  if ([password, ha1, aka].filter((each) => each !== undefined).length > 1)
    refuse('expected one of password, ha1 and aka')
  if (!Object.hasOwn(DIGITS, hash)) refuse(`hash: expected one of ${Object.keys(DIGITS).join(', ')}, got ${hash}`)
  if (ha1 !== undefined && realm === undefined) refuse('realm: expected the one that ha1 is of')
  if (!isHex(ha1, DIGITS[hash])) refuse(`ha1: expected ${DIGITS[hash]} hexadecimal digits, as ${hash} has`)
  if (aka === undefined) return
  if ((aka.op === undefined) === (aka.opc === undefined)) refuse('aka: expected either op or opc')
  if (![aka.k, aka.op, aka.opc].every((key) => isHex(key, 32))) refuse('aka: expected keys of 32 hexadecimal digits')
}

/** As the SIP engine takes it; nothing where there is no proof. `sqn` is shared by all that hold the same keys. */
export function credentialOf(proof: Proof, user: string, sqn: SqnWindow): readonly Credential[] {
  const { password, ha1, hash = 'MD5', hashes, aka } = proof
  const named = { realm: proof.realm ?? '*', username: proof.username ?? user }
  if (aka !== undefined) return [{ ...named, aka: { ...keysOf(aka), sqn } as AkaKeys }]
  if (ha1 !== undefined) return [{ ...named, ha1: new Secret(ha1), hash }]
  return password === undefined ? [] : [{ ...named, password: new Secret(password), hashes }]
}

const keysOf = ({ k, op, opc }: SubscriberKeys) => ({
  k: new Secret(k),
  ...(op !== undefined ? { op: new Secret(op) } : { opc: new Secret(opc ?? '') }),
})
