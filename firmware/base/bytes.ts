// Text of people against text of the wire: UTF-8 (RFC 3629) between JavaScript strings and one-char-per-byte strings.

/** The UTF-8 bytes of a text, one char per byte. A lone surrogate becomes U+FFFD. */
export function utf8Encode(text: string): string {
  let at = 0
  while (at < text.length && text.charCodeAt(at) < 0x80) at++
  if (at === text.length) return text
  let bytes = text.substring(0, at)
  for (; at < text.length; at++) {
    let code = text.codePointAt(at)!
    if (code > 0xffff) at++
    else if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd
    if (code < 0x80) bytes += String.fromCharCode(code)
    else if (code < 0x800) bytes += String.fromCharCode(0xc0 | (code >> 6), tail(code))
    else if (code < 0x1_0000) bytes += String.fromCharCode(0xe0 | (code >> 12), tail(code >> 6), tail(code))
    else bytes += String.fromCharCode(0xf0 | (code >> 18), tail(code >> 12), tail(code >> 6), tail(code))
  }
  return bytes
}

const tail = (bits: number): number => 0x80 | (bits & 0x3f)

/** The text of UTF-8 bytes. Each byte that begins no valid character becomes U+FFFD; nothing is lost beside it. */
export function utf8Decode(bytes: string): string {
  let at = 0
  while (at < bytes.length && bytes.charCodeAt(at) < 0x80) at++
  if (at === bytes.length) return bytes
  let text = bytes.substring(0, at)
  while (at < bytes.length) {
    const code = bytes.charCodeAt(at)
    const length = code < 0x80 ? 1 : code >= 0xc2 && code < 0xe0 ? 2 : code >= 0xe0 && code < 0xf0 ? 3 : 4
    const point = length === 1 ? code : code < 0xc2 || code > 0xf4 ? -1 : readPoint(bytes, at, length)
    text += point < 0 ? '\ufffd' : String.fromCodePoint(point)
    at += point < 0 ? 1 : length
  }
  return text
}

/** Lowest code point a sequence of that length may say: shorter forms are forbidden (RFC 3629 §3). */
const LOWEST = [0, 0, 0x80, 0x800, 0x1_0000]

function readPoint(bytes: string, at: number, length: number): number {
  let point = bytes.charCodeAt(at) & (0x7f >> length)
  for (let i = 1; i < length; i++) {
    const code = at + i < bytes.length ? bytes.charCodeAt(at + i) : 0
    if ((code & 0xc0) !== 0x80 || code > 0xff) return -1
    point = (point << 6) | (code & 0x3f)
  }
  return point < LOWEST[length]! || point > 0x10_ffff || (point >= 0xd800 && point <= 0xdfff) ? -1 : point
}

/** Lower case of A–Z only: on bytes, `toLowerCase` would break UTF-8. */
export function asciiLower(bytes: string): string {
  for (let at = 0; at < bytes.length; at++) {
    if (bytes.charCodeAt(at) > 0x7f) return bytes.replace(/[A-Z]+/g, (upper) => upper.toLowerCase())
  }
  return bytes.toLowerCase()
}

/** Without SP, HT, CR and LF at both ends: on bytes, `trim` would take the A0 of a UTF-8 character. */
export function asciiTrim(bytes: string): string {
  let from = 0
  let to = bytes.length
  while (from < to && isBlank(bytes.charCodeAt(from))) from++
  while (to > from && isBlank(bytes.charCodeAt(to - 1))) to--
  return bytes.substring(from, to)
}

const isBlank = (code: number): boolean => code === 32 || code === 9 || code === 13 || code === 10

/** The bytes of hexadecimal digits, an even number of them. */
export const fromHex = (digits: string): string =>
  digits.replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16)))

export const toHex = (bytes: string): string =>
  Array.from(bytes, (char) => char.charCodeAt(0).toString(16).padStart(2, '0')).join('')

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** RFC 4648 §4. */
export function toBase64(bytes: string): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const word = [0, 1, 2].reduce((sum, i) => (sum << 8) | (at + i < bytes.length ? bytes.charCodeAt(at + i) : 0), 0)
    const digits = Math.min(bytes.length - at, 3) + 1
    for (let i = 0; i < 4; i++) text += i < digits ? BASE64[(word >> (18 - 6 * i)) & 63] : '='
  }
  return text
}

/** Undefined when it is none. */
export function fromBase64(text: string): string | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined
  let bytes = ''
  let word = 0
  let bits = 0
  for (const char of text.replace(/=+$/, '')) {
    word = ((word << 6) | BASE64.indexOf(char)) & 0xffff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes += String.fromCharCode((word >> bits) & 0xff)
  }
  return bytes
}
