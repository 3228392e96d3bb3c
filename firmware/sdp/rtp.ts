// What a media block says about RTP: codecs (rtpmap, fmtp, RFC 3551 defaults), direction, packet time, addresses.
import type { SocketAddress } from '../base/address.ts'
import { asciiTrim } from '../base/bytes.ts'
import { isIpv4, isIpv6 } from '../base/ip.ts'
import {
  type Attribute,
  attribute,
  hasAttribute,
  type MediaDescription,
  type SessionDescription,
} from './description.ts'

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'
const DIRECTIONS: readonly Direction[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive']

/** A codec under a payload type. */
export interface Codec {
  /** Encoding name in upper case. */
  readonly name: string
  /** 0–127. */
  readonly payloadType: number
  /** RTP clock, Hz. */
  readonly clockRate: number
  readonly channels: number
  /** fmtp; absent when there is none. Words without `=` have the value ''. */
  readonly parameters?: Readonly<Record<string, string>>
  /** What we like of it, ms, where that is not what we like of all; no part of descriptions. */
  readonly ptimeMs?: number
  /** The longest packets we take where it is said first, ms; absent: nothing is said of that. */
  readonly maxPtimeMs?: number
}

export const TELEPHONE_EVENT = 'TELEPHONE-EVENT'
export const COMFORT_NOISE = 'CN'
export const REDUNDANCY = 'RED'
/** Names do not know case, but some peers compare: as they are registered where that is not in upper case. */
const REGISTERED: Readonly<Record<string, string>> = {
  [TELEPHONE_EVENT]: 'telephone-event',
  [REDUNDANCY]: 'red',
  ...{ OPUS: 'opus', SPEEX: 'speex', ILBC: 'iLBC' },
}

/** Audio payload types with a meaning of their own (RFC 3551 §6). G722's clock is 8000 by its history (§4.5.2). */
const STATIC: Readonly<Record<number, readonly [name: string, clockRate: number]>> = {
  0: ['PCMU', 8000],
  3: ['GSM', 8000],
  4: ['G723', 8000],
  8: ['PCMA', 8000],
  9: ['G722', 8000],
  13: ['CN', 8000],
  15: ['G728', 8000],
  18: ['G729', 8000],
}

/** Codecs whose frames are longer than 10 ms, by name. */
const FRAME_MS: Readonly<Record<string, number>> = { GSM: 20, SPEEX: 20 }
/** RFC 6716 §2.1.4: frames of Opus, ms; a packet of ours is one. */
const OPUS_MS = [60, 40, 20]
/** Of samples in a packet, so that it fits any link (L16). */
const MOST_BYTES = 1300

/** RFC 3952 §5: the length of iLBC's frames, ms. */
export const ilbcMode = (parameters: Codec['parameters']): 20 | 30 => (parameters?.mode === '20' ? 20 : 30)

/** A packet of this codec lasts a multiple of `frameMs`, 10, 20 or 30, and at most `mostMs`. */
export function framing({ name, clockRate, parameters }: Codec): { readonly frameMs: number; readonly mostMs: number } {
  const frameMs = name === 'ILBC' ? ilbcMode(parameters) : (FRAME_MS[name] ?? 10)
  const fitsMs = name === 'L16' ? (MOST_BYTES * 1000) / (2 * clockRate) : 60
  return { frameMs, mostMs: Math.min(60, Math.floor(fitsMs / frameMs) * frameMs) }
}

/** The longest packet of this codec within `wantedMs`, else its shortest. */
export function wholeFrames(codec: Codec, wantedMs: number): number {
  const { frameMs, mostMs } = framing(codec)
  if (codec.name === 'OPUS') return OPUS_MS.find((each) => each <= wantedMs) ?? frameMs
  return Math.max(frameMs, Math.floor(Math.min(wantedMs, mostMs) / frameMs) * frameMs)
}

/** The codec of the list that is `like` this one, whatever its number. */
export const findCodec = <C extends Codec>(list: readonly C[], like: Codec): C | undefined =>
  list.find((c) => c.name === like.name && c.clockRate === like.clockRate && c.channels === like.channels)

/** The codecs of an RTP media block in its order; formats without a meaning are left out. */
export function codecs(media: MediaDescription): readonly Codec[] {
  const named = new Map<number, Codec>()
  const parameters = new Map<number, Readonly<Record<string, string>>>()
  for (const { name, value } of media.attributes) {
    if (value === undefined || (name !== 'rtpmap' && name !== 'fmtp')) continue
    const payloadType = Number.parseInt(value, 10)
    if (name === 'fmtp') {
      if (!parameters.has(payloadType)) parameters.set(payloadType, parseFmtp(value))
      continue
    }
    const codec = parseRtpmap(value)
    if (codec !== undefined && !named.has(codec.payloadType)) named.set(codec.payloadType, codec)
  }
  const list = new Map<number, Codec>()
  for (const format of media.formats) {
    const payloadType = Number(format)
    if (!/^[0-9]{1,3}$/.test(format) || payloadType > 127 || list.has(payloadType)) continue
    const known = STATIC[payloadType]
    const codec = named.get(payloadType) ?? (known && { name: known[0], payloadType, clockRate: known[1], channels: 1 })
    if (codec === undefined) continue
    const extra = parameters.get(payloadType)
    list.set(payloadType, extra === undefined ? codec : { ...codec, parameters: extra })
  }
  return [...list.values()]
}

function parseRtpmap(value: string): Codec | undefined {
  const match = /^([0-9]{1,3}) +([^/ ]+)\/([0-9]{1,9})(?:\/([0-9]{1,2}))? *$/.exec(value)
  if (match === null) return undefined
  const [, payloadType, name, clockRate, channels] = match
  return {
    name: name!.toUpperCase(),
    payloadType: Number(payloadType),
    clockRate: Number(clockRate),
    channels: Number(channels ?? 1),
  }
}

/** `101 0-16`, `111 minptime=10; useinbandfec=1`. */
function parseFmtp(value: string): Readonly<Record<string, string>> {
  const entries: [string, string][] = []
  const space = value.indexOf(' ')
  for (const part of space < 0 ? [] : value.substring(space).split(';')) {
    const equal = part.indexOf('=')
    const key = (equal < 0 ? part : part.substring(0, equal)).replaceAll(' ', '')
    if (key !== '') entries.push([key, equal < 0 ? '' : asciiTrim(part.substring(equal + 1))])
  }
  return Object.fromEntries(entries)
}

/** a=rtpmap and a=fmtp of a codec. */
export function codecAttributes(codec: Codec): readonly Attribute[] {
  const channels = codec.channels === 1 ? '' : `/${codec.channels}`
  const name = REGISTERED[codec.name] ?? codec.name
  const map = { name: 'rtpmap', value: `${codec.payloadType} ${name}/${codec.clockRate}${channels}` }
  const parameters = Object.entries(codec.parameters ?? {})
  if (parameters.length === 0) return [map]
  const value = parameters.map(([key, v]) => (v === '' ? key : `${key}=${v}`)).join(';')
  return [map, { name: 'fmtp', value: `${codec.payloadType} ${value}` }]
}

/** As the sender of the description sees it: on the media, else on the session, else sendrecv (RFC 3264 §5.1). */
export function direction(session: SessionDescription, media: MediaDescription): Direction {
  for (const attributes of [media.attributes, session.attributes]) {
    for (const { name } of attributes) if (DIRECTIONS.includes(name as Direction)) return name as Direction
  }
  return 'sendrecv'
}

/** a=ptime or a=maxptime of the media, else of the session, ms; undefined when it makes no sense. */
export function packetTime(
  session: SessionDescription,
  media: MediaDescription,
  name: 'ptime' | 'maxptime',
): number | undefined {
  const from = hasAttribute(media.attributes, name) ? media.attributes : session.attributes
  const match = /^ *([0-9]{1,4})(?:\.[0-9]+)? *$/.exec(attribute(from, name) ?? '')
  return match === null || Number(match[1]) === 0 ? undefined : Number(match[1])
}

/** Where the sender of the description wants RTP and RTCP; undefined when it names no address literal. */
export function addresses(
  session: SessionDescription,
  media: MediaDescription,
): { readonly rtp: SocketAddress; readonly rtcp: SocketAddress } | undefined {
  const connection = media.connection ?? session.connection
  if (connection === undefined || !isLiteral(connection.addressType, connection.address)) return undefined
  const { address } = connection
  const rtcp = { address, port: Math.min(media.port + 1, 65_535) }
  // RFC 3605: a=rtcp:port [IN IP4 address]
  const match = /^ *([0-9]{1,5})(?: +IN +(IP4|IP6) +([^ ]+))? *$/.exec(attribute(media.attributes, 'rtcp') ?? '')
  const port = Number(match?.[1] ?? 0)
  if (match === null || port === 0 || port > 65_535) return { rtp: { address, port: media.port }, rtcp }
  const own = match[3] !== undefined && isLiteral(match[2]!, match[3]) ? match[3] : address
  return { rtp: { address, port: media.port }, rtcp: { address: own, port } }
}

const isLiteral = (type: string, address: string): boolean => (type === 'IP6' ? isIpv6(address) : isIpv4(address))

/** An address that stands for nowhere: the hold of RFC 2543 (RFC 3264 §8.4), and its IPv6 form. */
export const isNowhere = (address: string): boolean => address === '0.0.0.0' || /^[0:]+$/.test(address)
