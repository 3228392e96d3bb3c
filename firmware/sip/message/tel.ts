// tel: URIs (RFC 3966): telephone numbers, global or of a context, without what only makes them readable.
import type { Parameter, Parameters, Uri } from './message.ts'
import { param } from './params.ts'

export interface TelNumber {
  /** Digits, `*`, `#`, A–F in upper case; `+` first when it is global. */
  readonly number: string
  readonly params: Parameters
}

/** What a number is without visual separators (§3). */
export const plainNumber = (text: string): string => text.replaceAll(/[-.()]/g, '').toUpperCase()

/** Undefined: no tel: URI, or none that §3 allows; a local number without its context is let in, as people dial those. */
export function telOf(uri: Uri): TelNumber | undefined {
  if (uri.scheme !== 'tel' || 'host' in uri) return undefined
  const [text = '', ...rest] = uri.rest.split(';')
  const number = plainNumber(text)
  if (!/^(\+\d{1,32}|[0-9A-F*#]{1,32})$/.test(number)) return undefined
  const params: Parameter[] = []
  for (const part of rest) {
    const [, name, value] = /^([a-z0-9-]+)(?:=(.+))?$/i.exec(part) ?? []
    if (name === undefined) return undefined
    params.push({ name: name.toLowerCase(), value })
  }
  return { number, params }
}

/** §4: the same digits in the same context; parameters in any order and in any case. */
export function sameTel(a: TelNumber, b: TelNumber): boolean {
  return (
    a.number === b.number &&
    a.params.length === b.params.length &&
    a.params.every(({ name, value }) => comparable(name, value) === comparable(name, param(b.params, name))) &&
    a.params.every(({ name }) => b.params.some((other) => other.name === name))
  )
}

/** Numbers among the values have separators as well. */
const comparable = (name: string, value: string | undefined): string | undefined =>
  name === 'ext' || (name === 'phone-context' && value?.startsWith('+'))
    ? value && plainNumber(value)
    : value?.toUpperCase()
