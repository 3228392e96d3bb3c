// Plain data of an application against a schema: defaults filled in, or one error that names every fault by its path.
import { check } from '../../../provisioning/schema/check.ts'
import { plainFormats } from '../../../provisioning/schema/formats.ts'
import type { Schema } from '../../../provisioning/schema/json-schema.ts'
import { OperationError } from './errors.ts'

/** Some of it, at any depth. */
export type Part<T> = T extends readonly (infer E)[]
  ? readonly Part<E>[]
  : T extends object
    ? { readonly [K in keyof T]?: Part<T[K]> }
    : T

/**
 * `T` is the schema's `Static` type. Throws an OperationError: `/uaConfig/maxCalls: expected a whole number, 1 to 1000, got 0`; `at`
 * is the path of the whole, where it is part of a document.
 */
export function checked<T>(operation: string, schema: Schema, given: unknown, at = ''): T {
  const result = check<T>(schema, given, plainFormats)
  if (result.ok) return result.value
  const faults = result.error.map(
    ({ path, expected, got, hint }) => `${at + path || '/'}: expected ${expected}, got ${got}${hint && ` (${hint})`}`,
  )
  throw new OperationError(operation, 'argument', faults.join('; '))
}
