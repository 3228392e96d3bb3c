// Tones on the bridge: call progress, digits, anything made of up to four frequencies.
import type { MediaEvent, PortId, Tone } from '../../media/contract.ts'
import { digitTones } from '../../media/digit-tones.ts'
import type { BridgePort } from './bridge.ts'
import { type EngineCore, sharedEngine } from './engine-core.ts'
import { CoreError } from './errors.ts'

declare module './notifications.ts' {
  interface NotificationMap {
    /** It came to its end by itself; it may be started again. */
    'tone-generator-did-end': { readonly sender: ToneGenerator; readonly data: Readonly<Record<string, never>> }
  }
}

/** Sounds one tone at a time; whom it is heard by, `Bridge.connect` says, or `toDevices`. */
export class ToneGenerator implements BridgePort {
  readonly #engine: EngineCore
  #port: PortId | undefined

  constructor(options: { readonly engine?: EngineCore } = {}) {
    this.#engine = options.engine ?? sharedEngine()
  }

  /** It sounds. */
  get isActive(): boolean {
    return this.#port !== undefined
  }

  /** Its name on the bridge; undefined unless it is active. */
  get port(): PortId | undefined {
    return this.#port
  }

  /** Begins a tone. Throws a CoreError while one sounds. */
  start(tone: Tone, options: { readonly toDevices?: boolean } = {}): void {
    const operation = 'ToneGenerator.start'
    const stack = this.#engine.running(operation)
    if (this.#port !== undefined) throw new CoreError('state', operation, 'expected a generator that is silent')
    const port = stack.newName('tone')
    this.#port = port
    stack.claimPort(port, (event) => this.#onEvent(event))
    stack.media({ kind: 'open-tone', port, tone })
    if (options.toDevices) stack.bridge.sound(port)
  }

  /** Digits 0-9 A-D * #, one after the other, each for `durationMs`. */
  startDigits(digits: string, durationMs = 100, options: { readonly toDevices?: boolean } = {}): void {
    if (!/^[0-9A-D*#]{1,64}$/.test(digits))
      throw new CoreError('argument', 'ToneGenerator.startDigits', `digits: expected 0-9 A-D * #, got ${digits}`)
    this.start(digitTones(digits, durationMs), options)
  }

  /** Ends it. Nothing happens when it is silent. */
  stop(): void {
    const stack = this.#engine.running('ToneGenerator.stop')
    const port = this.#port
    this.#port = undefined
    if (port !== undefined) stack.closePort(port)
  }

  #onEvent(event: MediaEvent): void {
    if (event.kind !== 'port-ended') return
    this.stop()
    this.#engine.notifications.post('tone-generator-did-end', this, {})
  }
}
