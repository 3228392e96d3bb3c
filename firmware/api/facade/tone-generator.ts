// PJSUA2's ToneGenerator: tones one after the other, or the keys of a telephone.

import { frequenciesOf } from '../../media/digit-tones.ts'
import { ToneGenerator as CoreTone, type PortId, type ToneStep } from '../core/index.ts'
import { guarded, TONES } from './arguments.ts'
import { AudioMedia } from './audio-media.ts'
import { Endpoint } from './endpoint.ts'
import { OperationError, operated } from './errors.ts'

/** One or two frequencies for `onMsec`, then silence for `offMsec`; both ms. */
export interface ToneDesc {
  /** Hz. */
  readonly freq1: number
  /** Hz; absent or 0: one frequency alone. */
  readonly freq2?: number
  readonly onMsec: number
  readonly offMsec: number
  /** dBm0, at most 0; default -9. */
  readonly levelDb?: number
}

/** A key for `onMsec`, then silence for `offMsec`; both ms. */
export interface ToneDigit {
  /** 0-9 A-D * # */
  readonly digit: string
  readonly onMsec: number
  readonly offMsec: number
}

const LEVEL_DB = -9

/** Tones at the bridge, heard by those it is connected to by `startTransmit`. */
export class ToneGenerator extends AudioMedia {
  #name = ''
  /** The tone under it; undefined before its creation. */
  tone: CoreTone | undefined

  /** Of the application's endpoint, or of another one. */
  constructor(endpoint: Endpoint = Endpoint.instance()) {
    super(endpoint)
  }

  get name(): string {
    return this.#name
  }

  get port(): PortId | undefined {
    return this.tone?.port
  }

  /** Gives it a place at the bridge. Throws where it has one. */
  createToneGenerator(): void {
    if (this.tone !== undefined) throw new OperationError('createToneGenerator', 'exists', 'it was created already')
    const { bridge, engine } = this.endpoint.inner('createToneGenerator')
    this.#name = bridge.newName('tones')
    this.tone = new CoreTone({ engine })
    bridge.add(this)
  }

  /** Something is being played. */
  isBusy(): boolean {
    return this.tone?.isActive === true
  }

  /** In place of what sounds now. */
  play(tones: readonly ToneDesc[], loop = false): void {
    this.#play(
      'play',
      tones.flatMap(({ freq1, freq2 = 0, onMsec, offMsec, levelDb = LEVEL_DB }) =>
        steps(freq2 === 0 ? [freq1] : [freq1, freq2], onMsec, offMsec, levelDb),
      ),
      loop,
    )
  }

  /** The tones of these keys (ITU-T Q.23) at -9 dBm0, in place of what sounds now. Throws for another digit than 0-9 A-D * #. */
  playDigits(digits: readonly ToneDigit[], loop = false): void {
    const unknown = digits.find(({ digit }) => !/^[0-9A-D*#]$/.test(digit))
    if (unknown) throw new OperationError('playDigits', 'argument', `digit: expected 0-9 A-D * #, got ${unknown.digit}`)
    this.#play(
      'playDigits',
      digits.flatMap(({ digit, onMsec, offMsec }) => steps(frequenciesOf(digit), onMsec, offMsec, LEVEL_DB)),
      loop,
    )
  }

  #play(operation: string, steps: readonly ToneStep[], loop: boolean): void {
    if (steps.length === 0) throw new OperationError(operation, 'argument', 'tones: expected one at least, got none')
    this.needed(operation)
    const tone = this.tone!
    operated(operation, () => {
      tone.stop()
      tone.start({ steps, repeat: loop ? 0 : 1 })
    })
    this.opened(operation)
  }

  /** Silence at once. Throws before its creation. */
  stop(): void {
    this.needed('stop')
    operated('stop', () => this.tone!.stop())
  }

  /** It stops and its place at the bridge goes; it may be created anew. */
  dispose(): void {
    if (this.tone !== undefined && this.endpoint.engine !== undefined) {
      this.tone.stop()
      this.endpoint.inner('dispose').bridge.forget(this)
    }
    this.tone = undefined
  }

  /** `dispose`, as `using` does at the end of its block. */
  [Symbol.dispose](): void {
    this.dispose()
  }
}

const steps = (frequencies: readonly number[], on: number, off: number, levelDb: number): readonly ToneStep[] => [
  { frequencies, ms: on, levelDb },
  ...(off > 0 ? [{ frequencies: [], ms: off, levelDb: 0 }] : []),
]

guarded(ToneGenerator, TONES)
