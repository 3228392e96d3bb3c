// The part of JSON Schema (draft 2020-12) that configuration is described in, and the TypeScript type a schema stands for.

/** What a change of a value costs: nothing, a new registration, a reopened audio device, a rebuilt SIP and media stack. */
export type Effect = 'live' | 'reregister' | 'media' | 'restart'

/** Formats are declared here and checked by functions given to `check`. */
export type Format = 'sip-uri' | 'dial-target' | 'host' | 'digit-map' | 'ip-prefix' | 'name-server' | 'broker-url'

/** Says what is wrong with a text, in words that serve as a hint; undefined when it is right. */
export type FormatCheck = (text: string) => string | undefined
export type Formats = Readonly<Record<Format, FormatCheck>>

interface Common {
  readonly title?: string
  readonly description?: string
  /** Filled in by `check` when the value is missing. */
  readonly default?: unknown
  /** A secret: never shown in an error. */
  readonly writeOnly?: true
  /** Holds for everything below, until a deeper one. */
  readonly 'x-effect'?: Effect
}
export interface TextSchema extends Common {
  readonly type: 'string'
  readonly const?: string
  readonly enum?: readonly string[]
  readonly minLength?: number
  readonly maxLength?: number
  /** Anchored with ^ and $; `description` says it in words. */
  readonly pattern?: string
  readonly format?: Format
}
export interface IntegerSchema extends Common {
  readonly type: 'integer'
  readonly const?: number
  readonly enum?: readonly number[]
  readonly minimum?: number
  readonly maximum?: number
  readonly multipleOf?: number
}
export interface BooleanSchema extends Common {
  readonly type: 'boolean'
}
export interface ArraySchema extends Common {
  readonly type: 'array'
  readonly items: Schema
  readonly minItems?: number
  readonly maxItems: number
  readonly uniqueItems?: true
}
export interface ObjectSchema extends Common {
  readonly type: 'object'
  readonly properties: Readonly<Record<string, Schema>>
  readonly required: readonly string[]
  readonly additionalProperties: false
}
/** Values of one kind under names the user chose. */
export interface MapSchema extends Common {
  readonly type: 'object'
  readonly propertyNames: { readonly pattern: string }
  readonly maxProperties: number
  readonly additionalProperties: Schema
}
/** One of several objects, told apart by the constant in their `kind`. */
export interface ChoiceSchema extends Common {
  readonly oneOf: readonly ObjectSchema[]
}
export type Schema = TextSchema | IntegerSchema | BooleanSchema | ArraySchema | ObjectSchema | MapSchema | ChoiceSchema

type Simplify<T> = { readonly [K in keyof T]: T[K] }
type Present<P, R> = {
  [K in keyof P]: K extends R ? K : P[K] extends { readonly default: unknown } ? K : never
}[keyof P]

/** The type of a checked value: what has a default is always there. */
export type Static<S> = S extends { readonly const: infer C }
  ? C
  : S extends { readonly enum: readonly (infer E)[] }
    ? E
    : S extends { readonly oneOf: readonly (infer O)[] }
      ? Static<O>
      : S extends { readonly type: 'string' }
        ? string
        : S extends { readonly type: 'integer' }
          ? number
          : S extends { readonly type: 'boolean' }
            ? boolean
            : S extends { readonly type: 'array'; readonly items: infer I }
              ? readonly Static<I>[]
              : S extends { readonly properties: infer P; readonly required: readonly (infer R)[] }
                ? Simplify<
                    { [K in Present<P, R>]: Static<P[K]> } & { [K in Exclude<keyof P, Present<P, R>>]?: Static<P[K]> }
                  >
                : S extends { readonly additionalProperties: infer V }
                  ? Readonly<Record<string, Static<V>>>
                  : never
