// Publications of accounts (RFC 3903): what an account says of itself to a server, until the last event of each.
import { utf8Decode } from '../base/bytes.ts'
import type { SipEvent } from '../sip/core/contract.ts'
import { type Account, identityOf } from './accounts.ts'
import { headersProblem } from './addressing.ts'
import type { AccountId, PublicationName, UaCommand } from './contract.ts'
import type { Tell } from './tell.ts'

type Of<K extends SipEvent['kind']> = Extract<SipEvent, { kind: K }>
type Command<K extends UaCommand['kind']> = Extract<UaCommand, { kind: K }>

export interface Publications {
  publish(command: Command<'publish'>, account: Account | undefined, tell: Tell): void
  unpublish(publication: PublicationName, tell: Tell): void
  /** The account is about to go: what it has published is taken back. */
  endAll(account: AccountId, tell: Tell): void
  onState(event: Of<'publication-state'>, tell: Tell): void
  onRejected(event: Of<'rejected'>, tell: Tell): void
}

interface Held {
  readonly account: AccountId
  /** What a publication of that name cannot change. */
  readonly event: string
  /** The engine has taken it. */
  begun: boolean
}

const MAX_PUBLICATIONS = 32

export function createPublications(): Publications {
  const all = new Map<PublicationName, Held>()

  return {
    publish({ publication: id, account: named, event, expires, headers, body }, account, tell) {
      const refuse = (why: string) => tell.refuse('publish', id, why)
      if (id === '' || id.startsWith('in:')) return refuse('not a name for a publication')
      const problem = headersProblem(headers)
      if (problem !== undefined) return refuse(problem)
      if (account === undefined) return refuse('unknown account')
      const held = all.get(id)
      if (held !== undefined && (held.account !== named || held.event !== event)) return refuse('name in use')
      if (held === undefined && all.size >= MAX_PUBLICATIONS) return refuse('too many publications')
      if (held === undefined) all.set(id, { account: named, event, begun: false })
      const identity = identityOf(account)
      // RFC 3903 §4: the resource is our own.
      tell.sip({ kind: 'publish', id, identity, target: identity.aor, event, expires, headers, body })
    },

    unpublish(id, tell) {
      if (!all.has(id)) return tell.refuse('unpublish', id, 'unknown publication')
      tell.sip({ kind: 'unpublish', id })
    },

    endAll(account, tell) {
      for (const [id, held] of all) if (held.account === account) tell.sip({ kind: 'unpublish', id })
    },

    onState({ id, state, previous, status, reason, cause, expires, retryMs }, tell) {
      const held = all.get(id)
      if (held === undefined) return
      held.begun = true
      const final = state === 'unpublished' && retryMs === undefined
      if (final) all.delete(id)
      tell.app({
        ...{ kind: 'publication-state', publication: id, account: held.account, state, previous },
        ...{ status, reason: utf8Decode(reason), cause, expires, retryMs, final },
      })
    },

    onRejected({ command, id, reason }, tell) {
      // Too late: its end was told before.
      if (command === 'unpublish') return
      if (all.get(id)?.begun === false) all.delete(id)
      tell.refuse('publish', id, reason)
    },
  }
}
