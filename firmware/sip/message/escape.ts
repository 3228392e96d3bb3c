// %HH escapes of URIs (RFC 3261 §19.1.2). A `%` that begins no escape stands for itself: sloppy peers send it.
import { CLASS, HEX, PERCENT } from './chars.ts'

const digit = (code: number): number => (code <= 57 ? code - 48 : (code | 32) - 87)

export function unescapeUri(text: string): string {
  let at = text.indexOf('%')
  if (at < 0) return text
  let plain = ''
  let from = 0
  while (at >= 0) {
    const high = at + 2 < text.length ? text.charCodeAt(at + 1) : 0
    const low = at + 2 < text.length ? text.charCodeAt(at + 2) : 0
    if (high !== 0 && (CLASS[high]! & HEX) !== 0 && (CLASS[low]! & HEX) !== 0) {
      plain += text.substring(from, at) + String.fromCharCode(digit(high) * 16 + digit(low))
      from = at + 3
      at = text.indexOf('%', from)
    } else at = text.indexOf('%', at + 1)
  }
  return plain + text.substring(from)
}

/** Escapes every character that is not alphanumeric, a mark (`-_.!~*'()`), or one of `also`. */
export function escapeUri(text: string, also: string): string {
  let escaped = ''
  let from = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code !== PERCENT && (isUnreserved(code) || also.includes(text[at]!))) continue
    escaped += `${text.substring(from, at)}%${code < 16 ? '0' : ''}${code.toString(16).toUpperCase()}`
    from = at + 1
  }
  return from === 0 ? text : escaped + text.substring(from)
}

function isUnreserved(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 48 && code <= 57) ||
    (code >= 65 && code <= 90) ||
    (code < 127 && "-_.!~*'()".includes(String.fromCharCode(code)))
  )
}
