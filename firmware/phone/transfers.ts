// Calls that become others: the peer sends us on to somebody (RFC 3515), or another one takes the peer's place (RFC 3891).
import { FOREVER, type Millis } from '../base/time.ts'
import type { UaEvent } from '../ua/contract.ts'
import { logged } from './call-log.ts'
import { callOf, newCall, type Send, setAside } from './calls.ts'
import { focused, MAX_CALLS, type PhoneCall, type PhoneState } from './state.ts'

type Of<K extends UaEvent['kind']> = Extract<UaEvent, { kind: K }>

/**
 * Whoever we speak to asks us to call somebody else: done for the call the user is at and no other, when there is room beside it.
 * The call that asked goes on until it is ended over there, so it is there again when the new one comes to nothing.
 */
export function onTransferAsked(
  state: PhoneState,
  event: Of<'transfer-incoming'>,
  send: Send,
  now: Millis,
): PhoneState {
  const { transfer, account, target } = event
  const call = focused(state)
  const fits = call?.id === event.call && call?.stage === 'talking' && state.calls.length < MAX_CALLS
  const id = `out:${state.nextCall}`
  send({ kind: 'answer-transfer', transfer, call: fits ? id : undefined, status: 603, reason: undefined })
  if (!fits) return state
  const aside = setAside(state, send)
  const made: PhoneCall = { ...newCall(id, account, 'out', target, '', now), unheardUntil: FOREVER }
  return { ...aside, calls: [...aside.calls, made], focus: { name: 'call', id }, nextCall: state.nextCall + 1 }
}

/** A call that comes in the place of another one is that one, with somebody else: nothing rings, and who was held stays so. */
export function onReplacing(
  state: PhoneState,
  event: Of<'call-incoming'>,
  now: Millis,
  send: Send,
): PhoneState | undefined {
  const replaced = callOf(state, event.replaces ?? '')
  if (replaced === undefined || replaced.stage === 'ringing') return undefined
  const { call: id, account, peer } = event
  const { wantHeld, muted } = replaced
  const fresh: PhoneCall = {
    ...newCall(id, account, 'in', peer, '', now),
    stage: 'talking',
    since: now,
    wantHeld,
    muted,
  }
  send({ kind: 'answer', call: id, status: 200, reason: undefined, headers: [] })
  const left = logged(state, replaced, 'over', 'transferred', now)
  return {
    ...left,
    // The user agent ends the other one as soon as this one stands.
    leaving: [...left.leaving, replaced.id],
    calls: left.calls.map((call) => (call.id === replaced.id ? fresh : call)),
    focus: focused(state)?.id === replaced.id ? { name: 'call', id } : left.focus,
  }
}
