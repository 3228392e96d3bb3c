// The bound local transports: which there are, and which one a request leaves by (RFC 3261 §18.1.1).
import type { SocketAddress } from '../../base/address.ts'
import { isIpv6 } from '../../base/ip.ts'
import { printHost } from '../message/uri.ts'

export interface LocalTransport {
  readonly id: string
  readonly local: SocketAddress
}

export class Transports {
  readonly #all = new Map<string, LocalTransport>()

  up(id: string, local: SocketAddress): void {
    this.#all.set(id, { id, local })
  }

  down(id: string): boolean {
    return this.#all.delete(id)
  }

  get(id: string): LocalTransport | undefined {
    return this.#all.get(id)
  }

  /** The transport towards `address`: the preferred one when it suits, else the first of that address family. */
  choose(address: string, preferred: string | undefined): LocalTransport | undefined {
    const family = isIpv6(address)
    const suits = (transport: LocalTransport) => isIpv6(transport.local.address) === family
    const first = preferred === undefined ? undefined : this.#all.get(preferred)
    if (first && suits(first)) return first
    for (const transport of this.#all.values()) if (suits(transport)) return transport
    return undefined
  }
}

/** `192.0.2.1:5060` or `[2001:db8::1]:5060`, for Via and Contact. */
export const hostPort = (local: SocketAddress): string => `${printHost(local.address)}:${local.port}`

/** §18.1.1 and RFC 3581 §3: our own Via, asking for `rport`. */
export const viaValue = (local: SocketAddress, branch: string): string =>
  `SIP/2.0/UDP ${hostPort(local)};rport;branch=${branch}`
