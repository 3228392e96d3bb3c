// A change of a call under way: a re-INVITE (RFC 3261 §14.1) or UPDATE (RFC 3311) of ours.
import type { HeaderField } from '../sip/message/message.ts'

/** A re-INVITE or UPDATE of ours, from the wish to its result. */
export interface Change {
  readonly kind: 'reinvite' | 'update'
  readonly hold: boolean
  /** False: the peer makes the offer; an UPDATE negotiates nothing then. */
  readonly offer: boolean
  readonly headers: readonly HeaderField[]
  readonly sent: boolean
  readonly agreed: boolean
  /** Of the session timer: nobody has asked for it, nothing is told. */
  readonly quiet?: true
  /** How often theirs came first. */
  readonly again?: number
}

/** No offer either way: only our Contact is told, the call stays as it is. */
export const refreshes = ({ kind, offer }: Pick<Change, 'kind' | 'offer'>): boolean => kind === 'update' && !offer
