// What a command is: its name, its keys, and what it does.
import { err, type Result } from '../base/result.ts'
import { type CommandError, type Fields, type Given, type Key, type Keys, shown } from './schema.ts'
import type { Station } from './station.ts'

export type Answer = Result<Fields, CommandError>

export interface Command {
  readonly name: string
  readonly keys: Keys
  /** May be given before `start`. */
  readonly early: boolean
  /** Events go out while it runs; else they follow its answer. */
  readonly flowing: boolean
  run(given: Readonly<Record<string, unknown>>, station: Station): Answer | Promise<Answer>
}

export const command = <K extends Readonly<Record<string, Key<unknown>>>>(
  name: string,
  keys: K,
  run: (given: Given<K>, station: Station) => Answer | Promise<Answer>,
  more: { readonly early?: boolean; readonly flowing?: boolean } = {},
): Command => ({
  name,
  keys,
  early: more.early ?? false,
  flowing: more.flowing ?? false,
  run: (given, station) => run(given as Given<K>, station),
})

export const refuse = (what: string, expected: string, got: unknown): { ok: false; error: CommandError } =>
  err({ what, expected, got: typeof got === 'string' ? got : shown(got) }) as { ok: false; error: CommandError }
