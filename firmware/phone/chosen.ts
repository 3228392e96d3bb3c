// What a person sets at the phone, each setting with its bounds: the one place for all that is kept over a restart.
import { FORWARD } from '../../provisioning/schema/calls-config.ts'
import { type ConfigError, check } from '../../provisioning/schema/check.ts'
import { plainFormats } from '../../provisioning/schema/formats.ts'
import type { ObjectSchema, Static } from '../../provisioning/schema/json-schema.ts'
import { RING_NAMES } from '../media/rings.ts'
import { MAX_VOLUME, NOMINAL_VOLUME, RINGER_FLOOR } from './volume.ts'

/** A number as one would dial it, or an address; '' nobody. */
const TARGET = { type: 'string', ...FORWARD.target } as const
const VOLUME = { type: 'integer', minimum: 0, maximum: MAX_VOLUME } as const

export const CHOSEN = {
  type: 'object',
  additionalProperties: false,
  required: [],
  properties: {
    country: { type: 'string', pattern: '^[a-z]{2}$', description: 'whose tones, ISO 3166 in lower case' },
    ring: { type: 'string', enum: RING_NAMES, description: 'what rings for calls that do not say which they are' },
    handsetVolume: VOLUME,
    speakerVolume: VOLUME,
    headsetVolume: VOLUME,
    ringerVolume: { ...VOLUME, minimum: RINGER_FLOOR },
    dnd: { type: 'boolean' },
    forwardAll: TARGET,
    forwardBusy: TARGET,
    forwardNoAnswer: TARGET,
    forwardAfterS: { type: 'integer', ...FORWARD.afterS },
  },
} as const satisfies ObjectSchema

/** The choices that were made; what is not there was not chosen. */
export type Chosen = Static<typeof CHOSEN>

/** What holds where neither the user nor the configuration says anything. */
export const USUAL: Required<Chosen> = {
  country: '',
  ring: 'country',
  handsetVolume: NOMINAL_VOLUME,
  speakerVolume: NOMINAL_VOLUME,
  headsetVolume: NOMINAL_VOLUME,
  ringerVolume: NOMINAL_VOLUME,
  dnd: false,
  ...{ forwardAll: '', forwardBusy: '', forwardNoAnswer: '', forwardAfterS: 20 },
}

/** What changes; `undefined` takes a choice back. */
export type Choice = { readonly [K in keyof Chosen]?: Chosen[K] | undefined }

export interface Choices {
  readonly chosen: Chosen
  /** What the configuration said when each was chosen: once that says something else, the choice is over. */
  readonly over: Chosen
}
export const NOTHING_CHOSEN: Choices = { chosen: {}, over: {} }

/** Choices as they were kept. What is not understood (of a newer phone, of a damaged file) is left out and told, the rest stands. */
export function readChoices(value: unknown): { readonly value: Choices; readonly faults: readonly ConfigError[] } {
  const faults: ConfigError[] = []
  const part = (name: keyof Choices): Chosen => {
    const values = (value as Partial<Record<string, unknown>> | null)?.[name] ?? {}
    const good: Record<string, unknown> = {}
    for (const [key, each] of Object.entries(values)) {
      const checked = check<Chosen>(CHOSEN, { [key]: each }, plainFormats, `/${name}`)
      if (checked.ok) Object.assign(good, checked.value)
      else faults.push(...checked.error)
    }
    return good
  }
  return { value: { chosen: part('chosen'), over: part('over') }, faults }
}
