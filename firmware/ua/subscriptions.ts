// Subscriptions of accounts (RFC 6665): what the application hears of each, until its last event.
import { utf8Decode } from '../base/bytes.ts'
import type { Millis } from '../base/time.ts'
import type { SipCommand, SipEvent } from '../sip/core/contract.ts'
import { completeTarget, headersProblem } from '../sip/message/addressing.ts'
import { EVENTLIST, RLMI } from '../sip/packages/resource-list.ts'
import { parseEvent } from '../sip/usage/notified.ts'
import { type Account, identityOf } from './accounts.ts'
import type { AccountId, SubscriptionName, UaCommand } from './contract.ts'
import { createHeld } from './held.ts'
import type { Tell } from './tell.ts'
import { createWatching } from './watching.ts'

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
  /** Asks for what was lost. */
  wake(tell: Tell): void
  deadline(): Millis
}

/** Who may be told of a list says so (RFC 4662 §4.1, §4.2). */
const LIST_HEADERS = [
  { name: 'Supported', value: EVENTLIST },
  { name: 'Accept', value: `multipart/related, ${RLMI}` },
]

export function createSubscriptions(): Subscriptions {
  const held = createHeld({ noun: 'subscription', begin: 'subscribe', end: 'unsubscribe', most: 128 })
  /** As it was asked for last. */
  const asked = new Map<SubscriptionName, SipCommand>()
  const watching = createWatching((id, tell) => {
    const command = asked.get(id)
    if (command) tell.sip(command)
  })

  return {
    subscribe(
      { subscription: id, account: named, target: given, event, expires, headers, list = false },
      account,
      tell,
    ) {
      const refuse = (why: string) => tell.refuse('subscribe', id, why)
      const problem = held.nameProblem(id) ?? headersProblem(headers)
      if (problem !== undefined) return refuse(problem)
      if (account === undefined) return refuse('unknown account')
      const target = completeTarget(given, account.aor)
      if (!target.ok) return refuse(target.error)
      const taken = held.take(id, named, JSON.stringify([target.value, event]))
      if (taken !== undefined) return refuse(taken)
      const command: SipCommand = {
        kind: 'subscribe',
        ...{ id, identity: identityOf(account), target: target.value, event, expires, body: undefined },
        headers: [...(list ? LIST_HEADERS : []), ...headers],
      }
      asked.set(id, command)
      watching.begin(id, named, parseEvent(event)?.name ?? '', target.value)
      tell.sip(command)
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
      watching.onState(id, state, final, tell)
      if (final) asked.delete(id)
    },

    onNotify({ id, contentType, body }, tell) {
      if (held.accountOf(id) === undefined) return
      if (body !== '') tell.app({ kind: 'subscription-notify', subscription: id, contentType, body })
      watching.onBody(id, { contentType, content: body }, tell)
    },

    onRejected(event, tell) {
      held.onRejected(event, tell)
      if (held.accountOf(event.id) !== undefined) return
      asked.delete(event.id)
      watching.onState(event.id, 'TERMINATED', true, tell)
    },

    wake: watching.wake,
    deadline: watching.deadline,
  }
}
