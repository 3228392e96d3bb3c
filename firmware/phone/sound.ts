// What is heard follows from the state: this says what should be, and which media commands make it so.
// Nothing switches a tone on or a mute off by itself, so nothing is ever left on: not a ringback, not a mute, not a microphone.
import type { MediaCommand, PortId } from '../media/contract.ts'
import { type Cadence, isCadence, type RingName, ringTone } from '../media/rings.ts'
import type { ToneName, TonePlan } from '../media/tones.ts'
import { applyDialMap } from './dial-plan.ts'
import { isQuiet } from './forwarding.ts'
import { bellOf, earOf, HANDSET, mouthOf, VOLUME_OF } from './routes.ts'
import { settled } from './settled.ts'
import { focused, isAlerting, isUsable, type PhoneState, ringingOf } from './state.ts'
import { volumeDb } from './volume.ts'
import { messagesWait } from './watching.ts'

/** Sound goes from one port to another. */
export interface Join {
  readonly from: PortId
  readonly to: PortId
}

export interface Sound {
  readonly tone: ToneName | undefined
  /** What rings, where `tone` is that. */
  readonly ring: RingName | Cadence | undefined
  /** Of the device in use with calls, and of calls with each other. */
  readonly joins: readonly Join[]
  /** Where the tone is heard. */
  readonly outlet: PortId
  /** The microphone that is closed. */
  readonly muted: PortId | undefined
  /** How loud each device plays, dB; 0 where nothing is said. */
  readonly takeDb: Readonly<Record<PortId, number>>
}

export const SILENCE: Sound = {
  ...{ tone: undefined, ring: undefined, joins: [], outlet: HANDSET, muted: undefined, takeDb: {} },
}

/** What should be heard in this state. */
export function soundOf(state: PhoneState): Sound {
  const tone = toneOf(state)
  const tested = state.sample?.tone === tone ? state.sample?.on : undefined
  const route = tested ?? state.route
  const outlet = tone === 'ring' ? bellOf(state) : earOf({ ...state, route })
  const volume = tone === 'ring' ? 'ringerVolume' : VOLUME_OF[route]
  return {
    tone,
    ring: tone === 'ring' ? ringOf(state) : undefined,
    joins: joinsOf(state),
    outlet,
    muted: focused(state)?.muted === true ? mouthOf(state) : undefined,
    takeDb: { [outlet]: volumeDb(settled(state, volume)) },
  }
}

/** The melody of the call that rings, or the pattern it asks for; undefined: a sample of the country's bell. */
function ringOf(state: PhoneState): RingName | Cadence | undefined {
  const call = ringingOf(state)
  const rings = state.settings?.rings
  if (call === undefined || rings === undefined) return undefined
  const { alert } = call
  if (alert !== undefined && isCadence(alert)) return alert
  return (alert && rings[alert]) ?? settled(state, 'ring')
}

function toneOf(state: PhoneState): ToneName | undefined {
  const { focus, offHook } = state
  // With one device the bell is the earpiece: no bell there while the handset is at an ear.
  if (ringingOf(state) !== undefined) return isAlerting(state) && !offHook ? 'ring' : 'call-waiting'
  switch (focus.name) {
    case 'idle':
      return state.sample?.tone
    case 'dialling':
      return offHook ? diallingTone(state, focus.digits, focus.due === undefined) : undefined
    case 'call': {
      const call = focused(state)
      if (call?.wantHeld === true) return state.sample?.tone
      // A call that was taken by itself says so: the microphone is open.
      if (call?.stage === 'talking') return state.sample?.tone === 'confirmation' ? 'confirmation' : undefined
      // A 183 alone proves no media: ringback stays until RTP comes.
      return call?.ringing === true && !call.audible ? 'ringback' : undefined
    }
    case 'ended':
      return offHook ? focus.tone : undefined
  }
}

function diallingTone(state: PhoneState, digits: string, forgotten: boolean): ToneName | undefined {
  if (digits !== '') return applyDialMap(state.dialMap, digits).tone ? 'dial' : undefined
  if (forgotten) return 'howler'
  // No promise of a line that is not there; digits work all the same.
  if (state.step !== undefined || !state.lines.some(isUsable)) return 'congestion'
  return messagesWait(state) || isQuiet(state) ? 'stutter' : 'dial'
}

/** Only the call the user is at is heard, or all of a conference; the rest hears nothing and is not heard. */
function joinsOf(state: PhoneState): Join[] {
  const at = focused(state)
  const heard = (state.conference ? state.calls : at === undefined ? [] : [at]).filter((call) => !call.wantHeld)
  const ports = heard.flatMap(({ port, stage }) => (port === undefined ? [] : [{ port, stage }]))
  return ports.flatMap(({ port, stage }) => [
    { from: port, to: earOf(state) },
    // The microphone stays closed until somebody answered.
    ...(stage === 'talking' ? [{ from: mouthOf(state), to: port }] : []),
    ...ports.filter((other) => other.port !== port).map((other) => ({ from: port, to: other.port })),
  ])
}

const toneId = (name: ToneName): PortId => `tone:${name}`
const has = (joins: readonly Join[], { from, to }: Join): boolean => joins.some((j) => j.from === from && j.to === to)

/**
 * From one sound to the next; what ends does so before anything begins. `devices`: those that are open. `closed`: a port that is gone, its connections
 * went with it.
 */
export function changeSound(
  from: Sound,
  to: Sound,
  plan: TonePlan,
  devices: Iterable<PortId>,
  closed: (port: PortId) => boolean,
  out: (command: MediaCommand) => void,
): void {
  const another = from.tone !== to.tone || from.ring !== to.ring || from.outlet !== to.outlet
  if (another && from.tone !== undefined) out({ kind: 'close-port', port: toneId(from.tone) })
  for (const join of from.joins)
    if (!has(to.joins, join) && !closed(join.from) && !closed(join.to)) out({ kind: 'disconnect', ...join })
  for (const port of devices) if (!isSameGain(from, to, port)) out(gain(to, port))
  for (const join of to.joins) if (!has(from.joins, join)) out({ kind: 'connect', ...join })
  if (another && to.tone !== undefined) {
    out({ kind: 'open-tone', port: toneId(to.tone), tone: to.ring ? ringTone(to.ring, plan) : plan[to.tone] })
    out({ kind: 'connect', from: toneId(to.tone), to: to.outlet })
  }
}

const isSameGain = (a: Sound, b: Sound, port: PortId): boolean =>
  (a.takeDb[port] ?? 0) === (b.takeDb[port] ?? 0) && (a.muted === port) === (b.muted === port)

const gain = (sound: Sound, port: PortId): MediaCommand => ({
  kind: 'set-gain',
  port,
  giveDb: sound.muted === port ? undefined : 0,
  takeDb: sound.takeDb[port] ?? 0,
})

/** After a device's port was opened, or opened anew: what should be heard now is joined to it. */
export function rejoin(sound: Sound, port: PortId, out: (command: MediaCommand) => void): void {
  out(gain(sound, port))
  for (const join of sound.joins) if (join.from === port || join.to === port) out({ kind: 'connect', ...join })
  if (sound.tone !== undefined && sound.outlet === port) out({ kind: 'connect', from: toneId(sound.tone), to: port })
}
