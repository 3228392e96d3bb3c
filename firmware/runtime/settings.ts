// The configuration document as the machines want it: what the phone does, how the user agent is made, who we say we are.

import type { SoundOrder } from '../../hal/portaudio/contract.ts'
import type { PortAudio } from '../../hal/portaudio/parent.ts'
import type { LineSecrets, ReadySettings } from '../../provisioning/core/contract.ts'
import { numberOf } from '../../provisioning/schema/formats.ts'
import type { AccountSettings, PhoneConfig } from '../../provisioning/schema/phone-config.ts'
import { sha256 } from '../base/hash/sha256.ts'
import { forDevice } from '../media/codecs.ts'
import type { DeviceConfig } from '../media/contract.ts'
import type { PhoneSettings } from '../phone/contract.ts'
import type { SipConfig } from '../sip/core/contract.ts'
import { PACKAGES, SERVED, UNSOLICITED } from '../sip/packages/table.ts'
import { USUAL_TERMS } from '../sip/usage/invite/terms.ts'
import type { AccountConfig, UaConfig } from '../ua/contract.ts'
import type { SocketSettings } from './sockets.ts'

/** The device's own, the same for good as its id is (RFC 5626 §4.1): a UUID of version 8 (RFC 9562 §5.8) made of that. */
export function instanceOf(deviceId: string): string {
  const digits = sha256(`offhook ${deviceId}`)
  const variant = '89ab'[Number.parseInt(digits[16]!, 16) & 3]
  const [a, b, c, d, e] = [
    [0, 8],
    [8, 12],
    [13, 16],
    [17, 20],
    [20, 32],
  ].map(([from, to]) => digits.slice(from, to))
  return `urn:uuid:${a}-${b}-8${c}-${variant}${d}-${e}`
}

const accountConfig = (
  account: AccountSettings,
  secrets: LineSecrets,
  instance: string,
  handset: DeviceConfig,
): AccountConfig => ({
  aor: account.aor,
  displayName: account.displayName,
  registrar: account.registrar,
  proxies: account.proxies,
  username: account.username,
  password: secrets.password,
  ha1: secrets.ha1,
  aka: secrets.aka,
  hashes: account.digest,
  realm: account.realm,
  expires: account.expires,
  codecs: account.codecs,
  ptimeMs: account.ptimeMs,
  silenceEndsS: account.silenceEndsS,
  codecSettings: forDevice(handset.rate, account.codecSettings),
  silenceDetection: account.silenceDetection,
  dtmfRedundancy: account.dtmfRedundancy,
  rtcpMux: account.rtcpMux,
  rtcpXr: account.rtcpXr,
  asymmetricRtp: account.asymmetricRtp,
  srtp: account.srtp,
  srtpSuites: account.srtpSuites,
  srtpOverClear: account.srtpOverClear,
  transport: account.transport === 'auto' ? undefined : account.transport,
  keepAlive: account.keepAlive,
  keepAliveS: account.keepAliveS,
  anonymous: account.anonymous,
  watchers: account.watchers,
  redirects: account.redirects,
  autoAnswer: account.autoAnswer,
  terms: {
    reliable: account.reliable,
    timer: {
      mode: account.sessionTimer.mode,
      expires: account.sessionTimer.expiresS,
      minSe: account.sessionTimer.minS,
    },
  },
  registration: {
    instance: account.instance ?? instance,
    gruu: account.gruu,
    outbound: account.outbound,
    serviceRoute: account.serviceRoute,
    retry: account.retry,
  },
})

/** What the PortAudio process is to carry; undefined: it is not wanted. */
export function portAudioOrder({ handset }: PhoneConfig): Omit<SoundOrder, 'socket'> | undefined {
  if (handset.kind !== 'portaudio') return undefined
  const { capture, playback, rate } = handset
  return { capture, playback, rate }
}

/** What the engine opens as the handset; `sound` says where the PortAudio process brings its sound. */
function handsetDevice({ handset }: PhoneConfig, sound: Pick<PortAudio, 'socket'>): DeviceConfig {
  if (handset.kind !== 'portaudio') return handset
  const { capture, playback, rate } = handset
  return { kind: 'external', socket: sound.socket, capture: capture !== '', playback: playback !== '', rate }
}

const ringsOf = ({ tones: { ring, rings } }: PhoneConfig): PhoneSettings['rings'] => ({
  ...{ ring, internal: rings.internal, external: rings.external, priority: rings.priority },
})

function forwardingOf({ calls: { forward } }: PhoneConfig): PhoneSettings['forward'] {
  const { all = '', busy = '', noAnswer = '', afterS } = forward
  return { all: numberOf(all), busy: numberOf(busy), noAnswer: numberOf(noAnswer), afterS }
}

/** `handset` stands in for the configured device: the simulator's, or the null device of a machine without sound. */
export const phoneSettings = (
  config: PhoneConfig,
  secrets: ReadySettings['secrets'],
  deviceId: string,
  sound: Pick<PortAudio, 'socket'>,
  handset: DeviceConfig = handsetDevice(config, sound),
): PhoneSettings => ({
  accounts: config.accounts.map((account) => ({
    id: account.id,
    label: account.label,
    config: accountConfig(account, secrets[account.id] ?? {}, instanceOf(deviceId), handset),
    mailbox:
      account.mwi || account.voicemail !== '' ? { subscribe: account.mwi, number: account.voicemail } : undefined,
    buddyList: account.buddyList,
    publish: account.publish,
  })),
  buddies: config.buddies.map(({ label, uri, account = config.accounts[0]?.id ?? '', watch }) => ({
    ...{ label, uri, account, watch },
  })),
  contacts: config.contacts.map(({ name, numbers }) => ({ name, numbers: numbers.map(numberOf) })),
  keys: config.keys.map(({ label, kind, target = '', account = config.accounts[0]?.id ?? '', digit }) => ({
    ...{ label, kind, target: numberOf(target), account, digit: digit === undefined ? '' : `${digit}` },
  })),
  handset,
  routes: { speaker: config.speaker, headset: config.headset, ringer: config.ringer },
  country: config.tones.country,
  rings: ringsOf(config),
  keyClicks: config.tones.keyClicks,
  volume: config.audio.volume,
  interDigitMs: config.dial.interDigitMs,
  dialMap: config.dial.map,
  callWaiting: config.calls.waiting,
  dnd: config.calls.dnd,
  forward: forwardingOf(config),
})

export const uaConfig = ({ network }: PhoneConfig, [mediaAddress = '', also]: readonly string[]): UaConfig => ({
  maxCalls: 8,
  mediaAddress,
  ...(also === undefined ? {} : { alsoMediaAddress: also }),
  rtpPorts: network.rtpPorts,
  dscp: network.dscp,
  jitter: network.jitter,
})

export const socketSettings = ({ network }: PhoneConfig, addresses: readonly string[]): SocketSettings => {
  const { sipPort, udp, tcp, sipDscp } = network
  const { on, verify, verifyClients, minVersion, port, ...files } = network.tls
  const tls = on ? { ...files, port, verify, verifyClients, minVersion } : undefined
  return { addresses, port: sipPort, udp, tcp, tls, dscp: sipDscp }
}

/** Of each stranger's new requests, when strangers are taken: enough for a person, too little for a flood. */
const STRANGER_RATE = { burst: 20, perSecond: 2 }

export const strangers = ({ network }: PhoneConfig): Pick<SipConfig, 'strangers'> => ({
  strangers: { policy: network.strangers, trusted: network.trusted, rate: STRANGER_RATE },
})

/** How servers are found. */
export const finding = ({ network: { dns } }: PhoneConfig): Pick<SipConfig, 'servers' | 'preferFamily'> => ({
  servers: { presentMs: 1000 * dns.cacheS },
  preferFamily: dns.prefer === 'ipv6' ? 6 : 4,
})

/**
 * Who is there may change in a call (RFC 4916), calls take the place of others (RFC 3891), REFER asks for no subscription (RFC 4488),
 * calls may ask to be answered by themselves (RFC 5373).
 */
export const SUPPORTED = ['from-change', 'replaces', 'norefersub', 'answermode']

export const sipConfig = (version: string): SipConfig => ({
  userAgent: `Offhook/${version}`,
  timers: { t1: 500, t2: 4000, t4: 5000, d: 32_000 },
  applicationMethods: [],
  packages: PACKAGES,
  notifies: SERVED,
  unsolicited: UNSOLICITED,
  // Each account has terms of its own: whom those do not allow is refused by the user agent.
  terms: USUAL_TERMS,
  supported: SUPPORTED,
  refer: true,
  limits: { sessions: 32, transactions: 256 },
})
