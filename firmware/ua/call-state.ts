// How a call's state came about, as the application hears it.
import { utf8Decode } from '../base/bytes.ts'
import type { Cause } from '../sip/core/contract.ts'
import { reasons } from '../sip/message/headers.ts'
import type { SipMessage } from '../sip/message/message.ts'

/** How a state came about. */
export interface Outcome {
  readonly status: number
  readonly reason: string
  readonly cause: Cause | undefined
  readonly message?: SipMessage | undefined
}

/** Media could not be agreed. */
export const NOT_ACCEPTABLE: Outcome = { status: 488, reason: 'Not Acceptable Here', cause: 'protocol' }

/** As the application hears it. */
export function said({ status, reason, cause, message }: Outcome) {
  const because = message === undefined ? [] : reasons(message)
  return { status, reason: utf8Decode(reason), cause, ...(because.length === 0 ? {} : { because }) }
}
