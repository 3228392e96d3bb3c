// Header parameters: `;name=value`, `;name` (RFC 3261 §7.3.1, generic-param in §25.1).
import { all, CLASS, COMMA, EQUAL, LWS, QUOTE, SEMI, TOKEN, VALUE } from './chars.ts'
import { LIMITS } from './limits.ts'
import type { Parameter, Parameters } from './message.ts'
import type { Reader } from './reader.ts'

/** Value of the first parameter of that name (lower case); undefined when it is absent or has no value. */
export function param(params: Parameters, name: string): string | undefined {
  for (const p of params) if (p.name === name) return p.value
  return undefined
}

export function hasParam(params: Parameters, name: string): boolean {
  for (const p of params) if (p.name === name) return true
  return false
}

/** The parameters with `name` set: replaced where it stands, else added at the end. `value` undefined: a bare name. */
export function withParam(params: Parameters, name: string, value: string | undefined): Parameters {
  const put: Parameter = { name, value }
  if (!hasParam(params, name)) return [...params, put]
  let done = false
  const result: Parameter[] = []
  for (const p of params) {
    if (p.name !== name) result.push(p)
    else if (!done) {
      result.push(put)
      done = true
    }
  }
  return result
}

export const NO_PARAMS: Parameters = []

/** Lower-case text of [start, at), without a copy when it is lower case already. */
export function lower(text: string, start: number, at: number, hasUpper: boolean): string {
  const name = text.substring(start, at)
  return hasUpper ? name.toLowerCase() : name
}

/** *( SEMI generic-param ): reads on until something else than `;` follows. */
export function readParams(r: Reader): Parameters | undefined {
  const { text, end } = r
  let params: Parameter[] | undefined
  for (;;) {
    let at = r.at
    while (at < end && (CLASS[text.charCodeAt(at)]! & LWS) !== 0) at++
    if (at >= end || text.charCodeAt(at) !== SEMI) {
      r.at = at
      return params ?? NO_PARAMS
    }
    at++
    while (at < end && (CLASS[text.charCodeAt(at)]! & LWS) !== 0) at++
    const start = at
    let upper = false
    for (; at < end; at++) {
      const code = text.charCodeAt(at)
      if ((CLASS[code]! & TOKEN) === 0) break
      if (code >= 65 && code <= 90) upper = true
    }
    if (at === start) return r.fail('parameter without a name', '3261 §25.1', at)
    const name = lower(text, start, at, upper)
    while (at < end && (CLASS[text.charCodeAt(at)]! & LWS) !== 0) at++
    let value: string | undefined
    if (at < end && text.charCodeAt(at) === EQUAL) {
      at++
      while (at < end && (CLASS[text.charCodeAt(at)]! & LWS) !== 0) at++
      if (at < end && text.charCodeAt(at) === QUOTE) {
        r.at = at
        value = r.quoted()
        if (value === undefined) return undefined
        at = r.at
      } else {
        const from = at
        while (at < end && (CLASS[text.charCodeAt(at)]! & VALUE) !== 0) at++
        value = text.substring(from, at)
      }
    }
    r.at = at
    if (params === undefined) params = [{ name, value }]
    else if (params.length === LIMITS.params) return r.fail('too many parameters', '3261 §7.3.1')
    else params.push({ name, value })
  }
}

/** `"text"` with quotes and backslashes escaped, and NUL as the quoted pair it has to be. */
export function quote(text: string): string {
  if (text.indexOf('"') < 0 && text.indexOf('\\') < 0 && text.indexOf('\0') < 0) return `"${text}"`
  let quoted = '"'
  for (const char of text) quoted += char === '"' || char === '\\' || char === '\0' ? `\\${char}` : char
  return `${quoted}"`
}

/** A value that needs no quotes: a token or a host, IPv6 with or without brackets (RFC 5118 §4.5). */
const isPlain = (value: string): boolean => all(value, TOKEN) || (value.includes(':') && isAddress(value))
function isAddress(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if ((CLASS[code]! & VALUE) === 0 || code === COMMA || (!'[]:'.includes(value[i]!) && (CLASS[code]! & TOKEN) === 0))
      return false
  }
  return true
}

export function printParams(params: Parameters): string {
  let text = ''
  for (const { name, value } of params) {
    text += value === undefined ? `;${name}` : `;${name}=${isPlain(value) ? value : quote(value)}`
  }
  return text
}
