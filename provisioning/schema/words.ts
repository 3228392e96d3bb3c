// What a schema expects and what stands there instead, in words for the user.
import type { Format, Formats, IntegerSchema, Schema, TextSchema } from './json-schema.ts'
import { nearest } from './nearest.ts'

const FORMAT_NAMES: Readonly<Record<Format, string>> = {
  'sip-uri': 'a SIP URI such as sip:alice@example.com',
  'dial-target': 'a number, or a SIP URI such as sip:alice@example.com',
  'digit-map': 'a digit map such as [2-9]xxxxxx|1xx|0T|x.T',
  host: 'a host name or an IP address',
  'ip-prefix': 'an IP address, or a prefix such as 192.0.2.0/24',
  'broker-url': 'mqtt://HOST[:PORT] or mqtts://HOST[:PORT]',
  'name-server': 'an IP address, with a port where it is not 53, such as 192.0.2.1 or [2001:db8::1]:5353',
}

// ---- what is expected, in words --------------------------------------------------------------------------------------

export function expectation(schema: Schema): string {
  if ('oneOf' in schema) return 'an object'
  switch (schema.type) {
    case 'string':
      return textExpected(schema)
    case 'integer':
      return integerExpected(schema)
    case 'boolean':
      return 'true or false'
    case 'array':
      return 'a list'
    case 'object':
      return 'an object'
  }
}

export function textExpected(schema: TextSchema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return `one of ${schema.enum.map((one) => JSON.stringify(one)).join(', ')}`
  if (schema.format) return FORMAT_NAMES[schema.format]
  if (schema.pattern) return schema.description ?? `a text that matches ${schema.pattern}`
  const { minLength = 0, maxLength } = schema
  return maxLength === undefined ? 'a text' : `a text of ${minLength} to ${maxLength} characters`
}

export function textFault(schema: TextSchema, value: string, formats: Formats): string | undefined {
  if (schema.const !== undefined) return value === schema.const ? undefined : ''
  if (schema.enum) return schema.enum.includes(value) ? undefined : didYouMean(value, schema.enum)
  // JSON Schema counts characters, not UTF-16 units.
  const length = [...value].length
  if (length < (schema.minLength ?? 0) || length > (schema.maxLength ?? Number.POSITIVE_INFINITY))
    return `it has ${length} characters`
  if (schema.pattern && !new RegExp(schema.pattern).test(value)) return ''
  return schema.format ? formats[schema.format](value) : undefined
}

export function integerFits(schema: IntegerSchema, value: unknown): boolean {
  if (!Number.isSafeInteger(value)) return false
  const n = value as number
  if (schema.const !== undefined) return n === schema.const
  if (schema.enum) return schema.enum.includes(n)
  const { minimum = -Infinity, maximum = Infinity, multipleOf = 1 } = schema
  return n >= minimum && n <= maximum && n % multipleOf === 0
}

export function integerExpected(schema: IntegerSchema): string {
  if (schema.const !== undefined) return String(schema.const)
  if (schema.enum) return `one of ${schema.enum.join(', ')}`
  const { minimum, maximum, multipleOf } = schema
  const range = maximum === undefined ? `${minimum ?? 'any'} or more` : `${minimum ?? 'any'} to ${maximum}`
  return `a whole number, ${range}${multipleOf ? `, a multiple of ${multipleOf}` : ''}`
}

export const integerHint = (value: unknown): string =>
  typeof value === 'string' && /^-?\d+$/.test(value) ? 'write the number without quotes' : ''

export const didYouMean = (value: string, known: readonly string[]): string => {
  const near = nearest(value, known)
  return near === undefined ? '' : `did you mean ${near}?`
}
// ---- what stands there -----------------------------------------------------------------------------------------------

export type Values = Readonly<Record<string, unknown>>
export const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const type = (value: unknown): string => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  const names: Record<string, string> = {
    string: 'a text',
    number: 'a number',
    boolean: 'true or false',
    object: 'an object',
  }
  return names[typeof value] ?? 'nothing'
}

/** A scalar as written, cut short; the password of a URI left out. Anything bigger only by its type. */
export function show(value: unknown, secret: boolean): string {
  if (secret) return `${type(value)} (not shown)`
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value !== 'string') return type(value)
  const scheme = /^(?:sips?:)?/i.exec(value)![0]
  const safe = scheme + value.slice(scheme.length).replace(/^([^:@]*):.*@/, '$1:***@')
  return JSON.stringify(safe.length > 60 ? `${safe.slice(0, 60)}…` : safe)
}
