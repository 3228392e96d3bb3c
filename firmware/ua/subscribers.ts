// Who has subscribed to what an account tells (RFC 6665 §4.2): what the application hears of each, until its last event.
import { utf8Decode } from '../base/bytes.ts'
import type { SipEvent } from '../sip/core/contract.ts'
import { headersProblem, partyOf } from '../sip/message/addressing.ts'
import type { HeaderField, SipRequest } from '../sip/message/message.ts'
import type { Account } from './accounts.ts'
import type { AccountId, SubscriberName, UaCommand } from './contract.ts'
import { withoutCredentials } from './requests.ts'
import { isServed, type Serving } from './serving.ts'
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

interface Subscriber {
  readonly account: Account
  readonly event: string
  readonly request: SipRequest
  taken: boolean
}

export function createSubscribers(serving: Serving): Subscribers {
  const all = new Map<SubscriberName, Subscriber>()

  /** Tells what the account has to say, from now on; or refuses. */
  function serve(id: SubscriberName, held: Subscriber, headers: readonly HeaderField[], tell: Tell) {
    const { account, event, request } = held
    const type = isServed(event) ? serving.typeFor(event, request) : undefined
    if (!isServed(event) || type === undefined) {
      all.delete(id)
      return tell.sip({ kind: 'answer-subscriber', id, ...NOBODY, status: 406 })
    }
    held.taken = true
    const body = serving.begin(id, account, event, type, tell.now)
    tell.sip({ kind: 'answer-subscriber', id, status: 200, reason: undefined, headers, state: 'active', body })
  }

  return {
    answer({ subscriber: id, status, reason, headers, state, body, serve: byUs = false }, tell) {
      const held = all.get(id)
      const problem = held === undefined ? 'unknown subscriber' : headersProblem(headers)
      if (held === undefined || problem !== undefined) return tell.refuse('answer-subscriber', id, problem ?? '')
      if (byUs && status < 300) {
        if (!isServed(held.event)) return tell.refuse('answer-subscriber', id, `${held.event} is not told by itself`)
        return serve(id, held, headers, tell)
      }
      if (status >= 300) all.delete(id)
      else held.taken = true
      tell.sip({ kind: 'answer-subscriber', id, status, reason, headers, state, body })
    },

    notify({ subscriber: id, state, reason, retryAfter, headers, body }, tell) {
      const problem = all.has(id) ? headersProblem(headers) : 'unknown subscriber'
      if (problem !== undefined) return tell.refuse('notify', id, problem)
      tell.sip({ kind: 'notify', id, state, reason, retryAfter, headers, body })
    },

    endAll(account, tell) {
      for (const [id, held] of all) {
        if (held.account.id !== account) continue
        serving.end(id)
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
      const held = { account, event, request, taken: false }
      const { watchers = 'ask' } = account.config
      if (isServed(event) && watchers === 'refuse')
        return tell.sip({ kind: 'answer-subscriber', id, ...NOBODY, status: 403 })
      all.set(id, held)
      if (isServed(event) && watchers === 'accept') return serve(id, held, [], tell)
      tell.app({
        ...{ kind: 'subscriber-incoming', subscriber: id, account: account.id, event, expires },
        ...{ peer: partyOf(request.from), headers: withoutCredentials(request), body: request.body },
        answerMs: ANSWER_MS,
      })
    },

    onState({ id, state, reason, cause }, tell) {
      const held = all.get(id)
      if (held === undefined) return
      if (state === 'terminated') {
        all.delete(id)
        serving.end(id)
      }
      const account = held.account.id
      tell.app({ kind: 'subscriber-state', subscriber: id, account, state, reason: utf8Decode(reason), cause })
    },

    onRejected({ command, id, reason }, tell) {
      if (command !== 'answer-subscriber' && command !== 'notify') return
      // Too late: nobody waits for it any more.
      if (reason === 'no such subscription') {
        all.delete(id)
        serving.end(id)
      }
      tell.refuse(command, id, reason)
    },
  }
}
