// One transport of SIP at one address: its socket, with what comes in told as the engine wants it, and what goes out done.
import type { SocketAddress } from '../base/address.ts'
import { type LogRecord, log } from '../base/log.ts'
import type { StreamOptions, StreamSocket } from '../net/connections.ts'
import { openTcp } from '../net/tcp.ts'
import { openTls } from '../net/tls.ts'
import type { TlsContext, TlsSettings } from '../net/tls-files.ts'
import { openUdp } from '../net/udp.ts'
import type { NetworkInput, NetworkOutput, Protocol, TransportId } from '../sip/core/contract.ts'
import { BUILT_MS } from './version.ts'

export interface SocketUser {
  input(input: NetworkInput): void
  log(record: LogRecord): void
  /** A socket is of no use any more. */
  broken(reason: string): void
}

export interface TransportSettings {
  readonly transport: TransportId
  readonly protocol: Protocol
  readonly local: SocketAddress
  /** Traffic class of what is sent, 0–63. */
  readonly dscp: number
  /** Of TLS alone. */
  readonly tls?: (TlsSettings & TlsContext) | undefined
}

export interface OpenTransport {
  readonly up: Extract<NetworkInput, { kind: 'transport-up' }>
  /** Does what is of this transport and its connections. */
  perform(output: Exclude<NetworkOutput, { kind: 'resolve' }>): void
  /** What was queued to be sent is sent. */
  close(): void
}

/** One source may bring this many datagrams; a busy PBX stays far below, a flood does not reach JavaScript. */
const SOURCE_LIMIT = { perSecond: 1000, burst: 200 }
/** Handshakes that fail are told at most so often. */
const LOG_EVERY_MS = 60_000

/** Throws an Error with `code` when a UDP address or port cannot be had; who cannot be listened for over TCP and TLS is told later. */
export function openTransport(settings: TransportSettings, user: SocketUser): OpenTransport {
  switch (settings.protocol) {
    case 'UDP':
      return udp(settings, user)
    case 'TCP':
      return stream(settings, user, openTcp)
    case 'TLS':
      return tls(settings, user)
  }
}

function udp({ transport, local: wanted, dscp }: TransportSettings, user: SocketUser): OpenTransport {
  const socket = openUdp({
    ...{ ...wanted, dscp, limit: SOURCE_LIMIT },
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
  const { local, unmarked } = socket
  if (unmarked !== '') user.log(log('warn', 'sockets', 'packets go unmarked', { transport, refused: unmarked }))
  return {
    up: { kind: 'transport-up', transport, protocol: 'UDP', local },
    perform(output) {
      if (output.kind === 'send' && output.transport === transport) socket.send(output.to, output.data)
    },
    close: () => socket.close(),
  }
}

function stream(
  { transport, protocol, local, dscp }: TransportSettings,
  user: SocketUser,
  open: (options: StreamOptions) => StreamSocket,
): OpenTransport {
  const warn = (what: string, fields: LogRecord['fields']) => user.log(log('warn', 'sockets', what, fields))
  /** Connections that are ours. */
  const flows = new Set<string>()
  const socket = open({
    ...{ ...local, dscp, prefix: `${transport}:in:` },
    onUp(flow, remote) {
      flows.add(flow)
      user.input({ kind: 'flow-up', flow, transport, local, remote })
    },
    onData: (flow, data) => user.input({ kind: 'flow-data', flow, data }),
    onDown(flow, reason) {
      flows.delete(flow)
      user.input({ kind: 'flow-down', flow, reason })
    },
    onError: (reason) => warn('no connections are accepted', { transport, reason }),
    onUnmarked: (refused) => warn('packets go unmarked', { transport, refused }),
  })
  return {
    up: { kind: 'transport-up', transport, protocol, local },
    perform(output) {
      switch (output.kind) {
        case 'send':
          return
        case 'connect':
          if (output.transport !== transport) return
          flows.add(output.flow)
          socket.connect(output.flow, output.to, output.name)
          return
        case 'write':
          if (flows.has(output.flow)) socket.write(output.flow, output.data)
          return
        case 'close':
          if (flows.delete(output.flow)) socket.close(output.flow)
          return
      }
    },
    close: () => socket.stop(),
  }
}

function tls(settings: TransportSettings, user: SocketUser): OpenTransport {
  const { transport, tls: context } = settings
  if (context === undefined) throw new Error('TLS without its settings')
  let failed = 0
  let againAt = 0
  const onRefused = (from: string, reason: string) => {
    failed++
    if (performance.now() < againAt) return
    againAt = performance.now() + LOG_EVERY_MS
    user.log(log('info', 'sockets', 'TLS handshake failed', { from, reason, failed }))
  }
  if (context.verify === false)
    user.log(log('warn', 'sockets', 'certificates are not verified: anybody is believed', { transport }))
  return stream(settings, user, (options) => openTls({ ...options, tls: context, clockFloorMs: BUILT_MS, onRefused }))
}
