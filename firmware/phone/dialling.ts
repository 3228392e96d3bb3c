// Entering a number: digits, what becomes due by itself, erasing, and where a new number may begin.
import { after, type Millis } from '../base/time.ts'
import { dial, sendDigit, takeOver } from './call-control.ts'
import { atRest, dialTone, type Send, setAside } from './calls.ts'
import { erase, press } from './dial-pad.ts'
import { waitAfter } from './dial-plan.ts'
import { focused, isAlerting, MAX_CALLS, type PhoneState } from './state.ts'

/** A number entered with the handset down is forgotten after this long: nobody is there. */
export const PRE_DIAL_MS = 60_000
/** Where no settings came yet. */
const INTER_DIGIT_MS = 4000

/** The number as it now stands; what is due follows from the hook and the dial plan. */
export function entered(state: PhoneState, digits: string, now: Millis): PhoneState {
  if (state.offHook && digits === '') return { ...state, focus: dialTone(now) }
  const wait = waitAfter(state.dialMap, digits, state.settings?.interDigitMs ?? INTER_DIGIT_MS)
  const due = state.offHook
    ? ({ what: 'dial', at: after(now, wait) } as const)
    : ({ what: 'clear', at: after(now, PRE_DIAL_MS) } as const)
  return { ...state, focus: { name: 'dialling', digits, due } }
}

/** Whether another number may be begun beside what there is; nothing may while a call has the bell. */
export function mayBegin(state: PhoneState): boolean {
  if (isAlerting(state) || state.conference || state.calls.length >= MAX_CALLS) return false
  switch (state.focus.name) {
    case 'idle':
    case 'ended':
      return true
    case 'dialling':
      return state.focus.digits === ''
    case 'call':
      return focused(state)?.wantHeld === true
  }
}

export function digit(state: PhoneState, key: string, now: Millis, send: Send): PhoneState {
  const { focus } = state
  if (isAlerting(state)) return state
  switch (focus.name) {
    case 'idle':
      return begin(state, key, now)
    case 'ended':
      // With the handset off the digit was meant for the call that just ended, not for a new number.
      return state.offHook ? state : begin(state, key, now)
    case 'dialling': {
      const entry = press(focus.digits, key)
      if (entry.dial) return dial(state, entry.digits, now, send)
      return entry.digits === focus.digits ? state : entered(state, entry.digits, now)
    }
    case 'call':
      if (mayBegin(state)) return begin(state, key, now)
      sendDigit(state, focus.id, key, send)
      return state
  }
}

function begin(state: PhoneState, key: string, now: Millis): PhoneState {
  const { digits } = press('', key)
  return digits === '' ? state : entered(state, digits, now)
}

export function erased(state: PhoneState, now: Millis): PhoneState {
  const { focus, offHook } = state
  if (focus.name !== 'dialling' || focus.digits === '' || isAlerting(state)) return state
  const digits = erase(focus.digits)
  return digits === '' && !offHook ? atRest(state, now) : entered(state, digits, now)
}

export function dialled(state: PhoneState, now: Millis, send: Send): PhoneState {
  const { focus } = state
  if (focus.name !== 'dialling' || focus.digits === '' || isAlerting(state)) return state
  return dial(state, focus.digits, now, send)
}

/** A number from somewhere else than the dial pad. */
export const dialFrom = (state: PhoneState, number: string, now: Millis, send: Send, account?: string): PhoneState =>
  number !== '' && mayBegin(state) ? dial(state, number, now, send, account) : state

/** Takes over a call that rings elsewhere: the one who made it is called in its place. */
export const pickUp = (
  state: PhoneState,
  target: string,
  replaces: string,
  now: Millis,
  send: Send,
  account?: string,
): PhoneState => (mayBegin(state) ? takeOver(state, target, replaces, now, send, account) : state)

/** A second number to dial; whoever is spoken to is on hold meanwhile. */
export function consult(state: PhoneState, now: Millis, send: Send): PhoneState {
  if (focused(state)?.stage !== 'talking' || state.conference || state.calls.length >= MAX_CALLS) return state
  return entered(setAside(state, send), '', now)
}
