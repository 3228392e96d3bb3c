// MD5 (RFC 1321) of a one-char-per-byte string, for SIP digest authentication; it protects nothing by itself.
import { bigEndianHex, paddedWords } from './words.ts'

const SHIFTS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]
/** §3.4: the integer part of 2^32 · |sin(i)|. */
const SINES = Int32Array.from({ length: 64 }, (_, i) => Math.floor(0x1_0000_0000 * Math.abs(Math.sin(i + 1))))
/** Which word of the block each step takes. */
const ORDER = Uint8Array.from({ length: 64 }, (_, i) => {
  const round = i >> 4
  return (round === 0 ? i : round === 1 ? 5 * i + 1 : round === 2 ? 3 * i + 5 : 7 * i) & 15
})
const ROTATIONS = Uint8Array.from({ length: 64 }, (_, i) => SHIFTS[(i >> 4) * 4 + (i & 3)]!)

/** Hexadecimal in lower case. */
export function md5(bytes: string): string {
  const words = paddedWords(bytes, true)
  let a = 0x67452301
  let b = 0xefcdab89 | 0
  let c = 0x98badcfe | 0
  let d = 0x10325476
  for (let block = 0; block < words.length; block += 16) {
    const a0 = a
    const b0 = b
    const c0 = c
    const d0 = d
    for (let i = 0; i < 64; i++) {
      const mix = i < 16 ? (b & c) | (~b & d) : i < 32 ? (d & b) | (~d & c) : i < 48 ? b ^ c ^ d : c ^ (b | ~d)
      const sum = (a + mix + SINES[i]! + words[block + ORDER[i]!]!) | 0
      const by = ROTATIONS[i]!
      a = d
      d = c
      c = b
      b = (b + ((sum << by) | (sum >>> (32 - by)))) | 0
    }
    a = (a + a0) | 0
    b = (b + b0) | 0
    c = (c + c0) | 0
    d = (d + d0) | 0
  }
  return bigEndianHex([swap(a), swap(b), swap(c), swap(d)])
}

const swap = (word: number): number => (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)
