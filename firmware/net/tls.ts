// TLS for SIP over node:tls (RFC 3261 §26.3.1, RFC 5922): a listener when we have a certificate, connections out to whoever proves
// the name asked for. A connection is told of once its handshake is through; handshakes are few per source and have little time.
import { createServer, connect as dial, isIP, type Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import type { SocketAddress } from '../base/address.ts'
import { tlsTrouble } from '../base/tls-trouble.ts'
import { identitiesOf, isFor, mismatch } from './certificate.ts'
import { createConnections, type StreamOptions, type StreamSocket } from './connections.ts'
import { nodeTls, type TlsContext, type TlsSettings } from './tls-files.ts'

export interface TlsOptions extends StreamOptions {
  readonly tls: Pick<TlsSettings, 'verify' | 'verifyClients' | 'serverName'> & TlsContext
  /** Handshakes of callers at a time, of one address (default 4) and of all (default 16). */
  readonly handshakes?: { readonly perSource: number; readonly all: number }
  /** Before this, ms since 1970, it cannot be: the clock is wrong, and says nothing about a certificate. */
  readonly clockFloorMs?: number
  /** Somebody did not get through the handshake; `reason` in words. */
  readonly onRefused?: (from: string, reason: string) => void
}

/** For a handshake, both ways. */
const HANDSHAKE_MS = 5000

export function openTls(options: TlsOptions): StreamSocket {
  const { address, port, tls, handshakes = { perSource: 4, all: 16 }, onUp, onError, onRefused } = options
  const { verify = true, verifyClients = false, serverName } = tls
  const connections = createConnections(options)
  /** Raw sockets of callers whose handshake is not through, by where they come from. */
  const shaking = new Map<Socket, string>()
  const explain = (peer: string) => (error: NodeJS.ErrnoException) => inWords(error, peer, options.clockFloorMs ?? 0)

  function accept(raw: Socket) {
    const { remoteAddress = '', remotePort = 0 } = raw
    const here = [...shaking.values()].filter((from) => from === remoteAddress).length
    if (shaking.size >= handshakes.all || here >= handshakes.perSource) {
      raw.destroy()
      return
    }
    if (!connections.admit(raw)) return
    shaking.set(raw, remoteAddress)
    const socket = new (nodeTls().TLSSocket)(raw, {
      ...{
        isServer: true,
        secureContext: tls.context(),
        requestCert: verifyClients,
        rejectUnauthorized: verifyClients,
      },
    })
    let why = 'closed'
    const late = setTimeout(() => {
      why = 'no handshake in time'
      raw.destroy()
    }, HANDSHAKE_MS)
    const over = () => {
      clearTimeout(late)
      shaking.delete(raw)
    }
    raw.on('error', () => {})
    raw.on('close', () => {
      if (shaking.has(raw) && connections.open) onRefused?.(remoteAddress, why)
      over()
      socket.destroy()
    })
    const failed = (error: NodeJS.ErrnoException) => {
      why = explain(remoteAddress)(error)
      raw.destroy()
    }
    socket.on('error', failed)
    socket.on('_tlsError', failed)
    socket.on('secure', () => {
      const error = (
        socket as unknown as { ssl: { verifyError(): NodeJS.ErrnoException | null } | null }
      ).ssl?.verifyError()
      if (verifyClients && error) return failed(error)
      over()
      if (!connections.open) return
      const flow = connections.newName()
      connections.adopt(flow, socket, explain(remoteAddress))
      onUp(flow, { address: remoteAddress, port: remotePort })
    })
  }

  const server = createServer({ noDelay: true }, accept)
  server.on('error', (error: NodeJS.ErrnoException) => connections.open && onError(error.code ?? error.message))
  if (tls.accepts) server.listen({ host: address, port, ipv6Only: true })

  function connectTo(flow: string, to: SocketAddress, name: string, localPort: number | undefined): void {
    const raw = dial({ host: to.address, port: to.port, localAddress: address, ...(localPort && { localPort }) })
    const settings: ConnectionOptions = {
      ...{ socket: raw, secureContext: tls.context(), rejectUnauthorized: verify },
      // RFC 6066 §3: a name, never an address.
      ...(isIP(name) ? {} : { servername: name }),
      checkServerIdentity(_host, { raw: der }) {
        const identities = identitiesOf(der)
        return isFor(identities, name)
          ? undefined
          : Object.assign(new Error(mismatch(identities, name)), { code: NAME })
      },
    }
    const socket = nodeTls().connect(settings)
    connections.adopt(flow, socket, explain(name))
    raw.on('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE' || error.code === 'EADDRNOTAVAIL'
      if (localPort !== undefined && taken && connections.holds(flow, socket)) connectTo(flow, to, name, undefined)
      socket.destroy(error)
    })
    raw.on('close', () => socket.destroy())
    raw.on('connect', () => connections.tune(raw))
    socket.on('secureConnect', () => {
      if (connections.holds(flow, socket)) onUp(flow, to)
    })
  }

  return connections.asSocket(
    // Where nobody listens, connections out have the port our Contact names: a proxy then finds the one that stands.
    (flow, to, asked = to.address) => connectTo(flow, to, serverName ?? asked, tls.accepts ? undefined : port),
    () => {
      server.close()
      for (const raw of shaking.keys()) raw.destroy()
    },
  )
}

const NAME = 'ERR_TLS_CERT_ALTNAME_INVALID'

/** What the far end, `peer`, or its certificate suffers from. */
function inWords(error: NodeJS.ErrnoException, peer: string, clockFloorMs: number): string {
  const { code = '', message } = error
  if (code === NAME) return message
  if (code === 'CERT_NOT_YET_VALID' && Date.now() < clockFloorMs) {
    const [now, floor] = [Date.now(), clockFloorMs].map((ms) => new Date(ms).toISOString().slice(0, 10))
    return `the clock of this phone says ${now}, and it cannot be before ${floor}: no certificate can be valid then`
  }
  const words = tlsTrouble(code, peer) ?? WORDS.find(([pattern]) => pattern.test(code))?.[1]
  return words === undefined ? code || message : `${words} (${code})`
}

const WORDS: readonly (readonly [RegExp, string])[] = [
  [/WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG/, 'no TLS is spoken there'],
  [/UNSUPPORTED_PROTOCOL|ALERT_PROTOCOL_VERSION/, 'no version of TLS in common'],
  [/NO_SHARED_CIPHER|ALERT_HANDSHAKE_FAILURE|INSUFFICIENT_SECURITY/, 'no cipher in common'],
]
