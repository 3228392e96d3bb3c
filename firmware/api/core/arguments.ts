// What the constructors, functions and methods of the core objects are given, held to what they take before they do anything.
import { CoreError } from './errors.ts'
import { first, guard, type Kind, maybe, shape, type Takes } from './guard.ts'

/** Options by their own names, all of which may be left out. */
export const options = (fields: Readonly<Record<string, Kind>>): Kind =>
  maybe(shape(Object.fromEntries(Object.entries(fields).map(([name, kind]) => [name, maybe(kind)])), ''))

/** Throws a CoreError that names the operation, the argument and what was expected. */
export function expects(operation: string, takes: Takes, ...given: readonly unknown[]): void {
  const wrong = first(takes.map(([name, kind], at) => kind(given[at], name)))
  if (wrong !== undefined) throw new CoreError('argument', operation, wrong)
}

/** From now on so do the methods of `of`, which is called `name`. */
export const guarded = <C extends object>(
  name: string,
  of: { readonly prototype: C },
  table: { readonly [M in keyof C]?: Takes },
): void => guard(of, table, (method, text) => new CoreError('argument', `${name}.${method}`, text))
