// Tones on the bridge: call progress, digits, anything made of up to four frequencies.
import type { MediaEvent, PortId, Tone } from '../../media/contract.ts'
import { digitTones } from '../../media/digit-tones.ts'
import { expects, guarded, options as optional } from './arguments.ts'
import type { BridgePort } from './bridge.ts'
import { ENGINE, type EngineCore, sharedEngine } from './engine-core.ts'
import { CoreError } from './errors.ts'
import { FLAG, maybe, NUMBER, OBJECT, TEXT } from './guard.ts'

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
    expects('ToneGenerator', [['options', optional({ engine: ENGINE })]], options)
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

  /** Begins a tone. Throws a CoreError while one sounds, and for one that cannot be. */
  start(tone: Tone, options: { readonly toDevices?: boolean } = {}): void {
    const operation = 'ToneGenerator.start'
    const stack = this.#engine.running(operation)
    if (this.#port !== undefined) throw new CoreError('state', operation, 'expected a generator that is silent')
    const fault = faultOf(tone)
    if (fault !== undefined) throw new CoreError('argument', operation, fault)
    const port = stack.newName('tone')
    this.#port = port
    stack.claimPort(port, (event) => this.#onEvent(event))
    stack.media({ kind: 'open-tone', port, tone })
    if (options.toDevices) stack.bridge.sound(port)
  }

  /** Up to 32 digits 0-9 A-D * #, one after the other, each for `durationMs`. */
  startDigits(digits: string, durationMs = 100, options: { readonly toDevices?: boolean } = {}): void {
    if (!/^[0-9A-D*#]{1,32}$/.test(digits))
      throw new CoreError(
        'argument',
        'ToneGenerator.startDigits',
        `digits: expected 1–32 of 0-9 A-D * #, got ${digits}`,
      )
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

const MOST_STEPS = 64
/** Of one step: an hour. */
const MOST_MS = 3_600_000
const MOST_FREQUENCIES = 4

/** What the media engine would not take of it, in words. */
function faultOf({ steps, repeat }: Tone): string | undefined {
  const is = (value: number, from: number, to: number) => value >= from && value <= to
  if (!is(steps.length, 1, MOST_STEPS)) return `steps: expected 1 to ${MOST_STEPS}, got ${steps.length}`
  if (!(Number.isInteger(repeat) && repeat >= 0)) return `repeat: expected a whole number, got ${repeat}`
  for (const { frequencies, ms, levelDb } of steps) {
    if (frequencies.length > MOST_FREQUENCIES) return `frequencies: expected ${MOST_FREQUENCIES} at most`
    const odd = frequencies.find((hz) => !is(hz, 20, 20_000))
    if (odd !== undefined) return `frequencies: expected 20 to 20000 Hz, got ${odd}`
    if (!Number.isInteger(ms) || !is(ms, 0, MOST_MS)) return `ms: expected a whole number, 0 to ${MOST_MS}, got ${ms}`
    if (!is(levelDb, -96, 0)) return `levelDb: expected -96 to 0, got ${levelDb}`
  }
  return undefined
}

const TO = optional({ toDevices: FLAG })

guarded('ToneGenerator', ToneGenerator, {
  start: [
    ['tone', OBJECT],
    ['options', TO],
  ],
  startDigits: [
    ['digits', TEXT],
    ['durationMs', maybe(NUMBER)],
    ['options', TO],
  ],
})
