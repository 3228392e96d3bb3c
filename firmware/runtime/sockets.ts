// The sockets SIP is spoken through: UDP, TCP and TLS, at one address of this host or at one of each family.
import { type SocketAddress, showAddress } from '../base/address.ts'
import { isIpv6 } from '../base/ip.ts'
import { log } from '../base/log.ts'
import { hasStream } from '../net/stream-ports.ts'
import { loadTls, type TlsContext, type TlsSettings } from '../net/tls-files.ts'
import { openUdp } from '../net/udp.ts'
import type { NetworkInput, NetworkOutput, Protocol, TransportId } from '../sip/core/contract.ts'
import { type OpenTransport, openTransport, type SocketUser } from './open-transport.ts'

export interface SocketSettings {
  /** Concrete addresses of this host that peers can reach: one, or one of each family, the one that matters first. */
  readonly addresses: readonly string[]
  /** Of UDP and TCP; 0 lets the kernel choose. */
  readonly port: number
  /** Of TCP where it is another one. */
  readonly tcpPort?: number | undefined
  /** Default both. */
  readonly udp?: boolean
  readonly tcp?: boolean
  /** Undefined: no TLS, and no sips:. Its port is needed to be called; without a certificate nobody listens there. */
  readonly tls?: (TlsSettings & { readonly port: number }) | undefined
  /** Beside those, at any addresses of this host, with names of their own; TLS where `tls` is set. */
  readonly more?: readonly MoreSockets[]
  /** Traffic class of what is sent, 0–63. */
  readonly dscp: number
}

/** One transport beside those of `SocketSettings.addresses`. */
export interface MoreSockets {
  readonly transport: TransportId
  readonly protocol: Protocol
  readonly address: string
  /** 0 lets the kernel choose. */
  readonly port: number
}

export interface Sockets {
  /** Where we are reached by UDP, or by what there is instead, at the first address. */
  readonly local: SocketAddress
  /** Which transports there are, for the engine to hear before anything else. */
  readonly up: readonly TransportUp[]
  perform(output: Exclude<NetworkOutput, { kind: 'resolve' }>): void
  /**
   * Other addresses, ports or certificates: what they do not concern goes on. Throws as `openSockets`; then all is as it was, but for
   * what was to be opened anew in its own place.
   */
  change(settings: Partial<SocketSettings>): {
    readonly gone: readonly TransportId[]
    readonly up: readonly TransportUp[]
  }
  /** What was queued to be sent is sent. */
  close(): void
}

type TransportUp = Extract<NetworkInput, { kind: 'transport-up' }>

/** A transport as it was asked for. */
interface Opened {
  readonly transport: OpenTransport
  readonly address: string
  /** As asked for: 0 is any. */
  readonly port: number
  readonly tls: Loaded | undefined
}

interface Wanted extends Omit<Opened, 'transport'> {
  readonly protocol: Protocol
  /** Those that share a word share the port the kernel chooses: a protocol at all addresses, or the name of one of `more`. */
  readonly sharing: string
}

type Loaded = TlsSettings & TlsContext & { readonly port: number }

/** Throws an Error with `code` when the first address, its port or one of `more` cannot be had; another address is left out, with a word. */
export function openSockets(first: SocketSettings, user: SocketUser): Sockets {
  let settings = first
  let tls: Loaded | undefined
  const open = new Map<TransportId, Opened>()
  const up = () => [...open.values()].map(({ transport }) => transport.up)
  /** What the kernel has chosen for one address is to be had at the other, and after a move; of `more` each has its own. */
  const chosen = new Map<string, number>()

  function change(next: Partial<SocketSettings>) {
    const before = { settings, tls, chosen: [...chosen], open: [...open] }
    settings = { ...settings, ...next }
    if (next.port !== undefined) chosen.delete('UDP')
    if ('tcpPort' in next || (next.port !== undefined && settings.tcpPort === undefined)) chosen.delete('TCP')
    if ('tls' in next) tls = next.tls && withFiles(next.tls, user)
    const wanted = wantedOf(settings, tls)
    const gone: TransportId[] = []
    /** They make way for what is not in their place only when that is there. */
    const leaving: OpenTransport[] = []
    for (const [name, { transport, ...was }] of open) {
      const now = wanted.get(name)
      if (now?.address === was.address && now.port === was.port && now.tls === was.tls) continue
      const port = now?.port || (now && chosen.get(now.sharing))
      if (now?.address === was.address && port === transport.up.local.port) transport.close()
      else leaving.push(transport)
      open.delete(name)
      gone.push(name)
      if (now === undefined) chosen.delete(name)
    }
    const staying = new Set(open.keys())
    const lost = new Set<string>()
    for (const [name, { protocol, sharing, address, port, tls: context }] of wanted) {
      if (open.has(name) || lost.has(address)) continue
      try {
        const local = { address, port: port || (chosen.get(sharing) ?? 0) || choose(sharing, protocol, address) }
        const asked = { transport: name, protocol, local, dscp: settings.dscp, tls: context }
        const openOne = () => openTransport(asked, user)
        const transport = local.port === 0 ? openFree(openOne, ({ up }) => up.local.port) : openOne()
        open.set(name, { transport, address, port, tls: context })
        if (port === 0) chosen.set(sharing, transport.up.local.port)
      } catch (error) {
        if (address === settings.addresses[0] || sharing === name) {
          takeBack(before, staying, leaving)
          throw error
        }
        lost.add(address)
        const reason = (error as NodeJS.ErrnoException).code ?? String(error)
        user.log(log('warn', 'sockets', 'address left out', { address, reason }))
      }
    }
    for (const transport of leaving) transport.close()
    const all = up().map(({ transport, local }) => `${transport} ${showAddress(local)}`)
    user.log(log('info', 'sockets', 'bound', { all: all.join(', ') }))
    return { gone, up: up().filter(({ transport }) => !staying.has(transport)) }
  }

  /** It cannot be: what was opened is closed, what was to leave stays. */
  function takeBack(
    before: {
      settings: SocketSettings
      tls: Loaded | undefined
      chosen: [string, number][]
      open: [TransportId, Opened][]
    },
    staying: ReadonlySet<TransportId>,
    leaving: readonly OpenTransport[],
  ) {
    for (const [name, { transport }] of open) if (!staying.has(name)) transport.close()
    open.clear()
    for (const [name, opened] of before.open)
      if (staying.has(name) || leaving.includes(opened.transport)) open.set(name, opened)
    chosen.clear()
    for (const [sharing, port] of before.chosen) chosen.set(sharing, port)
    ;({ settings, tls } = before)
  }

  /** A port for a stream where any will do: that of UDP, unless it is to have its own. */
  function choose(sharing: string, protocol: Protocol, address: string): number {
    if (protocol === 'UDP') return 0
    if (sharing === 'TCP' && settings.tcpPort === undefined && chosen.has('UDP')) return chosen.get('UDP')!
    const probe = openFree(
      () => openUdp({ address, port: 0, onDatagrams() {}, onUnreachable() {}, onError() {} }),
      ({ local }) => local.port,
    )
    const { port } = probe.local
    probe.close()
    return port
  }

  change(first)
  return {
    get local() {
      return up()[0]?.local ?? { address: settings.addresses[0] ?? '', port: settings.port }
    },
    get up() {
      return up()
    },
    change,
    // Each does what is of its own.
    perform(output) {
      for (const { transport } of open.values()) transport.perform(output)
    },
    close() {
      for (const { transport } of open.values()) transport.close()
    },
  }
}

/** The transports there are to be, by name, those of the first address first. */
function wantedOf(
  { addresses, port, tcpPort = port, udp = true, tcp = true, more = [] }: SocketSettings,
  tls: Loaded | undefined,
) {
  const wanted = new Map<TransportId, Wanted>()
  addresses.forEach((address, i) => {
    const suffix = i === 0 ? '' : isIpv6(address) ? '6' : '4'
    const want = (protocol: Protocol, at: number, context?: Loaded) =>
      wanted.set(`${protocol.toLowerCase()}${suffix}`, { protocol, sharing: protocol, address, port: at, tls: context })
    if (udp) want('UDP', port)
    if (tcp) want('TCP', tcpPort)
    if (tls) want('TLS', tls.port, tls)
  })
  for (const { transport, protocol, ...place } of more) {
    const context = protocol === 'TLS' ? tls : undefined
    if (protocol === 'TLS' && tls === undefined) continue
    wanted.set(transport, { protocol, sharing: transport, ...place, tls: context })
  }
  return wanted
}

/** How many ports the kernel is asked for, of which the last is taken as it is. */
const TRIES = 16

/**
 * What is open where the kernel chose. It sees to the sockets of UDP alone, and a stream is to be there, too: of many ports
 * somebody's connection has one.
 */
function openFree<T extends { close(): void }>(openOne: () => T, portOf: (it: T) => number): T {
  const passed: T[] = []
  try {
    for (;;) {
      const it = openOne()
      if (passed.length === TRIES - 1 || !hasStream(portOf(it))) return it
      passed.push(it)
    }
  } finally {
    for (const each of passed) each.close()
  }
}

/** Undefined, with the reason told: they cannot be used. Everything else goes on. */
function withFiles(settings: TlsSettings & { readonly port: number }, user: SocketUser): Loaded | undefined {
  const loaded = loadTls(settings)
  if (loaded.ok) return { ...settings, ...loaded.value }
  user.log(log('error', 'sockets', 'no TLS', { reason: loaded.error }))
  return undefined
}
