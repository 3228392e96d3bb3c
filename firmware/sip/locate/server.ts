// A server a request can go to: protocol, address, port, and the name it has to prove.
import { showAddress } from '../../base/address.ts'
import type { Protocol } from '../core/contract.ts'

export interface Server {
  readonly protocol: Protocol
  /** A literal. */
  readonly address: string
  readonly port: number
  /** The host of the URI that led here: what a certificate has to be for (RFC 5922 §4). */
  readonly name: string
  /** Servers of the same rank are as good as each other; a lower one is to be preferred. */
  readonly rank: number
}

/** `UDP 192.0.2.1:5060`: servers of the same text are the same. */
export const showServer = (server: Pick<Server, 'protocol' | 'address' | 'port'>): string =>
  `${server.protocol} ${showAddress(server)}`
