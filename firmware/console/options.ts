// What `npm run console --` understands.
import { parseArgs } from 'node:util'
import { err, ok, type Result } from '../base/result.ts'
import { type Fields, isObject } from './schema.ts'

export const USAGE = `Usage: npm run --silent console -- --json [options]

A user agent without a board: commands as JSON lines on standard input, answers and events as JSON lines on
standard output. docs/console.md describes every command and event.

  --json            what it speaks; there is nothing else yet
  --address A       with any of these four it starts at once, as {"do":"start"} would:
  --port N          the address and port SIP is spoken from
  --null-audio      no sound device
  --start JSON      further keys of {"do":"start"}, e.g. {"tls":{"ca":"ca.pem"}}
  --help            this text
`

export interface ConsoleOptions {
  readonly mode: 'json' | 'help'
  /** The command to begin with. */
  readonly start: Fields | undefined
}

export function readOptions(args: readonly string[]): Result<ConsoleOptions, string> {
  const options = {
    json: { type: 'boolean' },
    address: { type: 'string' },
    port: { type: 'string' },
    'null-audio': { type: 'boolean' },
    start: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const
  let values: ReturnType<typeof parseArgs<{ options: typeof options }>>['values']
  try {
    values = parseArgs({ args: [...args], options }).values
  } catch (error) {
    return err(`${(error as Error).message.split('. ')[0]}. See --help.`)
  }
  const { json = false, help = false, address, port, 'null-audio': silent, start: further } = values
  if (help) return ok({ mode: 'help', start: undefined })
  if (!json) return err('The console speaks JSON lines: give --json. See --help.')
  if (port !== undefined && !/^\d{1,5}$/.test(port)) return err(`--port ${port}: expected a number from 0 to 65535.`)
  const more = further === undefined ? {} : fieldsOf(further)
  if (more === undefined) return err(`--start ${further}: expected a JSON object.`)
  const start: Fields = {
    ...more,
    do: 'start',
    ...(address === undefined ? {} : { address }),
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(silent ? { device: { kind: 'null' } } : {}),
  }
  return ok({ mode: 'json', start: address || port || silent || further ? start : undefined })
}

function fieldsOf(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
