// Milenage (3GPP TS 35.206 §4): the functions f1 to f5* that both ends of AKA compute from their shared key.
import { aes128 } from '../../base/hash/aes128.ts'

export interface Milenage {
  /** f1: 8 bytes. `sqn` is 6 bytes, `amf` 2. */
  macA(sqn: Uint8Array, amf: Uint8Array): Uint8Array
  /** f1*: 8 bytes. */
  macS(sqn: Uint8Array, amf: Uint8Array): Uint8Array
  /** f2: 8 bytes. */
  readonly res: Uint8Array
  /** f3 and f4: 16 bytes each. */
  readonly ck: Uint8Array
  readonly ik: Uint8Array
  /** f5 and f5*: 6 bytes each. */
  readonly ak: Uint8Array
  readonly akStar: Uint8Array
}

export const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((byte, i) => byte ^ b[i]!)

/** §4.1: OPc of the operator's OP and the subscriber's K. */
export const opcOf = (k: Uint8Array, op: Uint8Array): Uint8Array => xor(aes128(k)(op), op)

/** `k`, `opc` and `rand` are 16 bytes. */
export function milenage(k: Uint8Array, opc: Uint8Array, rand: Uint8Array): Milenage {
  const cipher = aes128(k)
  const temp = cipher(xor(rand, opc))
  /** `by` bytes to the left, then the constant, which is its last byte alone. */
  const out = (by: number, constant: number): Uint8Array => {
    const input = turned(xor(temp, opc), by)
    input[15]! ^= constant
    return xor(cipher(input), opc)
  }
  const out1 = (sqn: Uint8Array, amf: Uint8Array): Uint8Array => {
    const half = [...sqn, ...amf]
    const input = turned(xor(Uint8Array.from([...half, ...half]), opc), 8)
    return xor(cipher(xor(temp, input)), opc)
  }
  const out2 = out(0, 1)
  return {
    macA: (sqn, amf) => out1(sqn, amf).slice(0, 8),
    macS: (sqn, amf) => out1(sqn, amf).slice(8),
    res: out2.slice(8),
    ck: out(4, 2),
    ik: out(8, 4),
    ak: out2.slice(0, 6),
    akStar: out(12, 8).slice(0, 6),
  }
}

const turned = (block: Uint8Array, by: number): Uint8Array => block.map((_, i) => block[(i + by) & 15]!)
