// PJSUA2's ToneGenerator: tones one after the other, or the keys of a telephone.

import type { PortId, ToneStep } from '../../media/contract.ts'
import { frequenciesOf } from '../../media/digit-tones.ts'
import { AudioMedia } from './audio-media.ts'
import { Endpoint } from './endpoint.ts'
import { OperationError } from './errors.ts'

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

export interface ToneDigit {
  /** 0-9 A-D * # */
  readonly digit: string
  readonly onMsec: number
  readonly offMsec: number
}

const LEVEL_DB = -9

export class ToneGenerator extends AudioMedia {
  #port: PortId | undefined
  #playing = false

  /** Of the application's endpoint, or of another one. */
  constructor(endpoint: Endpoint = Endpoint.instance()) {
    super(endpoint)
  }

  get port(): PortId | undefined {
    return this.#port
  }

  createToneGenerator(): void {
    if (this.#port !== undefined) throw new OperationError('createToneGenerator', 'exists', 'it was created already')
    const { bridge, ports } = this.endpoint.inner('createToneGenerator')
    const port = bridge.newName('tones')
    this.#port = port
    bridge.add(port)
    const over = () => {
      this.#playing = false
      bridge.close(port)
    }
    ports.set(port, { ended: over, failed: over })
  }

  isBusy(): boolean {
    return this.#playing
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
    if (steps.length === 0) throw new OperationError(operation, 'argument', 'expected one tone at least')
    const port = this.needed(operation)
    const { bridge } = this.endpoint.inner(operation)
    bridge.close(port)
    bridge.open({ kind: 'open-tone', port, tone: { steps, repeat: loop ? 0 : 1 } })
    this.#playing = true
  }

  stop(): void {
    this.endpoint.inner('stop').bridge.close(this.needed('stop'))
    this.#playing = false
  }

  dispose(): void {
    if (this.#port === undefined) return
    const { bridge, ports } = this.endpoint.inner('dispose')
    bridge.close(this.#port)
    bridge.forget(this.#port)
    ports.delete(this.#port)
    this.#port = undefined
    this.#playing = false
  }
}

const steps = (frequencies: readonly number[], on: number, off: number, levelDb: number): readonly ToneStep[] => [
  { frequencies, ms: on, levelDb },
  ...(off > 0 ? [{ frequencies: [], ms: off, levelDb: 0 }] : []),
]
