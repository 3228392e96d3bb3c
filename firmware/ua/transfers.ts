// Transfers (RFC 3515): those we ask for, with what becomes of them, and those asked of us, which the application decides on.
import { utf8Decode } from '../base/bytes.ts'
import { after, earlier, FOREVER, type Millis } from '../base/time.ts'
import type { ReferId, SipEvent } from '../sip/core/contract.ts'
import { headersProblem, partyCalled, partyOf } from '../sip/message/addressing.ts'
import type { HeaderField } from '../sip/message/message.ts'
import type { Account } from './accounts.ts'
import { isAnonymous } from './caller.ts'
import type { CallId, UaCommand } from './contract.ts'
import { type Destination, withoutCredentials } from './requests.ts'
import type { Tell } from './tell.ts'

type Of<K extends SipEvent['kind']> = Extract<SipEvent, { kind: K }>
type Command<K extends UaCommand['kind']> = Extract<UaCommand, { kind: K }>

/** How long the application may think: well before the one who asks gives up. */
const ANSWER_MS = 5000
const REFER = 'refer:'

interface Asked {
  readonly account: Account
  readonly target: string
  readonly headers: readonly HeaderField[]
  readonly answerAt: Millis
}

export interface Transfers {
  /** `to`: a URI, '' for the peer of the call that is replaced. */
  ask(command: Command<'transfer'>, to: string, destination: Destination, tell: Tell): void
  endAsking(call: CallId, tell: Tell): void
  onProgress(event: Of<'refer-progress'>, tell: Tell): void
  /** `account` undefined: it is for nobody here. */
  onAsked(event: Of<'refer-incoming'>, account: Account | undefined, tell: Tell): void
  /** `make` makes a call and says whether there is one. */
  answer(
    command: Command<'answer-transfer'>,
    make: (command: Command<'make-call'>, account: Account) => boolean,
    tell: Tell,
  ): void
  /** Of a call that was asked of us its progress is told. */
  onCall(event: Of<'session-state'>, tell: Tell): void
  onRejected(event: Of<'rejected'>, tell: Tell): void
  callEnded(call: CallId): void
  wake(tell: Tell): void
  deadline(): Millis
}

export function createTransfers(): Transfers {
  /** Calls whose peer we have asked to call somebody. */
  const asking = new Set<CallId>()
  const asked = new Map<ReferId, Asked>()
  /** Calls made because somebody asked for them. */
  const made = new Map<CallId, ReferId>()

  const reply = (id: ReferId, status: number, reason: string | undefined, tell: Tell) =>
    tell.sip({ kind: 'reply', id, status, reason, headers: [], body: undefined })

  return {
    ask({ call, headers, replaces, insist = true, quiet = false }, to, destination, tell) {
      const refuse = (why: string) => tell.refuse('transfer', call, why)
      const problem = headersProblem(headers)
      if (problem !== undefined) return refuse(problem)
      if (asking.has(call)) return refuse('a transfer is under way')
      asking.add(call)
      const { aor } = destination.identity
      // RFC 3892 §2.1: whom the one called will hear of, unless we are nobody.
      const known = isAnonymous(aor) || headers.some(({ name }) => /^(referred-by|b)$/i.test(name))
      const all = known ? headers : [{ name: 'Referred-By', value: `<${aor}>` }, ...headers]
      const how = { replaces, insist, subscribe: !quiet, headers: all }
      tell.sip({ kind: 'refer', id: REFER + call, ...destination, referTo: to, ...how })
    },

    endAsking(call, tell) {
      if (!asking.delete(call)) return tell.refuse('end-transfer', call, 'no transfer is under way')
      tell.sip({ kind: 'end-refer', id: REFER + call })
    },

    onProgress({ id, by, status, reason, final, cause }, tell) {
      const call = id.slice(REFER.length)
      if (!asking.has(call)) return
      if (final) asking.delete(call)
      tell.app({ kind: 'call-transfer', call, by, status, reason: utf8Decode(reason), final, ...(cause && { cause }) })
    },

    onAsked({ id, session, request, referTo, method, headers }, account, tell) {
      if (account === undefined) return reply(id, 404, undefined, tell)
      if (method.toUpperCase() !== 'INVITE') return reply(id, 501, undefined, tell)
      const referredBy = request.header('Referred-By')
      const more = referredBy === undefined ? [] : [{ name: 'Referred-By', value: referredBy }]
      asked.set(id, { account, target: referTo, headers: [...headers, ...more], answerAt: after(tell.now, ANSWER_MS) })
      tell.app({
        ...{ kind: 'transfer-incoming', transfer: id, account: account.id, call: session, peer: partyOf(request.from) },
        ...{ target: partyCalled(referTo), replaces: headers.some(({ name }) => /^replaces$/i.test(name)), referredBy },
        ...{ headers: withoutCredentials(request), default: 'refuse', answerMs: ANSWER_MS },
      })
    },

    answer({ transfer, call, status, reason }, make, tell) {
      const refuse = (why: string) => tell.refuse('answer-transfer', transfer, why)
      const known = asked.get(transfer)
      if (known === undefined) return refuse('no transfer of that name waits for an answer')
      if (call === undefined && !(status >= 300 && status <= 699)) return refuse('status out of 300–699')
      asked.delete(transfer)
      if (call === undefined) return reply(transfer, status, reason, tell)
      const { account, target, headers } = known
      if (!make({ kind: 'make-call', call, account: account.id, target, headers }, account))
        return reply(transfer, 603, undefined, tell)
      made.set(call, transfer)
      reply(transfer, 202, undefined, tell)
    },

    onCall({ id, state, previous, status, reason }, tell) {
      const refer = made.get(id)
      if (refer === undefined) return
      const notify = (what: number, why: string | undefined) =>
        tell.sip({ kind: 'refer-notify', id: refer, status: what, reason: why })
      if (state === 'EARLY') notify(status, reason)
      else if (state === 'CONFIRMED' && previous === 'CONNECTING') notify(200, undefined)
      else if (state === 'DISCONNECTED') notify(status >= 300 ? status : 487, status >= 300 ? reason : undefined)
      if (state === 'CONFIRMED' || state === 'DISCONNECTED') made.delete(id)
    },

    onRejected({ command, id, reason }, tell) {
      // Nobody wants to hear of the others any more.
      if (command !== 'refer') return
      const call = id.slice(REFER.length)
      asking.delete(call)
      tell.refuse('transfer', call, reason)
    },

    callEnded: (call) => void asking.delete(call),

    wake(tell) {
      for (const [id, { answerAt }] of asked) {
        if (answerAt > tell.now) continue
        asked.delete(id)
        reply(id, 603, undefined, tell)
      }
    },

    deadline() {
      let due = FOREVER
      for (const { answerAt } of asked.values()) due = earlier(due, answerAt)
      return due
    },
  }
}
