// The settings of a buddy.
import type { Schema, Static } from '../../../provisioning/schema/json-schema.ts'

export const BUDDY_CONFIG = {
  type: 'object',
  additionalProperties: false,
  required: [],
  properties: {
    uri: { type: 'string', maxLength: 255, default: '', description: 'Whom it is about; needed' },
    name: { type: 'string', maxLength: 128, default: '', description: 'Shown for it' },
    subscribe: { type: 'boolean', default: false, description: 'Its presence is asked for as soon as it is added' },
  },
} as const satisfies Schema

/** A checked one: everything is there. */
export type BuddySettings = Static<typeof BUDDY_CONFIG>
