// Calls of ours that a 3xx sends on (RFC 3261 §8.1.3.4): followed, asked about or ended, as the account has it.
import { after, earlier, FOREVER, type Millis } from '../base/time.ts'
import type { SipEvent } from '../sip/core/contract.ts'
import { partyOf } from '../sip/message/addressing.ts'
import { printUri } from '../sip/message/uri.ts'
import type { AccountConfig, AccountId, CallId, UaCommand } from './contract.ts'
import type { Tell } from './tell.ts'

/** How long the application may think: nobody hears anything meanwhile. */
const ANSWER_MS = 5000

type Redirected = Extract<SipEvent, { kind: 'session-redirected' }>

export interface Redirects {
  onRedirected(event: Redirected, account: AccountId, policy: AccountConfig['redirects'], tell: Tell): void
  redirect(command: Extract<UaCommand, { kind: 'redirect' }>, tell: Tell): void
  callEnded(call: CallId): void
  wake(tell: Tell): void
  deadline(): Millis
}

export function createRedirects(): Redirects {
  const asked = new Map<CallId, { readonly targets: readonly string[]; readonly answerAt: Millis }>()

  const answer = (id: CallId, targets: readonly string[], tell: Tell) => {
    asked.delete(id)
    tell.sip({ kind: 'redirect', id, targets })
  }

  return {
    onRedirected({ id, targets, message }, account, policy, tell) {
      const uris = targets.map(({ uri }) => printUri(uri))
      if (policy !== 'ask') return answer(id, policy === 'refuse' ? [] : uris, tell)
      asked.set(id, { targets: uris, answerAt: after(tell.now, ANSWER_MS) })
      tell.app({
        ...{ kind: 'call-redirect', call: id, account, status: message.status },
        targets: targets.map(({ display, uri, params, q }) => ({ ...partyOf({ display, uri, params }), q })),
        ...{ default: 'refuse', answerMs: ANSWER_MS },
      })
    },

    redirect({ call, targets }, tell) {
      const known = asked.get(call)
      if (known === undefined) return tell.refuse('redirect', call, 'nobody sends it on')
      const stranger = targets?.find((target) => !known.targets.includes(target))
      if (stranger !== undefined) return tell.refuse('redirect', call, `not one of the targets: ${stranger}`)
      answer(call, targets ?? known.targets, tell)
    },

    callEnded: (call) => void asked.delete(call),

    wake(tell) {
      for (const [id, { answerAt }] of asked) if (answerAt <= tell.now) answer(id, [], tell)
    },

    deadline() {
      let due = FOREVER
      for (const { answerAt } of asked.values()) due = earlier(due, answerAt)
      return due
    },
  }
}
