// A SIP or SIPS URI as an application writes and reads it, with the display name that stands before it.
import { utf8Decode, utf8Encode } from '../../base/bytes.ts'
import { ok, type Result } from '../../base/result.ts'
import type { NameAddr, ParseError, SipUri as WireUri } from '../../sip/message/message.ts'
import { parseNameAddr, printNameAddr } from '../../sip/message/name-addr.ts'
import { isSip, parseUri, printUri, sameUri } from '../../sip/message/uri.ts'
import { expects } from './arguments.ts'
import { CoreError } from './errors.ts'
import { FLAG, instance, maybe, record, shape, type Takes, TEXT, whole } from './guard.ts'

/** What a `SipUri` is made of; all but the host may be left out. */
export interface SipUriParts {
  readonly host: string
  readonly user?: string | undefined
  readonly port?: number | undefined
  readonly display?: string | undefined
  readonly secure?: boolean
  readonly parameters?: Readonly<Record<string, string | undefined>>
  readonly headers?: Readonly<Record<string, string>>
}

const TAKES: Takes = [
  [
    'parts',
    shape(
      {
        ...{ host: TEXT, user: maybe(TEXT), port: maybe(whole(0, 65_535)), display: maybe(TEXT), secure: maybe(FLAG) },
        ...{ parameters: maybe(record(maybe(TEXT))), headers: maybe(record(TEXT)) },
      },
      '',
    ),
  ],
]

/** A SIP URI whose parts can be changed. Two are the same when RFC 3261 §19.1.4 says so; the display name does not count. */
export class SipUri {
  /** Name or address of the host; IPv6 without brackets. */
  host: string
  /** User part, unescaped; undefined: there is none. */
  user: string | undefined
  /** Undefined: the default of its transport, or as DNS says. */
  port: number | undefined
  /** Name shown to people; undefined: there is none. */
  display: string | undefined
  /** A SIPS URI: TLS all the way. */
  secure: boolean
  /** URI parameters by name; undefined is a flag without a value: `lr`. */
  parameters: Record<string, string | undefined>
  /** URI headers by name. */
  headers: Record<string, string>

  constructor(parts: SipUriParts) {
    expects('SipUri', TAKES, parts)
    this.host = parts.host
    this.user = parts.user
    this.port = parts.port || undefined
    this.display = parts.display
    this.secure = parts.secure ?? false
    this.parameters = { ...parts.parameters }
    this.headers = { ...parts.headers }
  }

  /** Reads `sip:alice@example.com`, with or without display name and brackets. Throws a CoreError that says where it is wrong. */
  static parse(text: string): SipUri {
    expects('SipUri.parse', [['text', TEXT]], text)
    const wire = utf8Encode(text)
    const parsed = wire.includes('<') ? parseNameAddr(wire) : bare(wire)
    if (!parsed.ok) throw new CoreError('argument', 'SipUri.parse', `${parsed.error.what} at ${parsed.error.at}`)
    const uri = SipUri.fromWire(parsed.value)
    if (uri === undefined) throw new CoreError('argument', 'SipUri.parse', 'expected sip: or sips:, got another scheme')
    return uri
  }

  /** As a message has it; undefined: its scheme is another one. */
  static fromWire({ display, uri }: Pick<NameAddr, 'display' | 'uri'>): SipUri | undefined {
    if (!isSip(uri)) return undefined
    return new SipUri({
      ...{ host: uri.host, port: uri.port, secure: uri.scheme === 'sips' },
      user: uri.user === undefined ? undefined : utf8Decode(uri.user),
      display: display === '' ? undefined : utf8Decode(display),
      parameters: Object.fromEntries(uri.params.map(({ name, value }) => [name, value && utf8Decode(value)])),
      headers: Object.fromEntries(uri.headers.map(({ name, value }) => [name, utf8Decode(value)])),
    })
  }

  /** As a message wants it. */
  toWire(): WireUri {
    const { user, port, secure, parameters, headers } = this
    return {
      scheme: secure ? 'sips' : 'sip',
      user: user === undefined ? undefined : utf8Encode(user),
      password: undefined,
      host: this.host.toLowerCase(),
      port: port || undefined,
      params: Object.entries(parameters).map(([name, value]) => ({
        name: name.toLowerCase(),
        value: value === undefined ? undefined : utf8Encode(value),
      })),
      headers: Object.entries(headers).map(([name, value]) => ({ name, value: utf8Encode(value) })),
    }
  }

  /** The URI alone, without the display name: what goes into a Request-URI. */
  get address(): string {
    return printUri(this.toWire())
  }

  /** The URI, behind its display name in brackets when it has one. */
  toString(): string {
    const { display } = this
    if (display === undefined || display === '') return this.address
    return utf8Decode(printNameAddr({ display: utf8Encode(display), uri: this.toWire(), params: [] }))
  }

  /** Whether both name the same resource (RFC 3261 §19.1.4). */
  equals(other: SipUri): boolean {
    return sameUri(this.toWire(), other.toWire())
  }

  /** Another one with the same parts. */
  copy(): SipUri {
    return new SipUri(this)
  }
}

/** Without brackets parameters are the URI's: no header is around it. */
function bare(text: string): Result<Pick<NameAddr, 'display' | 'uri'>, ParseError> {
  const uri = parseUri(text)
  return uri.ok ? ok({ display: '', uri: uri.value }) : uri
}

export const SIP_URI = instance('a SipUri', () => SipUri)
