// The transports of an endpoint: created one by one, bound together when it starts. The first of each kind at the first address are those
// its engine is set up with, others are added to them.

import { showAddress } from '../../base/address.ts'
import type { AddedTransport, Engine, TransportName, TransportOptions } from '../core/index.ts'
import { OperationError, operated } from './errors.ts'
import type { TransportType } from './names.ts'

/** Where a transport is bound, and with which certificates. */
export interface TransportConfig {
  /** 0: the kernel chooses. */
  readonly port?: number
  /** A concrete address of this host; default that of the first transport, of which it is that of the default route. */
  readonly boundAddress?: string
  /** Of the first TLS transport, for all of them. Without a certificate it calls, but cannot be called. */
  readonly tlsConfig?: {
    readonly caListFile?: string
    readonly certFile?: string
    readonly privKeyFile?: string
    /** By OpenSSL's names, for TLS 1.2 and 1.3; default Node's. */
    readonly ciphers?: readonly string[]
    /** Whether servers have to prove who they are; default true. */
    readonly verifyServer?: boolean
    readonly verifyClient?: boolean
  }
}

/** A transport of the endpoint, as `transportCreate` numbered it. */
export interface TransportInfo {
  readonly id: number
  readonly type: TransportType
  /** `192.0.2.1:5060`; port 0 before the start. */
  readonly localAddress: string
}

/** By which of several transports an account goes: what requests leave by, and the address its sound comes to where it is another one. */
export interface AccountTransport {
  readonly transport: TransportName | AddedTransport
  readonly rtpAddress: string | undefined
}

interface Entry {
  readonly type: TransportType
  readonly config: TransportConfig
  /** Undefined: the engine's own of its kind. */
  added: AddedTransport | 'not yet' | undefined
}

export class Transports {
  readonly #all = new Map<number, Entry>()
  #next = 0
  /** While it runs. */
  #engine: Engine | undefined

  /** Where it runs it is bound at once; then it throws, and there is none, where that cannot be. */
  create(type: TransportType, config: TransportConfig): number {
    const { port = 0, tlsConfig } = config
    const fault = (text: string) => new OperationError('transportCreate', 'argument', text)
    if (!(Number.isInteger(port) && port >= 0 && port <= 65_535)) throw fault(`port: expected 0–65535, got ${port}`)
    const own = [...this.#all.values()].filter(({ added }) => added === undefined)
    const home = this.#engine?.localIp ?? this.boundAddress
    const boundAddress = config.boundAddress ?? home
    const isAtHome = boundAddress === home || (this.#engine === undefined && own.length === 0)
    const isOwn = isAtHome && own.every((each) => each.type !== type)
    if (!isOwn && tlsConfig !== undefined)
      throw fault('tlsConfig: expected none, as that of the first TLS transport counts')
    if (!isOwn && type === 'tls' && own.every((each) => each.type !== 'tls'))
      throw fault('boundAddress: expected that of the first transport, as this is the first of TLS')
    const id = this.#next++
    const entry: Entry = {
      type,
      config: { ...config, ...(boundAddress && { boundAddress }) },
      added: isOwn ? undefined : 'not yet',
    }
    this.#all.set(id, entry)
    try {
      this.#bind('transportCreate', entry)
    } catch (error) {
      this.#all.delete(id)
      throw error
    }
    return id
  }

  /** What was created is bound, but for the engine's own, which it has started with. */
  begin(engine: Engine): void {
    this.#engine = engine
    for (const entry of this.#all.values()) if (entry.added !== undefined) this.#bind('libStart', entry)
  }

  /** The engine is gone, and what was bound there. */
  end(): void {
    this.#engine = undefined
    for (const entry of this.#all.values()) if (entry.added !== undefined) entry.added = 'not yet'
  }

  #bind(operation: string, entry: Entry): void {
    const engine = this.#engine
    const { type, config, added } = entry
    if (engine === undefined) return
    const { boundAddress: address, port = 0 } = config
    if (added === undefined) operated(operation, () => engine.setTransports(this.options))
    else entry.added = operated(operation, () => engine.addTransport(type, { port, ...(address && { address }) }))
  }

  /** It is unbound where it was bound. */
  remove(operation: string, id: number): void {
    const { added } = this.#entry(operation, id)
    this.#all.delete(id)
    const engine = this.#engine
    if (engine === undefined) return
    if (added === undefined) operated(operation, () => engine.setTransports(this.options))
    else if (added !== 'not yet') operated(operation, () => engine.removeTransport(added))
  }

  get ids(): readonly number[] {
    return [...this.#all.keys()]
  }

  /** Of the engine's own. */
  get boundAddress(): string | undefined {
    return [...this.#all.values()].find(({ added }) => added === undefined)?.config.boundAddress
  }

  /** Throws where there is none of that number. */
  info(operation: string, id: number): TransportInfo {
    const entry = this.#entry(operation, id)
    const { type, config } = entry
    const bound = this.#engine?.transports.find(({ name }) => name === (entry.added ?? type))
    const { address, port } = bound ?? { address: config.boundAddress ?? '', port: config.port ?? 0 }
    return { id, type, localAddress: showAddress({ address, port }) }
  }

  /** What an account goes by that asks for the transport of this number; undefined: there is none. */
  wayOf(id: number): AccountTransport | undefined {
    const entry = this.#all.get(id)
    if (entry === undefined || entry.added === 'not yet') return undefined
    const { type, added, config } = entry
    const isElsewhere = added !== undefined && config.boundAddress !== this.#engine?.localIp
    return { transport: added ?? type, rtpAddress: isElsewhere ? config.boundAddress : undefined }
  }

  #entry(operation: string, id: number): Entry {
    const entry = this.#all.get(id)
    if (entry === undefined) throw new OperationError(operation, 'unknown', `there is no transport ${id}`)
    return entry
  }

  /** As an engine takes it. */
  get options(): TransportOptions {
    const of = (type: TransportType) =>
      [...this.#all.values()].find((each) => each.type === type && each.added === undefined)?.config
    const [udp, tcp, tls] = [of('udp'), of('tcp'), of('tls')]
    return {
      localUdpPort: udp === undefined ? null : (udp.port ?? 0),
      // Where TCP leaves it open, it is that of UDP.
      localTcpPort: tcp === undefined ? null : tcp.port || (udp === undefined ? 0 : 'udp'),
      localTlsPort: tls === undefined ? null : tls.port || 5061,
      tlsVerifyServer: tls?.tlsConfig?.verifyServer ?? true,
      tlsVerifyClients: tls?.tlsConfig?.verifyClient ?? false,
      tlsCaFile: tls?.tlsConfig?.caListFile,
      tlsCertificateFile: tls?.tlsConfig?.certFile,
      tlsKeyFile: tls?.tlsConfig?.privKeyFile,
      tlsCiphers: tls?.tlsConfig?.ciphers?.join(':') || undefined,
    }
  }
}
