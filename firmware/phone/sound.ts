// What is heard follows from the state: this says what should be, and which media commands make it so.
// Nothing switches a tone on or a mute off by itself, so nothing is ever left on: not a ringback, not a mute, not a microphone.
import type { MediaCommand, PortId } from '../media/contract.ts'
import type { ToneName, TonePlan } from '../media/tones.ts'
import { isUsable, type PhoneState } from './state.ts'
import { volumeDb } from './volume.ts'

export const HANDSET: PortId = 'handset'

export interface Sound {
  readonly tone: ToneName | undefined
  /** Port heard in the handset. */
  readonly listen: PortId | undefined
  /** Port the handset's microphone goes to. */
  readonly speak: PortId | undefined
  readonly muted: boolean
  /** Decibels. */
  readonly takeDb: number
}

export const SILENCE: Sound = { tone: undefined, listen: undefined, speak: undefined, muted: false, takeDb: 0 }

/** What should be heard in this state. */
export function soundOf(state: PhoneState): Sound {
  const { phase, offHook } = state
  const quiet: Sound = { ...SILENCE, takeDb: volumeDb(state.volume) }
  switch (phase.name) {
    case 'idle':
      return quiet
    case 'dialling':
      if (!offHook || phase.digits !== '') return quiet
      if (phase.due === undefined) return { ...quiet, tone: 'howler' }
      // No promise of a line that is not there; digits work all the same.
      return { ...quiet, tone: state.step === undefined && state.lines.some(isUsable) ? 'dial' : 'congestion' }
    case 'calling': {
      const { call } = phase
      // The microphone stays closed until somebody answered. A 183 alone proves no media: ringback stays until RTP comes.
      return { ...quiet, listen: call.port, tone: call.ringing && !call.audible ? 'ringback' : undefined }
    }
    case 'ringing':
      // With one device the bell is the earpiece; a call only ever rings while the handset is down.
      return { ...quiet, tone: 'ring' }
    case 'talking': {
      const { call } = phase
      const port = call.wantHeld ? undefined : call.port
      return { ...quiet, listen: port, speak: port, muted: call.muted }
    }
    case 'ended':
      return offHook ? { ...quiet, tone: phase.tone } : quiet
  }
}

const toneId = (name: ToneName): PortId => `tone:${name}`

/**
 * From one sound to the next; what ends does so before anything begins. `closed`: a port that is gone, its connections
 * went with it.
 */
export function changeSound(
  from: Sound,
  to: Sound,
  plan: TonePlan,
  closed: (port: PortId) => boolean,
  out: (command: MediaCommand) => void,
): void {
  if (from.tone !== to.tone && from.tone !== undefined) out({ kind: 'close-port', port: toneId(from.tone) })
  if (from.listen !== to.listen && from.listen !== undefined && !closed(from.listen))
    out({ kind: 'disconnect', from: from.listen, to: HANDSET })
  if (from.speak !== to.speak && from.speak !== undefined && !closed(from.speak))
    out({ kind: 'disconnect', from: HANDSET, to: from.speak })
  if (from.muted !== to.muted || from.takeDb !== to.takeDb) out(gain(to))
  if (from.listen !== to.listen && to.listen !== undefined) out({ kind: 'connect', from: to.listen, to: HANDSET })
  if (from.speak !== to.speak && to.speak !== undefined) out({ kind: 'connect', from: HANDSET, to: to.speak })
  if (from.tone !== to.tone && to.tone !== undefined) {
    out({ kind: 'open-tone', port: toneId(to.tone), tone: plan[to.tone] })
    out({ kind: 'connect', from: toneId(to.tone), to: HANDSET })
  }
}

export const gain = (sound: Sound): MediaCommand => ({
  kind: 'set-gain',
  port: HANDSET,
  giveDb: sound.muted ? undefined : 0,
  takeDb: sound.takeDb,
})

/** After the handset's port was opened anew: what should be heard now is joined to it. */
export function rejoin(sound: Sound, out: (command: MediaCommand) => void): void {
  if (sound.listen !== undefined) out({ kind: 'connect', from: sound.listen, to: HANDSET })
  if (sound.speak !== undefined) out({ kind: 'connect', from: HANDSET, to: sound.speak })
  if (sound.tone !== undefined) out({ kind: 'connect', from: toneId(sound.tone), to: HANDSET })
}
