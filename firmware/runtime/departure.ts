// Leaving cleanly: what a user agent holds with others, its calls, subscriptions, publications and bindings, and how to give that back in time.
import type { AccountId, CallId, PublicationName, SubscriptionName, UaCommand, UaEvent } from '../ua/contract.ts'

export interface Departure {
  /** Every command and event of the user agent passes here. */
  commanded(command: UaCommand): void
  told(event: UaEvent): void
  /** Calls, subscriptions and publications end, bindings are removed; resolves when that is done, or after `withinMs`. */
  leave(send: (command: UaCommand) => void, withinMs: number): Promise<void>
  /** What a user agent that is gone did not come to tell: the end of its calls and bindings. */
  untold(): readonly UaEvent[]
}

type CallStateEvent = Extract<UaEvent, { kind: 'call-state' }>

/** Time for a BYE and a REGISTER with their answers, ms. */
export const LEAVE_MS = 2000

export function createDeparture(): Departure {
  const accounts = new Set<AccountId>()
  const bound = new Set<AccountId>()
  const subscriptions = new Set<SubscriptionName>()
  const publications = new Set<PublicationName>()
  const calls = new Map<CallId, Pick<CallStateEvent, 'account' | 'peer' | 'state'>>()
  let left: (() => void) | undefined

  const nothing = () => [bound, calls, subscriptions, publications].every(({ size }) => size === 0)

  return {
    commanded(command) {
      if (command.kind === 'set-account') accounts.add(command.account)
      if (command.kind === 'remove-account') accounts.delete(command.account)
    },
    told(event) {
      if (event.kind === 'account-state') {
        if (event.registration === 'unregistered') bound.delete(event.account)
        else bound.add(event.account)
      } else if (event.kind === 'subscription-state') {
        if (event.final) subscriptions.delete(event.subscription)
        else subscriptions.add(event.subscription)
      } else if (event.kind === 'publication-state') {
        if (event.final) publications.delete(event.publication)
        else publications.add(event.publication)
      } else if (event.kind === 'call-incoming') {
        calls.set(event.call, { account: event.account, peer: event.peer, state: 'incoming' })
      } else if (event.kind === 'call-state') {
        if (event.state === 'disconnected') calls.delete(event.call)
        else calls.set(event.call, event)
      }
      if (nothing()) left?.()
    },
    async leave(send, withinMs) {
      if (nothing()) return
      const { promise, resolve } = Promise.withResolvers<void>()
      left = resolve
      for (const account of accounts) send({ kind: 'remove-account', account })
      const late = setTimeout(resolve, withinMs)
      await promise
      clearTimeout(late)
    },
    untold() {
      const why = { status: 503, reason: 'left', cause: 'transport' } as const
      return [
        ...[...calls].map(
          ([call, { account, peer, state }]): UaEvent => ({
            ...{ kind: 'call-state', call, account, peer, state: 'disconnected', previous: state },
            ...why,
          }),
        ),
        ...[...bound].map(
          (account): UaEvent => ({
            ...{ kind: 'account-state', account, registration: 'unregistered', expires: 0, retryMs: undefined },
            ...why,
          }),
        ),
      ]
    },
  }
}
