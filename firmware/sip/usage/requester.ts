// What a request is made of (RFC 3261 §8.1), where it goes (RFC 3263), and how it is written for one server of those.
import { type SocketAddress, showAddress } from '../../base/address.ts'
import { hex, type Rng } from '../../base/rng.ts'
import type { Millis } from '../../base/time.ts'
import type { Located } from '../locate/locator.ts'
import type { Server } from '../locate/server.ts'
import { wishOf } from '../locate/wish.ts'
import type { Body, HeaderField, Parameters, RequestDraft, SipResponse, Uri } from '../message/message.ts'
import { printRequest } from '../message/print.ts'
import type { Hop } from '../transaction/environment.ts'
import { type LocalTransport, viaValue } from '../transport/transports.ts'
import { contactUri, isAnonymous, ourContact } from './contact.ts'
import { withUriParams } from './contact-wishes.ts'
import type { Digest } from './digest.ts'
import type { UsageEnvironment } from './environment.ts'

/** How a request failed without a final response. */
export type Failure = 'timeout' | 'transport' | 'resolution'

/** Who is told what comes of a request. */
export interface RequestUser {
  /** Challenges that could be answered and 503s with another server to try do not come here. */
  onResponse(response: SipResponse, now: Millis): void
  /** `detail`: why there is no connection, in words. */
  onFailure(why: Failure, now: Millis, detail?: string): void
  /** A 2xx to an INVITE from a server that had been given up for another; without this it comes as the others do. */
  onStray?(response: SipResponse, now: Millis): void
  /** What became of its CANCEL: a final response, or none. */
  onCancelled?(answer: SipResponse | Failure, now: Millis): void
  /** A challenge waits for the application's word, `until` then at the longest. */
  onAsked?(until: Millis): void
}

/** The statuses given to what no response said (RFC 3261 §8.1.3.1). */
export function statusOf(why: Failure, detail?: string): { readonly status: number; readonly reason: string } {
  if (why === 'timeout') return { status: 408, reason: 'Request Timeout' }
  return { status: 503, reason: `Service Unavailable${detail === undefined ? '' : `: ${detail}`}` }
}

export interface RequestSpec {
  readonly method: string
  readonly uri: string
  readonly nextHop: Uri
  /** Route, From, To, Call-ID and the application's own; what depends on the way out is added here. */
  readonly headers: readonly HeaderField[]
  /** User part of the Contact to add, with what is said behind that of a REGISTER and first in its URI; undefined: no Contact. */
  readonly contact: { readonly user: string; readonly params: string; readonly uriParams?: Parameters } | undefined
  readonly body: Body | undefined
  /** The CSeq number of the first try, and of each that a challenge asks for. */
  readonly nextSeq: () => number
  readonly transport: string | undefined
  /** Of a dialog that sips: made: over TLS, whatever its URIs say. */
  readonly secure?: boolean
  readonly digest: Digest
  /** The same by another way out, when this one leads nowhere. */
  readonly otherwise?: RequestSpec | undefined
  /** Where it goes first, when it can. */
  readonly stay?: Stay
  /** The one server it is for: a probe. */
  readonly only?: Server
}

/** The server a registration lives at, or a dialog goes by: it is tried first. Whoever answers last is put here. */
export interface Stay {
  server: Server | undefined
}

export class Requester {
  readonly environment: UsageEnvironment
  /** Where no stream leads, though a large request asked for one. */
  readonly #noStream = new Set<string>()

  constructor(environment: UsageEnvironment) {
    this.environment = environment
  }

  /** Sends what has no transaction: an ACK for a 2xx (§13.2.2.4), a stateless request. `sent` gets what to repeat when asked. */
  sendOnce(
    spec: RequestSpec,
    authorization: readonly HeaderField[],
    sent: (hop: Hop, text: string) => void,
    now: Millis,
  ): void {
    const found = (located: Located, then: Millis) => {
      for (const server of located.kind === 'found' ? this.inOrder(spec, located.servers, then) : []) {
        const attempt = { server, branch: newBranch(this.environment.rng), seq: spec.nextSeq() }
        const made = this.draft(spec, attempt, authorization)
        if (made === undefined) continue
        const text = printRequest(made.draft)
        this.environment.send(made.hop, text)
        sent(made.hop, text)
        return
      }
    }
    const search = this.locate(spec, found, now)
    if ('located' in search) found(search.located, now)
  }

  /** The servers behind the next hop of `spec`: at once when nothing has to be looked up, else by `found`. */
  locate(spec: RequestSpec, found: (located: Located, now: Millis) => void, now: Millis) {
    const { locator, transports } = this.environment
    const wish = wishOf(spec.nextHop, isSecure(spec))
    if (!wish.ok) return { located: { kind: 'no-transport' as const, what: wish.error } }
    const { host, literal, protocol, secure } = wish.value
    // Who prefers a transport has named one, where the URI has not.
    const preferred = secure
      ? undefined
      : literal
        ? transports.choose(host, spec.transport)?.protocol
        : transports.get(spec.transport ?? '')?.protocol
    return locator.locate({ ...wish.value, protocol: protocol ?? preferred }, found, now)
  }

  /** A registration goes to the best server, all else to where it has been before, while that works. */
  inOrder({ method, stay }: RequestSpec, servers: readonly Server[], now: Millis): Server[] {
    return this.environment.standing.inOrder(servers, stay?.server, method === 'REGISTER' ? 'rank' : 'all', now)
  }

  /** From now on large requests go there by datagram. */
  noStreamTo({ to }: Hop): void {
    if (this.#noStream.size >= MAX_NO_STREAM) this.#noStream.clear()
    this.#noStream.add(showAddress(to))
  }

  /**
   * The request as it goes to `address`; undefined when no transport of ours leads there. §18.1.1: what is too large for a
   * datagram goes by stream, when there is one and none was refused there before.
   */
  draft(spec: RequestSpec, attempt: Attempt, authorization: readonly HeaderField[]): Made | undefined {
    const { transports } = this.environment
    const { address, port, protocol, name } = attempt.server
    const transport = transports.choose(address, spec.transport, protocol)
    if (transport === undefined) return undefined
    const to = { address, port }
    const draft = this.#written(spec, attempt, authorization, transport, transport)
    const made = { draft, transport: transport.id, instead: false, hop: hopOf(transport, to, name) }
    if (transport.protocol !== 'UDP' || sizeOf(draft) <= MAX_DATAGRAM || this.#noStream.has(showAddress(made.hop.to)))
      return made
    const stream = transports.choose(address, transport.id, 'TCP')
    if (stream === undefined) return made
    return {
      ...made,
      draft: this.#written(spec, attempt, authorization, stream, transport),
      instead: true,
      hop: hopOf(stream, to, name),
    }
  }

  /** The Via is of the transport it goes by, the Contact of the one later requests are to come by. */
  #written(
    spec: RequestSpec,
    { branch, seq }: Attempt,
    authorization: readonly HeaderField[],
    by: LocalTransport,
    transport: LocalTransport,
  ): RequestDraft {
    const { capabilities } = this.environment
    const headers: HeaderField[] = [
      { name: 'Via', value: viaValue(by, branch) },
      { name: 'Max-Forwards', value: '70' },
      ...spec.headers,
      { name: 'CSeq', value: `${seq} ${spec.method}` },
    ]
    if (spec.contact) {
      const { user, params, uriParams = [] } = spec.contact
      // A binding names the place itself.
      const wish = withUriParams(this.environment.wishes.of(user), uriParams)
      const value =
        spec.method === 'REGISTER'
          ? `<${contactUri(user, transport, isSecure(spec), wish)}>${params}${wish.params}`
          : ourContact(this.environment, user, transport, isSecure(spec), isAnonymous(spec.headers))
      headers.push({ name: 'Contact', value })
    }
    headers.push(...capabilities.userAgent, ...authorization)
    if (spec.body) headers.push({ name: 'Content-Type', value: spec.body.contentType })
    return { method: spec.method, uri: spec.uri, headers, body: spec.body?.content ?? '' }
  }
}

export interface Made {
  readonly draft: RequestDraft
  readonly hop: Hop
  /** What the dialog it makes goes by. */
  readonly transport: string
  /** It goes by stream for its size alone: a datagram will do when there is none. */
  readonly instead: boolean
}

/** §18.1.1: as the path's MTU is not known. */
const MAX_DATAGRAM = 1300
const MAX_NO_STREAM = 64

/** Bytes on the wire, the start line and Content-Length counted roughly. */
const sizeOf = ({ uri, headers, body }: RequestDraft): number =>
  headers.reduce((size, { name, value }) => size + name.length + value.length + 4, uri.length + body.length + 45)

function hopOf({ id, protocol }: LocalTransport, to: SocketAddress, name: string): Hop {
  switch (protocol) {
    case 'UDP':
      return { transport: id, to }
    case 'TCP':
      return { transport: id, to, reliable: true }
    case 'TLS':
      return { transport: id, to, reliable: true, name }
  }
}

/** §8.1.1.8: what goes to a sips: URI, or first to one, is answered and followed up over TLS alone. */
export const isSecure = ({ uri, nextHop, secure = false }: Pick<RequestSpec, 'uri' | 'nextHop' | 'secure'>): boolean =>
  secure || /^sips:/i.test(uri) || nextHop.scheme === 'sips'

export interface Attempt {
  readonly server: Server
  readonly branch: string
  readonly seq: number
}

/** §8.1.1.7: unique in space and time. */
export const newBranch = (rng: Rng): string => `z9hG4bK${hex(rng, 16)}`
