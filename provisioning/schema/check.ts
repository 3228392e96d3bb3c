// Checks a value against a schema: fills defaults in, refuses unknown keys, and says every fault in the user's words.
import { err, ok, type Result } from '../../firmware/base/result.ts'
import type { ChoiceSchema, Formats, MapSchema, ObjectSchema, Schema, TextSchema } from './json-schema.ts'
import {
  didYouMean,
  expectation,
  integerExpected,
  integerFits,
  integerHint,
  isObject,
  show,
  textExpected,
  textFault,
  type,
  type Values,
} from './words.ts'

export interface ConfigError {
  /** JSON pointer (RFC 6901) from the root of the document: `/config/accounts/0/aor`. */
  readonly path: string
  readonly expected: string
  /** What stands there; never a secret. */
  readonly got: string
  /** How to repair it; '' when there is nothing to add. */
  readonly hint: string
}

/** More faults than this are not listed. */
export const MAX_ERRORS = 20

interface Run {
  readonly formats: Formats
  readonly errors: ConfigError[]
}

/** The value with defaults filled in, or at most MAX_ERRORS faults. `T` is the schema's `Static` type; `at` the pointer of the value. */
export function check<T>(schema: Schema, value: unknown, formats: Formats, at = ''): Result<T, readonly ConfigError[]> {
  const run: Run = { formats, errors: [] }
  const checked = visit(run, schema, value, at, false)
  return run.errors.length === 0 ? ok(checked as T) : err(run.errors)
}

function visit(run: Run, schema: Schema, value: unknown, at: string, hidden: boolean): unknown {
  const secret = hidden || schema.writeOnly === true
  const fault = (expected: string, hint = '') => report(run, at, expected, show(value, secret), hint)
  if ('oneOf' in schema)
    return isObject(value) ? choice(run, schema, value, at, secret) : fault('an object', type(value))
  switch (schema.type) {
    case 'string': {
      if (typeof value !== 'string') return fault(textExpected(schema))
      const hint = textFault(schema, value, run.formats)
      return hint === undefined ? value : fault(textExpected(schema), secret ? '' : hint)
    }
    case 'integer':
      return integerFits(schema, value) ? value : fault(integerExpected(schema), integerHint(value))
    case 'boolean':
      return typeof value === 'boolean' ? value : fault('true or false')
    case 'array': {
      const { minItems = 0, maxItems } = schema
      if (!Array.isArray(value)) return report(run, at, 'a list', type(value), '')
      if (value.length < minItems || value.length > maxItems)
        return report(run, at, `a list of ${minItems} to ${maxItems}`, `${value.length} entries`, '')
      if (schema.uniqueItems && new Set(value).size < value.length)
        return report(run, at, 'a list without repetitions', 'a value twice', '')
      return value.map((item, index) => visit(run, schema.items, item, `${at}/${index}`, secret))
    }
    case 'object':
      if (!isObject(value)) return report(run, at, 'an object', type(value), '')
      return 'properties' in schema ? object(run, schema, value, at, secret) : map(run, schema, value, at, secret)
  }
}

function object(run: Run, schema: ObjectSchema, value: Values, at: string, secret: boolean): unknown {
  const known = Object.keys(schema.properties)
  for (const key of Object.keys(value)) {
    if (run.errors.length >= MAX_ERRORS) break
    if (Object.hasOwn(schema.properties, key)) continue
    report(
      run,
      pointer(at, key),
      `no such key; known here: ${known.join(', ')}`,
      'an unknown key',
      unknownHint(key, known),
    )
  }
  const result: Record<string, unknown> = {}
  for (const key of known) {
    const property = schema.properties[key]!
    const path = pointer(at, key)
    if (Object.hasOwn(value, key)) result[key] = visit(run, property, value[key], path, secret)
    else if (property.default !== undefined) result[key] = visit(run, property, property.default, path, secret)
    else if (schema.required.includes(key)) report(run, path, expectation(property), 'nothing', 'this key is needed')
  }
  return result
}

function map(run: Run, schema: MapSchema, value: Values, at: string, secret: boolean): unknown {
  const keys = Object.keys(value)
  if (keys.length > schema.maxProperties)
    return report(run, at, `at most ${schema.maxProperties} entries`, `${keys.length} entries`, '')
  const names = new RegExp(schema.propertyNames.pattern)
  const result: Record<string, unknown> = {}
  for (const key of keys) {
    const path = pointer(at, key)
    if (names.test(key)) result[key] = visit(run, schema.additionalProperties, value[key], path, secret)
    else report(run, path, `a key that matches ${schema.propertyNames.pattern}`, 'another key', '')
  }
  return result
}

function choice(run: Run, schema: ChoiceSchema, value: Values, at: string, secret: boolean): unknown {
  const kindOf = (branch: ObjectSchema) => (branch.properties.kind as TextSchema).const
  const branch = schema.oneOf.find((one) => kindOf(one) === value.kind)
  if (branch) return object(run, branch, value, at, secret)
  const kinds = schema.oneOf.map((one) => JSON.stringify(kindOf(one))).join(', ')
  const got = Object.hasOwn(value, 'kind') ? show(value.kind, secret) : 'nothing'
  return report(run, `${at}/kind`, `one of ${kinds}`, got, '')
}

const unknownHint = (key: string, known: readonly string[]): string =>
  /password|secret/i.test(key) ? 'passwords stand apart: /secrets/ACCOUNT/password' : didYouMean(key, known)

const pointer = (at: string, key: string): string =>
  `${at}/${key.slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1')}`

function report(run: Run, path: string, expected: string, got: string, hint: string): undefined {
  if (run.errors.length < MAX_ERRORS) run.errors.push({ path, expected, got, hint })
}
