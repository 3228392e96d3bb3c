// Options of a command line as values, or one line about what is wrong with them.
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { err, ok, type Result } from '../base/result.ts'

type Values<T extends ParseArgsOptionsConfig> = ReturnType<typeof parseArgs<{ options: T }>>['values']

/** Nothing but `options` is understood. */
export function readArguments<T extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: T,
): Result<Values<T>, string> {
  try {
    return ok(parseArgs({ args: [...args], options }).values)
  } catch (error) {
    return err(`${(error as Error).message.split('. ')[0]}. See --help.`)
  }
}
