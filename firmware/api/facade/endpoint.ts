// PJSUA2's Endpoint: the library as a whole. Created, initialised with settings, started, destroyed, in this order.
import { CoreError, Engine, type NatType, VERSION } from '../core/index.ts'
import type { Account } from './account.ts'
import type { EndpointDefaults } from './account-config.ts'
import { ENDPOINT, guarded } from './arguments.ts'
import { onArrival } from './arrivals.ts'
import { AudDevManager } from './aud-dev-manager.ts'
import type { RxData } from './call-types.ts'
import { checked, type Part } from './checked.ts'
import { type CodecInfo, Codecs } from './codecs.ts'
import { EndpointCallbacks } from './endpoint-events.ts'
import { EP_CONFIG, type EpSettings } from './endpoint-schema.ts'
import { MESSAGE_LEVEL, messageText, portRange, portsOf, startOptions, usualAddress } from './endpoint-start.ts'
import { asOperationError, inTime, OperationError, operated } from './errors.ts'
import type { ToldBy } from './inbox.ts'
import { Inner } from './inner.ts'
import type { Line } from './line.ts'
import { type LogWriter, openLog } from './log-writer.ts'
import type { LibState, TransportType } from './names.ts'
import { natLine } from './nat-line.ts'
import { Timers } from './timers.ts'
import { type TransportConfig, type TransportInfo, Transports } from './transports.ts'

const STUN_PORT = 3478
/** The library as a whole: `libCreate`, `libInit`, `libStart`, in this order, then accounts and calls; `libDestroy` ends all. */
export class Endpoint extends EndpointCallbacks {
  static #instance: Endpoint | undefined
  #state: LibState = 'null'
  #settings: EpSettings | undefined
  #inner: Inner | undefined
  #devices: AudDevManager | undefined
  #log: LogWriter | undefined
  #transports = new Transports()
  #natType: NatType | undefined
  readonly #codecs = new Codecs()
  readonly #timers = new Timers()

  /** The one of this process: a second one throws until the first is destroyed. `beside`: one more all the same, as in tests. */
  constructor(options: { readonly beside?: boolean } = {}) {
    super()
    if (options.beside) return
    if (Endpoint.#instance !== undefined)
      throw new OperationError('Endpoint', 'exists', 'there is one already: Endpoint.instance()')
    Endpoint.#instance = this
  }

  /** The one the application made. */
  static instance(): Endpoint {
    if (Endpoint.#instance !== undefined) return Endpoint.#instance
    throw new OperationError('Endpoint.instance', 'not-started', 'there is none yet: new Endpoint()')
  }

  // ---- its life ------------------------------------------------------------------------------------------------------

  /** The first step. Throws unless the library is `null`. */
  libCreate(): void {
    this.#expect('libCreate', 'null', 'the library was created already')
    this.#state = 'created'
  }

  /** The second: settings, each with a default; throws where one is wrong, naming its path. Opens the log. */
  libInit(config: Part<EpSettings> = {}): void {
    this.#expect('libInit', 'created', 'libCreate comes first')
    this.#settings = checked<EpSettings>('libInit', EP_CONFIG, config)
    this.#log = openLog(this.#settings.logConfig)
    this.#state = 'init'
  }

  /** Binds the transports, UDP alone when none was created, and the first ports for media; rejects where that cannot be. */
  async libStart(): Promise<void> {
    this.#expect('libStart', 'init', 'libInit comes first')
    this.#state = 'starting'
    try {
      if (this.#transports.ids.length === 0) this.#transports.create('udp', {})
      const engine = new Engine()
      const inner = new Inner(this, this.settings, engine, (told) => onArrival(inner, told))
      inner.inbox.hear(engine, (told) => this.#heard(inner, told))
      await engine.start(
        startOptions(this.settings, this.#transports, this.#transports.boundAddress ?? (await usualAddress())),
      )
      this.#inner = inner
      this.#transports.begin(engine)
      await portsOf(engine)
      this.#devices = new AudDevManager(inner)
      this.#state = 'running'
    } catch (error) {
      if (this.#inner !== undefined) await this.#inner.engine.stop()
      this.#inner = undefined
      this.#transports.end()
      this.#state = 'init'
      throw asOperationError('libStart', error)
    }
    for (const id of this.#transports.ids) this.#tellTransport(id, 'up')
  }

  /** What the engine itself tells. */
  #heard(inner: Inner, told: ToldBy<Engine>) {
    switch (told.name) {
      case 'engine-log': {
        const { level, origin, message } = told.data
        return this.#write(Math.min(level, 4) as 1 | 2 | 3 | 4, `${origin}: ${message}`)
      }
      case 'engine-sip-trace':
        return this.#write(MESSAGE_LEVEL, messageText(told.data))
      case 'engine-got-exception':
        return process.emitWarning(told.data.traceback)
      case 'engine-did-fail':
        for (const id of this.#transports.ids) this.#tellTransport(id, 'down', told.data.reason)
        return
      case 'engine-sound-devices-changed': {
        const { isOpen, detail } = told.data
        return this.tell('mediaEvent', { port: 'device', type: isOpen ? 'opened' : 'failed', text: detail })
      }
      case 'engine-detected-nat-type':
        this.#natType = told.data.succeeded ? told.data.natType : undefined
        return this.tell('natDetectionComplete', {
          natType: this.#natType,
          reason: told.data.succeeded ? '' : told.data.error,
        })
      default:
        onArrival(inner, told)
    }
  }

  /** The core's engine; undefined unless the library runs. */
  get engine(): Engine | undefined {
    return this.#inner?.engine
  }

  /** Calls end, accounts un-register, within two seconds; then nothing is left of it, and another endpoint can be made. */
  async libDestroy(): Promise<void> {
    if (this.#state === 'closing' || this.#state === 'starting')
      throw new OperationError('libDestroy', 'state', `the library is ${this.#state}`)
    if (Endpoint.#instance === this) Endpoint.#instance = undefined
    this.#timers.clear()
    if (this.#inner !== undefined) {
      this.#state = 'closing'
      this.hangupAllCalls()
      const bound = this.#transports.ids.map((id) => this.transportGetInfo(id))
      if (this.#inner.engine.state === 'running') await this.#inner.engine.stop()
      for (const { id, ...info } of bound)
        this.tell('transportState', { ...info, transportId: id, state: 'down', lastError: '' })
    }
    await this.#log?.close()
    this.#inner = undefined
    this.#devices = undefined
    this.#transports = new Transports()
    this.#state = 'null'
  }

  /** `running` from the end of `libStart` to `libDestroy`. */
  libGetState(): LibState {
    return this.#state
  }

  /** Of this library, as in User-Agent. */
  libVersion(): { readonly full: string } {
    return { full: VERSION }
  }

  #expect(operation: string, state: LibState, hint: string): void {
    if (this.#state !== state)
      throw new OperationError(operation, 'state', `the library is ${this.#state}, not ${state}: ${hint}`)
  }

  /** Settings as they are, defaults included. */
  get settings(): EpSettings {
    if (this.#settings === undefined) throw new OperationError('settings', 'not-started', 'libInit comes first')
    return this.#settings
  }

  // ---- transports ----------------------------------------------------------------------------------------------------

  /** Also while the library runs. Its number is what `transportGetInfo` wants, and `sipConfig.transportId` of an account. */
  transportCreate(type: TransportType, config: TransportConfig = {}): number {
    this.#afterInit('transportCreate')
    const id = this.#transports.create(type, config)
    if (this.#state === 'running') this.#tellTransport(id, 'up')
    return id
  }

  /** Unbinds it, told by `transportState`. Throws for the last one while the library runs. */
  transportClose(id: number): void {
    this.#afterInit('transportClose')
    if (this.#state === 'running' && this.#transports.ids.length === 1)
      throw new OperationError('transportClose', 'state', 'the last transport cannot be closed while the library runs')
    const told = this.#state === 'running' ? this.#transports.info('transportClose', id) : undefined
    this.#transports.remove('transportClose', id)
    if (told !== undefined) this.tell('transportState', { ...told, transportId: id, state: 'down', lastError: '' })
  }

  #afterInit(operation: string): void {
    if (this.#state !== 'init' && this.#state !== 'running')
      throw new OperationError(operation, 'state', `the library is ${this.#state}: libInit comes first`)
  }

  /** Numbers of the transports created, in order. */
  transportEnum(): readonly number[] {
    return this.#transports.ids
  }

  /** Throws where there is none of that number. */
  transportGetInfo(id: number): TransportInfo {
    return this.#transports.info('transportGetInfo', id)
  }

  #tellTransport(transportId: number, state: 'up' | 'down', lastError = ''): void {
    const { type, localAddress } = this.transportGetInfo(transportId)
    this.tell('transportState', { transportId, type, state, localAddress, lastError })
  }

  /** Asks the STUN server of the settings what NAT we are behind; `natDetectionComplete` tells. */
  natDetectType(): void {
    const { engine } = this.inner('natDetectType')
    const [server] = this.settings.uaConfig.stunServer
    if (server === undefined)
      throw new OperationError('natDetectType', 'state', 'no server to ask: /uaConfig/stunServer is empty')
    const [host = '', port = STUN_PORT] = server.split(':')
    operated('natDetectType', () => engine.detectNatType(host, Number(port)))
  }

  /** As it was found out last; undefined: it was not. */
  natGetType(): NatType | undefined {
    return this.#natType
  }

  /**
   * This host has another address: accounts register and calls go on from there, told by `ipChangeProgress`. What is not answered yet
   * of our calls is called off and called anew (`calling` again).
   */
  handleIpChange(prm: { readonly address?: string } = {}): void {
    const inner = this.inner('handleIpChange')
    const move = (address: string) => {
      try {
        this.#move(inner, address)
      } catch (error) {
        const reason = error instanceof CoreError ? error.text : String(error)
        this.tell('ipChangeProgress', { op: 'done', statusCode: 503, reason, account: undefined, callId: -1 })
      }
    }
    if (prm.address === undefined) void usualAddress().then(move)
    else move(prm.address)
  }

  #move({ engine, lines, accounts, relocation }: Inner, address: string): void {
    const isElsewhere = engine.localIp !== address
    try {
      engine.move(address)
    } finally {
      // Afterwards: what leaves by the old address need not arrive.
      for (const line of lines.active) if (line.account.getConfig().ipChangeConfig.hangupCalls) this.hangUp(line)
    }
    const talking = lines.active.filter(({ isLeft, state }) => !isLeft && state === 'confirmed')
    const registering = [...accounts.values()].filter(({ registration }) => registration !== undefined)
    relocation.begin(isElsewhere ? registering : [], talking)
    for (const line of lines.active) if (!line.isLeft) line.move()
  }

  // ---- media ---------------------------------------------------------------------------------------------------------

  /** The sound device. Throws unless the library runs. */
  audDevManager(): AudDevManager {
    this.inner('audDevManager')
    return this.#devices!
  }

  /** Ports at the bridge: calls, files, tones, the device. */
  mediaActivePorts(): number {
    return this.mediaEnumPorts().length
  }

  /** Their names. Throws unless the library runs. */
  mediaEnumPorts(): readonly string[] {
    return this.inner('mediaEnumPorts').bridge.names
  }

  /** Ports of media from now on, as `/medConfig/rtpPort` and `rtpPortRange` say them: calls that stand keep theirs. */
  setRtpPorts(rtpPort: number, rtpPortRange: number): void {
    const { engine } = this.inner('setRtpPorts')
    const { medConfig, ...others } = this.settings
    const settings = { ...others, medConfig: { ...medConfig, rtpPort, rtpPortRange } }
    const wanted = checked<EpSettings>('setRtpPorts', EP_CONFIG, settings)
    operated('setRtpPorts', () => {
      engine.rtpPortRange = portRange(wanted.medConfig)
    })
    this.#settings = wanted
  }

  /** Codecs of this build, highest priority first; those at 0 are not offered. */
  codecEnum(): readonly CodecInfo[] {
    return this.#codecs.all
  }

  /** From the next call on, of every account that names no codecs itself. */
  codecSetPriority(codecId: string, priority: number): void {
    this.#codecs.set(codecId, priority)
  }

  /** @internal For the façade: what its accounts have where they say nothing else. */
  accountDefaults(): EndpointDefaults {
    const { outboundProxies: proxies, natTypeInSdp } = this.settings.uaConfig
    const transportOf = (id: number) => this.#transports.wayOf(id)
    return { codecs: this.#codecs.names, proxies, transportOf, natLine: natLine(natTypeInSdp, this.#natType) }
  }

  // ---- calls ---------------------------------------------------------------------------------------------------------

  /** Calls there can be at once. */
  callGetMaxCount(): number {
    return this.settings.uaConfig.maxCalls
  }

  /** Calls that are not over. */
  callGetCount(): number {
    return this.inner('callGetCount').lines.active.length
  }

  /** Their numbers, at most `max` of them. */
  enumCalls(max = Number.POSITIVE_INFINITY): readonly number[] {
    const ids = this.inner('enumCalls').lines.active.map(({ id }) => id)
    return ids.slice(0, max)
  }

  /** Each by its state, as `Call.hangup` does it. */
  hangupAllCalls(): void {
    for (const line of this.#inner?.lines.active ?? []) this.hangUp(line)
  }

  /** @internal For the façade: one that is ending already is left alone. */
  hangUp(line: Line) {
    if (line.hungUp !== undefined || !line.isActive || line.isLeft) return
    if (line.call !== undefined) return line.call.hangup()
    line.hungUp = { params: undefined }
    inTime(() => line.hangUp())
  }

  /** Those created and not shut down. Throws unless the library runs. */
  enumAccounts(): readonly Account[] {
    return [...this.inner('enumAccounts').accounts.values()]
  }

  /** @internal For the façade: whom an incoming call is for, after the application's word. */
  selectAccount(account: Account, rdata: RxData): Account {
    const prm = { rdata, account }
    this.tell('selectAccount', prm)
    return prm.account.isValid() ? prm.account : account
  }

  // ---- utilities -----------------------------------------------------------------------------------------------------

  /** `timer` is told after so long; the result cancels it. */
  utilTimerSchedule(msecDelay: number, userData?: unknown): number {
    return this.#timers.schedule(msecDelay, () => this.tell('timer', { userData, msecDelay }))
  }

  /** False: it was told, or cancelled, before. */
  utilTimerCancel(token: number): boolean {
    return this.#timers.cancel(token)
  }

  /** Into the log, 1 error … 4 everything. */
  utilLogWrite(level: 1 | 2 | 3 | 4, msg: string): void {
    this.#write(level, `application: ${msg}`)
  }

  #write(level: 1 | 2 | 3 | 4, msg: string): void {
    this.#log?.write(level, msg, () => this.tell('log', { level, msg }))
  }

  /** @internal For the façade: the inside of an endpoint that runs; throws when it does not. */
  inner(operation: string): Inner {
    if (this.#inner !== undefined && this.#state !== 'starting') return this.#inner
    throw new OperationError(operation, 'not-started', `the library is ${this.#state}: libStart comes first`)
  }
}

guarded(Endpoint, ENDPOINT)
