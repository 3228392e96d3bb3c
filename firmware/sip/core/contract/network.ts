// CONTRACT of the SIP engine: sockets, connections and look-ups, both ways.
import type { SocketAddress } from '../../../base/address.ts'
import type { FlowId, Protocol, TransportId } from './names.ts'
import type { DnsRecord, LookupError, RecordType } from './servers.ts'

/** What sockets, connections and the resolver say to the engine. */
export type NetworkInput =
  /**
   * A socket is bound; over TCP and TLS: connections can be asked for, and come to `local` when somebody listens there. `local` is
   * the concrete address peers can reach (never 0.0.0.0 or ::).
   */
  | {
      readonly kind: 'transport-up'
      readonly transport: TransportId
      readonly protocol: Protocol
      readonly local: SocketAddress
    }
  | { readonly kind: 'transport-down'; readonly transport: TransportId; readonly reason: string }
  | { readonly kind: 'datagram'; readonly transport: TransportId; readonly from: SocketAddress; readonly data: string }
  /** ICMP said so: destination unreachable, errno name such as `ECONNREFUSED`. */
  | {
      readonly kind: 'unreachable'
      readonly transport: TransportId
      readonly to: SocketAddress
      readonly errno: string
    }
  /** The connection asked for by `connect` stands (over TLS: its handshake is through, the name was checked), or one was accepted (then `flow` is a new name, not `out:…`). */
  | {
      readonly kind: 'flow-up'
      readonly flow: FlowId
      readonly transport: TransportId
      readonly local: SocketAddress
      readonly remote: SocketAddress
    }
  /** The next octets of a stream, split anywhere. */
  | { readonly kind: 'flow-data'; readonly flow: FlowId; readonly data: string }
  /** It is gone, or never came to stand; errno name, or words for people: why a certificate was refused. The last input of that name; after `close` it may be left out. */
  | { readonly kind: 'flow-down'; readonly flow: FlowId; readonly reason: string }
  /** Answer to `resolve`: the records as the name server gave them, or none and why. */
  | {
      readonly kind: 'resolved'
      readonly query: number
      readonly records: readonly DnsRecord[]
      readonly error?: LookupError
      /** How long the answer is good for, when it says so. */
      readonly ttlMs?: number
    }

/** What the engine wants of them; it has none itself. */
export type NetworkOutput =
  | { readonly kind: 'send'; readonly transport: TransportId; readonly to: SocketAddress; readonly data: string }
  /** A look-up; given up here after `ServerTimes.lookupMs`. */
  | { readonly kind: 'resolve'; readonly query: number; readonly type: RecordType; readonly name: string }
  /**
   * Answered by `flow-up` or `flow-down`; given up here after 5 s. `name`: over TLS, what the peer's certificate has to be for
   * (RFC 5922): the host of the URI asked for, before any look-up; may be an address.
   */
  | {
      readonly kind: 'connect'
      readonly flow: FlowId
      readonly transport: TransportId
      readonly to: SocketAddress
      readonly name: string | undefined
    }
  | { readonly kind: 'write'; readonly flow: FlowId; readonly data: string }
  /** What was written before still goes out. */
  | { readonly kind: 'close'; readonly flow: FlowId }
