// Request-Line and Status-Line (RFC 3261 §7.1, §7.2).
import { CLASS, CR, DIGIT, LF, SLASH, SP, ZERO } from './chars.ts'
import { LIMITS } from './limits.ts'
import type { Uri } from './message.ts'
import { type Reader, unfold } from './reader.ts'
import { readUri } from './uri.ts'

export type StartLine =
  | { readonly kind: 'request'; readonly method: string; readonly uri: Uri; readonly uriText: string }
  | { readonly kind: 'response'; readonly status: number; readonly reason: string }

/** Reads the start line and leaves the reader after its line end. Line ends before it are skipped (§7.5). */
export function readStartLine(r: Reader): StartLine | undefined {
  const { text } = r
  let at = 0
  while (at < text.length && (text.charCodeAt(at) === CR || text.charCodeAt(at) === LF)) at++
  r.at = at
  const lf = text.indexOf('\n', at)
  if (lf < 0) return r.fail('start line without its end', '3261 §7')
  if (lf - at > LIMITS.line) {
    r.status = 414
    return r.fail('start line is too long', '3261 §21.4.12')
  }
  const end = text.charCodeAt(lf - 1) === CR ? lf - 1 : lf
  const line = isResponse(text, at) ? readStatusLine(r, end) : readRequestLine(r, end)
  r.at = lf + 1
  return line
}

/** A `/` cannot be part of a method, so `SIP/` begins a Status-Line. */
export const isResponse = (text: string, at: number): boolean =>
  text.charCodeAt(at + 3) === SLASH && text.substring(at, at + 3).toUpperCase() === 'SIP'

function readRequestLine(r: Reader, end: number): StartLine | undefined {
  const { text } = r
  const method = r.token()
  if (method === '') return r.fail('no method', '3261 §7.1')
  if (r.peek() !== SP) return r.fail('no space after the method', '3261 §7.1')
  const start = ++r.at
  const stop = text.indexOf(' ', start)
  if (stop < 0 || stop >= end) return r.fail('no version', '3261 §7.1')
  if (stop === start) return r.fail('no Request-URI', '3261 §7.1')
  if (stop - start > LIMITS.uri) {
    r.status = 414
    return r.fail('Request-URI is too long', '3261 §21.4.12')
  }
  if (!(text.startsWith('SIP/2.0', stop + 1) && stop + 8 === end)) {
    const version = text.substring(stop + 1, end).toUpperCase()
    if (version !== 'SIP/2.0') {
      if (/^SIP\/[0-9]+\.[0-9]+$/.test(version)) r.status = 505
      return r.fail('version is not SIP/2.0', '3261 §7.1', stop + 1)
    }
  }
  const uri = readUri(r, stop)
  if (uri === undefined) return undefined
  // §19.1.1, table 1: a Request-URI has no headers.
  if ('headers' in uri && uri.headers.length > 0) return r.fail('headers in the Request-URI', '3261 §19.1.1', start)
  return { kind: 'request', method, uri, uriText: text.substring(start, stop) }
}

function readStatusLine(r: Reader, end: number): StartLine | undefined {
  const { text, at } = r
  const sp = at + 7
  if (text.charCodeAt(sp) !== SP || text.substring(at + 4, sp) !== '2.0') {
    r.status = 505
    return r.fail('version is not SIP/2.0', '3261 §7.2')
  }
  let status = 0
  for (let i = sp + 1; i < sp + 4; i++) {
    const code = i < end ? text.charCodeAt(i) : 0
    if ((CLASS[code]! & DIGIT) === 0) return r.fail('status is not three digits', '3261 §7.2', i)
    status = status * 10 + code - ZERO
  }
  // The space before an empty reason is required by the grammar, and left out by some.
  if (sp + 4 < end && text.charCodeAt(sp + 4) !== SP) return r.fail('status is not three digits', '3261 §7.2', sp + 4)
  if (status < 100 || status > 699) return r.fail('status is not in 100–699', '3261 §7.2', sp + 1)
  return { kind: 'response', status, reason: unfold(text.substring(sp + 5, Math.max(end, sp + 5))) }
}
