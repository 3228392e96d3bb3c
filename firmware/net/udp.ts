// UDP for SIP: datagrams in batches, DSCP, a limit per source before JavaScript, and ICMP errors with their destination.
// Data is one char per byte (latin1), both ways.
import { type SocketAddress, showAddress } from '../base/address.ts'
import { type NativeUdpSocket, nativeNet } from './addon.ts'

export interface UdpDatagram {
  readonly data: string
  readonly from: SocketAddress
  /** The address it was sent to: the bound one, or, bound to any-address, the one of this host it named. */
  readonly local: SocketAddress
}

export interface UdpOptions {
  /** A literal of this host, or `0.0.0.0` / `::` (which is IPv6 only). */
  readonly address: string
  /** 0: the kernel chooses. */
  readonly port: number
  /** Traffic class of what is sent, 0–63 (RFC 2474). Default 0. */
  readonly dscp?: number
  /** Datagrams a source (an address; an IPv6 /64) may have delivered: on average per second, and at once. Default: no limit. */
  readonly limit?: { readonly perSecond: number; readonly burst: number }
  /** 1–16 datagrams, in order of arrival; once a turn of the event loop. The array is the callee's. */
  readonly onDatagrams: (batch: UdpDatagram[]) => void
  /** What was sent to `to` did not arrive: an ICMP error, or refused here. `code`: ECONNREFUSED, EHOSTUNREACH, EMSGSIZE … */
  readonly onUnreachable: (to: SocketAddress, code: string) => void
  /** The socket itself is broken and reads no more (`code` as above). Close it. */
  readonly onError: (code: string) => void
}

/** Datagrams since the socket was opened. */
export interface UdpCounters {
  /** Read from the kernel, those refused by the limit included. */
  readonly received: number
  readonly sent: number
  /** Refused by the limit per source. */
  readonly limited: number
  /** Lost because the kernel's receive buffer was full. */
  readonly overflowed: number
  /** Not sent because the send queue (64 datagrams, 256 KB) was full. */
  readonly sendDropped: number
  readonly unreachable: number
}

/**
 * Sends of one turn leave together: at the end of the callback that read datagrams, or before the event loop waits
 * again, whichever is first; `flush()` sends at once.
 */
export interface UdpSocket {
  readonly local: SocketAddress
  /** What the system refused of the mark of its packets, e.g. `IP_TOS EPERM`: they go unmarked. '' when it has it. */
  readonly unmarked: string
  /** Never throws; failures come as `onUnreachable`, after the turn. `to.address` must be a literal of the same family. */
  send(to: SocketAddress, data: string): void
  flush(): void
  /** Sends what is queued, then closes; no callback comes afterwards. */
  close(): void
  counters(): UdpCounters
}

/** Throws an Error with `code` (EADDRINUSE, EADDRNOTAVAIL, EACCES, EINVAL) when the address or port cannot be had. */
export function openUdp(options: UdpOptions): UdpSocket {
  const { address, port, dscp = 0, limit, onDatagrams, onUnreachable, onError } = options
  const peers: SocketAddress[] = []
  let open = true

  const onBatch = (...batch: (string | number)[]) => {
    const datagrams: UdpDatagram[] = []
    let at = 0
    const endpoint = (): SocketAddress => {
      const place = batch[at++] as number
      if (place === -1) return local
      if (place >= 0) return peers[place] as SocketAddress
      const peer = { address: batch[at++] as string, port: batch[at++] as number }
      peers[-2 - place] = peer
      return peer
    }
    while (at < batch.length) datagrams.push({ data: batch[at++] as string, from: endpoint(), local: endpoint() })
    if (open) onDatagrams(datagrams)
  }
  const unreachable = (to: string, toPort: number, code: string) => {
    if (open) onUnreachable({ address: to, port: toPort }, code)
  }

  const { UdpSocket } = nativeNet()
  const allowed = [limit?.perSecond ?? 0, limit?.burst ?? 1] as const
  let native: NativeUdpSocket
  try {
    native = new UdpSocket(address, port, dscp, ...allowed, onBatch, unreachable, onError)
  } catch (error) {
    throw unbound(error, { address, port })
  }
  const local: SocketAddress = { address, port: native.port }
  let counted: UdpCounters = { received: 0, sent: 0, limited: 0, overflowed: 0, sendDropped: 0, unreachable: 0 }

  return {
    local,
    unmarked: native.unmarked,
    send: (to, data) => native.send(to.address, to.port, data),
    flush: () => native.flush(),
    close() {
      if (!open) return
      open = false
      native.flush()
      counted = native.counters() as unknown as UdpCounters
      native.close()
    },
    counters: () => (open ? (native.counters() as unknown as UdpCounters) : counted),
  }
}

/** The system's error, with what it was about. */
function unbound(error: unknown, local: SocketAddress): Error {
  const { code, errno, message } = error as NodeJS.ErrnoException
  return Object.assign(new Error(`udp ${showAddress(local)}: ${code ?? message}`, { cause: error }), { code, errno })
}
