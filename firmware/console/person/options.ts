// The options of the console for people: names as pjsua has them, on the command line or one a line in a file.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { err, ok, type Result } from '../../base/result.ts'

const text = { type: 'string' } as const
const texts = { type: 'string', multiple: true } as const
const flag = { type: 'boolean' } as const

const OPTIONS = {
  'config-file': text,
  id: text,
  registrar: text,
  realm: text,
  username: text,
  password: text,
  proxy: texts,
  outbound: texts,
  'reg-timeout': text,
  'use-srtp': text,
  publish: flag,
  mwi: flag,
  'local-port': text,
  'bound-addr': text,
  'no-udp': flag,
  'no-tcp': flag,
  'use-tls': flag,
  'tls-ca-file': text,
  'tls-cert-file': text,
  'tls-privkey-file': text,
  nameserver: texts,
  'stun-srv': text,
  'user-agent': text,
  'add-buddy': texts,
  'add-codec': texts,
  'dis-codec': texts,
  ptime: text,
  'rtp-port': text,
  'capture-dev': text,
  'playback-dev': text,
  'null-audio': flag,
  'play-file': text,
  'auto-play': flag,
  'auto-loop': flag,
  'auto-conf': flag,
  'rec-file': text,
  'auto-rec': flag,
  'auto-answer': text,
  'max-calls': text,
  duration: text,
  'log-file': text,
  'log-level': text,
} as const

type Names = keyof typeof OPTIONS
/** What was given; numbers are checked. */
export type PersonOptions = {
  readonly [N in Names]?: (typeof OPTIONS)[N] extends { multiple: true }
    ? string[]
    : (typeof OPTIONS)[N] extends { type: 'boolean' }
      ? boolean
      : string
} & { readonly call?: string | undefined }

const NUMBERS: Readonly<Partial<Record<Names, readonly [number, number]>>> = {
  'reg-timeout': [30, 86_400],
  'local-port': [0, 65_535],
  ptime: [10, 60],
  'rtp-port': [1024, 65_000],
  'use-srtp': [0, 2],
  'auto-answer': [100, 699],
  'max-calls': [1, 1000],
  duration: [1, 86_400],
  'log-level': [0, 5],
}

export const PERSON_USAGE = `
Without --json it is a telephone for people: options and commands as in pjsua, ? lists the commands.

  --config-file FILE   more of these, one a line
  account              --id URI --registrar URI --realm R --username U --password P --proxy URI… --reg-timeout S
                       --use-srtp 0|1|2 --publish --mwi
  transport            --local-port N --bound-addr A --no-udp --no-tcp --use-tls --tls-ca-file F --tls-cert-file F
                       --tls-privkey-file F --nameserver A… --outbound URI… --stun-srv HOST --user-agent TEXT
  sound                --null-audio --capture-dev NAME --playback-dev NAME --add-codec C… --dis-codec C… --ptime MS
                       --rtp-port N --play-file F --auto-play --auto-loop --auto-conf --rec-file F --auto-rec
  behaviour            --auto-answer CODE --max-calls N --duration S --add-buddy URI… --log-file F --log-level 0–5
`

/** An address at the end is called at once. */
export function readPersonOptions(args: readonly string[]): Result<PersonOptions, string> {
  const given = parsed(args)
  if (!given.ok) return given
  const { 'config-file': file } = given.value
  if (file === undefined) return numbersOf(given.value)
  let lines: string[]
  try {
    lines = readFileSync(file, 'utf8').split('\n')
  } catch (error) {
    return err(`--config-file: ${(error as Error).message}`)
  }
  const words = lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'))
  const inFile = parsed(words.flatMap((line) => split(line)))
  return inFile.ok ? numbersOf({ ...inFile.value, ...given.value }) : err(`${file}: ${inFile.error}`)
}

/** `--id "Alice <sip:a@b>"` and `--id=…`, quotes taken away. */
function split(line: string): readonly string[] {
  const [, name = line, value] = /^(\S+?)(?:[\s=]+(.*))?$/.exec(line) ?? []
  return value === undefined ? [name] : [name, value.replace(/^"(.*)"$/, '$1')]
}

function parsed(args: readonly string[]): Result<PersonOptions, string> {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
    if (positionals.length > 1) return err(`one address to call, got ${positionals.join(' ')}`)
    return ok({ ...values, ...(positionals[0] === undefined ? {} : { call: positionals[0] }) })
  } catch (error) {
    return err(`${(error as Error).message.split('. ')[0]}. See --help.`)
  }
}

function numbersOf(options: PersonOptions): Result<PersonOptions, string> {
  for (const [name, [least, most]] of Object.entries(NUMBERS)) {
    const value = options[name as Names]
    if (value === undefined) continue
    if (!/^\d+$/.test(String(value)) || Number(value) < least || Number(value) > most)
      return err(`--${name} ${value}: expected a number from ${least} to ${most}.`)
  }
  return ok(options)
}
