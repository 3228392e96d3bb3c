// The attributes of an engine: what it is set up with, how that is changed while it runs, and which event packages it knows.

import { isIpv4, isIpv6 } from '../../base/ip.ts'
import { loadTls } from '../../net/tls-files.ts'
import type { MoreSockets, SocketSettings } from '../../runtime/sockets.ts'
import { isNowhere } from '../../sdp/rtp.ts'
import type { Protocol } from '../../sip/core/contract.ts'
import { EngineCore } from './engine-core.ts'
import { CoreError } from './errors.ts'
import type { AddedTransport, TransportName } from './route.ts'
import { setUp } from './set-up.ts'
import { checkOption, DEFAULT_START_OPTIONS, type StartOptions } from './start-options.ts'

/** A socket of SIP. */
export interface BoundTransport {
  readonly transport: TransportName
  /** What it is called where requests choose it. */
  readonly name: TransportName | AddedTransport
  readonly address: string
  readonly port: number
}

/** Where `addTransport` binds. */
export interface TransportPlace {
  /** A concrete address of this host; default `localIp`. */
  readonly address?: string
  /** 0, the default: any. */
  readonly port?: number
}

/** What transports are set up with. */
export type TransportOptions = Pick<
  StartOptions,
  | 'localUdpPort'
  | 'localTcpPort'
  | 'localTlsPort'
  | 'tlsVerifyServer'
  | 'tlsVerifyClients'
  | 'tlsCaFile'
  | 'tlsCertificateFile'
  | 'tlsKeyFile'
  | 'tlsCiphers'
>

/** The attributes of `Engine`. */
export abstract class EngineAttributes extends EngineCore {
  #more: readonly MoreSockets[] = []
  #added = 0
  /** What it was started with, and what was changed since. */
  protected options: StartOptions = DEFAULT_START_OPTIONS
  /** By event package, the value of Accept; the SIP engine has the same. */
  protected readonly packages: Record<string, string> = {}

  constructor(...given: ConstructorParameters<typeof EngineCore>) {
    super(...given)
    this.know(this.options.events)
  }

  /** Event packages with their content types. */
  protected know(events: StartOptions['events']): void {
    for (const [event, types] of Object.entries(events)) this.packages[event] = types.join(', ')
  }

  /** The address SIP and media are bound to; before the start what was asked for. */
  get localIp(): string | undefined {
    return this.options.localIp
  }

  /** UDP port of SIP, the chosen one while it runs; null: none. */
  get localUdpPort(): number | null {
    return this.#port('udp', this.options.localUdpPort)
  }

  /** TCP port of SIP, likewise. */
  get localTcpPort(): number | null {
    const { localTcpPort, localUdpPort } = this.options
    return this.#port('tcp', localTcpPort === 'udp' ? localUdpPort : localTcpPort)
  }

  /** TLS port of SIP, likewise. */
  get localTlsPort(): number | null {
    return this.#port('tls', this.options.localTlsPort)
  }

  /** What SIP is spoken through now; empty while it does not run. */
  get transports(): readonly BoundTransport[] {
    return (this.parts?.transports ?? []).map(({ transport: name, protocol, local }) => ({
      transport: protocol.toLowerCase() as TransportName,
      name: name as BoundTransport['name'],
      ...local,
    }))
  }

  #port(transport: string, asked: number | null): number | null {
    return this.parts?.portOf(transport) ?? asked
  }

  /** Whether certificates of servers have to be valid and theirs; see `setTlsVerifyServer`. */
  get tlsVerifyServer(): boolean {
    return this.options.tlsVerifyServer
  }

  /** File of authorities believed; see `setTlsCaFile`. */
  get tlsCaFile(): string | undefined {
    return this.options.tlsCaFile
  }

  /** User-Agent and Server of what is sent from now on; '': none. */
  get userAgent(): string {
    return this.options.userAgent
  }
  set userAgent(value: string) {
    this.set('userAgent', value)
    this.parts?.engine.setUserAgent(value)
  }

  /** Highest level of `engine-log` told, 0–5. */
  get logLevel(): number {
    return this.options.logLevel
  }
  set logLevel(value: number) {
    this.set('logLevel', value)
  }

  /** Whether messages are told by `engine-sip-trace`. */
  get traceSip(): boolean {
    return this.options.traceSip
  }
  set traceSip(value: boolean) {
    this.set('traceSip', value)
  }

  /** Rate of the sound card, kHz. */
  get sampleRate(): number {
    return this.options.sampleRate
  }

  /** Tail of the echo canceller asked for, ms; 0: none. Taken note of: the media engine has none yet. */
  get ecTailLength(): number {
    return this.options.ecTailLength
  }

  /** Whether digits sent and received sound in the sound card. */
  get playbackDtmf(): boolean {
    return this.options.playbackDtmf
  }
  set playbackDtmf(value: boolean) {
    this.set('playbackDtmf', value)
  }

  /** First and last UDP port for media; transports that have theirs keep them. */
  get rtpPortRange(): readonly [number, number] {
    return this.options.rtpPortRange
  }
  set rtpPortRange(value: readonly [number, number]) {
    this.set('rtpPortRange', value)
    const [min, max] = value
    this.parts?.pairs.setRange({ min, max })
  }

  /** Bounds of the playout delay of audio streams, ms. */
  get jitter(): StartOptions['jitter'] {
    return this.options.jitter
  }

  /** Of packets we like to send and receive, ms. */
  get ptime(): number {
    return this.options.ptime
  }

  /** Codecs of audio streams made from now on, in order of preference. */
  get codecs(): readonly string[] {
    return this.options.codecs
  }
  set codecs(value: readonly string[]) {
    this.set('codecs', value)
  }

  /** Event packages known, with the content types each is told in; see `addEvent`. */
  get events(): Readonly<Record<string, readonly string[]>> {
    return Object.fromEntries(Object.entries(this.packages).map(([event, types]) => [event, types.split(', ')]))
  }

  override acceptOf(event: string): readonly string[] | undefined {
    return Object.hasOwn(this.packages, event) ? this.packages[event]!.split(', ') : undefined
  }

  /** For the engine: checks a value and keeps it; throws a CoreError naming it where it is wrong. */
  protected set<K extends keyof StartOptions>(name: K, value: StartOptions[K]): void {
    checkOption(`Engine.${name}`, name, value)
    this.options = { ...this.options, [name]: value }
  }

  /** Makes an event package known. What is known cannot be changed: a second time throws. */
  addEvent(event: string, acceptTypes: readonly string[]): void {
    if (this.acceptOf(event) !== undefined)
      throw new CoreError('state', 'Engine.addEvent', `${event} is known and cannot be changed`)
    checkOption('Engine.addEvent', 'events', { [event]: acceptTypes })
    const accept = acceptTypes.join(', ')
    this.parts?.command('Engine.addEvent', { kind: 'add-package', id: event, accept })
    this.packages[event] = accept
  }

  /** Another UDP port: 0 any, null none. What is registered registers from there. Throws when it cannot be had; then all is as it was. */
  setLocalUdpPort(value: number | null): void {
    this.#rebind('setLocalUdpPort', { localUdpPort: value }, ['port', 'udp'])
  }

  /** Another TCP port, likewise. */
  setLocalTcpPort(value: number | null): void {
    this.#rebind('setLocalTcpPort', { localTcpPort: value }, ['tcpPort', 'tcp'])
  }

  /** Another TLS port, likewise. */
  setLocalTlsPort(value: number | null): void {
    this.#rebind('setLocalTlsPort', { localTlsPort: value }, ['tls'])
  }

  /** Whether certificates of servers have to be valid and theirs; the TLS transport starts anew, its connections end. */
  setTlsVerifyServer(value: boolean): void {
    this.#rebind('setTlsVerifyServer', { tlsVerifyServer: value }, ['tls'])
  }

  /** Another file of authorities to believe, likewise. Throws when it cannot be used. */
  setTlsCaFile(value: string | undefined): void {
    this.#rebind('setTlsCaFile', { tlsCaFile: value }, ['tls'])
  }

  /**
   * This host has another address: SIP is spoken from there, and what is registered registers from there. Transports for media keep
   * their sockets, new ones bind there; sessions go on, and want a re-INVITE with such a one. Throws when it cannot be had; then
   * all is as it was.
   */
  move(localIp: string): void {
    const from = this.running('Engine.move').local.address
    this.#rebind('move', { localIp }, ['addresses'])
    this.running('Engine.move').pairs.move(from, localIp)
  }

  /**
   * One more transport, at another address of this host or by another port, for those who ask for it as their `transport`; what comes
   * there is heard. TLS has the certificates of the engine, which has to speak it. Throws when it cannot be had.
   */
  addTransport(transport: TransportName, { address, port = 0 }: TransportPlace = {}): AddedTransport {
    const operation = 'Engine.addTransport'
    const parts = this.running(operation)
    const { localIp = '' } = this.options
    const fault = placeFault(transport, address ?? localIp, port)
    if (fault !== undefined) throw new CoreError('argument', operation, fault)
    if (transport === 'tls' && this.options.localTlsPort === null)
      throw new CoreError('state', operation, 'expected an engine that speaks TLS: its localTlsPort is null')
    const name = `${transport}:${this.#added + 1}` as const
    const protocol = transport.toUpperCase() as Protocol
    const more = [...this.#more, { transport: name, protocol, address: address ?? localIp, port }]
    parts.change(operation, { more })
    this.#more = more
    this.#added++
    return name
  }

  /** Unbinds it. Who asked for it goes by the engine's own from now on; what is registered registers from there. */
  removeTransport(name: AddedTransport): void {
    const operation = 'Engine.removeTransport'
    const parts = this.running(operation)
    const more = this.#more.filter(({ transport }) => transport !== name)
    if (more.length === this.#more.length)
      throw new CoreError('argument', operation, `expected the name of one that was added, got ${name}`)
    parts.change(operation, { more })
    this.#more = more
  }

  /** Several of that at once; what does not change goes on. Throws when one of them cannot be had; then all is as it was. */
  setTransports(change: Partial<TransportOptions>): void {
    const news = (Object.keys(change) as (keyof TransportOptions)[]).filter(
      (name) => change[name] !== this.options[name],
    )
    this.#rebind('setTransports', Object.fromEntries(news.map((name) => [name, change[name]])), news.flatMap(concerns))
  }

  #rebind(method: string, change: Partial<StartOptions>, concerned: readonly (keyof SocketSettings)[]): void {
    const operation = `Engine.${method}`
    const parts = this.running(operation)
    for (const [name, value] of Object.entries(change)) checkOption(operation, name, value)
    const before = this.options
    const address = parts.local.address
    const { tls } = setUp({ ...before, ...change }, address, this.packages).sockets
    const loaded = tls && loadTls(tls)
    if (loaded?.ok === false) throw new CoreError('argument', operation, loaded.error)
    const settingsOf = (options: StartOptions) => {
      const { sockets } = setUp(options, options.localIp ?? address, this.packages)
      return Object.fromEntries(concerned.map((name) => [name, sockets[name]]))
    }
    this.options = { ...before, ...change }
    try {
      parts.change(operation, settingsOf(this.options))
    } catch (error) {
      this.options = before
      parts.change(operation, settingsOf(before))
      throw error
    }
  }
}

/** What of the sockets an option is about. */
const concerns = (name: keyof TransportOptions): readonly (keyof SocketSettings)[] =>
  name === 'localUdpPort' ? ['port', 'udp'] : name === 'localTcpPort' ? ['tcpPort', 'tcp'] : ['tls']

/** What is wrong with where a transport is to be bound; undefined: nothing. */
function placeFault(transport: string, address: string, port: number): string | undefined {
  if (!['udp', 'tcp', 'tls'].includes(transport)) return `transport: expected udp, tcp or tls, got ${transport}`
  if (!(isIpv4(address) || isIpv6(address)) || isNowhere(address))
    return `address: expected a concrete address of this host, got ${address}`
  return Number.isInteger(port) && port >= 0 && port <= 65_535 ? undefined : `port: expected 0–65535, got ${port}`
}
