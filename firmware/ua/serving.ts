// Tells what accounts have to say of themselves: to those who subscribe to it, and to the server it is published at. Everything
// is told anew as a whole, whenever it is another than what was told last.
import type { Millis } from '../base/time.ts'
import { accepts } from '../sip/message/headers.ts'
import type { Body, SipRequest } from '../sip/message/message.ts'
import { dialogsBody, dialogsOf, type OwnCall, presenceOf } from '../sip/packages/own-state.ts'
import { PRESENCE_TYPES, printPresence } from '../sip/packages/presence.ts'
import { SERVED } from '../sip/packages/table.ts'
import type { Account } from './accounts.ts'
import type { AccountId, OwnPresence, SubscriberName, UaCommand } from './contract.ts'
import type { Tell } from './tell.ts'

/** What the accounts are now. */
export interface OwnWorld {
  account(id: AccountId): Account | undefined
  calls(id: AccountId, now: Millis): readonly OwnCall[]
}

export interface Serving {
  set(command: Extract<UaCommand, { kind: 'set-presence' }>): void
  /** The type a subscriber is told in; undefined: it takes none of those there are. */
  typeFor(event: keyof typeof SERVED, request: SipRequest): string | undefined
  /** Takes a subscriber: what it is told first. */
  begin(id: SubscriberName, account: Account, event: keyof typeof SERVED, type: string, now: Millis): Body
  end(id: SubscriberName): void
  /** The account goes; its publication is ended by whoever keeps those. */
  forget(account: AccountId): void
  /** Tells who does not know yet. */
  update(tell: Tell): void
}

interface Told {
  readonly account: AccountId
  readonly event: keyof typeof SERVED
  readonly type: string
  /** Of the next document (RFC 4235 §4.3). */
  version: number
  known: string
}

interface Own {
  readonly presence: OwnPresence | undefined
  readonly publish: boolean
  readonly expires: number
  /** What is published. */
  known: string | undefined
}

export const isServed = (event: string): event is keyof typeof SERVED => Object.hasOwn(SERVED, event)

/** `publish` with a body publishes that, without one takes back what is published. */
export function createServing(
  world: OwnWorld,
  publish: (account: Account, expires: number, body: Body | undefined, tell: Tell) => void,
): Serving {
  const subscribers = new Map<SubscriberName, Told>()
  const own = new Map<AccountId, Own>()

  function stateOf(account: Account, event: keyof typeof SERVED, now: Millis): string {
    const calls = world.calls(account.id, now)
    return JSON.stringify(
      event === 'dialog' ? dialogsOf(calls) : presenceOf(account.config.aor, own.get(account.id)?.presence, calls),
    )
  }

  function bodyOf(account: Account, told: Told, now: Millis): Body {
    const calls = world.calls(account.id, now)
    if (told.event === 'dialog') return dialogsBody(account.config.aor, told.version++, dialogsOf(calls))
    return printPresence(told.type, presenceOf(account.config.aor, own.get(account.id)?.presence, calls))
  }

  function updatePublication(id: AccountId, mine: Own, tell: Tell) {
    const account = world.account(id)
    if (account === undefined) return
    const wanted = mine.publish && mine.presence !== undefined
    if (!wanted) {
      if (mine.known !== undefined) publish(account, mine.expires, undefined, tell)
      mine.known = undefined
      return
    }
    const presence = presenceOf(account.config.aor, mine.presence, world.calls(id, tell.now))
    const text = JSON.stringify([presence, mine.expires])
    if (text !== mine.known) publish(account, mine.expires, printPresence(PRESENCE_TYPES[0], presence), tell)
    mine.known = text
  }

  return {
    set({ account, presence, publish, expires }) {
      own.set(account, { presence, publish, expires, known: own.get(account)?.known })
    },

    typeFor: (event, request) => SERVED[event].split(', ').find((type) => accepts(request, type)),

    begin(id, account, event, type, now) {
      const told = { account: account.id, event, type, version: 0, known: stateOf(account, event, now) }
      subscribers.set(id, told)
      return bodyOf(account, told, now)
    },

    end: (id) => void subscribers.delete(id),

    forget: (account) => void own.delete(account),

    update(tell) {
      // Many may watch the same: it is looked at once.
      const states = new Map<string, string>()
      for (const [id, told] of subscribers) {
        const account = world.account(told.account)
        const key = `${told.event} ${told.account}`
        const state = states.get(key) ?? (account && stateOf(account, told.event, tell.now))
        if (account === undefined || state === undefined) continue
        states.set(key, state)
        if (state === told.known) continue
        told.known = state
        const body = bodyOf(account, told, tell.now)
        tell.sip({ kind: 'notify', id, state: 'active', reason: undefined, retryAfter: undefined, headers: [], body })
      }
      for (const [id, mine] of own) updatePublication(id, mine, tell)
    },
  }
}
