// The lamps follow from the state: line, ring, mute, speaker, headset, that messages wait, and of each key what it watches.
import { FREE_KEYS, type FreeKey, type Led, type LedPattern } from '../../hal/api/board.ts'
import type { BusyState } from '../sip/packages/dialog-set.ts'
import type { HandsFree, KeyView } from './contract.ts'
import { isQuiet } from './forwarding.ts'
import { keyViews } from './keys.ts'
import { besideOf, focused, type PhoneState, ringingOf } from './state.ts'
import { messagesWait } from './watching.ts'

export type Lamps = Readonly<
  Record<Extract<Led, 'line' | 'ring' | 'mute' | 'message' | HandsFree> | FreeKey, LedPattern>
>

function lineLamp(state: PhoneState): LedPattern {
  const call = focused(state)
  if (ringingOf(state) !== undefined) return 'flash'
  if (call !== undefined) return call.wantHeld ? 'blink' : 'on'
  if (besideOf(state) !== undefined) return 'blink'
  return state.offHook || state.focus.name === 'dialling' ? 'on' : 'off'
}

/** Dark is free and nothing else: what is not known blinks. */
const BUSY: Readonly<Record<BusyState, LedPattern>> = {
  ...{ unknown: 'blink', idle: 'off', calling: 'wink', ringing: 'flash', busy: 'wink', held: 'wink' },
}

const keyLamp = (key: KeyView | undefined): LedPattern =>
  key?.busy === undefined ? (key?.waiting === true || key?.on === true ? 'on' : 'off') : BUSY[key.busy]

export function lampsOf(state: PhoneState): Lamps {
  const keys = keyViews(state)
  return {
    line: lineLamp(state),
    ring: ringingOf(state) !== undefined ? 'flash' : isQuiet(state) ? 'on' : 'off',
    mute: focused(state)?.muted === true ? 'on' : 'off',
    speaker: state.offHook && state.route === 'speaker' ? 'on' : 'off',
    headset: state.offHook && state.route === 'headset' ? 'on' : 'off',
    message: messagesWait(state) ? 'on' : 'off',
    ...(Object.fromEntries(FREE_KEYS.map((key, at) => [key, keyLamp(keys[at])])) as Record<FreeKey, LedPattern>),
  }
}
