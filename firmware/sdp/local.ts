// What we bring to a negotiation, and the description it becomes.

import type { CryptoLine } from './crypto.ts'
import type { Attribute, MediaDescription, SessionDescription } from './description.ts'
import { printSdp } from './print.ts'
import type { RtcpMux } from './rtcp.ts'
import {
  COMFORT_NOISE,
  type Codec,
  codecAttributes,
  type Direction,
  findCodec,
  TELEPHONE_EVENT,
  wholeFrames,
} from './rtp.ts'
import { cryptoAttributes, type LocalSrtp } from './secure.ts'

/** What we can and like of one audio stream, for offers and answers (RFC 3264). */
export interface LocalAudio {
  /** Address literal that peers can reach. */
  readonly address: string
  readonly rtpPort: number
  readonly rtcpPort: number
  /** In order of preference. Payload types are used in our offers; an answer takes the offer's. */
  readonly codecs: readonly Codec[]
  /** First of the payload types of the RFC 4733 events offered, one for each RTP clock of the codecs; undefined: none. */
  readonly events: number | undefined
  /** Events go with those before them (RFC 2198), where the peer agrees. Default: not. */
  readonly redundancy?: boolean | undefined
  /** Pauses may be described instead of sent (RFC 3389), both ways. Default: not. */
  readonly comfortNoise?: boolean | undefined
  /** What we like to receive and to send, ms. */
  readonly ptimeMs: number
  readonly direction: Direction
  /** Whose order of codecs an answer follows. */
  readonly order: 'offerer' | 'ours'
  /** Default: off. */
  readonly rtcpMux?: RtcpMux | undefined
  /** RTCP says how voice is heard, both ways, and what the round trip is to who only listens (RFC 3611). Default: not. */
  readonly rtcpXr?: boolean | undefined
  /** Undefined: SRTP is off. */
  readonly srtp?: LocalSrtp | undefined
}

/** Who we are in o=; the same for the whole session. */
export interface LocalOrigin {
  readonly username: string
  /** Digits, new for each session (RFC 4566 §5.2 likes an NTP time). */
  readonly sessionId: string
}

export const PCMU: Codec = { name: 'PCMU', payloadType: 0, clockRate: 8000, channels: 1 }
export const PCMA: Codec = { name: 'PCMA', payloadType: 8, clockRate: 8000, channels: 1 }

/** DTMF and flash: the events every phone knows (RFC 4733 §3.2). */
export const telephoneEvents = (payloadType: number, clockRate: number): Codec => ({
  name: TELEPHONE_EVENT,
  payloadType,
  clockRate,
  channels: 1,
  parameters: { '0-16': '' },
})

/** RFC 3389 §4: 13 at 8 kHz; other clocks have numbers of our own, clear of those of events. */
export const comfortNoise = (clockRate: number): Codec => ({
  name: COMFORT_NOISE,
  payloadType: clockRate === 8000 ? 13 : 105 + Math.floor(clockRate / 16_000),
  clockRate,
  channels: 1,
})

/** Our media block with these codecs under these payload types. */
export function audioMedia(
  local: LocalAudio,
  list: readonly Codec[],
  way: Direction,
  protocol: string,
  crypto: readonly CryptoLine[],
  rtcp: readonly Attribute[],
): MediaDescription {
  const attributes: Attribute[] = [...cryptoAttributes(crypto), ...list.flatMap(codecAttributes)]
  attributes.push({ name: 'ptime', value: `${ptimeOf(local, list[0])}` })
  const most = list[0] && findCodec(local.codecs, list[0])?.maxPtimeMs
  if (most !== undefined) attributes.push({ name: 'maxptime', value: `${most}` })
  attributes.push({ name: way, value: undefined }, ...rtcp)
  const formats = list.map((codec) => `${codec.payloadType}`)
  return block('audio', local.rtpPort, protocol, formats, attributes)
}

/** What we like of `codec`, ms: whole frames of it. */
export function ptimeOf({ codecs: list, ptimeMs }: LocalAudio, codec: Codec | undefined): number {
  if (codec === undefined) return ptimeMs
  return wholeFrames(codec, findCodec(list, codec)?.ptimeMs ?? ptimeMs)
}

/** A refused or disabled stream: its formats stay (RFC 3264 §6). */
export const refusedMedia = ({ media, protocol, formats }: MediaDescription): MediaDescription =>
  block(media, 0, protocol, formats, [])

const block = (
  media: string,
  port: number,
  protocol: string,
  formats: readonly string[],
  attributes: readonly Attribute[],
): MediaDescription => ({ media, port, portCount: 1, protocol, formats, connection: undefined, attributes, lines: [] })

/** The whole description. Its version is that of `previous`, one more when anything changed (RFC 3264 §8). */
export function describe(
  local: LocalAudio,
  origin: LocalOrigin,
  media: readonly MediaDescription[],
  previous: SessionDescription | undefined,
): SessionDescription {
  const addressType = local.address.includes(':') ? 'IP6' : 'IP4'
  const { address } = local
  const version = (sessionVersion: string): SessionDescription => ({
    origin: { ...origin, sessionVersion, addressType, address },
    name: '-',
    connection: { addressType, address, suffix: '' },
    times: ['0 0'],
    attributes: [],
    lines: [],
    media,
  })
  if (previous === undefined) return version(origin.sessionId)
  const same = version(previous.origin.sessionVersion)
  return printSdp(same) === printSdp(previous) ? same : version(`${BigInt(previous.origin.sessionVersion) + 1n}`)
}
