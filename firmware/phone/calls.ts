// The list of calls: changing one of them, holding it and taking it back, and where the user is when one is gone.
import { after, FOREVER, type Millis } from '../base/time.ts'
import type { CallId, Party, UaCommand } from '../ua/contract.ts'
import { closed, isHandsFree } from './routes.ts'
import { besideOf, type Focus, focused, isLeaving, type PhoneCall, type PhoneState } from './state.ts'

export type Send = (command: UaCommand) => void

/** Dial tone this long without a digit becomes the howler: the handset lies beside the phone. */
export const HOWL_MS = 30_000

export const newCall = (
  id: CallId,
  account: string,
  direction: 'in' | 'out',
  peer: Party,
  dialled: string,
  now: Millis,
): PhoneCall => ({
  ...{ id, account, peer, direction, dialled, began: now },
  stage: direction === 'in' ? 'ringing' : 'calling',
  identity: undefined,
  diverted: undefined,
  alert: undefined,
  tried: [],
  answerAt: FOREVER,
  ...{ sendOn: '', sendOnAt: FOREVER },
  unheardUntil: FOREVER,
  since: undefined,
  ringing: false,
  port: undefined,
  codec: '',
  secured: false,
  audible: false,
  remoteHold: false,
  muted: false,
  wantHeld: false,
  held: false,
  asking: undefined,
  sent: undefined,
})

export const callOf = ({ calls }: PhoneState, id: CallId): PhoneCall | undefined => calls.find((c) => c.id === id)

/** Changes that call, if it is there. */
export function change(state: PhoneState, id: CallId, how: (call: PhoneCall) => PhoneCall): PhoneState {
  if (callOf(state, id) === undefined) return state
  return { ...state, calls: state.calls.map((call) => (call.id === id ? how(call) : call)) }
}

/** Without that call; a conference of one is a call again. */
export const without = (state: PhoneState, id: CallId): PhoneState => ({
  ...state,
  conference: false,
  calls: state.calls.filter((call) => call.id !== id),
})

export const focusOn = (state: PhoneState, id: CallId): PhoneState => ({ ...state, focus: { name: 'call', id } })

export const dialTone = (now: Millis): Focus => ({
  name: 'dialling',
  digits: '',
  due: { what: 'howl', at: after(now, HOWL_MS) },
})

/** Where the user is when what he was at is over: before the call set aside, at the dial tone, or at rest, hands-free as well. */
export function atRest(state: PhoneState, now: Millis): PhoneState {
  const beside = besideOf(state)
  if (beside !== undefined) return focusOn(state, beside.id)
  if (isHandsFree(state)) return { ...closed(state), focus: { name: 'idle' } }
  return { ...state, focus: state.offHook ? dialTone(now) : { name: 'idle' } }
}

/** Asks for what is wanted unless something is being asked already; its end looks here again. */
export function ask(call: PhoneCall, send: Send): PhoneCall {
  if (call.asking !== undefined || call.wantHeld === call.held || call.stage !== 'talking') return call
  const asking = call.wantHeld ? 'hold' : 'resume'
  send({ kind: asking, call: call.id })
  return { ...call, asking }
}

/** What the user wants of that call from now on. Whoever takes it back no longer sends it on. */
export const want = (state: PhoneState, id: CallId, held: boolean, send: Send): PhoneState =>
  change(state, id, (call) => {
    if (!held && isLeaving(call)) send({ kind: 'end-transfer', call: id })
    return ask({ ...call, wantHeld: held, sent: held ? call.sent : undefined }, send)
  })

/** Nobody is spoken to any more; whoever was is on hold. */
export function setAside(state: PhoneState, send: Send): PhoneState {
  const ids = state.conference ? state.calls.map((call) => call.id) : [focused(state)?.id ?? '']
  return ids.reduce((s, id) => (callOf(s, id)?.stage === 'talking' ? want(s, id, true, send) : s), state)
}

/** The call is the one spoken to; whoever was before is on hold. */
export function speakTo(state: PhoneState, id: CallId, send: Send): PhoneState {
  const aside = focused(state)?.id === id ? state : setAside(state, send)
  return want(focusOn(aside, id), id, false, send)
}

/** All calls are spoken to, or none. */
export const holdAll = (state: PhoneState, held: boolean, send: Send): PhoneState =>
  state.calls.reduce((s, call) => want(s, call.id, held, send), state)

/**
 * Hold or resume came to its end. Refused, the user sees the call he is at as it is; one set aside stays so: nobody here
 * hears it, and it does not hear us, whatever the other side thinks of it.
 */
export function onModified(state: PhoneState, id: CallId, accepted: boolean, send: Send): PhoneState {
  const aside = focused(state)?.id !== id && !state.conference
  return change(state, id, (call) => {
    if (call.asking === undefined) return call
    if (accepted) return ask({ ...call, held: call.asking === 'hold', asking: undefined }, send)
    return { ...call, asking: undefined, wantHeld: aside ? call.wantHeld : call.held }
  })
}
