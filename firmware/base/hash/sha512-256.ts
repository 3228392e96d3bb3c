// SHA-512/256 (FIPS 180-4 §6.4, §6.7) of a one-char-per-byte string, in pairs of 32-bit words.
import { bigEndianHex } from './words.ts'

const PRIMES = (() => {
  const primes: number[] = []
  for (let n = 2; primes.length < 80; n++) if (primes.every((p) => n % p !== 0)) primes.push(n)
  return primes
})()

/** First 64 bits of the fractional part of the root, as two words (§4.2.3, §5.3.5). */
function fractions(count: number, degree: bigint): Int32Array {
  const words = new Int32Array(2 * count)
  for (let i = 0; i < count; i++) {
    const bits = BigInt.asUintN(64, root(BigInt(PRIMES[i]!) << (64n * degree), degree))
    words[2 * i] = Number(bits >> 32n) | 0
    words[2 * i + 1] = Number(bits & 0xffff_ffffn) | 0
  }
  return words
}

/** The integer part of the root, by Newton from above. */
function root(value: bigint, degree: bigint): bigint {
  let x = 1n << 70n
  for (;;) {
    const next = ((degree - 1n) * x + value / x ** (degree - 1n)) / degree
    if (next >= x) return x
    x = next
  }
}

interface Tables {
  readonly k: Int32Array
  readonly start: Int32Array
}

let tables: Tables | undefined

/** Made when first asked for: most phones never are. §5.3.6: the start is SHA-512's, with another start, of the algorithm's name. */
function made(): Tables {
  if (tables) return tables
  const k = fractions(80, 3n)
  const start = fractions(8, 2n).map((word) => word ^ 0xa5a5a5a5)
  tables = { k, start: hashed('SHA-512/256', { k, start }) }
  return tables
}

/** Hexadecimal in lower case. */
export const sha512Half = (bytes: string): string => bigEndianHex([...hashed(bytes, made()).subarray(0, 8)])

function hashed(bytes: string, { k, start }: Tables): Int32Array {
  const words = padded(bytes)
  const state = start.slice()
  const w = new Int32Array(160)
  for (let block = 0; block < words.length; block += 32) {
    w.set(words.subarray(block, block + 32))
    schedule(w)
    compress(state, w, k)
  }
  return state
}

/** §5.1.2: blocks of 128 bytes; lengths here fit 53 bits. */
function padded(bytes: string): Int32Array {
  const { length } = bytes
  const words = new Int32Array((((length + 16) >> 7) + 1) * 32)
  for (let i = 0; i < length; i++) words[i >> 2]! |= (bytes.charCodeAt(i) & 0xff) << ((3 - (i & 3)) * 8)
  words[length >> 2]! |= 0x80 << ((3 - (length & 3)) * 8)
  words[words.length - 2] = Math.floor(length / 0x2000_0000)
  words[words.length - 1] = length << 3
  return words
}

/** 1 when a sum of two 32-bit words, of which `a` is one, went over: less is left than there was. */
const carry = (sum: number, a: number): number => (sum >>> 0 < a >>> 0 ? 1 : 0)

/** High word of x rotated right by `by` < 32; the low one with the words exchanged. */
const rotate = (high: number, low: number, by: number): number => (high >>> by) | (low << (32 - by))

function schedule(w: Int32Array): void {
  for (let i = 32; i < 160; i += 2) {
    const [xh, xl, yh, yl] = [w[i - 30]!, w[i - 29]!, w[i - 4]!, w[i - 3]!]
    const s0h = rotate(xh, xl, 1) ^ rotate(xh, xl, 8) ^ (xh >>> 7)
    const s0l = rotate(xl, xh, 1) ^ rotate(xl, xh, 8) ^ rotate(xl, xh, 7)
    // 61 is 29 with the words exchanged.
    const s1h = rotate(yh, yl, 19) ^ rotate(yl, yh, 29) ^ (yh >>> 6)
    const s1l = rotate(yl, yh, 19) ^ rotate(yh, yl, 29) ^ rotate(yl, yh, 6)
    let high = (w[i - 32]! + s0h + w[i - 14]! + s1h) | 0
    let low = (w[i - 31]! + s0l) | 0
    high += carry(low, s0l)
    low = (low + w[i - 13]!) | 0
    high += carry(low, w[i - 13]!)
    low = (low + s1l) | 0
    w[i] = high + carry(low, s1l)
    w[i + 1] = low
  }
}

function compress(state: Int32Array, w: Int32Array, k: Int32Array): void {
  // a … h, each a high and a low word, shifted through.
  const v = state.slice()
  for (let i = 0; i < 160; i += 2) {
    const [ah, al, eh, el] = [v[0]!, v[1]!, v[8]!, v[9]!]
    const s1h = rotate(eh, el, 14) ^ rotate(eh, el, 18) ^ rotate(el, eh, 9)
    const s1l = rotate(el, eh, 14) ^ rotate(el, eh, 18) ^ rotate(eh, el, 9)
    const chh = (eh & v[10]!) ^ (~eh & v[12]!)
    const chl = (el & v[11]!) ^ (~el & v[13]!)
    let t1l = (v[15]! + s1l) | 0
    let t1h = v[14]! + s1h + carry(t1l, s1l)
    t1l = (t1l + chl) | 0
    t1h += chh + carry(t1l, chl)
    t1l = (t1l + k[i + 1]!) | 0
    t1h += k[i]! + carry(t1l, k[i + 1]!)
    t1l = (t1l + w[i + 1]!) | 0
    t1h = (t1h + w[i]! + carry(t1l, w[i + 1]!)) | 0
    const s0h = rotate(ah, al, 28) ^ rotate(al, ah, 2) ^ rotate(al, ah, 7)
    const s0l = rotate(al, ah, 28) ^ rotate(ah, al, 2) ^ rotate(ah, al, 7)
    const mjh = (ah & v[2]!) ^ (ah & v[4]!) ^ (v[2]! & v[4]!)
    const mjl = (al & v[3]!) ^ (al & v[5]!) ^ (v[3]! & v[5]!)
    let t2l = (s0l + mjl) | 0
    const t2h = s0h + mjh + carry(t2l, mjl)
    const dl = (v[7]! + t1l) | 0
    const dh = v[6]! + t1h + carry(dl, t1l)
    v.copyWithin(2, 0, 14)
    v[8] = dh
    v[9] = dl
    t2l = (t2l + t1l) | 0
    v[0] = t1h + t2h + carry(t2l, t1l)
    v[1] = t2l
  }
  for (let i = 0; i < 16; i += 2) {
    const low = (state[i + 1]! + v[i + 1]!) | 0
    state[i]! += v[i]! + carry(low, v[i + 1]!)
    state[i + 1] = low
  }
}
