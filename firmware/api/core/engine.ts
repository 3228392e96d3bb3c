// The engine: one for an application, started once, with everything it is set up with; what concerns no other object is told here.
import { localAddressTowards } from '../../net/local-address.ts'
import type { SocketSettings } from '../../runtime/sockets.ts'
import { Tracer } from '../../runtime/tracer.ts'
import { Arrivals } from './arrivals.ts'
import { EngineCore, type EngineState, provideSharedEngine, sharedEngine } from './engine-core.ts'
import { type EngineNotifications, inLevels } from './engine-notifications.ts'
import { CoreError } from './errors.ts'
import type { AnyNotification } from './notifications.ts'
import { setUp } from './set-up.ts'
import { SipUri } from './sip-uri.ts'
import { Stack, systemError } from './stack.ts'
import { checkOption, completeOptions, DEFAULT_START_OPTIONS, type StartOptions } from './start-options.ts'

/** Time for what is held with others to be given back, ms. */
const LEAVE_MS = 2000
/** An address of nobody (RFC 5737): what leads there is the default route. */
const ANYWHERE = '192.0.2.1'

declare module './notifications.ts' {
  interface NotificationMap extends EngineNotifications<Engine> {}
}

/** Runs the stacks, and is what every object is made with. Applications use `Engine.shared()`; tests may make as many as they like. */
export class Engine extends EngineCore {
  /** The value of every option of `start` that is not given. */
  static readonly defaultStartOptions: StartOptions = DEFAULT_START_OPTIONS

  #state: EngineState = 'new'
  #options: StartOptions = DEFAULT_START_OPTIONS
  #parts: Stack | undefined
  /** By package, the value of Accept; the SIP engine has the same. */
  readonly #packages: Record<string, string> = {}
  readonly #tracer = new Tracer()
  readonly #arrivals = new Arrivals(this)
  readonly #atExit = () => this.#parts?.stopAtOnce()

  constructor() {
    super((error, notification) => this.#observerThrew(error, notification))
    for (const [event, types] of Object.entries(this.#options.events)) this.#packages[event] = types.join(', ')
  }

  /** The one engine of the application. */
  static shared(): Engine {
    return sharedEngine() as Engine
  }

  /** Where it is in its one life. */
  get state(): EngineState {
    return this.#state
  }

  protected get parts(): Stack | undefined {
    return this.#parts
  }

  /**
   * Binds the sockets and starts the engines; fulfilled when everything works. Rejects with a CoreError: one with code `argument`
   * names the option that cannot be, and nothing has happened; `system` and `refused` are told as `engine-did-fail` too.
   */
  async start(options: Partial<StartOptions> = {}): Promise<void> {
    const operation = 'Engine.start'
    if (this.#state !== 'new')
      throw new CoreError('state', operation, `expected a new engine, this one is ${this.#state} and starts but once`)
    this.#options = completeOptions(options)
    this.#state = 'starting'
    this.notifications.post('engine-will-start', this, {})
    try {
      await this.#begin(operation)
    } catch (error) {
      const failure = systemError(operation, error)
      this.#parts = undefined
      this.#state = 'new'
      this.notifications.post('engine-did-fail', this, { reason: failure.text })
      throw failure
    }
    process.on('exit', this.#atExit)
    this.#state = 'running'
    this.notifications.post('engine-did-start', this, {})
  }

  async #begin(operation: string): Promise<void> {
    const localIp = this.#options.localIp ?? (await defaultAddress(operation))
    this.#options = { ...this.#options, localIp }
    for (const [event, types] of Object.entries(this.#options.events)) this.#packages[event] = types.join(', ')
    let deaf: string | undefined
    const parts = new Stack(setUp(this.#options, localIp, this.#packages), {
      arrived: (event) => this.#arrivals.arrived(event),
      log: (record) => {
        if (record.what === 'no connections are accepted' || record.what === 'no TLS')
          deaf ??= `${record.fields?.transport ?? 'tls'}: ${record.fields?.reason}`
        const told = inLevels(record)
        if (told.level <= this.#options.logLevel) this.notifications.post('engine-log', this, told)
      },
      fault: (traceback) => this.notifications.post('engine-got-exception', this, { traceback }),
      broken: (reason) => void this.#broken(reason),
      sent: (output) => {
        const told = this.#tracer.sent(output)
        if (told && this.#options.traceSip) this.notifications.post('engine-sip-trace', this, told)
      },
      received: (input) => {
        for (const told of this.#tracer.received(input))
          if (this.#options.traceSip) this.notifications.post('engine-sip-trace', this, told)
      },
    })
    this.#parts = parts
    // Whether connections can be accepted is known in the next turn.
    await new Promise((resolve) => setImmediate(resolve))
    if (deaf === undefined) return
    parts.stopAtOnce()
    throw new CoreError('system', operation, deaf)
  }

  /**
   * Ends calls, registrations, subscriptions and publications, two seconds at most, then everything. Objects made with this engine
   * are of no use afterwards, and it does not start again. Called by itself, without waiting, when the process exits.
   */
  async stop(): Promise<void> {
    if (this.#state !== 'running')
      throw new CoreError('state', 'Engine.stop', `expected it to run, it is ${this.#state}`)
    this.notifications.post('engine-will-end', this, {})
    await this.#end()
  }

  async #end(): Promise<void> {
    this.#state = 'stopping'
    process.off('exit', this.#atExit)
    await this.#parts?.stop(LEAVE_MS)
    this.#parts = undefined
    this.#state = 'stopped'
    this.notifications.post('engine-did-end', this, {})
  }

  async #broken(reason: string): Promise<void> {
    if (this.#state !== 'running') return
    this.notifications.post('engine-did-fail', this, { reason })
    await this.#end()
  }

  #observerThrew(error: unknown, { name }: AnyNotification): void {
    const traceback = error instanceof Error ? (error.stack ?? error.message) : String(error)
    // Who throws at that, too, is told of by the process alone.
    if (name === 'engine-got-exception' || name === 'engine-log') process.emitWarning(traceback)
    else this.notifications.post('engine-got-exception', this, { traceback })
  }

  // ---- what it is set up with ----------------------------------------------------------------------------------------

  /** The address SIP and media are bound to; before the start what was asked for. */
  get localIp(): string | undefined {
    return this.#options.localIp
  }

  /** UDP port of SIP, the chosen one while it runs; null: none. */
  get localUdpPort(): number | null {
    return this.#port('udp', this.#options.localUdpPort)
  }

  /** TCP port of SIP, likewise. */
  get localTcpPort(): number | null {
    return this.#port('tcp', this.#options.localTcpPort)
  }

  /** TLS port of SIP, likewise. */
  get localTlsPort(): number | null {
    return this.#port('tls', this.#options.localTlsPort)
  }

  #port(transport: string, asked: number | null): number | null {
    return this.#parts?.portOf(transport) ?? asked
  }

  /** Whether certificates of servers have to be valid and theirs; see `setTlsVerifyServer`. */
  get tlsVerifyServer(): boolean {
    return this.#options.tlsVerifyServer
  }

  /** File of authorities believed; see `setTlsCaFile`. */
  get tlsCaFile(): string | undefined {
    return this.#options.tlsCaFile
  }

  /** User-Agent and Server of what is sent from now on; '': none. */
  get userAgent(): string {
    return this.#options.userAgent
  }
  set userAgent(value: string) {
    this.#set('userAgent', value)
    this.#parts?.engine.setUserAgent(value)
  }

  /** Highest level of `engine-log` told, 0–5. */
  get logLevel(): number {
    return this.#options.logLevel
  }
  set logLevel(value: number) {
    this.#set('logLevel', value)
  }

  /** Whether messages are told by `engine-sip-trace`. */
  get traceSip(): boolean {
    return this.#options.traceSip
  }
  set traceSip(value: boolean) {
    this.#set('traceSip', value)
  }

  /** Rate of the sound card, kHz. */
  get sampleRate(): number {
    return this.#options.sampleRate
  }

  /** Tail of the echo canceller, ms; 0: none. */
  get ecTailLength(): number {
    return this.#options.ecTailLength
  }

  /** Whether digits sent and received sound in the sound card. */
  get playbackDtmf(): boolean {
    return this.#options.playbackDtmf
  }
  set playbackDtmf(value: boolean) {
    this.#set('playbackDtmf', value)
  }

  /** First and last UDP port for media; transports that have theirs keep them. */
  get rtpPortRange(): readonly [number, number] {
    return this.#options.rtpPortRange
  }
  set rtpPortRange(value: readonly [number, number]) {
    this.#set('rtpPortRange', value)
    const [min, max] = value
    this.#parts?.pairs.setRange({ min, max })
  }

  /** Codecs of audio streams made from now on, in order of preference. */
  get codecs(): readonly string[] {
    return this.#options.codecs
  }
  set codecs(value: readonly string[]) {
    this.#set('codecs', value)
  }

  /** Event packages known, with the content types each is told in; see `addEvent`. */
  get events(): Readonly<Record<string, readonly string[]>> {
    return Object.fromEntries(Object.entries(this.#packages).map(([event, types]) => [event, types.split(', ')]))
  }

  override acceptOf(event: string): readonly string[] | undefined {
    return Object.hasOwn(this.#packages, event) ? this.#packages[event]!.split(', ') : undefined
  }

  #set<K extends keyof StartOptions>(name: K, value: StartOptions[K]): void {
    checkOption(`Engine.${name}`, name, value)
    this.#options = { ...this.#options, [name]: value }
  }

  // ---- methods -------------------------------------------------------------------------------------------------------

  /** Makes an event package known. What is known cannot be changed: a second time throws. */
  addEvent(event: string, acceptTypes: readonly string[]): void {
    if (this.acceptOf(event) !== undefined)
      throw new CoreError('state', 'Engine.addEvent', `${event} is known and cannot be changed`)
    checkOption('Engine.addEvent', 'events', { [event]: acceptTypes })
    const accept = acceptTypes.join(', ')
    this.#parts?.command('Engine.addEvent', { kind: 'add-package', id: event, accept })
    this.#packages[event] = accept
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

  #rebind(method: string, change: Partial<StartOptions>, concerned: readonly (keyof SocketSettings)[]): void {
    const operation = `Engine.${method}`
    const parts = this.running(operation)
    for (const [name, value] of Object.entries(change)) checkOption(operation, name, value)
    const before = this.#options
    const settingsOf = (options: StartOptions) => {
      const { sockets } = setUp(options, parts.local.address, this.#packages)
      return Object.fromEntries(concerned.map((name) => [name, sockets[name]]))
    }
    this.#options = { ...before, ...change }
    try {
      parts.change(operation, settingsOf(this.#options))
    } catch (error) {
      this.#options = before
      parts.change(operation, settingsOf(before))
      throw error
    }
  }

  /** The URI a text is, with or without a display name. Throws a CoreError that says where it is wrong. */
  parseSipUri(text: string): SipUri {
    return SipUri.parse(text)
  }
}

async function defaultAddress(operation: string): Promise<string> {
  const found = await localAddressTowards(ANYWHERE)
  if (found.ok) return found.value
  throw new CoreError('system', operation, `localIp: no default route (${found.error}); name an address of this host`)
}

provideSharedEngine(() => new Engine())
