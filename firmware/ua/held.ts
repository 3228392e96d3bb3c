// What accounts keep at servers under names of the application's (subscriptions, publications): each name from the command that
// takes it to the last event.
import type { SipEvent } from '../sip/core/contract.ts'
import type { AccountId } from './contract.ts'
import type { Tell } from './tell.ts'

interface Words {
  readonly noun: string
  readonly begin: 'subscribe' | 'publish'
  readonly end: 'unsubscribe' | 'unpublish'
  /** Of them at once. */
  readonly most: number
}

export interface Held {
  /** Why a name cannot be one of these; undefined when it can. */
  nameProblem(id: string): string | undefined
  /** Takes the name, or finds it taken by the same account for the same (`what` cannot be changed); else why not. */
  take(id: string, account: AccountId, what: string): string | undefined
  end(id: string, tell: Tell): void
  /** The account is about to go: what it keeps is given up. */
  endAll(account: AccountId, tell: Tell): void
  /** Whose it is; undefined: nobody's. */
  accountOf(id: string): AccountId | undefined
  /** The engine spoke of it: it is begun, and after a `final` word its name is free. Whose it is, as above. */
  spokenOf(id: string, final: boolean): AccountId | undefined
  /** The engine would not. */
  onRejected(event: Extract<SipEvent, { kind: 'rejected' }>, tell: Tell): void
}

export function createHeld({ noun, begin, end, most }: Words): Held {
  const all = new Map<string, { readonly account: AccountId; readonly what: string; begun: boolean }>()

  return {
    nameProblem: (id) => (id === '' || /^(?:in|own):/.test(id) ? `not a name for a ${noun}` : undefined),

    take(id, account, what) {
      const held = all.get(id)
      if (held !== undefined) return held.account === account && held.what === what ? undefined : 'name in use'
      if (all.size >= most) return `too many ${noun}s`
      all.set(id, { account, what, begun: false })
      return undefined
    },

    end(id, tell) {
      if (all.has(id)) tell.sip({ kind: end, id })
      else tell.refuse(end, id, `unknown ${noun}`)
    },

    endAll(account, tell) {
      for (const [id, held] of all) if (held.account === account) tell.sip({ kind: end, id })
    },

    accountOf: (id) => all.get(id)?.account,

    spokenOf(id, final) {
      const held = all.get(id)
      if (held === undefined) return undefined
      held.begun = true
      if (final) all.delete(id)
      return held.account
    },

    onRejected({ command, id, reason }, tell) {
      // Too late: its end was told before.
      if (command === end) return
      if (all.get(id)?.begun === false) all.delete(id)
      tell.refuse(begin, id, reason)
    },
  }
}
