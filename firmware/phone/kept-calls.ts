// The call log over a restart: what is kept of it, and what is read of what was kept.
import { type ConfigError, check } from '../../provisioning/schema/check.ts'
import { plainFormats } from '../../provisioning/schema/formats.ts'
import type { ObjectSchema, Static } from '../../provisioning/schema/json-schema.ts'
import { LOG_SIZE, MAX_TEXT, NO_CALLS } from './call-log.ts'
import type { CallLog, LogEntry } from './contract.ts'

const TEXT = { type: 'string', maxLength: MAX_TEXT } as const
const ENTRY = {
  type: 'object',
  additionalProperties: false,
  required: ['kind', 'name', 'number', 'account', 'lastedMs', 'cause'],
  properties: {
    kind: { type: 'string', enum: ['placed', 'received', 'missed', 'forwarded'] },
    name: TEXT,
    number: TEXT,
    account: TEXT,
    at: { type: 'integer', minimum: 0 },
    lastedMs: { type: 'integer', minimum: 0 },
    cause: TEXT,
  },
} as const satisfies ObjectSchema
const MISSED = { type: 'integer', minimum: 0, maximum: LOG_SIZE } as const

/** As it is to be kept: what the machines' clock says means nothing to the next start. */
export const keptCalls = ({ log, missed }: CallLog): CallLog => ({
  log: log.map((entry) => ({ ...entry, began: undefined })),
  missed,
})

/** Calls as they were kept; an entry that is not understood is left out and told. */
export function readCalls(value: unknown): { readonly value: CallLog; readonly faults: readonly ConfigError[] } {
  if (value === undefined) return { value: NO_CALLS, faults: [] }
  const faults: ConfigError[] = []
  const { log: entries, missed: count } = (value ?? {}) as Partial<Record<string, unknown>>
  const log: LogEntry[] = []
  for (const [index, each] of (Array.isArray(entries) ? entries : []).slice(0, LOG_SIZE).entries()) {
    const entry = check<Static<typeof ENTRY>>(ENTRY, each, plainFormats, `/log/${index}`)
    if (entry.ok) log.push({ ...entry.value, at: entry.value.at, began: undefined })
    else faults.push(...entry.error)
  }
  const missed = check<number>(MISSED, count, plainFormats, '/missed')
  if (!missed.ok) faults.push(...missed.error)
  return { value: { log, missed: missed.ok ? missed.value : 0 }, faults }
}
