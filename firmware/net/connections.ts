// What SIP over TCP and over TLS have in common: flows by name, limits per source and in all, bounded writing, one last word each.
import type { Socket } from 'node:net'
import type { SocketAddress } from '../base/address.ts'
import { nativeNet } from './addon.ts'

export interface StreamOptions {
  /** A literal of this host: listened on, and where connections out come from. */
  readonly address: string
  readonly port: number
  /** What names of accepted connections begin with: never `out:`. */
  readonly prefix: string
  /** Connections one address may have accepted at a time. Default 8; of all together 64. */
  readonly perSource?: number
  /** Traffic class of what is sent, 0–63 (RFC 2474). Default 0. The SYN of a connection out goes unmarked. */
  readonly dscp?: number
  /** It stands: asked for by `connect`, or accepted under a new name. */
  readonly onUp: (flow: string, remote: SocketAddress) => void
  readonly onData: (flow: string, data: string) => void
  /** The last word about `flow`; `reason` as in `errno` names, in words, or `closed`. Does not come after `close`. */
  readonly onDown: (flow: string, reason: string) => void
  /** Nobody can connect to us; connections out still work. */
  readonly onError: (code: string) => void
  /** Once: the system does not let us mark packets; they go unmarked. `what`: option and error. */
  readonly onUnmarked?: (what: string) => void
}

/** No call back comes before these return. Nothing throws; a flow unknown is ignored. */
export interface StreamSocket {
  /** `name`: over TLS, whom the far end has to prove to be. */
  connect(flow: string, to: SocketAddress, name?: string): void
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
/** What was written and is not acknowledged by the peer's system for so long says that the connection is dead, ms (RFC 5482). */
const USER_TIMEOUT_MS = 20_000

export interface Connections {
  /** Takes note of a socket that was accepted; false when there are too many, here or from there: it is destroyed. */
  admit(socket: Socket): boolean
  /** From now on what happens to `socket` is told under the name of `flow`; `explain` puts its error into words. */
  adopt(flow: string, socket: Socket, explain?: (error: NodeJS.ErrnoException) => string): void
  /** `flow` is still this socket's. */
  holds(flow: string, socket: Socket): boolean
  /** Marks the packets of a socket that stands, and bounds how long a dead peer goes unnoticed. */
  tune(socket: Socket): void
  /** A name for what was accepted. */
  newName(): string
  readonly open: boolean
  /** The whole, with its own way to `connect` and what is to be done at the end. */
  asSocket(connect: StreamSocket['connect'], stopped: () => void): StreamSocket
}

export function createConnections(options: StreamOptions): Connections {
  const { prefix, perSource = 8, dscp = 0, onData, onDown, onUnmarked } = options
  const flows = new Map<string, Socket>()
  const sources = new Map<string, number>()
  let accepted = 0
  let last = 0
  let open = true
  let complained = false

  function tune(socket: Socket) {
    const refused = nativeNet().tuneSocket(fdOf(socket), dscp, USER_TIMEOUT_MS)
    if (refused === '' || complained) return
    complained = true
    onUnmarked?.(refused)
  }

  return {
    admit(socket) {
      const { remoteAddress } = socket
      const held = sources.get(remoteAddress ?? '') ?? 0
      if (remoteAddress === undefined || accepted >= MAX_ACCEPTED || held >= perSource) {
        socket.destroy()
        return false
      }
      sources.set(remoteAddress, held + 1)
      accepted++
      socket.on('close', () => {
        accepted--
        const rest = (sources.get(remoteAddress) ?? 1) - 1
        if (rest === 0) sources.delete(remoteAddress)
        else sources.set(remoteAddress, rest)
      })
      tune(socket)
      return true
    },
    adopt(flow, socket, explain = (error) => error.code ?? error.message) {
      let why = 'closed'
      flows.set(flow, socket)
      socket.setNoDelay(true)
      socket.setKeepAlive(true, PROBE_MS)
      socket.setEncoding('latin1')
      socket.on('data', (data) => flows.get(flow) === socket && onData(flow, data as unknown as string))
      socket.on('error', (error: NodeJS.ErrnoException) => (why = explain(error)))
      socket.on('close', () => {
        if (flows.get(flow) !== socket) return
        flows.delete(flow)
        if (open) onDown(flow, why)
      })
    },
    holds: (flow, socket) => open && flows.get(flow) === socket,
    tune,
    newName: () => `${prefix}${++last}`,
    get open() {
      return open
    },
    asSocket: (connect, stopped) => ({
      connect,
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
        stopped()
        for (const socket of flows.values()) socket.destroySoon()
        flows.clear()
      },
      get size() {
        return flows.size
      },
    }),
  }
}

/** node:net keeps it to itself, though every handle has it; -1 before there is one. */
const fdOf = (socket: Socket): number => (socket as { _handle?: { fd?: number } | null })._handle?.fd ?? -1
