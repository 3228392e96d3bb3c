// What the user does, in every phase.
import { after, type Millis } from '../base/time.ts'
import { answer, dial, hangUp, type Send, sendDigit, toggleHold, unheard } from './call-control.ts'
import type { PhoneIntent } from './contract.ts'
import { erase, press } from './dial-pad.ts'
import type { PhoneCall, PhoneState } from './state.ts'
import { clampVolume } from './volume.ts'

/** Dial tone this long without a digit becomes the howler: the handset lies beside the phone. */
export const HOWL_MS = 30_000
/** A number entered with the handset down is forgotten after this long: nobody is there. */
export const PRE_DIAL_MS = 60_000
/** Where no settings came yet. */
const INTER_DIGIT_MS = 4000

const IDLE = { name: 'idle' } as const

/** The dialling phase with these digits; what is due follows from the hook. */
function entered(state: PhoneState, digits: string, now: Millis): PhoneState {
  const due = state.offHook
    ? digits === ''
      ? ({ what: 'howl', at: after(now, HOWL_MS) } as const)
      : ({ what: 'dial', at: after(now, state.settings?.interDigitMs ?? INTER_DIGIT_MS) } as const)
    : ({ what: 'clear', at: after(now, PRE_DIAL_MS) } as const)
  return { ...state, phase: { name: 'dialling', digits, due } }
}

export function onIntent(state: PhoneState, intent: PhoneIntent, now: Millis, send: Send): PhoneState {
  switch (intent.kind) {
    case 'hook':
      switch (intent.state) {
        case 'off':
          return state.offHook ? state : lifted({ ...state, offHook: true }, now, send)
        case 'on':
          return state.offHook ? putDown({ ...state, offHook: false }, now, send) : state
        case 'flash':
          return state.offHook ? flashed(state, now, send) : lifted({ ...state, offHook: true }, now, send)
      }
      break
    case 'digit':
      return digit(state, intent.digit, now, send)
    case 'erase':
      return erased(state, now)
    case 'dial':
      return state.phase.name === 'dialling' && state.phase.digits !== ''
        ? dial(state, state.phase.digits, now, send)
        : state
    case 'answer':
      return state.phase.name === 'ringing' ? answer(state, state.phase.call, now, send) : state
    case 'end':
      return left(state, now, send)
    case 'hold':
      return talking(state, (call) => toggleHold(call, send))
    case 'mute':
      return talking(state, (call) => ({ ...call, muted: !call.muted }))
    case 'redial':
      return redial(state, now, send)
    case 'volume':
      return { ...state, volume: clampVolume(state.volume + intent.step) }
  }
}

const talking = (state: PhoneState, change: (call: PhoneCall) => PhoneCall): PhoneState =>
  state.phase.name === 'talking' ? { ...state, phase: { name: 'talking', call: change(state.phase.call) } } : state

function lifted(state: PhoneState, now: Millis, send: Send): PhoneState {
  const { phase } = state
  switch (phase.name) {
    case 'idle':
    case 'ended':
      return entered(state, '', now)
    case 'dialling':
      return phase.digits === '' ? entered(state, '', now) : dial(state, phase.digits, now, send)
    case 'calling':
      return state
    case 'ringing':
      return answer(state, phase.call, now, send)
    case 'talking':
      // Whoever lifts the handset of a phone with a held call wants to talk.
      return phase.call.wantHeld ? talking(state, (call) => toggleHold(call, send)) : state
  }
}

function putDown(state: PhoneState, now: Millis, send: Send): PhoneState {
  const { phase } = state
  switch (phase.name) {
    case 'idle':
    case 'dialling':
    case 'ended':
      return { ...state, phase: IDLE }
    case 'calling':
      return hangUp(state, phase.call, now, send)
    case 'ringing':
      return state
    case 'talking':
      // A held caller is not thrown out by the handset: the lamp goes on blinking, lifting it again resumes.
      return phase.call.wantHeld ? state : hangUp(state, phase.call, now, send)
  }
}

function flashed(state: PhoneState, now: Millis, send: Send): PhoneState {
  switch (state.phase.name) {
    case 'idle':
    case 'dialling':
    case 'ended':
      return entered(state, '', now)
    case 'calling':
    case 'ringing':
      return state
    case 'talking':
      return talking(state, (call) => toggleHold(call, send))
  }
}

function digit(state: PhoneState, key: string, now: Millis, send: Send): PhoneState {
  const { phase } = state
  switch (phase.name) {
    case 'idle':
      return begin(state, key, now)
    case 'ended':
      // With the handset off the digit was meant for the call that just ended, not for a new number.
      return state.offHook ? state : begin(state, key, now)
    case 'dialling': {
      const entry = press(phase.digits, key)
      if (entry.dial) return dial(state, entry.digits, now, send)
      return entry.digits === phase.digits ? state : entered(state, entry.digits, now)
    }
    case 'ringing':
      return state
    case 'calling':
    case 'talking':
      sendDigit(phase.call, key, send)
      return state
  }
}

function begin(state: PhoneState, key: string, now: Millis): PhoneState {
  const { digits } = press('', key)
  return digits === '' ? state : entered(state, digits, now)
}

function erased(state: PhoneState, now: Millis): PhoneState {
  const { phase, offHook } = state
  if (phase.name !== 'dialling' || phase.digits === '') return state
  const digits = erase(phase.digits)
  return digits === '' && !offHook ? { ...state, phase: IDLE } : entered(state, digits, now)
}

function left(state: PhoneState, now: Millis, send: Send): PhoneState {
  const { phase, offHook } = state
  switch (phase.name) {
    case 'idle':
      return state
    case 'dialling':
    case 'ended':
      return offHook ? entered(state, '', now) : { ...state, phase: IDLE }
    case 'calling':
    case 'ringing':
    case 'talking':
      return hangUp(state, phase.call, now, send)
  }
}

function redial(state: PhoneState, now: Millis, send: Send): PhoneState {
  const { phase, lastNumber } = state
  if (lastNumber === '') return state
  switch (phase.name) {
    case 'idle':
    case 'ended':
      return dial(state, lastNumber, now, send)
    case 'dialling':
      return phase.digits === '' ? dial(state, lastNumber, now, send) : state
    case 'calling':
    case 'ringing':
    case 'talking':
      return state
  }
}

/** What became due in this phase. */
export function onDue(state: PhoneState, now: Millis, send: Send): PhoneState {
  const { phase } = state
  if (phase.name === 'ended') return { ...state, phase: IDLE }
  if (phase.name === 'calling') return unheard(state, phase.call, now, send)
  if (phase.name !== 'dialling' || phase.due === undefined) return state
  switch (phase.due.what) {
    case 'howl':
      return { ...state, phase: { ...phase, due: undefined } }
    case 'dial':
      return dial(state, phase.digits, now, send)
    case 'clear':
      return { ...state, phase: IDLE }
  }
}
