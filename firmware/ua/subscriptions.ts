// Subscriptions of accounts (RFC 6665): what the application hears of each, until its last event.
import { utf8Decode } from '../base/bytes.ts'
import type { SipEvent } from '../sip/core/contract.ts'
import { type Account, identityOf } from './accounts.ts'
import { completeTarget, headersProblem } from './addressing.ts'
import type { AccountId, SubscriptionName, UaCommand } from './contract.ts'
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

interface Held {
  readonly account: AccountId
  /** What a subscription of that name cannot change: to whom it goes and what of. */
  readonly what: string
  /** The engine has taken it. */
  begun: boolean
}

const MAX_SUBSCRIPTIONS = 64

export function createSubscriptions(): Subscriptions {
  const all = new Map<SubscriptionName, Held>()

  return {
    subscribe({ subscription: id, account: named, target: given, event, expires, headers }, account, tell) {
      const refuse = (why: string) => tell.refuse('subscribe', id, why)
      if (id === '' || id.startsWith('in:')) return refuse('not a name for a subscription')
      const problem = headersProblem(headers)
      if (problem !== undefined) return refuse(problem)
      if (account === undefined) return refuse('unknown account')
      const target = completeTarget(given, account.aor)
      if (!target.ok) return refuse(target.error)
      const what = JSON.stringify([named, target.value, event])
      const held = all.get(id)
      if (held !== undefined && held.what !== what) return refuse('name in use')
      if (held === undefined && all.size >= MAX_SUBSCRIPTIONS) return refuse('too many subscriptions')
      if (held === undefined) all.set(id, { account: named, what, begun: false })
      const identity = identityOf(account)
      tell.sip({ kind: 'subscribe', id, identity, target: target.value, event, expires, headers, body: undefined })
    },

    unsubscribe(id, tell) {
      if (!all.has(id)) return tell.refuse('unsubscribe', id, 'unknown subscription')
      tell.sip({ kind: 'unsubscribe', id })
    },

    endAll(account, tell) {
      for (const [id, held] of all) if (held.account === account) tell.sip({ kind: 'unsubscribe', id })
    },

    onState({ id, state, previous, status, reason, cause, retryMs }, tell) {
      const held = all.get(id)
      if (held === undefined) return
      held.begun = true
      const final = state === 'TERMINATED' && retryMs === undefined
      if (final) all.delete(id)
      tell.app({
        ...{ kind: 'subscription-state', subscription: id, account: held.account, state, previous },
        ...{ status, reason: utf8Decode(reason), cause, retryMs, final },
      })
    },

    onNotify({ id, contentType, body }, tell) {
      if (all.has(id)) tell.app({ kind: 'subscription-notify', subscription: id, contentType, body })
    },

    onRejected({ command, id, reason }, tell) {
      // Too late: its end was told before.
      if (command === 'unsubscribe') return
      if (all.get(id)?.begun === false) all.delete(id)
      tell.refuse('subscribe', id, reason)
    },
  }
}
