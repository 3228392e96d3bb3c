// What subscriptions tell, read, and what an account tells of itself.
import type { ConferenceInfo } from './conference-info.ts'
import type { DialogEntry } from './dialog-info.ts'
import type { BusyState, Pickup } from './dialog-set.ts'
import type { MessageSummary } from './message-summary.ts'
import type { Presence, PresenceSummary } from './presence.ts'
import type { RegInfo } from './reginfo.ts'

/** A call of somebody's, and what a call of ours needs to take it over: one to `target` with a Replaces header. */
export type WatchedDialog = DialogEntry & { readonly pickup: Pickup | undefined }

/** By event package. What is undefined, or `unknown`, has not been told, or not since the subscription went down. */
export type Watched =
  | ({ readonly of: 'presence'; readonly presence: Presence | undefined } & PresenceSummary)
  | { readonly of: 'dialog'; readonly busy: BusyState; readonly dialogs: readonly WatchedDialog[] }
  | { readonly of: 'message-summary'; readonly messages: MessageSummary | undefined }
  | { readonly of: 'reg'; readonly registrations: RegInfo['registrations'] | undefined }
  | { readonly of: 'conference'; readonly conference: ConferenceInfo | undefined }

/** What an account says of whoever is at it; that he speaks on the telephone is added while he does. */
export interface OwnPresence {
  readonly basic: 'open' | 'closed'
  /** Words of RFC 4480 §3.2: `away`, `meeting` … */
  readonly activities: readonly string[]
  readonly note: string | undefined
}
