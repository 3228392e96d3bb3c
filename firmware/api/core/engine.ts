// The engine: one for an application, started once, with everything it is set up with; what concerns no other object is told here.

import type { DeviceConfig, PortState } from '../../media/contract.ts'
import { Tracer } from '../../runtime/tracer.ts'
import { Arrivals } from './arrivals.ts'
import type { AudioTransport } from './audio-transport.ts'
import { type Bridge, type BridgePort, DEVICE } from './bridge.ts'
import { defaultAddress } from './default-address.ts'
import { EngineAttributes } from './engine-attributes.ts'
import { type EngineState, provideSharedEngine, sharedEngine } from './engine-core.ts'
import { type EngineNotifications, inLevels } from './engine-notifications.ts'
import { CoreError } from './errors.ts'
import { detectNat } from './nat-detection.ts'
import type { AnyNotification } from './notifications.ts'
import { setUp } from './set-up.ts'
import { SipUri } from './sip-uri.ts'
import { Sound } from './sound.ts'
import { soundDevices } from './sound-devices.ts'
import { Stack, systemError } from './stack.ts'
import { completeOptions, DEFAULT_START_OPTIONS, type StartOptions } from './start-options.ts'
import { decibels } from './wave-file.ts'

/** Time for what is held with others to be given back, ms. */
const LEAVE_MS = 2000

declare module './notifications.ts' {
  interface NotificationMap extends EngineNotifications<Engine> {}
}

/** Runs the stacks, and is what every object is made with. Applications use `Engine.shared()`; tests may make as many as they like. */
export class Engine extends EngineAttributes {
  /** The value of every option of `start` that is not given. */
  static readonly defaultStartOptions: StartOptions = DEFAULT_START_OPTIONS

  #state: EngineState = 'new'
  protected override parts: Stack | undefined
  #sound: Sound | undefined
  readonly #tracer = new Tracer()
  readonly #arrivals = new Arrivals(this)
  readonly #atExit = () => this.parts?.stopAtOnce()

  constructor() {
    super((error, notification) => this.#observerThrew(error, notification))
  }

  /** The one engine of the application. */
  static shared(): Engine {
    return sharedEngine() as Engine
  }

  /** Where it is in its one life. */
  get state(): EngineState {
    return this.#state
  }

  /**
   * Binds the sockets and starts the engines; fulfilled when everything works. Rejects with a CoreError: one with code `argument`
   * names the option that cannot be, and nothing has happened; `system` and `refused` are told as `engine-did-fail` too.
   */
  async start(options: Partial<StartOptions> = {}): Promise<void> {
    const operation = 'Engine.start'
    if (this.#state !== 'new')
      throw new CoreError('state', operation, `expected a new engine, this one is ${this.#state} and starts but once`)
    this.options = completeOptions(options)
    this.#state = 'starting'
    this.notifications.post('engine-will-start', this, {})
    try {
      await this.#begin(operation)
    } catch (error) {
      const failure = systemError(operation, error)
      this.parts = undefined
      this.#state = 'new'
      this.notifications.post('engine-did-fail', this, { reason: failure.text })
      throw failure
    }
    process.on('exit', this.#atExit)
    this.#state = 'running'
    this.notifications.post('engine-did-start', this, {})
  }

  async #begin(operation: string): Promise<void> {
    const localIp = this.options.localIp ?? (await defaultAddress(operation))
    this.options = { ...this.options, localIp }
    this.know(this.options.events)
    let deaf: string | undefined
    const parts = new Stack(setUp(this.options, localIp, this.packages), {
      arrived: (event) => this.#arrivals.arrived(event),
      log: (record) => {
        if (record.what === 'no connections are accepted' || record.what === 'no TLS')
          deaf ??= `${record.fields?.transport ?? 'tls'}: ${record.fields?.reason}`
        const told = inLevels(record)
        if (told.level <= this.options.logLevel) this.notifications.post('engine-log', this, told)
      },
      fault: (traceback) => this.notifications.post('engine-got-exception', this, { traceback }),
      broken: (reason) => void this.#broken(reason),
      sent: (output) => {
        const told = this.#tracer.sent(output)
        if (told && this.options.traceSip) this.notifications.post('engine-sip-trace', this, told)
      },
      received: (input) => {
        for (const told of this.#tracer.received(input))
          if (this.options.traceSip) this.notifications.post('engine-sip-trace', this, told)
      },
    })
    this.parts = parts
    this.#sound = new Sound(parts, (change) => this.notifications.post('engine-sound-devices-changed', this, change))
    // Whether connections can be accepted is known in the next turn.
    await new Promise((resolve) => setImmediate(resolve))
    if (deaf === undefined) {
      if (this.options.autoSound) this.#sound.open(operation, undefined, undefined, this.options.sampleRate)
      return
    }
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
    await this.parts?.stop(LEAVE_MS)
    this.parts = undefined
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

  /** Names of devices that can play, for `setSoundDevices`. */
  get playbackDevices(): readonly string[] {
    return soundDevices().playback
  }

  /** Names of devices that can record. */
  get recordingDevices(): readonly string[] {
    return soundDevices().recording
  }

  // ---- methods -------------------------------------------------------------------------------------------------------

  /**
   * Opens these devices, chosen here where they are left out, in the place of those that are open; calls go on. What comes of it is
   * told by `engine-sound-devices-changed`. `wav:` and a path stands for a file in the place of a card.
   */
  setSoundDevices(playbackDevice?: string, recordingDevice?: string, tailLength?: number): void {
    const operation = 'Engine.setSoundDevices'
    this.running(operation)
    if (tailLength !== undefined) this.set('ecTailLength', tailLength)
    this.#sound?.open(operation, playbackDevice, recordingDevice, this.options.sampleRate)
  }

  /**
   * Opens that device in the place of what is open, of any kind the media engine has: `soundDevicePort` on the bridge, joined to
   * nothing by itself. What comes of it is told likewise.
   */
  setSoundDevice(device: DeviceConfig): void {
    this.running('Engine.setSoundDevice')
    this.#sound?.openDevice(device)
  }

  override playDigit(digit: string, durationMs: number): void {
    if (this.options.playbackDtmf) this.#sound?.playDigit(digit, durationMs)
  }

  /** The stream, which has to be active, and everything on the bridge hear each other: devices and other streams. */
  connectAudioTransport(transport: AudioTransport): void {
    const operation = 'Engine.connectAudioTransport'
    const stack = this.running(operation)
    if (transport.port === undefined) throw new CoreError('state', operation, 'expected a stream that is active')
    stack.bridge.join(transport.port)
  }

  /** No longer. A stream that stops leaves by itself. */
  disconnectAudioTransport(transport: AudioTransport): void {
    const stack = this.running('Engine.disconnectAudioTransport')
    if (transport.port !== undefined) stack.bridge.leave(transport.port)
  }

  /** Who hears whom, for connections beside those of `connectAudioTransport`. */
  get bridge(): Bridge {
    return this.running('Engine.bridge').bridge
  }

  /** Levels of a port of the bridge, and the place of a file. */
  getPortState(port: BridgePort): Promise<PortState> {
    const operation = 'Engine.getPortState'
    const stack = this.running(operation)
    if (port.port === undefined) throw new CoreError('state', operation, 'expected a port that is active')
    return stack.portState(operation, port.port)
  }

  /** What a port gives to the bridge and takes from it, per cent: 100 as it is, 0 nothing. */
  setPortLevel(port: BridgePort, give: number, take = 100): void {
    const operation = 'Engine.setPortLevel'
    const stack = this.running(operation)
    if (port.port === undefined) throw new CoreError('state', operation, 'expected a port that is active')
    const [giveDb, takeDb] = [decibels(give), decibels(take)]
    stack.media({ kind: 'set-gain', port: port.port, giveDb, takeDb })
  }

  /** The port of the sound devices on the bridge. */
  readonly soundDevicePort: BridgePort = { port: DEVICE }

  /** Finds out which kind of NAT is between us and a STUN server with two addresses; each call is told of once, by `engine-detected-nat-type`. */
  detectNatType(stunServerAddress: string, stunServerPort = 3478): void {
    const { local, names } = this.running('Engine.detectNatType')
    const asked = { stunServerAddress, stunServerPort }
    void detectNat(local.address, stunServerAddress, stunServerPort, names).then((found) =>
      this.notifications.post(
        'engine-detected-nat-type',
        this,
        found.ok
          ? { succeeded: true, natType: found.value, ...asked }
          : { succeeded: false, error: found.error, ...asked },
      ),
    )
  }

  /** The URI a text is, with or without a display name. Throws a CoreError that says where it is wrong. */
  parseSipUri(text: string): SipUri {
    return SipUri.parse(text)
  }
}

provideSharedEngine(() => new Engine())
