// AKA in a Digest challenge, the client's side (RFC 3310 §3, RFC 4169 §3; 3GPP TS 33.102 §6.3): a nonce carries RAND and AUTN,
// what comes of them with the shared key is the password.
import { fromBase64, fromHex, toBase64 } from '../../base/bytes.ts'
import { hmac } from '../../base/hash/hmac.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { Secret } from '../../base/secret.ts'
import { type Milenage, milenage, opcOf, xor } from './milenage.ts'
import type { Sqn, SqnWindow } from './sqn.ts'

/** A subscriber's secrets, 32 hexadecimal digits each: K, and the operator's OP or the OPc made of both. */
export type AkaKeys = {
  readonly k: Secret
  /** Shared by all that hold these keys. */
  readonly sqn: SqnWindow
} & ({ readonly op: Secret } | { readonly opc: Secret })

export interface AkaAnswer {
  /** One char per byte. */
  readonly password: string
  /** Base64: the network's numbering is behind ours; it challenges anew. */
  readonly auts: string | undefined
}

/** `AKAv1-…` takes the response itself as the password, `AKAv2-…` one derived from it and the keys. */
export type AkaVersion = 1 | 2

const RFC4169_TAG = 'http-digest-akav2-password'

/** Fails for a nonce that is none, and for one that the network did not make. A number counts as seen afterwards. */
export function answerAka(
  keys: AkaKeys,
  nonce: string,
  version: AkaVersion,
  hash: (bytes: string) => string,
): Result<AkaAnswer, string> {
  const decoded = fromBase64(nonce)
  if (decoded === undefined || decoded.length < 32) return err('the nonce is no RAND and AUTN')
  const rand = toBytes(decoded.slice(0, 16))
  const autn = toBytes(decoded.slice(16, 32))
  const functions = functionsOf(keys, rand)
  const sqn = xor(autn.slice(0, 6), functions.ak)
  if (!same(functions.macA(sqn, autn.slice(6, 8)), autn.slice(8))) return err('the challenge is not of our network')
  if (!keys.sqn.take(toSqn(sqn))) return ok({ password: '', auts: toBase64(auts(functions, keys.sqn.highest)) })
  return ok({ password: passwordOf(functions, version, hash), auts: undefined })
}

export function functionsOf(keys: AkaKeys, rand: Uint8Array): Milenage {
  const k = toBytes(fromHex(keys.k.reveal()))
  const opc = 'opc' in keys ? toBytes(fromHex(keys.opc.reveal())) : opcOf(k, toBytes(fromHex(keys.op.reveal())))
  return milenage(k, opc, rand)
}

export function passwordOf({ res, ik, ck }: Milenage, version: AkaVersion, hash: (bytes: string) => string): string {
  if (version === 1) return toText(res)
  return toBase64(hmac(hash, toText(res) + toText(ik) + toText(ck), RFC4169_TAG))
}

/** TS 33.102 §6.3.3: AMF of a resynchronisation is zero. */
function auts({ akStar, macS }: Milenage, highest: Sqn): string {
  const sqn = toSix(highest)
  return toText(xor(sqn, akStar)) + toText(macS(sqn, new Uint8Array(2)))
}

export const toSix = (sqn: Sqn): Uint8Array =>
  Uint8Array.from({ length: 6 }, (_, i) => Math.floor(sqn / 2 ** (40 - 8 * i)) & 0xff)
const toSqn = (six: Uint8Array): Sqn => six.reduce((sum, byte) => sum * 256 + byte, 0)

export const toBytes = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0))
export const toText = (bytes: Uint8Array): string => String.fromCharCode(...bytes)

const same = (a: Uint8Array, b: Uint8Array): boolean => xor(a, b).every((byte) => byte === 0)
