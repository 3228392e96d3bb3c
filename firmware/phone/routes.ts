// Where sound goes: the devices there are, the one that is in use, and the one that rings.
import type { DeviceConfig, PortId } from '../media/contract.ts'
import type { Chosen } from './chosen.ts'
import type { HandsFree, PhoneSettings, Route } from './contract.ts'
import { focused, type PhoneState } from './state.ts'

export const HANDSET: PortId = 'handset'
export const HANDS_FREE: readonly HandsFree[] = ['speaker', 'headset']
/** What has a device and a volume of its own. */
export type Outlet = Route | 'ringer'
const OUTLETS: readonly Outlet[] = ['handset', ...HANDS_FREE, 'ringer']

export const VOLUME_OF = {
  ...{ handset: 'handsetVolume', speaker: 'speakerVolume', headset: 'headsetVolume', ringer: 'ringerVolume' },
} as const satisfies Readonly<Record<Outlet, keyof Chosen>>

type Settings = PhoneSettings | undefined

const deviceOf = (settings: Settings, outlet: Outlet): DeviceConfig | undefined =>
  outlet === 'handset' ? settings?.handset : settings?.routes?.[outlet]

/** The ways this phone has beside its handset. */
export const handsFreeOf = (settings: Settings): readonly HandsFree[] =>
  HANDS_FREE.filter((route) => deviceOf(settings, route) !== undefined)

const isOnePcm = (a: DeviceConfig | undefined, b: DeviceConfig | undefined): boolean =>
  a?.kind === 'alsa' && b?.kind === 'alsa' && b.playback !== '' && a.playback === b.playback

/** A PCM is opened once: what plays by the same one has the same port. */
function portOf(settings: Settings, outlet: Outlet): PortId {
  const device = deviceOf(settings, outlet)
  return OUTLETS.find((other) => other === outlet || isOnePcm(deviceOf(settings, other), device)) ?? outlet
}

/** What is to be open, by port. */
export const devicesOf = (settings: PhoneSettings): ReadonlyMap<PortId, DeviceConfig> =>
  new Map(
    OUTLETS.flatMap((outlet) => {
      const device = deviceOf(settings, outlet)
      return device === undefined || portOf(settings, outlet) !== outlet ? [] : [[outlet, device] as const]
    }),
  )

export const earOf = ({ settings, route }: PhoneState): PortId => portOf(settings, route)

/** A loudspeaker without a microphone leaves that to the handset, which hears from where it lies. */
export function mouthOf({ settings, route }: PhoneState): PortId {
  const device = deviceOf(settings, route)
  const hears = device?.kind === 'null' || (device !== undefined && device.capture !== '' && device.capture !== false)
  return hears ? portOf(settings, route) : HANDSET
}

/** The ringer; without one the loudspeaker, else the earpiece. One that does not work is passed over: a phone has to ring. */
export function bellOf({ settings, lost }: PhoneState): PortId {
  const there = (['ringer', 'speaker', 'handset'] as const).filter((outlet) => deviceOf(settings, outlet) !== undefined)
  const ports = there.map((outlet) => portOf(settings, outlet))
  return ports.find((port) => !lost.includes(port)) ?? ports[0] ?? HANDSET
}

/** Somebody uses the phone with its handset down. */
export const isHandsFree = ({ offHook, route, handsetUp }: PhoneState): boolean =>
  offHook && route !== 'handset' && !handsetUp

/** Nobody uses it any more. */
export const closed = <S extends PhoneState>(state: S): S => ({ ...state, offHook: false, route: 'handset' })

/** Who calls, or is called, with the handset down is heard hands-free, where there is a way. */
export function opened(state: PhoneState): PhoneState {
  const [route] = handsFreeOf(state.settings)
  const call = focused(state)
  if (state.offHook || route === undefined || call === undefined || call.wantHeld) return state
  return { ...state, offHook: true, route }
}
