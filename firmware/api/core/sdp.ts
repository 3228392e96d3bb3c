// Session descriptions as objects (RFC 4566): what an application decides a session is made of, line by line.

import { systemRng } from '../../runtime/system-rng.ts'
import type { Attribute, Connection, Line, MediaDescription, SessionDescription } from '../../sdp/description.ts'
import { parseSdp } from '../../sdp/parse.ts'
import { printSdp } from '../../sdp/print.ts'
import { type Direction, direction } from '../../sdp/rtp.ts'
import { expects, options as optional } from './arguments.ts'
import { CoreError } from './errors.ts'
import { either, instance, kind, list, maybe, NUMBER, OBJECT, type Takes, TEXT, whole } from './guard.ts'

/** `a=name:value`, or `a=name` where the value is undefined. */
export class SdpAttribute {
  /** Before the colon. */
  name: string
  /** Behind it; undefined: a flag. */
  value: string | undefined

  constructor(name: string, value?: string) {
    expects('SdpAttribute', ATTRIBUTE, name, value)
    this.name = name
    this.value = value
  }

  /** Whether both are the same line. */
  equals(other: SdpAttribute): boolean {
    return this.name === other.name && this.value === other.value
  }
}

/** What a connection is made of beside its address. */
export interface SdpConnectionOptions {
  readonly netType?: string
  readonly addressType?: string
}

/** `c=IN IP4 192.0.2.1`. */
export class SdpConnection {
  /** An address or a host name, with `/ttl` and `/count` of multicast where there are any. */
  address: string
  /** `IN`: no other is registered. */
  netType: string
  /** `IP4` or `IP6`. */
  addressType: string

  constructor(address: string, options: SdpConnectionOptions = {}) {
    expects('SdpConnection', CONNECTION, address, options)
    const { netType = 'IN', addressType = 'IP4' } = options
    this.address = address
    this.netType = netType
    this.addressType = addressType
  }

  /** Whether both are the same line. */
  equals(other: SdpConnection): boolean {
    return this.address === other.address && this.netType === other.netType && this.addressType === other.addressType
  }
}

/** What a media section is made of beside its `m=` line. */
export interface SdpMediaOptions {
  readonly portCount?: number
  readonly formats?: readonly string[]
  readonly info?: string | undefined
  readonly connection?: SdpConnection | undefined
  readonly attributes?: readonly SdpAttribute[]
  readonly otherLines?: readonly Line[]
}

/** An `m=` line and everything under it. */
export class SdpMedia {
  /** `audio`, `message`, `video` … */
  media: string
  /** 0: refused, or not used. */
  port: number
  /** `RTP/AVP`, `TCP/MSRP` … */
  transport: string
  /** 1 is not printed. */
  portCount: number
  /** Of an RTP stream its payload types. */
  formats: string[]
  /** `i=`; undefined or '': none. */
  info: string | undefined
  /** `c=`; undefined: that of the session. */
  connection: SdpConnection | undefined
  /** `a=`, in order. */
  attributes: SdpAttribute[]
  /** Lines that have no reading here (`b=`, `k=` …), kept as they came. */
  otherLines: Line[]

  constructor(media: string, port: number, transport: string, options: SdpMediaOptions = {}) {
    expects('SdpMedia', MEDIA, media, port, transport, options)
    this.media = media
    this.port = port
    this.transport = transport
    this.portCount = options.portCount ?? 1
    this.formats = [...(options.formats ?? [])]
    this.info = options.info
    this.connection = options.connection
    this.attributes = [...(options.attributes ?? [])]
    this.otherLines = [...(options.otherLines ?? [])]
  }

  /** As a description has it. */
  static fromDescription({ media, port, protocol, ...rest }: MediaDescription): SdpMedia {
    return new SdpMedia(media, port, protocol, {
      portCount: rest.portCount,
      formats: rest.formats,
      info: infoOf(rest.lines),
      otherLines: rest.lines.filter(({ type }) => type !== 'i'),
      connection: rest.connection && connectionOf(rest.connection),
      attributes: rest.attributes.map(({ name, value }) => new SdpAttribute(name, value)),
    })
  }

  /** As a description wants it. */
  toDescription(): MediaDescription {
    const { media, port, portCount, transport, formats, info, connection, attributes } = this
    return {
      ...{ media, port, portCount, protocol: transport, formats: [...formats] },
      connection: connection && plainConnection(connection),
      attributes: attributes.map(plainAttribute),
      lines: [...infoLines(info), ...this.otherLines],
    }
  }

  /** `sendrecv`, `sendonly`, `recvonly` or `inactive`, as its attributes say; `sendrecv` when they do not. */
  get direction(): Direction {
    return direction({ ...NOTHING, media: [] }, this.toDescription())
  }

  /** Whether both say the same. */
  equals(other: SdpMedia): boolean {
    return same(this.toDescription(), other.toDescription())
  }
}

/** What a session is made of beside its address. */
export interface SdpSessionOptions {
  readonly id?: bigint | number | undefined
  readonly version?: bigint | number | undefined
  readonly user?: string
  readonly netType?: string
  readonly addressType?: string
  readonly name?: string
  readonly info?: string | undefined
  readonly connection?: SdpConnection | undefined
  readonly startTime?: number
  readonly stopTime?: number
  readonly attributes?: readonly SdpAttribute[]
  readonly media?: readonly SdpMedia[]
  readonly otherLines?: readonly Line[]
}

/** A whole description, as it stands in the body of a message. */
export class SdpSession {
  /** Address in `o=`. */
  address: string
  /** Session id in `o=`, up to 64 bits; made up when it is left out. */
  id: bigint
  /** Version in `o=`; the id when it is left out. It has to grow by one with each change (RFC 3264 §8). */
  version: bigint
  /** User in `o=`. */
  user: string
  /** Network type in `o=`: `IN`. */
  netType: string
  /** Address type in `o=`. */
  addressType: string
  /** `s=`. */
  name: string
  /** `i=`; undefined or '': none. */
  info: string | undefined
  /** `c=`; undefined: none. */
  connection: SdpConnection | undefined
  /** The two values of `t=`. */
  startTime: number
  stopTime: number
  /** `a=` of the session, in order. */
  attributes: SdpAttribute[]
  /** The media sections, in order. */
  media: SdpMedia[]
  /** Lines of the session that have no reading here (`e=`, `b=`, `z=` …), kept as they came. */
  otherLines: Line[]

  constructor(address: string, options: SdpSessionOptions = {}) {
    expects('SdpSession', SESSION, address, options)
    this.address = address
    this.id = BigInt(options.id ?? systemRng().uint32())
    this.version = BigInt(options.version ?? this.id)
    this.user = options.user ?? '-'
    this.netType = options.netType ?? 'IN'
    this.addressType = options.addressType ?? 'IP4'
    this.name = options.name ?? ' '
    this.info = options.info
    this.connection = options.connection
    this.startTime = options.startTime ?? 0
    this.stopTime = options.stopTime ?? 0
    this.attributes = [...(options.attributes ?? [])]
    this.media = [...(options.media ?? [])]
    this.otherLines = [...(options.otherLines ?? [])]
  }

  /** Reads a description. Throws a CoreError that says where it is wrong. */
  static parse(text: string): SdpSession {
    const parsed = parseSdp(text)
    if (parsed.ok) return SdpSession.fromDescription(parsed.value)
    const { at, what, rfc } = parsed.error
    throw new CoreError('argument', 'SdpSession.parse', `${what} at ${at} (RFC ${rfc})`)
  }

  /** As the parser has it. */
  static fromDescription(description: SessionDescription): SdpSession {
    const { origin, connection } = description
    const [start, stop] = (description.times[0] ?? '0 0').split(' ').map(Number)
    return new SdpSession(origin.address, {
      ...{ id: BigInt(origin.sessionId), version: BigInt(origin.sessionVersion), user: origin.username },
      ...{ addressType: origin.addressType, name: description.name, info: infoOf(description.lines) },
      ...{ startTime: start || 0, stopTime: stop || 0 },
      otherLines: description.lines.filter(({ type }) => type !== 'i'),
      connection: connection && connectionOf(connection),
      attributes: description.attributes.map(({ name, value }) => new SdpAttribute(name, value)),
      media: description.media.map((media) => SdpMedia.fromDescription(media)),
    })
  }

  /** As the printer wants it. */
  toDescription(): SessionDescription {
    const { id, version, user, address, addressType, connection, media } = this
    return {
      origin: { username: user, sessionId: `${id}`, sessionVersion: `${version}`, addressType, address },
      name: this.name,
      connection: connection && plainConnection(connection),
      times: [`${this.startTime} ${this.stopTime}`],
      attributes: this.attributes.map(plainAttribute),
      lines: [...infoLines(this.info), ...this.otherLines],
      media: media.map((each) => each.toDescription()),
    }
  }

  /** The text of it. Throws a CoreError when something in it cannot stand in a line. */
  toString(): string {
    if (this.netType !== 'IN')
      throw new CoreError('argument', 'SdpSession', `netType: expected IN, got ${this.netType}`)
    try {
      return printSdp(this.toDescription())
    } catch (cause) {
      throw new CoreError('argument', 'SdpSession', (cause as Error).message, { cause })
    }
  }

  /** Whether both say the same, `o=` included. */
  equals(other: SdpSession): boolean {
    return same(this.toDescription(), other.toDescription()) && this.netType === other.netType
  }

  /** Another one that says the same, with parts of its own. */
  copy(): SdpSession {
    return SdpSession.fromDescription(this.toDescription())
  }
}

const NOTHING: SessionDescription = {
  origin: { username: '-', sessionId: '0', sessionVersion: '0', addressType: 'IP4', address: '0.0.0.0' },
  ...{ name: '', connection: undefined, times: [], attributes: [], lines: [], media: [] },
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

const infoOf = (lines: readonly Line[]): string | undefined => lines.find(({ type }) => type === 'i')?.value
const infoLines = (info: string | undefined): readonly Line[] =>
  info === undefined || info === '' ? [] : [{ type: 'i', value: info }]

const plainAttribute = ({ name, value }: SdpAttribute): Attribute => ({ name, value })

const connectionOf = ({ address, suffix, addressType }: Connection): SdpConnection =>
  new SdpConnection(address + suffix, { addressType })

function plainConnection({ address, addressType }: SdpConnection): Connection {
  const slash = address.indexOf('/')
  if (slash < 0) return { addressType, address, suffix: '' }
  return { addressType, address: address.slice(0, slash), suffix: address.slice(slash) }
}

export const SDP_MEDIA = instance('an SdpMedia', () => SdpMedia)
export const SDP_SESSION = instance('an SdpSession', () => SdpSession)
const LINES = list(OBJECT)
const ATTRIBUTES = list(instance('an SdpAttribute', () => SdpAttribute))
const CONNECTED = instance('an SdpConnection', () => SdpConnection)
const ID = either(
  kind('a whole number', (value) => typeof value === 'bigint'),
  whole(0, Number.MAX_SAFE_INTEGER),
)

const ATTRIBUTE: Takes = [
  ['name', TEXT],
  ['value', maybe(TEXT)],
]
const CONNECTION: Takes = [
  ['address', TEXT],
  ['options', optional({ netType: TEXT, addressType: TEXT })],
]
const MEDIA: Takes = [
  ['media', TEXT],
  ['port', whole(0, 65_535)],
  ['transport', TEXT],
  [
    'options',
    optional({
      ...{ portCount: whole(1, 65_535), formats: list(TEXT), info: TEXT, connection: CONNECTED },
      ...{ attributes: ATTRIBUTES, otherLines: LINES },
    }),
  ],
]
const SESSION: Takes = [
  ['address', TEXT],
  [
    'options',
    optional({
      ...{ id: ID, version: ID, user: TEXT, netType: TEXT, addressType: TEXT, name: TEXT, info: TEXT },
      ...{ connection: CONNECTED, startTime: NUMBER, stopTime: NUMBER, attributes: ATTRIBUTES },
      ...{ media: list(SDP_MEDIA), otherLines: LINES },
    }),
  ],
]
