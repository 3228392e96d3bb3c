// The bound local transports: which there are, and which one a request leaves by (RFC 3261 §18.1.1).
import { type SocketAddress, showAddress } from '../../base/address.ts'
import { isIpv6 } from '../../base/ip.ts'

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

/** §18.1.1 and RFC 3581 §3: our own Via, asking for `rport`. */
export const viaValue = (local: SocketAddress, branch: string): string =>
  `SIP/2.0/UDP ${showAddress(local)};rport;branch=${branch}`
