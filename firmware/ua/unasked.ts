// What servers tell without a subscription: a mailbox (RFC 3842 §3.1), and that the configuration is to be read anew (check-sync).
import type { SipEvent } from '../sip/core/contract.ts'
import { createResource } from '../sip/packages/resource.ts'
import type { Account } from './accounts.ts'
import type { Tell } from './tell.ts'

/** `account` undefined: it is for nobody here. */
export function onUnasked(
  { event, request }: Extract<SipEvent, { kind: 'notify-incoming' }>,
  account: Account | undefined,
  tell: Tell,
) {
  if (account === undefined) return tell.log('info', 'told of nobody here', { event })
  switch (event) {
    case 'message-summary': {
      const mailbox = createResource('message-summary')
      const read = mailbox.read({ contentType: request.header('Content-Type') ?? '', content: request.body })
      if (!read.ok) return tell.log('warn', 'a NOTIFY cannot be read', { event, ...read.error })
      const more = { subscription: undefined, uri: account.config.aor, name: undefined }
      return tell.app({ kind: 'watched', account: account.id, ...more, watched: mailbox.watched() })
    }
    case 'check-sync': {
      const said = /;\s*reboot\s*=\s*(true|false)\b/i.exec(request.header('Event') ?? '')?.[1]?.toLowerCase()
      return tell.app({
        kind: 'check-sync',
        account: account.id,
        reboot: said === undefined ? undefined : said === 'true',
      })
    }
  }
}
