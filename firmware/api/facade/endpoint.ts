// PJSUA2's Endpoint: the library as a whole. Created, initialised with settings, started, destroyed, in this order.
import { showAddress } from '../../base/address.ts'
import { log } from '../../base/log.ts'
import { localAddressTowards } from '../../net/local-address.ts'
import type { NatType } from '../../net/nat-type.ts'
import { createResolver } from '../../net/resolver.ts'
import { VERSION } from '../../runtime/version.ts'
import { detectNat } from '../core/nat-detection.ts'
import type { Account } from './account.ts'
import { AudDevManager } from './aud-dev-manager.ts'
import { onSipOutput } from './call-dispatch.ts'
import type { RxData } from './call-types.ts'
import { checked, type Part } from './checked.ts'
import { type CodecInfo, Codecs } from './codecs.ts'
import { onUaEvent } from './dispatch.ts'
import { EndpointCallbacks } from './endpoint-events.ts'
import { EP_CONFIG, type EpSettings } from './endpoint-schema.ts'
import { OperationError } from './errors.ts'
import type { Line } from './line.ts'
import { type LogWriter, openLog } from './log-writer.ts'
import type { LibState, TransportType } from './names.ts'
import { Seat } from './seat.ts'
import { Switchboard } from './switchboard.ts'
import { type TransportConfig, type TransportInfo, Transports } from './transports.ts'

/** RFC 5737: an address that is nobody's, to ask the routing table about. */
const ANYWHERE = '192.0.2.1'
const LOOPBACK = '127.0.0.1'
const STUN_PORT = 3478
/** Requests handed to the façade. */
const METHODS = ['MESSAGE', 'INFO', 'NOTIFY']
export class Endpoint extends EndpointCallbacks {
  static #instance: Endpoint | undefined
  #state: LibState = 'null'
  #settings: EpSettings | undefined
  #board: Switchboard | undefined
  #devices: AudDevManager | undefined
  #log: LogWriter | undefined
  #transports = new Transports()
  #natType: NatType | undefined
  readonly #codecs = new Codecs()
  readonly #timers = new Map<number, NodeJS.Timeout>()
  #named = 0

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

  libCreate(): void {
    this.#expect('libCreate', 'null', 'the library was created already')
    this.#state = 'created'
  }

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
      const board = this.#seated(this.#transports.boundAddress ?? (await defaultAddress()))
      this.#board = board
      await board.seat.ready('libStart')
      this.#devices = new AudDevManager(this, board)
      this.#state = 'running'
    } catch (error) {
      await this.#board?.seat.stop()
      this.#board = undefined
      this.#state = 'init'
      throw error
    }
    for (const id of this.#transports.ids) this.#tellTransport(id, 'up')
  }

  #seated(address: string): Switchboard {
    const { uaConfig, medConfig } = this.settings
    const { maxCalls, userAgent, nameserver } = uaConfig
    const { rtpPort, rtpPortRange, dscp, jbMin, jbMax } = medConfig
    const { port, ...sockets } = this.#transports.sockets
    const options = {
      ...{ address, port, sockets, ...(nameserver.length > 0 ? { dns: nameserver } : {}) },
      ua: {
        ...{ maxCalls, dscp, jitter: { minMs: jbMin, maxMs: Math.max(jbMin + 10, jbMax) } },
        rtpPorts: { min: rtpPort, max: Math.min(65_535, rtpPort + rtpPortRange - 1) },
      },
      sip: {
        ...(userAgent === '' ? {} : { userAgent }),
        applicationMethods: METHODS,
        supported: ['replaces'],
        limits: { sessions: Math.max(32, maxCalls), transactions: Math.max(256, 8 * maxCalls) },
      },
    }
    const board: Switchboard = new Switchboard(
      this,
      this.settings,
      new Seat('libStart', options, {
        ua: (event) => onUaEvent(board, event),
        media: (event) => board.media(event),
        sip: (output) => onSipOutput(board, output),
        log: (record) => this.#log?.write(record, (level, msg) => this.tell('log', { level, msg })),
        broken: (reason) => {
          for (const id of this.#transports.ids) this.#tellTransport(id, 'down', reason)
        },
      }),
    )
    return board
  }

  /** Calls end, accounts un-register, within two seconds; then nothing is left of it, and another endpoint can be made. */
  async libDestroy(): Promise<void> {
    if (this.#state === 'closing' || this.#state === 'starting')
      throw new OperationError('libDestroy', 'state', `the library is ${this.#state}`)
    if (Endpoint.#instance === this) Endpoint.#instance = undefined
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
    if (this.#board !== undefined) {
      this.#state = 'closing'
      this.hangupAllCalls()
      await this.#board.seat.stop()
      for (const id of this.#transports.ids) this.#tellTransport(id, 'down')
    }
    await this.#log?.close()
    this.#board = undefined
    this.#devices = undefined
    this.#transports = new Transports()
    this.#state = 'null'
  }

  libGetState(): LibState {
    return this.#state
  }

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

  /** Of each kind there is one, also while the library runs. Its number is what `transportGetInfo` wants. */
  transportCreate(type: TransportType, config: TransportConfig = {}): number {
    this.#afterInit('transportCreate')
    const id = this.#transports.create(type, config)
    try {
      this.#rebind('transportCreate')
    } catch (error) {
      this.#transports.remove('transportCreate', id)
      throw error
    }
    if (this.#state === 'running') this.#tellTransport(id, 'up')
    return id
  }

  transportClose(id: number): void {
    this.#afterInit('transportClose')
    if (this.#state === 'running' && this.#transports.ids.length === 1)
      throw new OperationError('transportClose', 'state', 'the last transport cannot be closed while the library runs')
    const told = this.#state === 'running' ? this.transportGetInfo(id) : undefined
    this.#transports.remove('transportClose', id)
    this.#rebind('transportClose')
    if (told !== undefined) this.tell('transportState', { ...told, transportId: id, state: 'down', lastError: '' })
  }

  #afterInit(operation: string): void {
    if (this.#state !== 'init' && this.#state !== 'running')
      throw new OperationError(operation, 'state', `the library is ${this.#state}: libInit comes first`)
  }

  /** While it runs: what was created is bound, what was closed is not any more. */
  #rebind(operation: string): void {
    try {
      this.#board?.seat.change(this.#transports.sockets)
    } catch (error) {
      throw new OperationError(operation, 'system', (error as Error).message, error)
    }
  }

  transportEnum(): readonly number[] {
    return this.#transports.ids
  }

  transportGetInfo(id: number): TransportInfo {
    const { type, config } = this.#transports.entry('transportGetInfo', id)
    const bound = this.#board?.seat.agent.transports.find(({ transport }) => transport === type)?.local
    const { address, port } = bound ?? { address: config.boundAddress ?? '', port: config.port ?? 0 }
    return { id, type, localAddress: showAddress({ address, port }) }
  }

  #tellTransport(transportId: number, state: 'up' | 'down', lastError = ''): void {
    const { type, localAddress } = this.transportGetInfo(transportId)
    this.tell('transportState', { transportId, type, state, localAddress, lastError })
  }

  /** Asks the STUN server of the settings what NAT we are behind; `natDetectionComplete` tells. */
  natDetectType(): void {
    const { agent } = this.inner('natDetectType').seat
    const [server] = this.settings.uaConfig.stunServer
    if (server === undefined)
      throw new OperationError('natDetectType', 'state', 'no server to ask: /uaConfig/stunServer is empty')
    const [host = '', port = STUN_PORT] = server.split(':')
    const names = createResolver(this.settings.uaConfig.nameserver)
    void detectNat(agent.local.address, host, Number(port), names).then((found) => {
      names.close()
      this.#natType = found.ok ? found.value : undefined
      this.tell('natDetectionComplete', { natType: this.#natType, reason: found.ok ? '' : found.error })
    })
  }

  /** As it was found out last; undefined: it was not. */
  natGetType(): NatType | undefined {
    return this.#natType
  }

  /** This host has another address: accounts register and calls go on from there, told by `ipChangeProgress`. */
  handleIpChange(prm: { readonly address?: string } = {}): void {
    const { seat, lines } = this.inner('handleIpChange')
    for (const line of lines.active) if (line.account.getConfig().ipChangeConfig.hangupCalls) this.hangUp(line)
    const move = (address: string) => {
      try {
        seat.agent.move([address])
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        this.tell('ipChangeProgress', { op: 'done', statusCode: 503, reason, account: undefined, callId: -1 })
      }
    }
    if (prm.address === undefined) void defaultAddress().then(move)
    else move(prm.address)
  }

  // ---- media ---------------------------------------------------------------------------------------------------------

  audDevManager(): AudDevManager {
    this.inner('audDevManager')
    return this.#devices!
  }

  /** Ports at the bridge: calls, files, tones, the device. */
  mediaActivePorts(): number {
    return this.mediaEnumPorts().length
  }

  mediaEnumPorts(): readonly string[] {
    return this.inner('mediaEnumPorts').bridge.ports
  }

  codecEnum(): readonly CodecInfo[] {
    return this.#codecs.all
  }

  /** From the next call on, of every account that names no codecs itself. */
  codecSetPriority(codecId: string, priority: number): void {
    this.#codecs.set(codecId, priority)
    for (const account of this.#board?.accounts.values() ?? []) account.refresh()
  }

  /** For the façade: those in use, first preferred. */
  codecNames(): readonly string[] {
    return this.#codecs.names
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
    for (const line of this.#board?.lines.active ?? []) this.hangUp(line)
  }

  /** For the façade: one that is ending already is left alone. */
  hangUp(line: Line) {
    if (line.hungUp !== undefined || !line.isActive) return
    if (line.call !== undefined) return line.call.hangup()
    line.hungUp = { params: undefined }
    const end = { kind: 'hang-up', call: line.name, status: undefined, reason: undefined } as const
    this.#board?.seat.command('hangupAllCalls', end)
  }

  enumAccounts(): readonly Account[] {
    return [...this.inner('enumAccounts').accounts.values()]
  }

  /** For the façade: whom an incoming call is for, after the application's word. */
  selectAccount(account: Account, rdata: RxData): Account {
    const prm = { rdata, account }
    this.tell('selectAccount', prm)
    return prm.account.isValid() ? prm.account : account
  }

  // ---- utilities -----------------------------------------------------------------------------------------------------

  /** `timer` is told after so long; the result cancels it. */
  utilTimerSchedule(msecDelay: number, userData?: unknown): number {
    if (!(msecDelay >= 0 && msecDelay < 2 ** 31))
      throw new OperationError('utilTimerSchedule', 'argument', `msecDelay: expected 0 to 2^31 - 1, got ${msecDelay}`)
    const token = ++this.#named
    const fire = () => {
      this.#timers.delete(token)
      this.tell('timer', { userData, msecDelay })
    }
    this.#timers.set(token, setTimeout(fire, msecDelay))
    return token
  }

  /** False: it was told, or cancelled, before. */
  utilTimerCancel(token: number): boolean {
    clearTimeout(this.#timers.get(token))
    return this.#timers.delete(token)
  }

  /** Into the log, 1 error … 4 everything. */
  utilLogWrite(level: 1 | 2 | 3 | 4, msg: string): void {
    const names = ['error', 'warn', 'info', 'debug'] as const
    this.#log?.write(log(names[level - 1]!, 'application', msg), (at, text) =>
      this.tell('log', { level: at, msg: text }),
    )
  }

  /** For the façade: the inside of an endpoint that runs; throws when it does not. */
  inner(operation: string): Switchboard {
    if (this.#board !== undefined && this.#state !== 'starting') return this.#board
    throw new OperationError(operation, 'not-started', `the library is ${this.#state}: libStart comes first`)
  }
}

async function defaultAddress(): Promise<string> {
  const seen = await localAddressTowards(ANYWHERE)
  return seen.ok ? seen.value : LOOPBACK
}
