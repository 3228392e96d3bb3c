// What a media block says about RTP: codecs (rtpmap, fmtp, RFC 3551 defaults), direction, packet time, addresses.
import type { SocketAddress } from '../base/address.ts'
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
}

export const TELEPHONE_EVENT = 'TELEPHONE-EVENT'

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

/** The codecs of an RTP media block in its order; formats without a meaning are left out. */
export function codecs(media: MediaDescription): readonly Codec[] {
  const list: Codec[] = []
  for (const format of media.formats) {
    if (!/^[0-9]{1,3}$/.test(format) || Number(format) > 127) continue
    const payloadType = Number(format)
    const named = rtpmap(media.attributes, payloadType)
    const known = STATIC[payloadType]
    const codec = named ?? (known && { name: known[0], payloadType, clockRate: known[1], channels: 1 })
    if (codec === undefined || list.some((c) => c.payloadType === payloadType)) continue
    const parameters = fmtp(media.attributes, payloadType)
    list.push(parameters === undefined ? codec : { ...codec, parameters })
  }
  return list
}

function rtpmap(attributes: readonly Attribute[], payloadType: number): Codec | undefined {
  for (const { name, value } of attributes) {
    if (name !== 'rtpmap' || value === undefined) continue
    const match = /^([0-9]+) +([^/ ]+)\/([0-9]{1,9})(?:\/([0-9]{1,2}))? *$/.exec(value)
    if (match === null || Number(match[1]) !== payloadType) continue
    return { name: match[2]!.toUpperCase(), payloadType, clockRate: Number(match[3]), channels: Number(match[4] ?? 1) }
  }
  return undefined
}

function fmtp(attributes: readonly Attribute[], payloadType: number): Readonly<Record<string, string>> | undefined {
  const prefix = `${payloadType} `
  const value = attributes.find((a) => a.name === 'fmtp' && a.value?.startsWith(prefix))?.value
  if (value === undefined) return undefined
  const entries: [string, string][] = []
  for (const part of value.substring(prefix.length).split(';')) {
    const equal = part.indexOf('=')
    const key = (equal < 0 ? part : part.substring(0, equal)).replace(/ /g, '')
    if (key !== '') entries.push([key, equal < 0 ? '' : part.substring(equal + 1).replace(/^ +| +$/g, '')])
  }
  return Object.fromEntries(entries)
}

/** a=rtpmap and a=fmtp of a codec. */
export function codecAttributes(codec: Codec): readonly Attribute[] {
  const channels = codec.channels === 1 ? '' : `/${codec.channels}`
  const name = codec.name === TELEPHONE_EVENT ? 'telephone-event' : codec.name
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
