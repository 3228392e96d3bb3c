// How somebody is: online or not, and in words.
import type { Body } from '../../sip/message/message.ts'
import { PIDF } from '../../sip/packages/pidf.ts'
import { parsePresence, printPresence, summaryOf } from '../../sip/packages/presence.ts'
import type { BuddyStatus } from './names.ts'

export interface PresenceStatus {
  readonly status: BuddyStatus
  /** `in a meeting`; '' for nothing. */
  readonly statusText: string
  /** Words of RFC 4480: `on-the-phone`, `away` … */
  readonly activities?: readonly string[]
}

export const UNKNOWN: PresenceStatus = { status: 'unknown', statusText: '', activities: [] }

/** A document that says so of `entity`. */
export function presenceBody(entity: string, { status, statusText, activities = [] }: PresenceStatus): Body {
  const basic = status === 'online' ? 'open' : 'closed'
  const tuple = { id: 'phone', basic, contact: undefined, priority: undefined, notes: [] } as const
  const notes = statusText === '' ? [] : [statusText]
  return printPresence(PIDF, { entity, tuples: [tuple], activities, notes })
}

/** What cannot be read says nothing. */
export function presenceIn(body: Body): PresenceStatus {
  const presence = parsePresence(body)
  if (!presence.ok) return UNKNOWN
  const { basic, note = '', activities } = summaryOf(presence.value)
  const status = basic === 'open' ? 'online' : basic === 'closed' ? 'offline' : 'unknown'
  return { status, statusText: note, activities }
}
