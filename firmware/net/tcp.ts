// TCP for SIP over node:net: a listener and connections out, bounded per source, in number and in what waits to be written.
// Data is one char per byte (latin1), both ways. node:net cannot mark its packets: DSCP is the UDP socket's alone.
import { createServer, connect as dial, type Socket } from 'node:net'
import type { SocketAddress } from '../base/address.ts'

export interface TcpOptions {
  /** A literal of this host: listened on, and where connections out come from. */
  readonly address: string
  readonly port: number
  /** Connections one address may have accepted at a time. Default 8; of all together 64. */
  readonly perSource?: number
  /** It stands: asked for by `connect`, or accepted under a new name. */
  readonly onUp: (flow: string, remote: SocketAddress) => void
  readonly onData: (flow: string, data: string) => void
  /** The last word about `flow`; `reason` as in `errno` names, or `closed`. Does not come after `close`. */
  readonly onDown: (flow: string, reason: string) => void
  /** Nobody can connect to us; connections out still work. */
  readonly onError: (code: string) => void
}

/** No call back comes before these return. Nothing throws; a flow unknown is ignored. */
export interface TcpSocket {
  connect(flow: string, to: SocketAddress): void
  /** A flow whose peer does not read (256 KB waiting) is given up. */
  write(flow: string, data: string): void
  /** What was written before goes out, as far as the peer takes it within two seconds. */
  close(flow: string): void
  /** Ends listener and connections; no callback comes afterwards. */
  stop(): void
  /** Connections that stand or are being made. */
  readonly size: number
}

const MAX_WAITING = 262_144
const MAX_ACCEPTED = 64
const LINGER_MS = 2000
/** The kernel's own probes, for peers that know no SIP keep-alive. */
const PROBE_MS = 60_000

export function openTcp(options: TcpOptions): TcpSocket {
  const { address, port, perSource = 8, onUp, onData, onDown, onError } = options
  const flows = new Map<string, Socket>()
  const sources = new Map<string, number>()
  let accepted = 0
  let last = 0
  let open = true

  function adopt(flow: string, socket: Socket) {
    let why = 'closed'
    flows.set(flow, socket)
    socket.setNoDelay(true)
    socket.setKeepAlive(true, PROBE_MS)
    socket.setEncoding('latin1')
    socket.on('data', (data) => flows.get(flow) === socket && onData(flow, data as unknown as string))
    socket.on('error', (error: NodeJS.ErrnoException) => (why = error.code ?? error.message))
    socket.on('close', () => {
      if (flows.get(flow) === socket) down(flow, why)
    })
  }

  function down(flow: string, reason: string) {
    flows.delete(flow)
    if (open) onDown(flow, reason)
  }

  const server = createServer({ noDelay: true }, (socket) => {
    const { remoteAddress, remotePort } = socket
    const held = sources.get(remoteAddress ?? '') ?? 0
    if (remoteAddress === undefined || remotePort === undefined || accepted >= MAX_ACCEPTED || held >= perSource) {
      socket.destroy()
      return
    }
    sources.set(remoteAddress, held + 1)
    accepted++
    socket.on('close', () => {
      accepted--
      const rest = (sources.get(remoteAddress) ?? 1) - 1
      if (rest === 0) sources.delete(remoteAddress)
      else sources.set(remoteAddress, rest)
    })
    const flow = `in:${++last}`
    adopt(flow, socket)
    onUp(flow, { address: remoteAddress, port: remotePort })
  })
  server.on('error', (error: NodeJS.ErrnoException) => open && onError(error.code ?? error.message))
  server.listen({ host: address, port, ipv6Only: true })

  return {
    connect(flow, to) {
      const socket = dial({ host: to.address, port: to.port, localAddress: address })
      adopt(flow, socket)
      socket.on('connect', () => flows.get(flow) === socket && onUp(flow, to))
    },
    write(flow, data) {
      const socket = flows.get(flow)
      if (socket === undefined) return
      socket.write(data, 'latin1')
      // Reported in a turn of its own, by the socket's `close`.
      if (socket.writableLength > MAX_WAITING) socket.destroy(Object.assign(new Error(), { code: 'ENOBUFS' }))
    },
    close(flow) {
      const socket = flows.get(flow)
      if (socket === undefined) return
      flows.delete(flow)
      socket.end()
      socket.resume()
      setTimeout(() => socket.destroy(), LINGER_MS).unref()
    },
    stop() {
      open = false
      server.close()
      for (const socket of flows.values()) socket.destroySoon()
      flows.clear()
    },
    get size() {
      return flows.size
    },
  }
}
