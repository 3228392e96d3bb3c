// Calls as the phone leads them: dialling out, taking, refusing, leaving, and how each end is told.
import { after, FOREVER, type Millis } from '../base/time.ts'
import type { HeaderField } from '../sip/message/message.ts'
import type { AccountId, CallId } from '../ua/contract.ts'
import { type Ending, logged } from './call-log.ts'
import { atRest, callOf, change, newCall, type Send, setAside, without } from './calls.ts'
import { isEmergency, targetOf } from './dial-pad.ts'
import { resolveNumber } from './dial-plan.ts'
import { chooseLine } from './lines.ts'
import type { Outcome } from './reasons.ts'
import { refusalReason, refusalTone } from './reasons.ts'
import { isHandsFree } from './routes.ts'
import { besideOf, focused, MAX_CALLS, type PhoneCall, type PhoneState, ringingOf } from './state.ts'
import { callerTaken } from './watching.ts'

/** How long the end of a call stays on the screen with the handset down, ms. */
export const ENDED_MS = 3000
/** A user agent that is there takes a call up at once; one that is being replaced, or is stuck, does not. */
const UNHEARD_MS = 1000
/** How long the tone sounds that says a call was taken by itself, ms. */
const TAKEN_MS = 500
/** RFC 4733 event length of a digit pressed in a call, ms. */
const DTMF_MS = 100

export interface End {
  readonly cause: string
  readonly tone: 'busy' | 'congestion'
  readonly ending: Ending
}
const over = (cause: string, tone: End['tone'] = 'busy'): End => ({ cause, tone, ending: 'over' })

/**
 * A call is over. Shown if the user was at it, or if it rang and he was at nothing; with the handset off and no other call
 * the tone plays until it is put down.
 */
export function ended(state: PhoneState, call: PhoneCall, end: End, now: Millis): PhoneState {
  const left = logged(without(state, call.id), call, end.ending, end.cause, now)
  const { name } = state.focus
  const other = besideOf(left)
  if (state.conference && other !== undefined) return { ...left, focus: { name: 'call', id: other.id } }
  const concerned = call.stage === 'ringing' ? name === 'idle' || name === 'ended' : focused(state)?.id === call.id
  if (!concerned) return left
  if (ringingOf(left) !== undefined) return { ...left, focus: { name: 'idle' } }
  return {
    ...left,
    focus: {
      name: 'ended',
      call: { ...call, port: undefined, muted: false },
      cause: end.cause,
      lastedMs: call.since === undefined ? 0 : now - call.since,
      tone: end.tone,
      until: state.offHook && !isHandsFree(state) && other === undefined ? FOREVER : after(now, ENDED_MS),
    },
  }
}

/** `number` as entered; the dial plan says what is called. `account`: the line to prefer. */
export function dial(state: PhoneState, number: string, now: Millis, send: Send, account?: AccountId): PhoneState {
  if (state.calls.length >= MAX_CALLS) return state
  const aside = setAside({ ...state, lastNumber: number }, send)
  return dialOn(aside, number, resolveNumber(state.dialMap, number), account, [], now, send)
}

/** Calls `target` in the place of a call it has with somebody else (RFC 3891): `replaces` names that. It is nothing to redial. */
export function takeOver(
  state: PhoneState,
  target: string,
  replaces: string,
  now: Millis,
  send: Send,
  account?: AccountId,
): PhoneState {
  const headers = [{ name: 'Replaces', value: replaces }]
  const made = dialOn(setAside(state, send), target, target, account, [], now, send, headers)
  const caller = callerTaken(state, replaces)
  return caller === undefined ? made : change(made, `out:${state.nextCall}`, (call) => ({ ...call, peer: caller }))
}

function dialOn(
  state: PhoneState,
  entered: string,
  number: string,
  account: AccountId | undefined,
  tried: readonly string[],
  now: Millis,
  send: Send,
  headers: readonly HeaderField[] = [],
): PhoneState {
  const line = chooseLine(state, tried, account)
  const id = `out:${state.nextCall}`
  const fresh = newCall(id, line?.account ?? '', 'out', { uri: '', display: '', number: entered }, number, now)
  const call = { ...fresh, unheardUntil: after(now, UNHEARD_MS), tried: [...tried, fresh.account] }
  const made: PhoneState = { ...state, calls: [...state.calls, call], focus: { name: 'call', id } }
  if (line === undefined) return ended(made, call, over('no line is set up', 'congestion'), now)
  // Whoever helps has to know who calls.
  const named = isEmergency(number) ? { anonymous: false } : {}
  send({ kind: 'make-call', call: id, account: line.account, target: targetOf(number), headers, ...named })
  return { ...made, nextCall: state.nextCall + 1 }
}

/** Nobody took the call up: better said than a silent handset. */
export function unheard(state: PhoneState, call: PhoneCall, now: Millis, send: Send): PhoneState {
  send({ kind: 'hang-up', call: call.id, status: undefined, reason: undefined })
  return ended(state, call, over('no service', 'congestion'), now)
}

/** A call we made was not answered. An emergency call goes on by the next line, unless the called party is busy. */
export function notAnswered(state: PhoneState, call: PhoneCall, outcome: Outcome, now: Millis, send: Send): PhoneState {
  const tone = refusalTone(outcome.status)
  if (isEmergency(call.dialled) && tone !== 'busy' && chooseLine(state, call.tried) !== undefined)
    return dialOn(without(state, call.id), call.peer.number, call.dialled, undefined, call.tried, now, send)
  return ended(state, call, over(refusalReason(outcome), tone), now)
}

/** An answered call ended, or the phone had to end it. */
export const broken = (state: PhoneState, call: PhoneCall, cause: string, tone: End['tone'], now: Millis): PhoneState =>
  ended(state, call, over(cause, tone), now)

export const missed = (state: PhoneState, call: PhoneCall, now: Millis): PhoneState =>
  ended(state, call, { cause: 'missed', tone: 'busy', ending: 'missed' }, now)

/** Nobody here has to call back. */
export const takenElsewhere = (state: PhoneState, call: PhoneCall, now: Millis): PhoneState =>
  ended(state, call, { cause: 'answered elsewhere', tone: 'busy', ending: 'over' }, now)

/** Takes the call that rings; whoever was spoken to is on hold. */
export function answer(
  state: PhoneState,
  call: PhoneCall,
  now: Millis,
  send: Send,
  headers: readonly HeaderField[] = [],
): PhoneState {
  const aside = setAside(state, send)
  send({ kind: 'answer', call: call.id, status: 200, reason: undefined, headers })
  const calls = aside.calls.map((c): PhoneCall => (c.id === call.id ? { ...c, stage: 'talking', since: now } : c))
  return { ...aside, calls, focus: { name: 'call', id: call.id } }
}

/** CANCEL, refusal or BYE is the user agent's choice. */
export function leave(state: PhoneState, call: PhoneCall, send: Send, status?: number): PhoneState {
  send({ kind: 'hang-up', call: call.id, status, reason: undefined })
  return { ...state, leaving: [...state.leaving, call.id] }
}

/** Refuses the call that rings; what the user was at goes on. */
export function refuse(state: PhoneState, call: PhoneCall, now: Millis, send: Send): PhoneState {
  const left = logged(without(leave(state, call, send), call.id), call, 'over', 'declined', now)
  return left.focus.name === 'idle' || left.focus.name === 'ended' ? atRest(left, now) : left
}

/** It asked to be taken by itself: done when the phone is at rest, and heard; else it rings on as any other. */
export function answeredItself(state: PhoneState, call: PhoneCall, now: Millis, send: Send): PhoneState {
  const rests = state.calls.length === 1 && !state.offHook
  const rung = { ...state, calls: state.calls.map((c) => (c.id === call.id ? { ...c, answerAt: FOREVER } : c)) }
  if (!rests) return rung
  const sample = { tone: 'confirmation', until: after(now, TAKEN_MS) } as const
  // RFC 5373: its caller learns that nobody may be there.
  return { ...answer(rung, call, now, send, [{ name: 'Answer-Mode', value: 'Auto' }]), sample }
}

/** Rang long enough: the caller is told that nobody is there (§21.4.18), and may have gone long ago without a word. */
export const rangOut = (state: PhoneState, call: PhoneCall, now: Millis, send: Send): PhoneState =>
  missed(leave(state, call, send, 480), call, now)

/** Leaves the call whatever it is doing. */
export function hangUp(
  state: PhoneState,
  call: PhoneCall,
  now: Millis,
  send: Send,
  cause = call.since === undefined ? 'cancelled' : 'call ended',
): PhoneState {
  const left = leave(state, call, send)
  if (call.since === undefined && !state.offHook)
    return atRest(logged(without(left, call.id), call, 'over', cause, now), now)
  return ended(left, call, over(cause), now)
}

/** The audio of a call does not work: it is ended, for nobody shall wait in silence. */
export function giveUp(state: PhoneState, call: PhoneCall, now: Millis, send: Send): PhoneState {
  return broken(leave(state, call, send), call, 'audio failed', 'congestion', now)
}

/** The keys go as telephone events, into a call that can be spoken in. */
export function sendDigit(state: PhoneState, id: CallId, digit: string, send: Send): void {
  const call = callOf(state, id)
  if (call?.port === undefined || call.wantHeld || !/^[0-9A-D*#]$/.test(digit)) return
  send({ kind: 'send-dtmf', call: call.id, digits: digit, durationMs: DTMF_MS })
}
