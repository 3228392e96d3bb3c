// Who has subscribed to what an account tells (RFC 6665 §4.2): what the application hears of each, until its last event.
import { utf8Decode } from '../base/bytes.ts'
import type { SipEvent } from '../sip/core/contract.ts'
import type { Account } from './accounts.ts'
import { headersProblem, partyOf } from './addressing.ts'
import type { AccountId, SubscriberName, UaCommand } from './contract.ts'
import { withoutCredentials } from './requests.ts'
import type { Tell } from './tell.ts'

type Of<K extends SipEvent['kind']> = Extract<SipEvent, { kind: K }>
type Command<K extends UaCommand['kind']> = Extract<UaCommand, { kind: K }>

export interface Subscribers {
  answer(command: Command<'answer-subscriber'>, tell: Tell): void
  notify(command: Command<'notify'>, tell: Tell): void
  /** The account is about to go: who listened to it is told so. */
  endAll(account: AccountId, tell: Tell): void
  /** `account` undefined: it is nobody's here. */
  onIncoming(event: Of<'subscriber-incoming'>, account: Account | undefined, tell: Tell): void
  onState(event: Of<'subscriber-state'>, tell: Tell): void
  onRejected(event: Of<'rejected'>, tell: Tell): void
}

/** The engine's own patience. */
const ANSWER_MS = 30_000

const NOBODY = { status: 404, reason: undefined, headers: [], state: 'active', body: undefined } as const

export function createSubscribers(): Subscribers {
  /** With whether it has been taken. */
  const all = new Map<SubscriberName, { readonly account: AccountId; taken: boolean }>()

  return {
    answer({ subscriber: id, status, reason, headers, state, body }, tell) {
      const problem = all.has(id) ? headersProblem(headers) : 'unknown subscriber'
      if (problem !== undefined) return tell.refuse('answer-subscriber', id, problem)
      const held = all.get(id)
      if (status >= 300) all.delete(id)
      else if (held) held.taken = true
      tell.sip({ kind: 'answer-subscriber', id, status, reason, headers, state, body })
    },

    notify({ subscriber: id, state, reason, retryAfter, headers, body }, tell) {
      const problem = all.has(id) ? headersProblem(headers) : 'unknown subscriber'
      if (problem !== undefined) return tell.refuse('notify', id, problem)
      tell.sip({ kind: 'notify', id, state, reason, retryAfter, headers, body })
    },

    endAll(account, tell) {
      for (const [id, held] of all) {
        if (held.account !== account) continue
        const over = { state: 'terminated', reason: 'noresource', retryAfter: undefined, headers: [] } as const
        if (held.taken) tell.sip({ kind: 'notify', id, ...over, body: undefined })
        else {
          all.delete(id)
          tell.sip({ kind: 'answer-subscriber', id, ...NOBODY })
        }
      }
    },

    onIncoming({ id, request, event, expires }, account, tell) {
      if (account === undefined) return tell.sip({ kind: 'answer-subscriber', id, ...NOBODY })
      all.set(id, { account: account.id, taken: false })
      tell.app({
        ...{ kind: 'subscriber-incoming', subscriber: id, account: account.id, event, expires },
        ...{ peer: partyOf(request.from), headers: withoutCredentials(request), body: request.body },
        answerMs: ANSWER_MS,
      })
    },

    onState({ id, state, reason, cause }, tell) {
      const held = all.get(id)
      if (held === undefined) return
      if (state === 'terminated') all.delete(id)
      tell.app({
        kind: 'subscriber-state',
        subscriber: id,
        account: held.account,
        state,
        reason: utf8Decode(reason),
        cause,
      })
    },

    onRejected({ command, id, reason }, tell) {
      if (command !== 'answer-subscriber' && command !== 'notify') return
      // Too late: nobody waits for it any more.
      if (reason === 'no such subscription') all.delete(id)
      tell.refuse(command, id, reason)
    },
  }
}
