// From, To, Contact, Route, Record-Route …: name-addr or addr-spec with header parameters (RFC 3261 §20.10, §25.1).
import type { Result } from '../../base/result.ts'
import { CLASS, COLON, COMMA, GREATER, LESS, LWS, QUESTION, QUOTE, SEMI, TOKEN } from './chars.ts'
import { LIMITS } from './limits.ts'
import type { NameAddr, ParseError } from './message.ts'
import { printParams, quote, readParams } from './params.ts'
import { type Reader, readAll } from './reader.ts'
import { printUri, readUri } from './uri.ts'

const RFC = '3261 §20.10'

/** One value, e.g. of From or To. */
export function parseNameAddr(text: string): Result<NameAddr, ParseError> {
  return readAll(text, RFC, readNameAddr)
}

/** Comma-separated values of one field line. */
export function parseNameAddrList(text: string): Result<readonly NameAddr[], ParseError> {
  return readAll(text, RFC, (r) => {
    const list: NameAddr[] = []
    do {
      const value = readNameAddr(r)
      if (value === undefined) return undefined
      if (list.length === LIMITS.values) return r.fail('too many values', RFC)
      list.push(value)
    } while (r.take(COMMA))
    return list
  })
}

export function readNameAddr(r: Reader): NameAddr | undefined {
  r.skipLws()
  const { text, end } = r
  let display = ''
  let at = r.at
  let code = at < end ? text.charCodeAt(at) : -1
  if (code === QUOTE) {
    const name = r.quoted()
    if (name === undefined) return undefined
    display = name
    r.skipLws()
    code = r.peek()
    if (code !== LESS) return r.fail('no < after the display name', RFC)
  } else if (code !== LESS) {
    // Unquoted words before `<` are a display name; a `:` first means the URI stands without brackets. UTF-8 is let in.
    const start = at
    let last = at
    for (; at < end; at++) {
      code = text.charCodeAt(at)
      if ((CLASS[code]! & TOKEN) !== 0 || code > 127) last = at + 1
      else if ((CLASS[code]! & LWS) === 0) break
    }
    if (at === end) return r.fail('no URI', RFC, start)
    if (code === COLON) return readBare(r)
    if (code !== LESS) return r.fail('character not allowed in a display name', RFC, at)
    display = words(text.substring(start, last))
    r.at = at
  }
  r.at++
  const close = text.indexOf('>', r.at)
  if (close < 0 || close >= end) return r.fail('< without its >', RFC)
  // RFC 4475 §3.1.2.14: white space inside the brackets is wrong and its meaning is plain.
  r.skipLws()
  let stop = close
  while (stop > r.at && (CLASS[text.charCodeAt(stop - 1)]! & LWS) !== 0) stop--
  const uri = readUri(r, stop)
  if (uri === undefined) return undefined
  r.at = close + 1
  const params = readParams(r)
  if (params === undefined) return undefined
  return { display, uri, params }
}

/** addr-spec: `;` begins header parameters, and `?`, `,` cannot be part of it (§20.10). */
function readBare(r: Reader): NameAddr | undefined {
  const { text, end } = r
  let stop = r.at
  for (; stop < end; stop++) {
    const code = text.charCodeAt(stop)
    if (code === SEMI || code === COMMA || code === QUESTION || code === LESS || code === GREATER) break
    if ((CLASS[code]! & LWS) !== 0) break
  }
  const uri = readUri(r, stop)
  if (uri === undefined) return undefined
  const params = readParams(r)
  if (params === undefined) return undefined
  return { display: '', uri, params }
}

/** Words with one space between them, whatever white space or folding was there. */
function words(text: string): string {
  for (let i = 0; i < text.length; i++) {
    if ((CLASS[text.charCodeAt(i)]! & LWS) !== 0) return text.split(/[ \t\r\n]+/).join(' ')
  }
  return text
}

/** Always with brackets, the display name always quoted: no context can then be misread. */
export function printNameAddr(value: NameAddr): string {
  const uri = `<${printUri(value.uri)}>${printParams(value.params)}`
  return value.display === '' ? uri : `${quote(value.display)} ${uri}`
}
