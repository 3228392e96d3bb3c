// The bound local transports: which there are, and which one a request leaves by (RFC 3261 §18.1.1).
import { type SocketAddress, showAddress } from '../../base/address.ts'
import { isIpv6 } from '../../base/ip.ts'
import type { Protocol } from '../core/contract.ts'

export type { Protocol } from '../core/contract.ts'

/** RFC 3261 §19.1.2. */
export const defaultPort = (protocol: Protocol): number => (protocol === 'TLS' ? 5061 : 5060)

export interface LocalTransport {
  readonly id: string
  readonly protocol: Protocol
  readonly local: SocketAddress
}

export class Transports {
  readonly #all = new Map<string, LocalTransport>()

  up(id: string, protocol: Protocol, local: SocketAddress): void {
    this.#all.set(id, { id, protocol, local })
  }

  down(id: string): boolean {
    return this.#all.delete(id)
  }

  get(id: string): LocalTransport | undefined {
    return this.#all.get(id)
  }

  /**
   * The transport towards `address`, of `protocol` when the target names one: the preferred one when it suits, else one of
   * its protocol, else the first that does, UDP before TCP before TLS; at its own address before others. Whoever prefers TLS gets
   * nothing less.
   */
  choose(address: string, preferred: string | undefined, protocol?: Protocol): LocalTransport | undefined {
    const family = isIpv6(address)
    const suits = (transport: LocalTransport) =>
      isIpv6(transport.local.address) === family && (protocol === undefined || transport.protocol === protocol)
    const first = preferred === undefined ? undefined : this.#all.get(preferred)
    if (first && suits(first)) return first
    const suitable = [...this.#all.values()].filter(suits)
    const isElsewhere = ({ local }: LocalTransport) =>
      Number(first !== undefined && local.address !== first.local.address)
    suitable.sort((a, b) => isElsewhere(a) - isElsewhere(b) || RANK[a.protocol] - RANK[b.protocol])
    const like = suitable.find((transport) => transport.protocol === first?.protocol)
    if (like || (first?.protocol === 'TLS' && protocol === undefined)) return like
    return suitable[0]
  }

  /** Whether `protocol` can be spoken here, to addresses of a family or at all. */
  speaks(protocol: Protocol, family?: 4 | 6): boolean {
    const suits = ({ local }: LocalTransport) => family === undefined || isIpv6(local.address) === (family === 6)
    return [...this.#all.values()].some((each) => each.protocol === protocol && suits(each))
  }
}

const RANK = { UDP: 0, TCP: 1, TLS: 2 } as const

/** §18.1.1 and RFC 3581 §3: our own Via, asking for `rport`. */
export const viaValue = ({ protocol, local }: LocalTransport, branch: string): string =>
  `SIP/2.0/${protocol} ${showAddress(local)};rport;branch=${branch}`
