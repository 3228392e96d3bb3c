// What `npm run console --` understands.
import { err, ok, type Result } from '../base/result.ts'
import { readArguments } from '../runtime/arguments.ts'
import { type PersonOptions, readPersonOptions, usage } from './person/options.ts'
import { type Fields, isObject } from './schema.ts'

export const USAGE = `Usage: npm run --silent console -- [options] [sip:url]
       npm run --silent console -- --json [options]

A user agent without a board. With --json: commands as JSON lines on standard input, answers and events as JSON lines on
standard output. docs/console.md describes every command and event.

  --json            speaks JSON lines
  --address A       with any of these four it starts at once, as {"do":"start"} would:
  --port N          the address and port SIP is spoken from
  --null-audio      no sound device
  --start JSON      further keys of {"do":"start"}, e.g. {"tls":{"ca":"ca.pem"}}
  --help            this text

Without --json it is a telephone for people: options and commands as in pjsua, ? lists the commands. An address at the end is
called at once.

${usage()}`

export type ConsoleOptions =
  | { readonly mode: 'help' }
  | { readonly mode: 'version' }
  /** `start`: the command to begin with. */
  | { readonly mode: 'json'; readonly start: Fields | undefined }
  | { readonly mode: 'person'; readonly person: PersonOptions }

export function readOptions(args: readonly string[]): Result<ConsoleOptions, string> {
  if (args.includes('--version')) return ok({ mode: 'version' })
  const isPerson = !args.includes('--json') && !args.includes('--help') && !args.includes('-h')
  if (isPerson) {
    const person = readPersonOptions(args)
    return person.ok ? ok({ mode: 'person', person: person.value }) : person
  }
  const options = {
    json: { type: 'boolean' },
    address: { type: 'string' },
    port: { type: 'string' },
    'null-audio': { type: 'boolean' },
    start: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const
  const given = readArguments(args, options)
  if (!given.ok) return given
  const { help = false, address, port, 'null-audio': silent, start: further } = given.value
  if (help) return ok({ mode: 'help' })
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
