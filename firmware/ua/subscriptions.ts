// Subscriptions of accounts (RFC 6665): what the application hears of each, until its last event.
import { utf8Decode } from '../base/bytes.ts'
import type { SipEvent } from '../sip/core/contract.ts'
import { type Account, identityOf } from './accounts.ts'
import { completeTarget, headersProblem } from './addressing.ts'
import type { AccountId, SubscriptionName, UaCommand } from './contract.ts'
import { createHeld } from './held.ts'
import type { Tell } from './tell.ts'

type Of<K extends SipEvent['kind']> = Extract<SipEvent, { kind: K }>
type Command<K extends UaCommand['kind']> = Extract<UaCommand, { kind: K }>

export interface Subscriptions {
  subscribe(command: Command<'subscribe'>, account: Account | undefined, tell: Tell): void
  unsubscribe(subscription: SubscriptionName, tell: Tell): void
  /** The account is about to go: what it has subscribed to is given up. */
  endAll(account: AccountId, tell: Tell): void
  onState(event: Of<'subscription-state'>, tell: Tell): void
  onNotify(event: Of<'subscription-notify'>, tell: Tell): void
  onRejected(event: Of<'rejected'>, tell: Tell): void
}

export function createSubscriptions(): Subscriptions {
  const held = createHeld({ noun: 'subscription', begin: 'subscribe', end: 'unsubscribe', most: 64 })

  return {
    subscribe({ subscription: id, account: named, target: given, event, expires, headers }, account, tell) {
      const refuse = (why: string) => tell.refuse('subscribe', id, why)
      const problem = held.nameProblem(id) ?? headersProblem(headers)
      if (problem !== undefined) return refuse(problem)
      if (account === undefined) return refuse('unknown account')
      const target = completeTarget(given, account.aor)
      if (!target.ok) return refuse(target.error)
      const taken = held.take(id, named, JSON.stringify([target.value, event]))
      if (taken !== undefined) return refuse(taken)
      const identity = identityOf(account)
      tell.sip({ kind: 'subscribe', id, identity, target: target.value, event, expires, headers, body: undefined })
    },

    unsubscribe: held.end,
    endAll: held.endAll,

    onState({ id, state, previous, status, reason, cause, retryMs }, tell) {
      const final = state === 'TERMINATED' && retryMs === undefined
      const account = held.spokenOf(id, final)
      if (account === undefined) return
      tell.app({
        ...{ kind: 'subscription-state', subscription: id, account, state, previous },
        ...{ status, reason: utf8Decode(reason), cause, retryMs, final },
      })
    },

    onNotify({ id, contentType, body }, tell) {
      if (held.accountOf(id) !== undefined)
        tell.app({ kind: 'subscription-notify', subscription: id, contentType, body })
    },

    onRejected: held.onRejected,
  }
}
