// The checker: every keyword has a value that passes and one that fails, in the words the user reads.
import { describe, expect, test } from 'vitest'
import { check, MAX_ERRORS } from './check.ts'
import { plainFormats } from './formats.ts'
import type { Schema } from './json-schema.ts'

const run = (schema: Schema, value: unknown) => check<unknown>(schema, value, plainFormats)
const said = (schema: Schema, value: unknown) => {
  const result = run(schema, value)
  return result.ok
    ? 'ok'
    : result.error.map(({ path, expected, got, hint }) => [path, expected, got, hint].join(' | ')).join('\n')
}

const KIND = { type: 'string', const: 'a' } as const
const ROWS: readonly [string, Schema, unknown, string][] = [
  ['text', { type: 'string' }, 'x', 'ok'],
  ['text of another type', { type: 'string' }, 5, ' | a text | 5 | '],
  [
    'text too long',
    { type: 'string', maxLength: 2 },
    'abc',
    ' | a text of 0 to 2 characters | "abc" | it has 3 characters',
  ],
  ['characters are counted, not UTF-16 units', { type: 'string', maxLength: 1 }, '😀', 'ok'],
  ['enum', { type: 'string', enum: ['idle', 'now'] }, 'Idle', ' | one of "idle", "now" | "Idle" | did you mean idle?'],
  ['pattern', { type: 'string', pattern: '^[a-z]+$', description: 'letters' }, 'A1', ' | letters | "A1" | '],
  [
    'format',
    { type: 'string', format: 'host' },
    'a_b',
    ' | a host name or an IP address | "a_b" | the host "a_b" is not one',
  ],
  ['const', KIND, 'b', ' | "a" | "b" | '],
  ['integer', { type: 'integer', minimum: 1, maximum: 9 }, 9, 'ok'],
  ['integer out of range', { type: 'integer', minimum: 1, maximum: 9 }, 10, ' | a whole number, 1 to 9 | 10 | '],
  ['fraction', { type: 'integer', minimum: 1 }, 1.5, ' | a whole number, 1 or more | 1.5 | '],
  [
    'multiple',
    { type: 'integer', maximum: 60, multipleOf: 10 },
    15,
    ' | a whole number, any to 60, a multiple of 10 | 15 | ',
  ],
  [
    'number in quotes',
    { type: 'integer', minimum: 1 },
    '5',
    ' | a whole number, 1 or more | "5" | write the number without quotes',
  ],
  ['integer enum', { type: 'integer', enum: [8000, 16000] }, 44100, ' | one of 8000, 16000 | 44100 | '],
  ['integer const', { type: 'integer', const: 1 }, 2, ' | 1 | 2 | '],
  ['boolean', { type: 'boolean' }, 'true', ' | true or false | "true" | '],
  ['list', { type: 'array', items: { type: 'boolean' }, maxItems: 2 }, [true, 1], '/1 | true or false | 1 | '],
  ['list too long', { type: 'array', items: KIND, minItems: 1, maxItems: 1 }, [], ' | a list of 1 to 1 | 0 entries | '],
  ['no list', { type: 'array', items: KIND, maxItems: 1 }, { length: 0 }, ' | a list | an object | '],
  [
    'repetition',
    { type: 'array', items: KIND, maxItems: 2, uniqueItems: true },
    ['a', 'a'],
    ' | a list without repetitions | a value twice | ',
  ],
  [
    'null is no object',
    { type: 'object', properties: {}, required: [], additionalProperties: false },
    null,
    ' | an object | null | ',
  ],
]

test.each(ROWS)('%s', (_, schema, value, words) => {
  expect(said(schema, value)).toBe(words)
})

describe('objects', () => {
  const schema = {
    type: 'object',
    additionalProperties: false,
    required: ['name'],
    properties: {
      name: { type: 'string' },
      volume: { type: 'integer', default: 5 },
      more: {
        type: 'object',
        additionalProperties: false,
        required: [],
        default: {},
        properties: { deep: { type: 'boolean', default: true } },
      },
      note: { type: 'string' },
    },
  } as const satisfies Schema

  test('defaults are filled in, at every depth; what is optional stays away', () => {
    expect(run(schema, { name: 'x' })).toEqual({ ok: true, value: { name: 'x', volume: 5, more: { deep: true } } })
  })
  test('a needed key that is missing, and an unknown one that was meant', () => {
    expect(said(schema, { nmae: 'x' })).toBe(
      '/nmae | no such key; known here: name, volume, more, note | an unknown key | did you mean name?\n' +
        '/name | a text | nothing | this key is needed',
    )
  })
  test('a password in the wrong place is told where it belongs, and not shown', () => {
    expect(said(schema, { name: 'x', password: 'hunter2' })).toBe(
      '/password | no such key; known here: name, volume, more, note | an unknown key | passwords stand apart: /secrets/ACCOUNT/password',
    )
  })
  test('keys of every object are no keys of this one', () => {
    expect(said(schema, JSON.parse('{"name":"x","__proto__":{},"constructor":1}'))).toMatch(
      /^\/__proto__ .*\n\/constructor /,
    )
  })
  test('a pointer escapes ~ and / (RFC 6901 section 3)', () => {
    expect(said(schema, { name: 'x', 'a/b~c': 1 })).toMatch(/^\/a~1b~0c /)
  })
  test('the list of faults is bounded', () => {
    const result = run(schema, Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, 1])))
    expect(result.ok ? 0 : result.error.length).toBe(MAX_ERRORS)
  })
})

test('maps: names, number and values', () => {
  const map: Schema = {
    type: 'object',
    propertyNames: { pattern: '^[a-z]+$' },
    maxProperties: 2,
    additionalProperties: KIND,
  }
  expect(run(map, { x: 'a' })).toEqual({ ok: true, value: { x: 'a' } })
  expect(said(map, { X: 'a' })).toBe('/X | a key that matches ^[a-z]+$ | another key | ')
  expect(said(map, { x: 'b' })).toBe('/x | "a" | "b" | ')
  expect(said(map, { a: 'a', b: 'a', c: 'a' })).toBe(' | at most 2 entries | 3 entries | ')
})

test('a choice is made by kind', () => {
  const one = (kind: string) =>
    ({
      type: 'object',
      additionalProperties: false,
      required: ['kind'],
      properties: { kind: { type: 'string', const: kind } },
    }) as const
  const schema: Schema = { oneOf: [one('alsa'), one('null')] }
  expect(said(schema, { kind: 'null' })).toBe('ok')
  expect(said(schema, { kind: 'pulse' })).toBe('/kind | one of "alsa", "null" | "pulse" | ')
  expect(said(schema, {})).toBe('/kind | one of "alsa", "null" | nothing | ')
  expect(said(schema, 'alsa')).toBe(' | an object | "alsa" | a text')
})

test('nothing below a secret is shown, and no password in a URI', () => {
  const secret: Schema = { type: 'string', maxLength: 3, writeOnly: true }
  expect(said(secret, 'hunter2')).toBe(' | a text of 0 to 3 characters | a text (not shown) | ')
  const uri: Schema = { type: 'string', format: 'sip-uri' }
  expect(said(uri, 'sip:alice:hunter2@example.com')).not.toContain('hunter2')
  expect(said(uri, 'alice:hunter2@example.com')).not.toContain('hunter2')
  expect(said(uri, 'sip:alice@-')).toContain('"sip:alice@-"')
})
