// Calls as the phone leads them: dialling out, taking, holding, leaving.
import { after, FOREVER, type Millis } from '../base/time.ts'
import type { CallId, Party, UaCommand } from '../ua/contract.ts'
import { isEmergency, targetOf } from './dial-pad.ts'
import { chooseLine } from './lines.ts'
import type { Outcome } from './reasons.ts'
import { refusalReason, refusalTone } from './reasons.ts'
import { callOf, type Phase, type PhoneCall, type PhoneState } from './state.ts'

export type Send = (command: UaCommand) => void

/** How long the end of a call stays on the screen with the handset down, ms. */
export const ENDED_MS = 3000
/** A user agent that is there takes a call up at once; one that is being replaced, or is stuck, does not. */
const UNHEARD_MS = 1000
/** RFC 4733 event length of a digit pressed in a call, ms. */
const DTMF_MS = 100

const newCall = (id: CallId, account: string, direction: 'in' | 'out', peer: Party, dialled: string): PhoneCall => ({
  id,
  account,
  peer,
  direction,
  dialled,
  tried: [],
  since: undefined,
  ringing: false,
  port: undefined,
  codec: '',
  audible: false,
  remoteHold: false,
  muted: false,
  wantHeld: false,
  held: false,
  asking: undefined,
})

/** The end of a call on the screen; with the handset off the tone plays until it is put down. */
export function ended(
  state: PhoneState,
  call: PhoneCall,
  cause: string,
  tone: 'busy' | 'congestion',
  now: Millis,
): PhoneState {
  const phase: Phase = {
    name: 'ended',
    call: { ...call, port: undefined, muted: false },
    cause,
    lastedMs: call.since === undefined ? 0 : now - call.since,
    tone,
    until: state.offHook ? FOREVER : after(now, ENDED_MS),
  }
  return { ...state, phase }
}

export function dial(state: PhoneState, number: string, now: Millis, send: Send): PhoneState {
  return dialOn({ ...state, lastNumber: number }, number, [], now, send)
}

function dialOn(state: PhoneState, number: string, tried: readonly string[], now: Millis, send: Send): PhoneState {
  const line = chooseLine(state, tried)
  const id = `out:${state.nextCall}`
  const peer = { uri: '', display: '', number }
  if (line === undefined)
    return ended(state, newCall(id, '', 'out', peer, number), 'no line is set up', 'congestion', now)
  send({ kind: 'make-call', call: id, account: line.account, target: targetOf(number), headers: [] })
  const call = { ...newCall(id, line.account, 'out', peer, number), tried: [...tried, line.account] }
  const phase: Phase = { name: 'calling', call, unheardUntil: after(now, UNHEARD_MS) }
  return { ...state, nextCall: state.nextCall + 1, phase }
}

/** Nobody took the call up: better said than a silent handset. */
export function unheard(state: PhoneState, call: PhoneCall, now: Millis, send: Send): PhoneState {
  send({ kind: 'hang-up', call: call.id, status: undefined, reason: undefined })
  return ended(state, call, 'no service', 'congestion', now)
}

/** A call we made was not answered. An emergency call goes on by the next line, unless the called party is busy. */
export function notAnswered(state: PhoneState, call: PhoneCall, outcome: Outcome, now: Millis, send: Send): PhoneState {
  const tone = refusalTone(outcome.status)
  if (isEmergency(call.dialled) && tone !== 'busy' && chooseLine(state, call.tried) !== undefined)
    return dialOn(state, call.dialled, call.tried, now, send)
  return ended(state, call, refusalReason(outcome), tone, now)
}

/** Somebody calls. A phone in use, with the handset off or being dialled on after lifting, says busy. */
export function onIncoming(state: PhoneState, id: CallId, account: string, peer: Party, send: Send): PhoneState {
  if (state.offHook || callOf(state.phase) !== undefined) {
    send({ kind: 'answer', call: id, status: 486, reason: undefined, headers: [] })
    return state
  }
  send({ kind: 'answer', call: id, status: 180, reason: undefined, headers: [] })
  return { ...state, phase: { name: 'ringing', call: newCall(id, account, 'in', peer, '') } }
}

export function answer(state: PhoneState, call: PhoneCall, now: Millis, send: Send): PhoneState {
  send({ kind: 'answer', call: call.id, status: 200, reason: undefined, headers: [] })
  return { ...state, phase: { name: 'talking', call: { ...call, since: now } } }
}

/** Leaves the call whatever it is doing: CANCEL, refusal or BYE is the user agent's choice. */
export function hangUp(state: PhoneState, call: PhoneCall, now: Millis, send: Send): PhoneState {
  send({ kind: 'hang-up', call: call.id, status: undefined, reason: undefined })
  const left: PhoneState = { ...state, leaving: [...state.leaving, call.id] }
  if (call.since === undefined && !state.offHook) return { ...left, phase: { name: 'idle' } }
  return ended(left, call, call.since === undefined ? 'cancelled' : 'call ended', 'busy', now)
}

/** The keys go as telephone events, into a call that can be spoken in. */
export function sendDigit(call: PhoneCall, digit: string, send: Send): void {
  if (call.port === undefined || call.wantHeld || !/^[0-9A-D*#]$/.test(digit)) return
  send({ kind: 'send-dtmf', call: call.id, digits: digit, durationMs: DTMF_MS })
}

export const toggleHold = (call: PhoneCall, send: Send): PhoneCall => ask({ ...call, wantHeld: !call.wantHeld }, send)

/** Asks for what is wanted unless something is being asked already; its end looks here again. */
function ask(call: PhoneCall, send: Send): PhoneCall {
  if (call.asking !== undefined || call.wantHeld === call.held) return call
  const asking = call.wantHeld ? 'hold' : 'resume'
  send({ kind: asking, call: call.id })
  return { ...call, asking }
}

/** Hold or resume came to its end; refused, the user sees the call as it is. */
export function onModified(call: PhoneCall, accepted: boolean, send: Send): PhoneCall {
  if (call.asking === undefined) return call
  if (!accepted) return { ...call, asking: undefined, wantHeld: call.held }
  return ask({ ...call, held: call.asking === 'hold', asking: undefined }, send)
}
