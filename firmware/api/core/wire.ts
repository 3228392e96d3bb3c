// From what applications say to what the SIP engine takes, and back: identities, header fields, messages.
import { utf8Decode, utf8Encode } from '../../base/bytes.ts'
import type { Identity } from '../../sip/core/contract.ts'
import { headersProblem } from '../../sip/message/addressing.ts'
import { accepts, contacts, type Reason, reasons } from '../../sip/message/headers.ts'
import type { Body, HeaderField, SipMessage, SipRequest } from '../../sip/message/message.ts'
import { telOf } from '../../sip/message/tel.ts'
import type { ContactParams } from '../../sip/usage/contact-wishes.ts'
import type { Credentials } from './credentials.ts'
import { CoreError } from './errors.ts'
import { routesOf, type WayOut } from './route.ts'
import { SipUri } from './sip-uri.ts'

/** Header fields an application adds to a message: one value or several for each name. */
export type ExtraHeaders = Readonly<Record<string, string | readonly string[]>>

/** The fields in the order given. Throws a CoreError where one cannot stand in a message, or is the stack's own. */
export function headerFields(headers: ExtraHeaders = {}, of?: 'response'): readonly HeaderField[] {
  const fields = Object.entries(headers).flatMap(([name, values]) =>
    (typeof values === 'string' ? [values] : values).map((value) => ({ name, value: utf8Encode(value) })),
  )
  const problem = headersProblem(fields, of)
  if (problem !== undefined) throw new CoreError('argument', 'headers', problem)
  return fields
}

/** Who the engine says we are. */
export const identityOf = (
  { uri, token, proofs, challengeMs, contactParams, contactUriParams, contactPlace }: Credentials,
  way: WayOut,
): Identity => ({
  aor: new SipUri({ host: uri.host, port: uri.port, user: uri.user, secure: uri.secure }).address,
  displayName: utf8Encode(uri.display ?? ''),
  contactUser: token,
  contactParams: encoded(contactParams),
  contactUriParams: encoded(contactUriParams),
  contactPlace,
  credentials: proofs,
  routes: routesOf(way).map((route) => route.uri.address),
  transport: way.transport,
  ...(challengeMs !== undefined && { challengeMs }),
})

/** As the wire has them. */
export const encoded = (params: ContactParams): ContactParams =>
  Object.fromEntries(Object.entries(params).map(([name, value]) => [name, value && utf8Encode(value)]))

/** A reason phrase as it goes out; undefined: the usual one. */
export const phraseOf = (reason: string | undefined): string | undefined =>
  reason === undefined ? undefined : utf8Encode(reason)

/** Octets one by one; text becomes UTF-8. */
export const bytesOf = (body: string | Uint8Array): string =>
  typeof body === 'string' ? utf8Encode(body) : Buffer.from(body).toString('latin1')

/** A body of that type; text becomes UTF-8. */
export const bodyOf = (contentType: string, body: string): Body => ({ contentType, content: utf8Encode(body) })

/** A header field with more than one part, and the URI in it. */
export interface NamedUri {
  readonly uri: SipUri | undefined
  /** Parameters of the header, not of the URI. */
  readonly parameters: Readonly<Record<string, string | undefined>>
}

/** The header fields of a message: typed where the core knows them, text everywhere. Names in any case; short forms are found too. */
export class MessageHeaders {
  readonly #message: SipMessage

  constructor(message: SipMessage) {
    this.#message = message
  }

  /** The first value of that name; undefined: there is none. */
  get(name: string): string | undefined {
    const value = this.#message.header(name)
    return value === undefined ? undefined : utf8Decode(value)
  }

  /** Each field of that name, in order. */
  getAll(name: string): readonly string[] {
    return this.#message.headers(name).map(utf8Decode)
  }

  /** Names and values of all fields in their order. */
  get fields(): readonly HeaderField[] {
    return this.#message.fields.map(({ name, value }) => ({ name, value: utf8Decode(value) }))
  }

  /** Who sent the first request, with the tag among the parameters. */
  get from(): NamedUri {
    return namedUri(this.#message.from)
  }

  /** For whom it was. */
  get to(): NamedUri {
    return namedUri(this.#message.to)
  }

  /** Every Contact that is a SIP URI; empty for `*` and for what cannot be read. */
  get contacts(): readonly NamedUri[] {
    const found = contacts(this.#message)
    return found.ok && found.value !== '*' ? found.value.map(namedUri) : []
  }

  /** Call-ID. */
  get callId(): string {
    return this.#message.callId
  }

  /** CSeq. */
  get cseq(): { readonly number: number; readonly method: string } {
    return this.#message.cseq
  }

  /** Why it was sent (RFC 3326): a status of SIP, a cause of the telephone network (`Q.850`). */
  get reasons(): readonly Reason[] {
    return reasons(this.#message).map(({ text, ...reason }) => ({ ...reason, text: utf8Decode(text) }))
  }

  /** Whether their Accept has this content type; without that header application/sdp alone. */
  accepts(contentType: string): boolean {
    return accepts(this.#message, contentType)
  }

  /** Content-Type; undefined without a body. */
  get contentType(): string | undefined {
    return this.get('Content-Type')
  }
}

const namedUri = ({ display, uri, params }: SipMessage['from']): NamedUri => ({
  uri: SipUri.fromWire({ display, uri }),
  parameters: Object.fromEntries(params.map(({ name, value }) => [name, value && utf8Decode(value)])),
})

/** The body as text; undefined: there is none. */
export const bodyText = ({ body }: SipMessage): string | undefined => (body === '' ? undefined : utf8Decode(body))

/** To whom it was addressed: a SIP URI, or a number (RFC 3966). */
export const addressedTo = ({ uri }: SipRequest) => ({
  requestUri: SipUri.fromWire({ display: '', uri }),
  requestTel: telOf(uri)?.number,
})

/** Whom it is for, and from: of a scheme we do not know, its host is what is left of it. */
export const partiesOf = ({ from, to }: SipRequest) => ({ fromUri: uriOf(from), toUri: uriOf(to) })

const uriOf = (value: SipMessage['from']): SipUri => {
  const uri = SipUri.fromWire(value)
  if (uri !== undefined) return uri
  return new SipUri({ host: 'rest' in value.uri ? utf8Decode(value.uri.rest) : '', display: utf8Decode(value.display) })
}
