// What the console for people was started with: its options in their order, from the command line and from a file.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { err, ok, type Result } from '../../base/result.ts'
import { kindOf, NOT_HERE, OPTIONS, type OptionName } from './option-table.ts'
import { wordsOf } from './words.ts'

type Table = typeof OPTIONS
type Of<S> = { [N in OptionName]: Table[N] extends { of: S } ? N : never }[OptionName]
type Value<N extends OptionName> = Table[N] extends { many: true }
  ? readonly string[]
  : Table[N] extends { from: number }
    ? number
    : Table[N] extends { value: string }
      ? string
      : boolean
type Values<N extends OptionName> = { readonly [K in N]?: Value<K> }

/** Of one account; the first proof is there always, and may be empty. */
export type AccountOptions = Values<Of<'account'>> & { readonly proofs: readonly Values<Of<'proof'>>[] }
/** What was given; numbers are checked. */
export type PersonOptions = Values<Exclude<OptionName, Of<'account'> | Of<'proof'>>> & {
  readonly accounts: readonly AccountOptions[]
  /** An address at the end is called at once. */
  readonly call?: string
  /** What pjsua has and is not here, of what was given: each in a line to be said. */
  readonly without: readonly string[]
}

/** Every option by its name, so that one not known is told from one not here. */
const PARSED = Object.fromEntries(
  [
    ...Object.keys(OPTIONS).map((name) => [name, kindOf(name as OptionName).value !== undefined] as const),
    ...Object.entries(NOT_HERE).map(([name, { value }]) => [name, value === true] as const),
    ['no-tls-verify-server', false] as const,
  ].map(([name, hasValue]) => [name, { type: hasValue ? ('string' as const) : ('boolean' as const), multiple: true }]),
)

/** One option as it stood there, or an address. */
type Given = { readonly name: string; readonly value: string | undefined } | { readonly address: string }

export function readPersonOptions(args: readonly string[]): Result<PersonOptions, string> {
  const given = parsed(args)
  if (!given.ok) return given
  const files = given.value.flatMap((each) => ('name' in each && each.name === 'config-file' ? [each.value!] : []))
  const all: Given[] = []
  for (const file of files) {
    const inFile = parsedFile(file)
    if (!inFile.ok) return inFile
    all.push(...inFile.value)
  }
  return sorted([...all, ...given.value])
}

function parsedFile(file: string): Result<readonly Given[], string> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    return err(`--config-file: ${(error as Error).message}`)
  }
  const words = wordsOf(text)
  const given = words.ok ? parsed(words.value) : words
  if (!given.ok) return err(`${file}: ${given.error}`)
  const deeper = given.value.some((each) => 'name' in each && each.name === 'config-file')
  return deeper ? err(`${file}: --config-file cannot stand in a file`) : given
}

function parsed(args: readonly string[]): Result<readonly Given[], string> {
  try {
    const { tokens } = parseArgs({ args: [...args], options: PARSED, allowPositionals: true, tokens: true })
    return ok(
      tokens.flatMap((token): readonly Given[] => {
        if (token.kind === 'option') return [{ name: token.name, value: token.value }]
        return token.kind === 'positional' ? [{ address: token.value }] : []
      }),
    )
  } catch (error) {
    return err(`${(error as Error).message.split('. ')[0]}. See --help.`)
  }
}

type Loose = Record<string, unknown>

/** Each where it belongs: to the account or the proof named last, or to all. */
function sorted(given: readonly Given[]): Result<PersonOptions, string> {
  const all: Loose = {}
  const accounts: Loose[] = [{ proofs: [{}] }]
  const without: string[] = []
  const addresses: string[] = []
  const proofs = () => accounts.at(-1)!.proofs as Loose[]
  for (const each of given) {
    if ('address' in each) {
      addresses.push(each.address)
      continue
    }
    const { name, value } = each
    const missing = NOT_HERE[name]
    if (missing !== undefined && !missing.goesOn) return err(`--${name}: ${missing.why}.`)
    if (missing !== undefined) without.push(`--${name}: ${missing.why}`)
    else if (name === 'next-account') accounts.push({ proofs: [{}] })
    else if (name === 'next-cred') proofs().push({})
    else if (name === 'no-tls-verify-server') all['tls-verify-server'] = false
    else {
      const kind = kindOf(name as OptionName)
      const read = readValue(name, value, kind)
      if (!read.ok) return read
      const of = { account: accounts.at(-1)!, proof: proofs().at(-1)! }
      const where = kind.of === undefined ? all : of[kind.of]
      where[name] = kind.many ? [...((where[name] as string[]) ?? []), read.value] : read.value
    }
  }
  if (addresses.length > 1) return err(`one address to call, got ${addresses.join(' ')}`)
  const [call] = addresses
  return ok({ ...all, accounts, without, ...(call !== undefined && { call }) } as unknown as PersonOptions)
}

function readValue(
  name: string,
  value: string | undefined,
  { from, to }: ReturnType<typeof kindOf>,
): Result<string | number | true, string> {
  if (value === undefined) return ok(true)
  if (value === '') return err(`--${name}: expected a value.`)
  if (from === undefined || to === undefined) return ok(value)
  if (/^\d+$/.test(value) && Number(value) >= from && Number(value) <= to) return ok(Number(value))
  return err(`--${name} ${value}: expected a number from ${from} to ${to}.`)
}

/** All of it as a file that `--config-file` reads; `hidden` stands in the place of passwords. */
export function linesOfOptions({ accounts, call, without, ...all }: PersonOptions, hidden?: string): readonly string[] {
  const lines = (values: object): string[] =>
    Object.entries(values).flatMap(([name, value]: [string, unknown]) => {
      if (value === false) return [`--no-${name}`]
      if (value === true) return [`--${name}`]
      const texts = (Array.isArray(value) ? value : [value]) as (string | number)[]
      return texts.map((text) => `--${name} ${quoted(name === 'password' ? (hidden ?? `${text}`) : `${text}`)}`)
    })
  const { 'config-file': _read, ...settings } = all
  return [
    ...lines(settings),
    ...accounts.flatMap(({ proofs, ...account }, at) => [
      ...(at > 0 ? ['--next-account'] : []),
      ...lines(account),
      ...proofs.flatMap((proof, place) => [...(place > 0 ? ['--next-cred'] : []), ...lines(proof)]),
    ]),
    ...(call === undefined ? [] : [quoted(call)]),
  ]
}

const quoted = (text: string): string =>
  /^[^\s"'\\#]+$/.test(text) ? text : `"${text.replaceAll(/["\\]/g, (char) => `\\${char}`)}"`

/** The help, one option a line. */
export function usage(): string {
  const groups = Map.groupBy(Object.keys(OPTIONS) as OptionName[], (name) => kindOf(name).group)
  const line = (name: OptionName) => {
    const { value, many, help } = kindOf(name)
    const shown = `--${name}${value === undefined ? '' : `=${value}`}${many ? ' …' : ''}`
    return `  ${shown.padEnd(27)} ${help}`
  }
  const later = Object.entries(NOT_HERE).filter(([, { why }]) => why.includes('comes later'))
  return [
    ...[...groups].flatMap(([group, names]) => [`${group}:`, ...names.map(line), '']),
    'Those of pjsua that come later, and until then change nothing or are refused:',
    ...folded(later.map(([name]) => `--${name}`)),
    '',
  ].join('\n')
}

/** Words in lines of up to 118 characters. */
function folded(words: readonly string[]): readonly string[] {
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length > 116) lines.push(`  ${word}`)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}
