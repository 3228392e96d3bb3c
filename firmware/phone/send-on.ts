// Calls we send on to somebody else: to a number (RFC 5589 §6), or to whoever was asked first, in the place of our call (§7).
import { after, type Millis } from '../base/time.ts'
import type { Party, UaEvent } from '../ua/contract.ts'
import { hangUp, leave } from './call-control.ts'
import { logged } from './call-log.ts'
import { callOf, change, focusOn, type Send, setAside, without } from './calls.ts'
import { isEmergency, targetOf } from './dial-pad.ts'
import { resolveNumber } from './dial-plan.ts'
import { consult } from './dialling.ts'
import { refusalReason } from './reasons.ts'
import { besideOf, focused, isAlerting, isLeaving, type PhoneCall, type PhoneState } from './state.ts'

/** How long the tone sounds that says a call is still here, ms. */
const FAILED_MS = 2000

/**
 * Sends the call set aside to the number entered, to the one who is being called, or to the one spoken to; with one call only,
 * somebody to send it to can be entered now. Both stay on hold here until it is known what became of it.
 */
export function sendOn(state: PhoneState, now: Millis, send: Send): PhoneState {
  const { focus, conference, calls } = state
  const call = focused(state)
  const beside = besideOf(state)
  if (beside === undefined && call?.stage === 'talking') return consult(state, now, send)
  // Whoever helps is not sent away, and nobody is sent to two.
  if (beside === undefined || conference || isAlerting(state) || calls.some(isLeaving)) return state
  if (isEmergency(beside.dialled)) return state
  if (call === undefined) {
    if (focus.name !== 'dialling' || focus.digits === '') return state
    return toNumber({ ...state, lastNumber: focus.digits }, beside, focus.digits, send)
  }
  if (call.stage === 'talking') return toCall(state, beside, call, send)
  // Nobody is there yet whose place could be taken (RFC 3891 §3): called off, and called by the one sent on.
  const alone = logged(without(leave(state, call, send), call.id), call, 'over', 'transferred', now)
  return toNumber(alone, beside, call.peer.number, send)
}

/** Sends the call spoken in to that number; undefined when there is none that may be sent. */
export function sendTo(state: PhoneState, number: string, send: Send): PhoneState | undefined {
  const call = focused(state)
  if (call?.stage !== 'talking' || state.conference || isAlerting(state) || state.calls.some(isLeaving))
    return undefined
  return isEmergency(call.dialled) ? undefined : toNumber(setAside(state, send), call, number, send)
}

function toNumber(state: PhoneState, call: PhoneCall, number: string, send: Send): PhoneState {
  const target = targetOf(resolveNumber(state.dialMap, number))
  send({ kind: 'transfer', call: call.id, target, headers: [] })
  return underWay(state, call, { uri: '', display: '', number })
}

function toCall(state: PhoneState, call: PhoneCall, other: PhoneCall, send: Send): PhoneState {
  const aside = setAside(state, send)
  send({ kind: 'transfer', call: call.id, target: '', headers: [], replaces: other.id })
  return underWay(aside, call, other.identity ?? other.peer, other)
}

const underWay = (state: PhoneState, { id }: PhoneCall, to: Party, other?: PhoneCall): PhoneState =>
  change(focusOn(state, id), id, (call) => ({
    ...call,
    sent: { to, other: other?.id, ringing: false, failed: undefined },
  }))

/** What became of it: a status of the new call, or of the wish for one. */
export function onSending(
  state: PhoneState,
  event: Extract<UaEvent, { kind: 'call-transfer' }>,
  now: Millis,
  send: Send,
): PhoneState {
  const { call: id, by, status, reason, final, cause } = event
  const call = callOf(state, id)
  if (call === undefined || !isLeaving(call)) return state
  const accepted = status >= 200 && status < 300
  if (accepted && (final || by === 'notify')) return done(state, call, now, send)
  if (final || status >= 300)
    return notSent(state, id, refusalReason({ status, reason, cause }) || 'nothing was heard of it', now)
  return status === 180 ? change(state, id, (c) => ({ ...c, sent: c.sent && { ...c.sent, ringing: true } })) : state
}

/** The two have each other: nothing is left to do here. */
function done(state: PhoneState, call: PhoneCall, now: Millis, send: Send): PhoneState {
  const other = callOf(state, call.sent?.other ?? '')
  if (other === undefined) return hangUp(state, call, now, send, 'transferred')
  const alone = logged(without(leave(state, other, send), other.id), other, 'over', 'transferred', now)
  return hangUp(focused(state)?.id === other.id ? focusOn(alone, call.id) : alone, call, now, send, 'transferred')
}

/** It is still here, on hold: that is said where somebody is, in the ear or by the bell. */
export function notSent(state: PhoneState, id: string, why: string, now: Millis): PhoneState {
  const known = callOf(state, id)
  if (known === undefined || !isLeaving(known)) return state
  const tone = state.offHook ? 'congestion' : 'ring'
  const sample = { tone, until: after(now, FAILED_MS) } as const
  return change({ ...state, sample }, id, (call) => ({ ...call, sent: call.sent && { ...call.sent, failed: why } }))
}

/** The call one that is being sent on was to take the place of has ended: that is how it begins over there, and no news. */
export function placeTaken(state: PhoneState, call: PhoneCall, now: Millis): PhoneState | undefined {
  const sender = state.calls.find((each) => isLeaving(each) && each.sent?.other === call.id)
  if (sender === undefined) return undefined
  const left = logged(without(state, call.id), call, 'over', 'transferred', now)
  return focused(state)?.id === call.id ? focusOn(left, sender.id) : left
}
