// The lamps follow from the state: line, ring and mute.
import type { Led, LedPattern } from '../../hal/api/board.ts'
import type { Phase, PhoneState } from './state.ts'

export type Lamps = Readonly<Record<Extract<Led, 'line' | 'ring' | 'mute'>, LedPattern>>

function lineLamp(phase: Phase, offHook: boolean): LedPattern {
  switch (phase.name) {
    case 'idle':
    case 'ended':
      return offHook ? 'on' : 'off'
    case 'dialling':
    case 'calling':
      return 'on'
    case 'ringing':
      return 'flash'
    case 'talking':
      return phase.call.wantHeld ? 'blink' : 'on'
  }
}

export const lampsOf = ({ phase, offHook }: PhoneState): Lamps => ({
  line: lineLamp(phase, offHook),
  ring: phase.name === 'ringing' ? 'flash' : 'off',
  mute: phase.name === 'talking' && phase.call.muted ? 'on' : 'off',
})
