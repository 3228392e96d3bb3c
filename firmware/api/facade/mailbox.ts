// The mailbox of an account (RFC 3842): what its subscription says of waiting messages.
import type { MessageSummary } from '../../sip/packages/message-summary.ts'
import type { Account } from './account.ts'
import { Watch } from './watch.ts'

/** Subscribes; each change and each NOTIFY without a body is told as `mwiInfo`. `ended`: nothing comes any more. */
export function watchMessages(operation: string, account: Account, expires: number, ended: () => void): Watch {
  const what = { target: account.parts.uri, event: 'message-summary', expires, headers: {} } as const
  let state = 'pending'
  let messages: MessageSummary | undefined
  const say = () => account.tell('mwiInfo', { active: state !== 'terminated', state, messages })
  return new Watch(operation, account, what, {
    state: (change, isFinal) => {
      state = change.state.toLowerCase()
      if (isFinal) ended()
    },
    watched: (watched) => {
      if (watched.of !== 'message-summary' || watched.messages === undefined) return
      messages = watched.messages
      say()
    },
    // It says that the mailbox is there, and nothing of what is in it.
    notified: ({ body }) => {
      if (body === '') say()
    },
  })
}
