// The session an INVITE takes the place of (RFC 3891 §3) or joins (RFC 3911 §4), or the status it is refused with.
import type { SipRequest } from '../message/message.ts'
import type { Named, Session } from '../usage/invite/session.ts'
import { dialogNamed, type NamedDialog } from '../usage/refer/replaces.ts'
import type { Sessions } from './sessions.ts'

interface Refusal {
  readonly status: number
}

export function sessionNamed(request: SipRequest, sessions: Sessions, supported: readonly string[]): Named | Refusal {
  const replaces = supported.includes('replaces') ? dialogNamed(request, 'Replaces') : undefined
  const joins = supported.includes('join') ? dialogNamed(request, 'Join') : undefined
  if (replaces === undefined && joins === undefined) return {}
  // RFC 3911 §4: not both.
  if (replaces && joins) return { status: 400 }
  const named = replaces ?? joins
  if (!named?.ok) return { status: 400 }
  const { callId, toTag, fromTag } = named.value
  const session = sessions.ofDialog(callId, toTag)
  if (session?.dialogWith(fromTag) === undefined) return { status: 481 }
  if (joins) return refusalOfJoin(session) ?? { joins: session.id }
  return refusalOfReplaces(session, named.value) ?? { replaces: session.id }
}

function refusalOfReplaces(session: Session, { earlyOnly }: NamedDialog): Refusal | undefined {
  switch (session.state) {
    // Only who made an early dialog can have it replaced.
    case 'EARLY':
      return session.isCaller ? undefined : { status: 481 }
    case 'CONNECTING':
    case 'CONFIRMED':
    case 'REINVITING':
    case 'REINVITED':
      return earlyOnly ? { status: 486 } : undefined
    case 'DISCONNECTING':
      return { status: 603 }
    case 'NULL':
    case 'CALLING':
    case 'INCOMING':
    case 'DISCONNECTED':
      return { status: 481 }
  }
}

/** An early dialog has nobody to join yet. */
function refusalOfJoin(session: Session): Refusal | undefined {
  switch (session.state) {
    case 'CONFIRMED':
    case 'REINVITING':
    case 'REINVITED':
      return undefined
    case 'DISCONNECTING':
      return { status: 603 }
    case 'EARLY':
    case 'CONNECTING':
    case 'NULL':
    case 'CALLING':
    case 'INCOMING':
    case 'DISCONNECTED':
      return { status: 481 }
  }
}
