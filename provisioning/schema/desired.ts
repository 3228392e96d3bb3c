// The document an operator publishes for a phone: an envelope with version and time of application, the configuration, the secrets.
import { err, ok, type Result } from '../../firmware/base/result.ts'
import { SECRETS, type Secrets } from './account-config.ts'
import { callsFaults } from './calls-config.ts'
import { type ConfigError, check } from './check.ts'
import { userOf } from './formats.ts'
import { jsonFault } from './json-fault.ts'
import type { Formats, Schema, Static } from './json-schema.ts'
import { keyFaults } from './keys-config.ts'
import { type AccountSettings, PHONE_CONFIG, type PhoneConfig } from './phone-config.ts'

/** Largest document taken, in characters. */
export const MAX_DOCUMENT = 131_072

export const DESIRED = {
  title: 'What a phone shall be: published retained on {prefix}/1/{deviceId}/config/desired',
  type: 'object',
  additionalProperties: false,
  required: ['contract', 'version', 'config'],
  properties: {
    contract: { type: 'integer', const: 1 },
    version: { type: 'integer', minimum: 1, description: 'Grows with every change; not a time stamp' },
    apply: {
      type: 'object',
      additionalProperties: false,
      required: [],
      default: {},
      properties: {
        when: {
          type: 'string',
          enum: ['idle', 'now'],
          default: 'idle',
          description:
            'idle: when nobody has used the phone for a moment and its lines have settled. now: as soon as no call is up',
        },
        confirmSeconds: {
          type: 'integer',
          minimum: 5,
          maximum: 600,
          default: 60,
          description: 'What worked before has to work again within this time, else the phone goes back by itself',
        },
      },
    },
    config: PHONE_CONFIG,
    secrets: SECRETS,
  },
} as const satisfies Schema

export type Apply = Static<typeof DESIRED>['apply']

/** A document that can be applied. */
export interface Desired {
  readonly version: number
  readonly apply: Apply
  readonly config: PhoneConfig
  readonly secrets: Secrets
  /** Configuration and secrets as written, keys sorted: equal for equal content. */
  readonly canonical: string
}

export interface Refusal {
  /** As far as it could be read. */
  readonly version: number | undefined
  readonly errors: readonly ConfigError[]
}

/** Reads a document as it came over the wire. */
export function readDesired(text: string, formats: Formats): Result<Desired, Refusal> {
  const refuse = (version: number | undefined, errors: readonly ConfigError[]) => err({ version, errors })
  if (text.length > MAX_DOCUMENT) {
    const error = { path: '', expected: `at most ${MAX_DOCUMENT} characters`, got: `${text.length}`, hint: '' }
    return refuse(undefined, [error])
  }
  const parsed = parseJson(text)
  if (!parsed.ok) return refuse(undefined, [parsed.error])
  const raw = parsed.value as { version?: unknown; config?: unknown; secrets?: unknown } | null
  const version = typeof raw === 'object' && Number.isSafeInteger(raw?.version) ? (raw!.version as number) : undefined
  const checked = check<Static<typeof DESIRED>>(DESIRED, raw, formats)
  if (!checked.ok) return refuse(version, checked.error)
  const { config, secrets, apply } = checked.value
  const errors = contradictions(checked.value)
  if (errors.length > 0) return refuse(version, errors)
  return ok({
    version: checked.value.version,
    apply,
    config: { ...config, accounts: config.accounts.map(completed) },
    secrets,
    canonical: canonical([raw!.config, raw!.secrets ?? {}]),
  })
}

/** The value, or where it stops being JSON; never what stands there. */
export function parseJson(text: string): Result<unknown, ConfigError> {
  const fault = jsonFault(text)
  if (fault === undefined) return ok(JSON.parse(text))
  const before = text.slice(0, fault)
  const line = before.split('\n').length
  const column = fault - before.lastIndexOf('\n')
  const got = text.trim() === '' ? 'nothing' : `an error in line ${line}, column ${column}`
  return err({ path: '', expected: 'a JSON document in UTF-8', got, hint: 'check it with any JSON tool' })
}

type Accounts = Static<typeof PHONE_CONFIG>['accounts']

const completed = (account: Accounts[number]): AccountSettings => ({
  ...account,
  label: account.label ?? [...userOf(account.aor)].slice(0, 20).join(''),
  username: account.username ?? userOf(account.aor),
})

/** What no schema says: values that contradict each other. */
function contradictions({ config, secrets }: Static<typeof DESIRED>): ConfigError[] {
  const errors: ConfigError[] = []
  const ids = config.accounts.map((account) => account.id)
  ids.forEach((id, index) => {
    if (ids.indexOf(id) < index)
      errors.push({
        path: `/config/accounts/${index}/id`,
        expected: 'an id of its own',
        got: `"${id}" a second time`,
        hint: '',
      })
  })
  for (const id of Object.keys(secrets)) {
    if (!ids.includes(id))
      errors.push({
        path: `/secrets/${id}`,
        expected: `an account: ${ids.join(', ')}`,
        got: 'no such account',
        hint: '',
      })
  }
  for (const [index, account] of config.accounts.entries()) {
    const given = secrets[account.id]
    const fault = given && proofFault(given, account.realm)
    if (fault)
      errors.push({
        path: `/secrets/${account.id}`,
        expected: fault,
        got: Object.keys(given).join(', ') || 'nothing',
        hint: '',
      })
    const { firstMs, longestMs } = account.retry
    if (firstMs > longestMs)
      errors.push({
        path: `/config/accounts/${index}/retry/longestMs`,
        expected: `at least firstMs, ${firstMs}`,
        got: `${longestMs}`,
        hint: '',
      })
    const { expiresS, minS } = account.sessionTimer
    if (expiresS < minS)
      errors.push({
        path: `/config/accounts/${index}/sessionTimer/expiresS`,
        expected: `at least minS, ${minS}`,
        got: `${expiresS}`,
        hint: '',
      })
  }
  config.buddies.forEach(({ account }, index) => {
    if (account !== undefined && !ids.includes(account))
      errors.push({
        path: `/config/buddies/${index}/account`,
        expected: `an account: ${ids.join(', ')}`,
        got: `"${account}"`,
        hint: '',
      })
  })
  const own = config.accounts.map(({ aor }) => aor)
  errors.push(...callsFaults(config.calls, own), ...keyFaults(config.keys, ids))
  const { rtpPorts, jitter, sipPort, udp, tcp, tls } = config.network
  const off = { auto: !udp && !tcp && !tls.on, udp: !udp, tcp: !tcp, tls: !tls.on }
  config.accounts.forEach(({ transport }, index) => {
    if (off[transport])
      errors.push({
        path: `/config/accounts/${index}/transport`,
        expected: 'a transport that is on',
        got: `"${transport}"`,
        hint: transport === 'auto' ? 'turn one on in /config/network' : `/config/network/${transport}`,
      })
  })
  if ((tls.certificate === undefined) !== (tls.key === undefined))
    errors.push({
      path: `/config/network/tls/${tls.key === undefined ? 'key' : 'certificate'}`,
      expected: 'certificate and key together',
      got: 'nothing',
      hint: '',
    })
  if (rtpPorts.max < rtpPorts.min + 15)
    errors.push({
      path: '/config/network/rtpPorts/max',
      expected: `${rtpPorts.min + 15} or more`,
      got: `${rtpPorts.max}`,
      hint: 'a call takes two ports, and some are kept bound ahead',
    })
  if (sipPort >= rtpPorts.min && sipPort <= rtpPorts.max)
    errors.push({ path: '/config/network/sipPort', expected: 'a port outside rtpPorts', got: `${sipPort}`, hint: '' })
  if (jitter.maxMs < jitter.minMs)
    errors.push({
      path: '/config/network/jitter/maxMs',
      expected: `${jitter.minMs} (minMs) or more`,
      got: `${jitter.maxMs}`,
      hint: '',
    })
  return errors
}

/** JSON with the keys of every object sorted. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join(',')}}`
}

/** What is expected instead of these secrets of a line. */
function proofFault({ password, ha1, aka }: Secrets[string], realm: string): string | undefined {
  if ([password, ha1, aka].filter((each) => each !== undefined).length !== 1) return 'one of password, ha1 and aka'
  if (ha1 && realm === '*') return 'a password, or a realm of the account: an ha1 is of one realm'
  if (ha1 && (ha1.hash === 'MD5') !== (ha1.value.length === 32))
    return 'an ha1 of 32 digits for MD5, of 64 for the others'
  if (aka && (aka.op === undefined) === (aka.opc === undefined)) return 'an aka with either op or opc'
  return undefined
}
