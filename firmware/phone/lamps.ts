// The lamps follow from the state: line, ring, mute, and that messages wait.
import type { Led, LedPattern } from '../../hal/api/board.ts'
import { isQuiet } from './forwarding.ts'
import { besideOf, focused, type PhoneState, ringingOf } from './state.ts'
import { messagesWait } from './watching.ts'

export type Lamps = Readonly<Record<Extract<Led, 'line' | 'ring' | 'mute' | 'message'>, LedPattern>>

function lineLamp(state: PhoneState): LedPattern {
  const call = focused(state)
  if (ringingOf(state) !== undefined) return 'flash'
  if (call !== undefined) return call.wantHeld ? 'blink' : 'on'
  if (besideOf(state) !== undefined) return 'blink'
  return state.offHook || state.focus.name === 'dialling' ? 'on' : 'off'
}

export const lampsOf = (state: PhoneState): Lamps => ({
  line: lineLamp(state),
  ring: ringingOf(state) !== undefined ? 'flash' : isQuiet(state) ? 'on' : 'off',
  mute: focused(state)?.muted === true ? 'on' : 'off',
  message: messagesWait(state) ? 'on' : 'off',
})
