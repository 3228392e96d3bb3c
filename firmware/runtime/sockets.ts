// The sockets SIP is spoken through: UDP, TCP and TLS, at one address of this host or at one of each family. What comes in is told
// as the engine wants it; what the engine answers is done here.
import { type SocketAddress, showAddress } from '../base/address.ts'
import { isIpv6 } from '../base/ip.ts'
import { type LogRecord, log } from '../base/log.ts'
import type { StreamOptions, StreamSocket } from '../net/connections.ts'
import { openTcp } from '../net/tcp.ts'
import { openTls } from '../net/tls.ts'
import { loadTls, type TlsSettings } from '../net/tls-files.ts'
import { openUdp, type UdpSocket } from '../net/udp.ts'
import type { NetworkInput, NetworkOutput, Protocol, TransportId } from '../sip/core/contract.ts'
import { BUILT_MS } from './version.ts'

export interface SocketSettings {
  /** Concrete addresses of this host that peers can reach: one, or one of each family, the one that matters first. */
  readonly addresses: readonly string[]
  /** Of UDP and TCP; 0 lets the kernel choose. */
  readonly port: number
  /** Default both. */
  readonly udp?: boolean
  readonly tcp?: boolean
  /** Undefined: no TLS, and no sips:. Its port is needed to be called; without a certificate nobody listens there. */
  readonly tls?: (TlsSettings & { readonly port: number }) | undefined
  /** Traffic class of what is sent, 0–63. */
  readonly dscp: number
}

export interface SocketUser {
  input(input: NetworkInput): void
  log(record: LogRecord): void
  /** A socket is of no use any more. */
  broken(reason: string): void
}

export interface Sockets {
  /** Where we are reached by UDP, or by what there is instead, at the first address. */
  readonly local: SocketAddress
  /** Which transports there are, for the engine to hear before anything else. */
  readonly up: readonly TransportUp[]
  perform(output: Exclude<NetworkOutput, { kind: 'resolve' }>): void
  /** Other addresses: what stands at one that stays goes on. Throws as `openSockets`; then the first address has no sockets. */
  move(addresses: readonly string[]): { readonly gone: readonly TransportId[]; readonly up: readonly TransportUp[] }
  /** What was queued to be sent is sent. */
  close(): void
}

type TransportUp = Extract<NetworkInput, { kind: 'transport-up' }>
/** The sockets of one address. */
interface Place extends Pick<Sockets, 'perform' | 'close'> {
  readonly address: string
  readonly up: readonly TransportUp[]
}

/** One source may bring this many datagrams; a busy PBX stays far below, a flood does not reach JavaScript. */
const SOURCE_LIMIT = { perSecond: 1000, burst: 200 }
/** Handshakes that fail are told at most so often. */
const LOG_EVERY_MS = 60_000

/** Throws an Error with `code` when the first address or its port cannot be had; what else cannot is left out, with a word. */
export function openSockets(settings: SocketSettings, user: SocketUser): Sockets {
  const warn = (what: string, fields: LogRecord['fields']) => user.log(log('warn', 'sockets', what, fields))
  const tls =
    settings.tls && withFiles(settings.tls, (reason) => user.log(log('error', 'sockets', 'no TLS', { reason })))
  /** By what the names of their transports end with. */
  const places = new Map<string, Place>()
  let { port } = settings
  const up = () => [...places.values()].flatMap((place) => place.up)

  function move(addresses: readonly string[]) {
    const wanted = new Map(addresses.map((address, i) => [i === 0 ? '' : isIpv6(address) ? '6' : '4', address]))
    const gone: TransportId[] = []
    for (const [suffix, place] of places) {
      if (wanted.get(suffix) === place.address) continue
      place.close()
      places.delete(suffix)
      gone.push(...place.up.map(({ transport }) => transport))
    }
    const fresh: TransportUp[] = []
    for (const [suffix, address] of wanted) {
      if (places.has(suffix)) continue
      try {
        const place = openAt(address, suffix, { ...settings, port, tls }, user)
        places.set(suffix, place)
        fresh.push(...place.up)
        // What the kernel has chosen for one address is to be had at the other, and after a move.
        port ||= place.up[0]?.local.port ?? 0
      } catch (error) {
        if (suffix === '') throw error
        warn('address left out', { address, reason: (error as NodeJS.ErrnoException).code ?? String(error) })
      }
    }
    const all = up().map(({ transport, local }) => `${transport} ${showAddress(local)}`)
    user.log(log('info', 'sockets', 'bound', { all: all.join(', ') }))
    return { gone, up: fresh }
  }
  move(settings.addresses)

  return {
    get local() {
      return places.get('')?.up[0]?.local ?? { address: settings.addresses[0] ?? '', port }
    },
    get up() {
      return up()
    },
    move,
    // Each does what is of its own transports and connections.
    perform(output) {
      for (const place of places.values()) place.perform(output)
    },
    close() {
      for (const place of places.values()) place.close()
    },
  }
}

function openAt(
  address: string,
  suffix: string,
  settings: Omit<SocketSettings, 'addresses' | 'tls'> & { readonly tls: ReturnType<typeof withFiles> },
  user: SocketUser,
): Place {
  const { dscp, tls, udp = true, tcp = true } = settings
  const datagrams = new Map<string, UdpSocket>()
  const streams = new Map<string, StreamSocket>()
  /** Who has a connection. */
  const owners = new Map<string, StreamSocket>()
  const up: TransportUp[] = []
  const bound = (transport: string, protocol: Protocol, local: SocketAddress) =>
    up.push({ kind: 'transport-up', transport, protocol, local })
  const warn = (what: string, fields: LogRecord['fields']) => user.log(log('warn', 'sockets', what, fields))

  function bindUdp(transport: string, address: string, port: number): UdpSocket {
    const socket = openUdp({
      ...{ address, port, dscp, limit: SOURCE_LIMIT },
      onDatagrams: (batch) => {
        for (const { data, from } of batch) user.input({ kind: 'datagram', transport, from, data })
      },
      onUnreachable: (to, errno) => user.input({ kind: 'unreachable', transport, to, errno }),
      onError(reason) {
        user.log(log('error', 'sockets', 'SIP socket broken', { transport, reason }))
        user.input({ kind: 'transport-down', transport, reason })
        user.broken(reason)
      },
    })
    if (socket.unmarked !== '') warn('packets go unmarked', { transport, refused: socket.unmarked })
    return socket
  }

  function listen(transport: string, local: SocketAddress, open: (options: StreamOptions) => StreamSocket): void {
    const socket: StreamSocket = open({
      ...{ ...local, dscp, prefix: `${transport}:in:` },
      onUp(flow, remote) {
        owners.set(flow, socket)
        user.input({ kind: 'flow-up', flow, transport, local, remote })
      },
      onData: (flow, data) => user.input({ kind: 'flow-data', flow, data }),
      onDown(flow, reason) {
        owners.delete(flow)
        user.input({ kind: 'flow-down', flow, reason })
      },
      onError: (reason) => warn('no connections are accepted', { transport, reason }),
      onUnmarked: (refused) => warn('packets go unmarked', { transport, refused }),
    })
    streams.set(transport, socket)
  }

  // What the kernel chooses for UDP serves TCP too.
  const socket = udp || settings.port === 0 ? bindUdp(`udp${suffix}`, address, settings.port) : undefined
  const local = socket?.local ?? { address, port: settings.port }
  if (udp && socket) {
    datagrams.set(`udp${suffix}`, socket)
    bound(`udp${suffix}`, 'UDP', local)
  } else socket?.close()
  if (tcp) {
    listen(`tcp${suffix}`, local, openTcp)
    bound(`tcp${suffix}`, 'TCP', local)
  }
  if (tls) {
    const at = { address, port: tls.port }
    let failed = 0
    let againAt = 0
    const onRefused = (from: string, reason: string) => {
      failed++
      if (performance.now() < againAt) return
      againAt = performance.now() + LOG_EVERY_MS
      user.log(log('info', 'sockets', 'TLS handshake failed', { from, reason, failed }))
    }
    listen(`tls${suffix}`, at, (options) => openTls({ ...options, tls, clockFloorMs: BUILT_MS, onRefused }))
    bound(`tls${suffix}`, 'TLS', at)
    if (tls.verify === false) warn('certificates are not verified: anybody is believed', { transport: `tls${suffix}` })
  }

  return {
    address,
    up,
    perform(output) {
      switch (output.kind) {
        case 'send':
          datagrams.get(output.transport)?.send(output.to, output.data)
          return
        case 'connect': {
          const socket = streams.get(output.transport)
          if (socket === undefined) return
          owners.set(output.flow, socket)
          socket.connect(output.flow, output.to, output.name)
          return
        }
        case 'write':
          owners.get(output.flow)?.write(output.flow, output.data)
          return
        case 'close':
          owners.get(output.flow)?.close(output.flow)
          owners.delete(output.flow)
          return
      }
    },
    close() {
      for (const socket of datagrams.values()) socket.close()
      for (const socket of streams.values()) socket.stop()
    },
  }
}

/** Undefined, with the reason told: they cannot be used. Everything else goes on. */
function withFiles(settings: TlsSettings & { readonly port: number }, tell: (reason: string) => void) {
  const loaded = loadTls(settings)
  if (loaded.ok) return { ...settings, ...loaded.value }
  tell(loaded.error)
  return undefined
}
