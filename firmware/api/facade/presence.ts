// How somebody is: online or not, and in words.
import type { Watched } from '../../sip/packages/watched.ts'
import type { BuddyStatus } from './names.ts'

/** Whether somebody can be reached, in words and activities too (RFC 3863, 4480). */
export interface PresenceStatus {
  readonly status: BuddyStatus
  /** `in a meeting`; '' for nothing. */
  readonly statusText: string
  /** Words of RFC 4480: `on-the-phone`, `away` … */
  readonly activities?: readonly string[]
}

export const UNKNOWN: PresenceStatus = { status: 'unknown', statusText: '', activities: [] }

/** What is known of somebody now. */
export const presenceOf = ({ basic, note = '', activities }: Extract<Watched, { of: 'presence' }>): PresenceStatus => ({
  status: basic === 'open' ? 'online' : basic === 'closed' ? 'offline' : 'unknown',
  statusText: note,
  activities,
})
