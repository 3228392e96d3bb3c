// Sends requests out (RFC 3261 §8.1): finds the next hop, tries its addresses in turn (RFC 3263 §4.3), answers challenges.
import { type SocketAddress, showAddress } from '../../base/address.ts'
import { hex, type Rng } from '../../base/rng.ts'
import { after, type Millis } from '../../base/time.ts'
import { type Sleeper, Timer } from '../../base/timer-queue.ts'
import { type AuthState, NO_AUTH } from '../auth/authorize.ts'
import type { Credential } from '../core/contract.ts'
import type { Body, HeaderField, RequestDraft, SipResponse, Uri } from '../message/message.ts'
import { printRequest } from '../message/print.ts'
import { printUri } from '../message/uri.ts'
import type { Hop } from '../transaction/environment.ts'
import { type Target, targetOf } from '../transport/target.ts'
import { defaultPort, type LocalTransport, type Protocol, viaValue } from '../transport/transports.ts'
import type { UsageEnvironment } from './environment.ts'

/** How a request failed without a final response. */
export type Failure = 'timeout' | 'transport' | 'resolution'

/** Who is told what comes of a request. */
export interface RequestUser {
  /** Challenges that could be answered and 503s with another address to try do not come here. */
  onResponse(response: SipResponse, now: Millis): void
  /** `detail`: why there is no connection, in words. */
  onFailure(why: Failure, now: Millis, detail?: string): void
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
  /** User part of the Contact to add, with the header parameters that follow it; undefined: no Contact. */
  readonly contact: { readonly user: string; readonly params: string } | undefined
  readonly body: Body | undefined
  /** The CSeq number of the first try, and of each that a challenge asks for. */
  readonly nextSeq: () => number
  readonly transport: string | undefined
  /** Of a dialog that sips: made: over TLS, whatever its URIs say. */
  readonly secure?: boolean
  readonly digest: Digest
}

/** Credentials with what is known of the servers' challenges; lives as long as the registration or dialog it serves. */
export interface Digest {
  readonly credentials: readonly Credential[]
  state: AuthState
}

export const newDigest = (credentials: readonly Credential[]): Digest => ({ credentials, state: NO_AUTH })

/** No answer to `resolve` for this long: the name does not resolve. */
const RESOLVE_PATIENCE = 20_000

export class Requester {
  readonly environment: UsageEnvironment
  readonly #queries = new Map<number, Lookup>()
  /** Where no stream leads, though a large request asked for one. */
  readonly #noStream = new Set<string>()
  #lastQuery = 0

  constructor(environment: UsageEnvironment) {
    this.environment = environment
  }

  /** Look-ups under way. */
  get pending(): number {
    return this.#queries.size
  }

  /** Sends an ACK for a 2xx: no transaction, no answer (§13.2.2.4). `sent` gets what to repeat when the 2xx comes again. */
  sendAck(
    spec: RequestSpec,
    authorization: readonly HeaderField[],
    sent: (hop: Hop, text: string) => void,
    now: Millis,
  ): void {
    const target = targetOf(spec.nextHop, isSecure(spec))
    if (!target.ok) return
    this.locate(target.value, now, (addresses) => {
      for (const address of addresses) {
        const attempt = { ...target.value, address, branch: newBranch(this.environment.rng), seq: spec.nextSeq() }
        const made = this.draft(spec, attempt, authorization)
        if (made === undefined) continue
        const text = printRequest(made.draft)
        this.environment.send(made.hop, text)
        sent(made.hop, text)
        return
      }
    })
  }

  /** The addresses of a target, at once when it is a literal; empty when there are none. Returns how to call it off. */
  locate(target: Target, now: Millis, found: (addresses: readonly string[], now: Millis) => void): () => void {
    if (target.literal) {
      found([target.host], now)
      return () => {}
    }
    const query = ++this.#lastQuery
    const lookup = new Lookup(found, (at) => this.resolved(query, [], at))
    this.#queries.set(query, lookup)
    this.environment.queue.arm(lookup.timer, after(now, RESOLVE_PATIENCE), now)
    this.environment.emit({ kind: 'resolve', query, host: target.host })
    return () => {
      this.#queries.delete(query)
      this.environment.queue.disarm(lookup.timer)
    }
  }

  resolved(query: number, addresses: readonly string[], now: Millis): void {
    const lookup = this.#queries.get(query)
    if (lookup === undefined) return
    this.#queries.delete(query)
    this.environment.queue.disarm(lookup.timer)
    lookup.found(addresses, now)
  }

  /** Why `target` cannot be reached from here at all, in words. */
  missing({ protocol }: Target): string | undefined {
    return protocol === 'TLS' && !this.environment.transports.secure
      ? 'TLS is asked for and not set up here'
      : undefined
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
    const { address, protocol, name } = attempt
    const transport = transports.choose(address, spec.transport, protocol)
    if (transport === undefined) return undefined
    const to = { address, port: attempt.port ?? defaultPort(transport.protocol) }
    const draft = this.#written(spec, attempt, authorization, transport, transport)
    const made = { draft, transport: transport.id, instead: false, hop: hopOf(transport, to, name) }
    if (transport.protocol !== 'UDP' || sizeOf(draft) <= MAX_DATAGRAM || this.#noStream.has(showAddress(made.hop.to)))
      return made
    const stream = transports.choose(address, undefined, 'TCP')
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
      const value = `<${contactUri(spec.contact.user, transport, isSecure(spec))}>${spec.contact.params}`
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
  readonly address: string
  readonly protocol: Protocol | undefined
  readonly port: number | undefined
  readonly name: string
  readonly branch: string
  readonly seq: number
}

/** §8.1.1.7: unique in space and time. */
export const newBranch = (rng: Rng): string => `z9hG4bK${hex(rng, 16)}`

/** Our Contact on a local transport, `secure`: as sips; `user` as it is meant, not as it is written. */
export const contactUri = (user: string, { protocol, local }: LocalTransport, secure: boolean): string =>
  printUri({
    scheme: secure ? 'sips' : 'sip',
    user: user === '' ? undefined : user,
    password: undefined,
    host: local.address,
    port: local.port,
    // RFC 5630 §3.1.4: sips says TLS by itself.
    params: protocol === 'UDP' || secure ? [] : [{ name: 'transport', value: protocol.toLowerCase() }],
    headers: [],
  })

class Lookup implements Sleeper {
  readonly timer = new Timer(this)
  readonly found: (addresses: readonly string[], now: Millis) => void
  readonly #giveUp: (now: Millis) => void

  constructor(found: (addresses: readonly string[], now: Millis) => void, giveUp: (now: Millis) => void) {
    this.found = found
    this.#giveUp = giveUp
  }

  wake(now: Millis): void {
    this.#giveUp(now)
  }
}
