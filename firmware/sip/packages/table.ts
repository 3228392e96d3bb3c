// The event packages this phone can read (RFC 3856, 3842, 4235, 3680, 4575), with what each may be told in, the best first.
import { CONFERENCE_INFO } from './conference-info.ts'
import { DIALOG_INFO } from './dialog-info.ts'
import { MESSAGE_SUMMARY } from './message-summary.ts'
import { PRESENCE_TYPES } from './presence.ts'
import { REGINFO } from './reginfo.ts'

/** Package → value of Accept. */
export const PACKAGES: Readonly<Record<string, string>> = {
  presence: PRESENCE_TYPES.join(', '),
  'message-summary': MESSAGE_SUMMARY,
  dialog: DIALOG_INFO,
  reg: REGINFO,
  conference: CONFERENCE_INFO,
}

/** What an account can tell of itself. */
export const SERVED = { presence: PACKAGES.presence!, dialog: DIALOG_INFO } as const

/** What servers tell of unasked: a mailbox (RFC 3842 §3.1), and that the configuration is to be read anew. */
export const UNSOLICITED: readonly string[] = ['message-summary', 'check-sync']
