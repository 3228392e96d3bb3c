// Publications of accounts (RFC 3903): what an account says of itself to a server, until the last event of each.
import { utf8Decode } from '../base/bytes.ts'
import type { SipEvent } from '../sip/core/contract.ts'
import { headersProblem } from '../sip/message/addressing.ts'
import type { Body } from '../sip/message/message.ts'
import { type Account, identityOf } from './accounts.ts'
import type { AccountId, PublicationName, UaCommand } from './contract.ts'
import { createHeld } from './held.ts'
import type { Tell } from './tell.ts'

type Of<K extends SipEvent['kind']> = Extract<SipEvent, { kind: K }>
type Command<K extends UaCommand['kind']> = Extract<UaCommand, { kind: K }>

export interface Publications {
  publish(command: Command<'publish'>, account: Account | undefined, tell: Tell): void
  unpublish(publication: PublicationName, tell: Tell): void
  /** The account's presence as `set-presence` has it; `body` undefined: no more. */
  own(account: Account, expires: number, body: Body | undefined, tell: Tell): void
  /** The account is about to go: what it has published is taken back. */
  endAll(account: AccountId, tell: Tell): void
  onState(event: Of<'publication-state'>, tell: Tell): void
  onRejected(event: Of<'rejected'>, tell: Tell): void
}

export function createPublications(): Publications {
  const held = createHeld({ noun: 'publication', begin: 'publish', end: 'unpublish', most: 32 })

  return {
    publish({ publication: id, account: named, event, expires, headers, body }, account, tell) {
      const refuse = (why: string) => tell.refuse('publish', id, why)
      const problem = held.nameProblem(id) ?? headersProblem(headers)
      if (problem !== undefined) return refuse(problem)
      if (account === undefined) return refuse('unknown account')
      const taken = held.take(id, named, event)
      if (taken !== undefined) return refuse(taken)
      const identity = identityOf(account)
      // RFC 3903 §4: the resource is our own.
      tell.sip({ kind: 'publish', id, identity, target: identity.aor, event, expires, headers, body })
    },

    unpublish: held.end,

    own(account, expires, body, tell) {
      const id = `own:presence:${account.id}`
      if (body === undefined) return held.accountOf(id) === undefined ? undefined : tell.sip({ kind: 'unpublish', id })
      const taken = held.take(id, account.id, 'presence')
      if (taken !== undefined) return tell.refuse('set-presence', account.id, taken)
      const identity = identityOf(account)
      const event = 'presence'
      tell.sip({ kind: 'publish', id, identity, target: identity.aor, event, expires, headers: [], body })
    },

    endAll: held.endAll,

    onState({ id, state, previous, status, reason, cause, expires, retryMs }, tell) {
      const final = state === 'unpublished' && retryMs === undefined
      const account = held.spokenOf(id, final)
      if (account === undefined) return
      tell.app({
        ...{ kind: 'publication-state', publication: id, account, state, previous },
        ...{ status, reason: utf8Decode(reason), cause, expires, retryMs, final },
      })
    },

    onRejected: held.onRejected,
  }
}
