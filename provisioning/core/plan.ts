// What a new configuration changes, and what each change costs: the difference of two documents along their schema.

import type { Secrets } from '../schema/account-config.ts'
import type { Effect, ObjectSchema, Schema } from '../schema/json-schema.ts'
import { PHONE_CONFIG, type PhoneConfig } from '../schema/phone-config.ts'

export interface Settings {
  readonly config: PhoneConfig
  readonly secrets: Secrets
}

export interface Change {
  /** JSON pointer into the configuration; accounts by id: `/accounts/main/aor`. Of a secret only that it changed. */
  readonly path: string
  readonly effect: Effect
}

export interface Plan {
  readonly changes: readonly Change[]
  /** Lines that register anew, because they or the whole stack changed; removed lines are not among them. */
  readonly lines: readonly string[]
  /** The audio device is opened anew. */
  readonly audio: boolean
  /** The SIP and media stack is built anew. */
  readonly stack: boolean
}

/** `before` undefined: the phone has no configuration yet, everything is new. */
export function plan(before: Settings | undefined, after: Settings): Plan {
  const changes: Change[] = []
  difference(PHONE_CONFIG, before?.config, after.config, '', 'live', changes)
  for (const { id } of after.config.accounts) {
    if (!same(before?.secrets[id], after.secrets[id])) changes.push({ path: `/secrets/${id}`, effect: 'reregister' })
  }
  const costs = (effect: Effect) => changes.some((change) => change.effect === effect)
  const stack = before === undefined || costs('restart')
  const touched = (id: string) =>
    changes.some(
      ({ path, effect }) =>
        effect === 'reregister' &&
        (path === `/accounts/${id}` || path.startsWith(`/accounts/${id}/`) || path === `/secrets/${id}`),
    )
  const lines = after.config.accounts.map((account) => account.id).filter((id) => stack || touched(id))
  return { changes, lines, audio: stack || costs('media'), stack }
}

/** What was restarted, in words for the report. */
export function restarted({ lines, audio, stack }: Plan): readonly string[] {
  if (stack) return ['everything']
  return [...lines.map((id) => `line ${id}`), ...(audio ? ['audio'] : [])]
}

function difference(
  schema: Schema,
  before: unknown,
  after: unknown,
  path: string,
  inherited: Effect,
  changes: Change[],
): void {
  const effect = schema['x-effect'] ?? inherited
  if (same(before, after)) return
  if (before === undefined || after === undefined || 'oneOf' in schema) {
    changes.push({ path, effect })
    return
  }
  if (schema.type === 'object' && 'properties' in schema) {
    const [old, now] = [before, after] as Readonly<Record<string, unknown>>[]
    for (const [key, property] of Object.entries(schema.properties))
      difference(property, old![key], now![key], `${path}/${key}`, effect, changes)
    return
  }
  if (schema.type === 'array' && isKeyed(schema.items)) {
    const [old, now] = [before, after] as { readonly id: string }[][]
    const known = changes.length
    for (const id of new Set([...old!, ...now!].map((one) => one.id))) {
      const find = (list: { readonly id: string }[]) => list.find((one) => one.id === id)
      difference(schema.items, find(old!), find(now!), `${path}/${id}`, effect, changes)
    }
    // The order alone: the first line is the one that is dialled from.
    if (changes.length === known) changes.push({ path, effect: 'live' })
    return
  }
  changes.push({ path, effect })
}

const isKeyed = (schema: Schema): boolean => 'properties' in schema && 'id' in (schema as ObjectSchema).properties

function same(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  const [x, y] = [a, b] as Readonly<Record<string, unknown>>[]
  const keys = Object.keys(x!)
  return keys.length === Object.keys(y!).length && keys.every((key) => Object.hasOwn(y!, key) && same(x![key], y![key]))
}
