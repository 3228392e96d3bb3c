// The transports of an endpoint: created one by one, bound together when it starts.
import type { TransportOptions } from '../core/index.ts'
import { OperationError } from './errors.ts'
import type { TransportType } from './names.ts'

/** Where a transport is bound, and with which certificates. */
export interface TransportConfig {
  /** 0: the kernel chooses. */
  readonly port?: number
  /** A concrete address of this host; default that of the default route. One for all transports. */
  readonly boundAddress?: string
  /** Of TLS. Without a certificate it calls, but cannot be called. */
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

export class Transports {
  readonly #all = new Map<number, { readonly type: TransportType; readonly config: TransportConfig }>()
  #next = 0

  create(type: TransportType, config: TransportConfig): number {
    const { port = 0, boundAddress } = config
    const fault = (text: string) => new OperationError('transportCreate', 'argument', text)
    if (!(Number.isInteger(port) && port >= 0 && port <= 65_535)) throw fault(`port: expected 0–65535, got ${port}`)
    const others = [...this.#all.values()]
    if (others.some((each) => each.type === type))
      throw new OperationError('transportCreate', 'exists', `there is one of ${type} already`)
    const elsewhere = others.find((each) => each.config.boundAddress !== boundAddress)
    if (elsewhere !== undefined)
      throw fault(`boundAddress: expected ${elsewhere.config.boundAddress}, as of the others`)
    const id = this.#next++
    this.#all.set(id, { type, config })
    return id
  }

  remove(operation: string, id: number): void {
    if (!this.#all.delete(id)) throw new OperationError(operation, 'unknown', `there is no transport ${id}`)
  }

  get ids(): readonly number[] {
    return [...this.#all.keys()]
  }

  get boundAddress(): string | undefined {
    return [...this.#all.values()][0]?.config.boundAddress
  }

  entry(operation: string, id: number) {
    const entry = this.#all.get(id)
    if (entry === undefined) throw new OperationError(operation, 'unknown', `there is no transport ${id}`)
    return entry
  }

  /** As an engine takes it. */
  get options(): TransportOptions {
    const of = (type: TransportType) => [...this.#all.values()].find((each) => each.type === type)?.config
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
