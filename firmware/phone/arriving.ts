// What becomes of a call that comes: it rings, is refused, or is sent on; and whose calls no rule keeps away.
import { after, FOREVER, type Millis, ms } from '../base/time.ts'
import { isSamePerson } from '../sip/message/addressing.ts'
import type { CallId, UaEvent } from '../ua/contract.ts'
import { alertOf } from './alert.ts'
import { answeredItself } from './call-control.ts'
import { begunAt, logged } from './call-log.ts'
import { atRest, newCall, type Send, without } from './calls.ts'
import type { Forwarding } from './contract.ts'
import { isEmergency, targetOf } from './dial-pad.ts'
import { resolveNumber } from './dial-plan.ts'
import { forwardingOf, targetOn } from './forwarding.ts'
import { settled } from './settled.ts'
import { MAX_CALLS, type PhoneCall, type PhoneState, ringingOf } from './state.ts'

type Arrival = Extract<UaEvent, { kind: 'call-incoming' }>

/** So long after an emergency call whoever helps may call back, from whatever number: every call rings, ms. */
export const CALL_BACK_MS = 3_600_000
/** Of this phone, by the machines' clock. */
const START = ms(0)

export type Fate =
  /** `sendOn`: where it goes when nobody takes it; '' nowhere. */
  | { readonly kind: 'rings'; readonly sendOn: string }
  | { readonly kind: 'refused'; readonly status: number; readonly why: string }
  /** `reason` as RFC 5806 §5 has them. */
  | { readonly kind: 'forwarded'; readonly to: string; readonly reason: string }

/**
 * Sending all calls on goes before not being disturbed: either way nothing rings, and the caller reaches somebody. Not to be
 * disturbed counts as busy, for which there may be somebody else, too.
 */
export function fateOf(state: PhoneState, arrival: Arrival, now: Millis): Fate {
  const free = isCallBack(state, arrival, now)
  const { all, busy, noAnswer } = free || comesBack(state, arrival) ? NOWHERE : forwardingFor(state, arrival)
  if (all !== '') return { kind: 'forwarded', to: all, reason: 'unconditional' }
  if (settled(state, 'dnd') && !free) {
    if (busy !== '') return { kind: 'forwarded', to: busy, reason: 'do-not-disturb' }
    return { kind: 'refused', status: state.settings?.dnd.status ?? 486, why: 'do not disturb' }
  }
  if (mayRing(state)) return { kind: 'rings', sendOn: noAnswer }
  if (busy !== '') return { kind: 'forwarded', to: busy, reason: 'user-busy' }
  return { kind: 'refused', status: 486, why: 'phone was in use' }
}

/** The emergency service says so, one is spoken to, or was within the hour; nobody knows when: it may have been just before the start. */
function isCallBack(state: PhoneState, { callBack }: Arrival, now: Millis): boolean {
  const { calls, past, dialMap } = state
  if (callBack === true || calls.some(({ dialled }) => isEmergency(dialled))) return true
  const recent = past.log.filter((entry) => {
    const began = begunAt(state, entry) ?? START
    return entry.kind === 'placed' && now < began + entry.lastedMs + CALL_BACK_MS
  })
  return recent.some(({ number }) => isEmergency(resolveNumber(dialMap, number)))
}

/** It was sent on from here already: a circle of phones that send to each other ends here. */
const comesBack = ({ settings }: PhoneState, { diverted = [] }: Arrival): boolean =>
  diverted.some(({ party }) => settings?.accounts.some(({ config }) => isSamePerson(config.aor, party.uri)) === true)

type Targets = Pick<Forwarding, 'all' | 'busy' | 'noAnswer'>
const NOWHERE: Targets = { all: '', busy: '', noAnswer: '' }

/** Whoever calls are sent on to reaches this phone himself. */
function forwardingFor(state: PhoneState, { account, peer }: Arrival): Targets {
  const aor = state.settings?.accounts.find(({ id }) => id === account)?.config.aor ?? ''
  const unlessCaller = (to: string): string => {
    const target = targetOn(aor, to, state.dialMap)
    return target.ok && !isSamePerson(target.value, peer.uri) ? to : ''
  }
  const { all, busy, noAnswer } = forwardingOf(state)
  return { all: unlessCaller(all), busy: unlessCaller(busy), noAnswer: unlessCaller(noAnswer) }
}

/** A second call may wait while one is spoken in or on hold, never beside an emergency call or a number being dialled. */
function mayRing(state: PhoneState): boolean {
  const { focus, calls, offHook } = state
  if (calls.length >= MAX_CALLS || ringingOf(state) !== undefined) return false
  if (focus.name !== 'call' && offHook) return false
  return calls.every(({ stage, dialled }) => stage === 'talking' && !isEmergency(dialled)) && waitingAllowed(state)
}
const waitingAllowed = ({ calls, settings }: PhoneState): boolean =>
  calls.length === 0 || settings?.callWaiting !== false

/** Somebody calls; who is refused or sent on stands in the log. */
export function onIncoming(state: PhoneState, arrival: Arrival, now: Millis, send: Send): PhoneState {
  const { call: id, account, peer, diverted, alertInfo, answerAfterMs } = arrival
  const answerAt = answerAfterMs === undefined ? FOREVER : after(now, answerAfterMs)
  const fate = fateOf(state, arrival, now)
  const call = {
    ...newCall(id, account, 'in', peer, '', now),
    ...{ diverted: diverted?.[0]?.party, alert: alertOf(alertInfo), answerAt },
  }
  switch (fate.kind) {
    case 'rings': {
      send({ kind: 'answer', call: id, status: 180, reason: undefined, headers: [] })
      const sendOnAt = fate.sendOn === '' ? FOREVER : after(now, 1000 * forwardingOf(state).afterS)
      const ringing = { ...call, sendOn: fate.sendOn, sendOnAt }
      const rung = { ...state, calls: [...state.calls, ringing] }
      return answerAt <= now ? answeredItself(rung, ringing, now, send) : rung
    }
    case 'refused':
      send({ kind: 'answer', call: id, status: fate.status, reason: undefined, headers: [] })
      return logged(state, call, 'missed', fate.why, now)
    case 'forwarded':
      return sentElsewhere(state, call, fate.to, fate.reason, now, send)
  }
}

/** It is gone as soon as its caller has heard where to. */
function sentElsewhere(
  state: PhoneState,
  call: PhoneCall,
  to: string,
  reason: string,
  now: Millis,
  send: Send,
): PhoneState {
  send({ kind: 'forward', call: call.id, to: [targetOf(resolveNumber(state.dialMap, to))], reason })
  return logged({ ...state, leaving: [...state.leaving, call.id] }, call, 'forwarded', `to ${to}`, now)
}

/** Nobody took it here in time: sent on, and the phone is as it was before it rang. */
export function sentOnUnanswered(state: PhoneState, call: PhoneCall, now: Millis, send: Send): PhoneState {
  const left = sentElsewhere(without(state, call.id), call, call.sendOn, 'no-answer', now, send)
  return left.focus.name === 'ended' ? atRest(left, now) : left
}

/** It cannot be sent on after all: its caller hears that nobody is there. */
export const notSentElsewhere = (send: Send, call: CallId): void =>
  send({ kind: 'hang-up', call, status: 480, reason: undefined })
