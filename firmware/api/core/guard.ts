// What methods are given, held to what they take before they do anything: an error names the method, the argument, and what was expected.

/** What is wrong with `value`, called `name`; undefined: nothing. */
export type Kind = (value: unknown, name: string) => string | undefined

/** Arguments in their order, each by its name. */
export type Takes = readonly (readonly [name: string, kind: Kind])[]

/** Of what `fits`. */
export const kind =
  (expected: string, fits: (value: unknown) => boolean): Kind =>
  (value, name) =>
    fits(value) ? undefined : `${name}: expected ${expected}, got ${shown(value)}`

const MOST_SHOWN = 60

/** What is within an object may be a secret. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, MOST_SHOWN))
  if (Array.isArray(value)) return 'a list'
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
    ? `something of type ${typeof value}`
    : `${String(value)}`
}

export const TEXT = kind('text', (value) => typeof value === 'string')
/** Its value is not shown. */
export const SECRET: Kind = (value, name) => (typeof value === 'string' ? undefined : `${name}: expected text`)
export const FLAG = kind('true or false', (value) => typeof value === 'boolean')
export const NUMBER = kind('a number', (value) => typeof value === 'number' && !Number.isNaN(value))
/** RFC 3261 §25.1. */
export const METHOD = kind(
  'the name of a method, such as OPTIONS',
  (value) => typeof value === 'string' && /^[A-Za-z0-9.!%*_+`'~-]{1,64}$/.test(value),
)

export const whole = (from: number, to: number): Kind =>
  kind(
    `a whole number, ${from} to ${to}`,
    (value) => Number.isInteger(value) && (value as number) >= from && (value as number) <= to,
  )

export const oneOf = (...words: readonly string[]): Kind =>
  kind(words.join(' or '), (value) => words.includes(value as string))

/** `of` is asked for late: classes know each other. */
export const instance = (expected: string, of: () => abstract new (...args: never) => object): Kind =>
  kind(expected, (value) => value instanceof of())

export const maybe =
  (of: Kind): Kind =>
  (value, name) =>
    value === undefined ? undefined : of(value, name)

export const list =
  (of: Kind): Kind =>
  (value, name) =>
    Array.isArray(value)
      ? first(value.map((each, at) => of(each, `${name}[${at}]`)))
      : `${name}: expected a list, got ${shown(value)}`

/** Of any names. */
export const record =
  (of: Kind): Kind =>
  (value, name) =>
    isObject(value)
      ? first(Object.entries(value).map(([key, each]) => of(each, `${name}.${key}`)))
      : `${name}: expected an object, got ${shown(value)}`

/** What it has beside is nobody's business here. `inside`: what is in front of the names in it. */
export const shape =
  (fields: Readonly<Record<string, Kind>>, inside?: string): Kind =>
  (value, name) =>
    isObject(value)
      ? first(Object.entries(fields).map(([key, of]) => of(Reflect.get(value, key), `${inside ?? `${name}.`}${key}`)))
      : `${name}: expected an object, got ${shown(value)}`

export const either =
  (one: Kind, other: Kind): Kind =>
  (value, name) =>
    one(value, name) === undefined ? undefined : other(value, name)

/** What is in it is looked at elsewhere. */
export const OBJECT = record(() => undefined)
export const HEADERS = record(either(TEXT, list(TEXT)))

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
/** The first of them that is one. */
export const first = (faults: readonly (string | undefined)[]) => faults.find((fault) => fault !== undefined)

/** From now on the methods of `of` throw what `fault` makes where an argument is not what they take. */
export function guard<C extends object>(
  of: { readonly prototype: C },
  table: { readonly [M in keyof C]?: Takes },
  fault: (method: string, text: string) => Error,
): void {
  for (const [method, takes] of Object.entries(table) as [string, Takes][]) {
    const act = Reflect.get(of.prototype, method) as (...given: unknown[]) => unknown
    const guarded = function (this: C, ...given: unknown[]): unknown {
      const wrong = first(takes.map(([name, kind], at) => kind(given[at], name)))
      if (wrong !== undefined) throw fault(method, wrong)
      return act.apply(this, given)
    }
    Object.defineProperty(of.prototype, method, { value: guarded, writable: true, configurable: true })
  }
}
