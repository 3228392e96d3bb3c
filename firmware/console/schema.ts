// What a command may be given: one reader per kind of value, and errors that say what, what was expected, what came.
import { utf8Encode } from '../base/bytes.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { HeaderField } from '../sip/message/message.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined }
export type Fields = { readonly [key: string]: Json | undefined }

export interface CommandError {
  readonly what: string
  readonly expected: string
  readonly got: string
}

/** One kind of value. `expected` is how errors and the documentation name it. */
export interface Kind<T> {
  readonly expected: string
  /** A secret: never shown in an error. */
  readonly hidden?: true
  /** Undefined: not of this kind. */
  read(value: Json): { readonly value: T } | undefined
}
/** What is read when the key is absent; without `otherwise` it must be there. */
export interface Key<T> extends Kind<T> {
  readonly otherwise?: { readonly value: T }
}
export type Keys = Readonly<Record<string, Key<unknown>>>
export type Given<K extends Keys> = { readonly [N in keyof K]: K[N] extends Key<infer T> ? T : never }

const kind = <T>(expected: string, read: (value: Json) => T | undefined): Kind<T> => ({
  expected,
  read(value) {
    const found = read(value)
    return found === undefined ? undefined : { value: found }
  },
})

const TEXT = 4096
export const text = (expected = 'a text', most = TEXT): Kind<string> =>
  kind(expected, (value) => (typeof value === 'string' && value.length <= most ? value : undefined))
export const name = kind('a name of 1–64 characters', (value) =>
  typeof value === 'string' && /^[\x21-\x7e]{1,64}$/.test(value) ? value : undefined,
)
export const body = text('a text of up to 32768 characters', 32_768)
export const flag = kind('true or false', (value) => (typeof value === 'boolean' ? value : undefined))
export const whole = (least: number, most: number): Kind<number> =>
  kind(`a whole number from ${least} to ${most}`, (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most ? value : undefined,
  )
export const number = (least: number, most: number): Kind<number> =>
  kind(`a number from ${least} to ${most}`, (value) =>
    typeof value === 'number' && value >= least && value <= most ? value : undefined,
  )
export const oneOf = <const T extends string>(...names: readonly T[]): Kind<T> =>
  kind(`one of ${names.join(', ')}`, (value) => names.find((each) => each === value))
export const list = <T>(of: Kind<T>, most = 64): Kind<readonly T[]> =>
  kind(`a list of up to ${most}, each ${of.expected}`, (value) => {
    if (!Array.isArray(value) || value.length > most) return undefined
    const all = value.map((each: Json) => of.read(each))
    return all.every((each) => each !== undefined) ? all.map((each) => each.value) : undefined
  })
export const anything: Kind<Json> = { expected: 'any JSON value', read: (value) => ({ value }) }
export const object: Kind<Fields> = kind('an object', (value) => (isObject(value) ? value : undefined))

const HEADERS = 'an object of header names, each with a text or a list of texts, 64 fields at most'
/** SIP header fields: `{"X-Room": "5"}`; a list gives several fields of that name. */
export const headers: Kind<readonly HeaderField[]> = kind(HEADERS, (value) => {
  if (!isObject(value)) return undefined
  const fields = Object.entries(value).flatMap(([field, given]) =>
    (Array.isArray(given) ? given : [given]).map((each: unknown) => ({ name: field, value: each })),
  )
  const sound = (field: (typeof fields)[number]): field is HeaderField =>
    typeof field.value === 'string' && field.value.length <= TEXT
  if (fields.length > 64 || !fields.every(sound)) return undefined
  return fields.map(({ name, value }) => ({ name, value: utf8Encode(value) }))
})
/** Its value never stands in an error. */
export const secret = <T>(of: Kind<T>): Kind<T> => ({ ...of, hidden: true })
export const optional = <T>(of: Kind<T>): Key<T | undefined> => ({ ...of, otherwise: { value: undefined } })
export const orElse = <T>(of: Kind<T>, value: T): Key<T> => ({ ...of, otherwise: { value } })

export const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const SHOWN = 120
/** A value as an error shows it. */
export function shown(value: unknown): string {
  const json = value === undefined ? 'nothing' : JSON.stringify(value)
  return json.length > SHOWN ? `${json.slice(0, SHOWN)}…` : json
}

/** Takes what `keys` name from `given`; `path` stands before key names in errors. */
export function readKeys<K extends Keys>(given: Fields, keys: K, path = ''): Result<Given<K>, CommandError> {
  const values: Record<string, unknown> = {}
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(keys, key))
      return err({ what: 'unknown key', expected: `one of ${Object.keys(keys).join(', ') || 'none'}`, got: path + key })
  }
  for (const [key, { expected, hidden, read, otherwise }] of Object.entries(keys)) {
    const value = given[key]
    if (value === undefined && otherwise === undefined) return err({ what: path + key, expected, got: 'nothing' })
    const found = value === undefined ? otherwise : read(value)
    if (found === undefined) return err({ what: path + key, expected, got: hidden ? '***' : shown(value) })
    values[key] = found.value
  }
  return ok(values as Given<K>)
}

/** An object with keys of its own, as one value. */
export const nested = <K extends Keys>(keys: K): Kind<Given<K>> => ({
  expected: `an object of ${Object.entries(keys)
    .map(([key, { expected, otherwise }]) => `${key}${otherwise ? '?' : ''}: ${expected}`)
    .join('; ')}`,
  read(value) {
    const read = isObject(value) ? readKeys(value, keys) : undefined
    return read?.ok ? { value: read.value } : undefined
  },
})
