// What the user does, whatever the phone is at.
import { after, type Millis } from '../base/time.ts'
import { sentOnUnanswered } from './arriving.ts'
import { answer, answeredItself, hangUp, rangOut, refuse, unheard } from './call-control.ts'
import { atRest, change, dialTone, holdAll, type Send, setAside, speakTo, want } from './calls.ts'
import type { HandsFree, PhoneIntent } from './contract.ts'
import { consult, dialFrom, dialled, digit, entered, erased, pickUp } from './dialling.ts'
import { callMailbox, digitHeld, keyPressed } from './keys.ts'
import { closed, handsFreeOf, isHandsFree, VOLUME_OF } from './routes.ts'
import { sendOn } from './send-on.ts'
import { choose, settled } from './settled.ts'
import { besideOf, focused, isAlerting, type PhoneState, patienceOf, ringingOf } from './state.ts'
import { clampRinger, clampVolume } from './volume.ts'

/** How long the tone sounds that shows a changed volume, ms. */
const SAMPLE_MS = 400

export function onIntent(state: PhoneState, intent: PhoneIntent, now: Millis, send: Send): PhoneState {
  switch (intent.kind) {
    case 'hook':
      switch (intent.state) {
        case 'off':
          return handsetLifted(state, now, send)
        case 'on':
          return handsetDown({ ...state, handsetUp: false }, now, send)
        case 'flash':
          return state.offHook ? flashed({ ...state, handsetUp: true }, now, send) : handsetLifted(state, now, send)
      }
      break
    case 'digit':
      return digit(state, intent.digit, now, send)
    case 'erase':
      return erased(state, now)
    case 'dial':
      return dialled(state, now, send)
    case 'answer':
      return taken(state, now, send) ?? state
    case 'reject': {
      const call = ringingOf(state)
      return call === undefined ? state : refuse(state, call, now, send)
    }
    case 'end':
      return left(state, now, send)
    case 'hold':
      return held(state, send)
    case 'swap':
      return swapped(state, send)
    case 'conference':
      return state.conference ? split(state, send) : joined(state, send)
    case 'new-call':
      return consult(state, now, send)
    case 'transfer':
      return sendOn(state, now, send)
    case 'mute':
      return muted(state)
    case 'redial':
      return dialFrom(state, state.lastNumber, now, send)
    case 'call':
      return intent.replaces === undefined
        ? dialFrom(state, intent.number, now, send, intent.account)
        : pickUp(state, intent.number, intent.replaces, now, send, intent.account)
    case 'voicemail':
      return callMailbox(state, now, send)
    case 'key':
      return keyPressed(state, state.settings?.keys?.[intent.at], now, send)
    case 'held-digit':
      return digitHeld(state, intent.digit, now, send)
    case 'route':
      return routed(state, intent.route, now, send)
    case 'volume':
      return louder(state, intent, now)
    case 'log-seen':
      return { ...state, past: { ...state.past, missed: 0 } }
  }
}

/** The call that rings is taken; undefined when none does. */
function taken(state: PhoneState, now: Millis, send: Send): PhoneState | undefined {
  const call = ringingOf(state)
  return call === undefined ? undefined : answer(state, call, now, send)
}

/** Back to the call set aside, if there is one; with the handset down it stays on hold. */
function returned(state: PhoneState, now: Millis, send: Send): PhoneState {
  const beside = besideOf(state)
  return beside !== undefined && state.offHook ? speakTo(state, beside.id, send) : atRest(state, now)
}

function lifted(state: PhoneState, now: Millis, send: Send): PhoneState {
  const { focus } = state
  const answered = taken(state, now, send)
  if (answered !== undefined) return answered
  switch (focus.name) {
    case 'idle':
    case 'ended':
      return besideOf(state) === undefined ? entered(state, '', now) : returned(state, now, send)
    case 'dialling':
      return focus.digits === '' ? entered(state, '', now) : dialled(state, now, send)
    case 'call':
      // Whoever lifts the handset of a phone with a held call wants to talk.
      return focused(state)?.wantHeld === true ? held(state, send) : state
  }
}

function handsetLifted(state: PhoneState, now: Millis, send: Send): PhoneState {
  if (state.offHook && state.handsetUp) return state
  const up: PhoneState = { ...state, handsetUp: true, route: 'handset' }
  return state.offHook ? moved(up, now, send) : lifted({ ...up, offHook: true }, now, send)
}

/** Whoever listens hands-free goes on doing so; what is over is over. */
const handsetDown = (state: PhoneState, now: Millis, send: Send): PhoneState =>
  state.offHook && (state.route === 'handset' || state.focus.name === 'ended')
    ? putDown(closed(state), now, send)
    : state

/** The key of a way to listen. */
function routed(state: PhoneState, route: HandsFree, now: Millis, send: Send): PhoneState {
  if (!handsFreeOf(state.settings).includes(route)) return state
  if (!state.offHook) return lifted({ ...state, offHook: true, route }, now, send)
  if (state.route !== route) return moved({ ...state, route }, now, send)
  return state.handsetUp ? { ...state, route: 'handset' } : putDown(closed(state), now, send)
}

/** Another way is chosen: what is spoken goes on there, a call that has the bell is taken. */
const moved = (state: PhoneState, now: Millis, send: Send): PhoneState =>
  (isAlerting(state) ? taken(state, now, send) : undefined) ?? state

function putDown(state: PhoneState, now: Millis, send: Send): PhoneState {
  const call = focused(state)
  if (call === undefined) return atRest(state, now)
  // A held caller is not thrown out by the handset: the lamp goes on blinking, lifting it again resumes.
  return call.wantHeld ? state : hungUp(state, now, send)
}

/** Out of what is being spoken in, a conference as a whole. */
function hungUp(state: PhoneState, now: Millis, send: Send): PhoneState {
  const call = focused(state)
  if (call === undefined) return state
  const beside = state.conference ? besideOf(state) : undefined
  const alone = beside === undefined ? state : hangUp(state, beside, now, send)
  return hangUp(alone, call, now, send)
}

/** A short press of the hook: takes the call that waits, goes to the other call, or holds and resumes the only one. */
function flashed(state: PhoneState, now: Millis, send: Send): PhoneState {
  const answered = taken(state, now, send)
  if (answered !== undefined) return answered
  switch (state.focus.name) {
    case 'idle':
    case 'dialling':
    case 'ended':
      return besideOf(state) === undefined ? { ...state, focus: dialTone(now) } : returned(state, now, send)
    case 'call':
      return besideOf(state) === undefined || state.conference ? held(state, send) : swapped(state, send)
  }
}

function left(state: PhoneState, now: Millis, send: Send): PhoneState {
  const rings = ringingOf(state)
  if (rings !== undefined && isAlerting(state)) return refuse(state, rings, now, send)
  const call = focused(state)
  if (call === undefined) return returned(state, now, send)
  const last = state.conference || besideOf(state) === undefined
  const over = hungUp(last && isHandsFree(state) ? closed(state) : state, now, send)
  return besideOf(over) === undefined ? over : returned(over, now, send)
}

function held(state: PhoneState, send: Send): PhoneState {
  const call = focused(state)
  const beside = besideOf(state)
  if (call === undefined) return beside === undefined ? state : speakTo(state, beside.id, send)
  if (call.stage !== 'talking') return state
  if (state.conference) return holdAll(state, !call.wantHeld, send)
  return call.wantHeld ? speakTo(state, call.id, send) : setAside(state, send)
}

function swapped(state: PhoneState, send: Send): PhoneState {
  const beside = besideOf(state)
  if (focused(state)?.stage !== 'talking' || beside === undefined || state.conference) return state
  return speakTo(state, beside.id, send)
}

function joined(state: PhoneState, send: Send): PhoneState {
  if (focused(state)?.stage !== 'talking' || besideOf(state) === undefined) return state
  const { muted: silent } = focused(state)!
  const calls = state.calls.map((call) => ({ ...call, muted: silent }))
  return holdAll({ ...state, calls, conference: true }, false, send)
}

/** The call the conference began from goes on, the other one is on hold. */
function split(state: PhoneState, send: Send): PhoneState {
  const call = focused(state)
  if (call === undefined) return state
  const apart = { ...state, conference: false }
  const beside = besideOf(state)
  return speakTo(beside === undefined ? apart : want(apart, beside.id, true, send), call.id, send)
}

function muted(state: PhoneState): PhoneState {
  const call = focused(state)
  if (call?.stage !== 'talking') return state
  const flip = (s: PhoneState, id: string) => change(s, id, (c) => ({ ...c, muted: !call.muted }))
  return state.conference ? state.calls.reduce((s, { id }) => flip(s, id), state) : flip(state, call.id)
}

function louder(state: PhoneState, intent: Extract<PhoneIntent, { kind: 'volume' }>, now: Millis): PhoneState {
  const outlet = intent.of ?? (isAlerting(state) && !state.offHook ? 'ringer' : state.route)
  const volume = settled(state, VOLUME_OF[outlet]) + intent.step
  const turned = choose(state, { [VOLUME_OF[outlet]]: outlet === 'ringer' ? clampRinger(volume) : clampVolume(volume) })
  if (intent.of === undefined) return turned
  const until = after(now, SAMPLE_MS)
  return {
    ...turned,
    sample: outlet === 'ringer' ? { tone: 'ring', until } : { tone: 'confirmation', until, on: outlet },
  }
}

/** What became due. */
export function onDue(state: PhoneState, now: Millis, send: Send): PhoneState {
  const { focus, sample } = state
  if (sample !== undefined && sample.until <= now) return { ...state, sample: undefined }
  const lost = state.calls.find((call) => patienceOf(call) <= now)
  if (lost?.stage === 'ringing' && lost.answerAt <= now) return answeredItself(state, lost, now, send)
  if (lost?.stage === 'ringing' && lost.sendOnAt <= now) return sentOnUnanswered(state, lost, now, send)
  if (lost !== undefined) return (lost.stage === 'ringing' ? rangOut : unheard)(state, lost, now, send)
  if (focus.name === 'ended' && focus.until <= now) return atRest(state, now)
  if (focus.name !== 'dialling' || focus.due === undefined || focus.due.at > now) return state
  switch (focus.due.what) {
    case 'howl':
      // No handset lies beside the phone: a loudspeaker falls silent.
      if (isHandsFree(state)) return atRest(state, now)
      return { ...state, focus: { ...focus, due: undefined } }
    case 'dial':
      return dialled({ ...state, focus: { ...focus, due: undefined } }, now, send)
    case 'clear':
      return atRest(state, now)
  }
}
