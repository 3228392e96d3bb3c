// Character classes of the SIP grammar (RFC 3261 §25.1) as bits of one table, and the few characters parsers name.

export const TOKEN = 1
/** SP, HT, and CR, LF: inside a header field those are folding, or a lone CR, which counts as white space. */
export const LWS = 2
export const DIGIT = 4
export const HEX = 8
/** Host names; `_` is not allowed by the grammar and common in the wild. */
export const HOST = 16
/** Visible characters of user and password, and `:` between them; more than the grammar's, e.g. `#`. */
export const USER = 32
/** Visible characters of parameters and headers of a URI. */
export const URIC = 64
/** Unquoted value of a header parameter: token, host, and what the wild puts there (`@`, `/`, `=`). */
export const VALUE = 128

const ALPHA = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
const DIGITS = '0123456789'

/** Class bits by character code. Codes above 255 have no entry, which reads as no class. */
export const CLASS: Uint8Array = (() => {
  const table = new Uint8Array(256)
  const put = (bit: number, chars: string) => {
    for (let i = 0; i < chars.length; i++) table[chars.charCodeAt(i)]! |= bit
  }
  put(TOKEN, `${ALPHA}${DIGITS}-.!%*_+\`'~`)
  put(LWS, ' \t\r\n')
  put(DIGIT, DIGITS)
  put(HEX, `${DIGITS}abcdefABCDEF`)
  put(HOST, `${ALPHA}${DIGITS}-._`)
  for (let code = 33; code < 256; code++) {
    if (code === 127) continue
    const char = String.fromCharCode(code)
    if (!'@<>"[]\\'.includes(char)) put(USER, char)
    if (!'<>"\\;?'.includes(char)) put(URIC, char)
    if (!'<>"\\;,'.includes(char)) put(VALUE, char)
  }
  return table
})()

export const HT = 9
export const LF = 10
export const CR = 13
export const SP = 32
export const QUOTE = 34
export const PERCENT = 37
export const AMPERSAND = 38
export const OPEN_PAREN = 40
export const CLOSE_PAREN = 41
export const COMMA = 44
export const SLASH = 47
export const ZERO = 48
export const COLON = 58
export const SEMI = 59
export const LESS = 60
export const EQUAL = 61
export const GREATER = 62
export const QUESTION = 63
export const AT = 64
export const OPEN_BRACKET = 91
export const BACKSLASH = 92

/** True when every character of a text that is not empty has the class. */
export function all(text: string, bit: number): boolean {
  for (let i = 0; i < text.length; i++) if ((CLASS[text.charCodeAt(i)]! & bit) === 0) return false
  return text.length > 0
}
