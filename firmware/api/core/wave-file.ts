// A WAV file played where the sound devices are heard: ring tones and announcements.
import type { MediaEvent, PortId } from '../../media/contract.ts'
import { expects, guarded, options as optional } from './arguments.ts'
import type { BridgePort } from './bridge.ts'
import { ENGINE, type EngineCore, sharedEngine } from './engine-core.ts'
import { CoreError } from './errors.ts'
import { FLAG, NUMBER, TEXT } from './guard.ts'

/** How it is played. */
export interface WaveFileStart {
  /** Per cent: 100 as it is, 0–1000. */
  readonly level?: number
  /** 0: for ever. */
  readonly loopCount?: number
  /** Seconds between two loops, fractions too. */
  readonly pauseTime?: number
  /** The sound devices hear it; otherwise only whom `Bridge.connect` says. */
  readonly toDevices?: boolean
}

declare module './notifications.ts' {
  interface NotificationMap {
    /** It has been played as often as asked for, or was stopped; it may be started again. */
    'wave-file-did-end': { readonly sender: WaveFile; readonly data: Readonly<Record<string, never>> }
    /** The file cannot be played; it may be started again. */
    'wave-file-did-fail': { readonly sender: WaveFile; readonly data: { readonly reason: string } }
  }
}

/** Plays 16-bit PCM, A-law or µ-law. It may be made before the engine runs, played only then. */
export class WaveFile implements BridgePort {
  /** Path of the file. */
  readonly fileName: string
  readonly #engine: EngineCore
  #port: PortId | undefined

  constructor(fileName: string, options: { readonly engine?: EngineCore } = {}) {
    expects(
      'WaveFile',
      [
        ['fileName', TEXT],
        ['options', optional({ engine: ENGINE })],
      ],
      fileName,
      options,
    )
    this.fileName = fileName
    this.#engine = options.engine ?? sharedEngine()
  }

  /** It plays, or pauses between two loops. */
  get isActive(): boolean {
    return this.#port !== undefined
  }

  /** Its name on the bridge; undefined unless it is active. */
  get port(): PortId | undefined {
    return this.#port
  }

  /** Begins to play. Throws a CoreError while it plays, and when the engine does not run. */
  start(options: WaveFileStart = {}): void {
    const operation = 'WaveFile.start'
    const stack = this.#engine.running(operation)
    if (this.#port !== undefined) throw new CoreError('state', operation, 'expected a file that does not play')
    const { level = 100, loopCount = 1, pauseTime = 0, toDevices = true } = options
    const fits = (value: number, most: number) => value >= 0 && value <= most
    if (!fits(level, 1000)) throw new CoreError('argument', operation, `level: expected 0–1000 per cent, got ${level}`)
    if (!Number.isInteger(loopCount) || !fits(loopCount, 1e6))
      throw new CoreError('argument', operation, `loopCount: expected 0 or more, whole, got ${loopCount}`)
    if (!fits(pauseTime, 3600))
      throw new CoreError('argument', operation, `pauseTime: expected 0–3600 s, got ${pauseTime}`)
    const port = stack.newName('wave')
    this.#port = port
    stack.claimPort(port, (event) => this.#onEvent(event))
    const pauseMs = Math.round(1000 * pauseTime)
    stack.media({ kind: 'open-player', port, file: this.fileName, loops: loopCount, pauseMs })
    stack.media({ kind: 'set-gain', port, giveDb: decibels(level), takeDb: 0 })
    if (toDevices) stack.bridge.sound(port)
  }

  /** Stands still where it is. */
  pause(): void {
    this.#setPaused('WaveFile.pause', true)
  }

  /** Goes on from there. */
  resume(): void {
    this.#setPaused('WaveFile.resume', false)
  }

  #setPaused(operation: string, paused: boolean): void {
    this.#engine.running(operation).media({ kind: 'set-paused', port: this.#expectActive(operation), paused })
  }

  /** Goes on at that place of the file, seconds. */
  seek(seconds: number): void {
    const operation = 'WaveFile.seek'
    const atMs = Math.round(1000 * seconds)
    this.#engine.running(operation).media({ kind: 'seek', port: this.#expectActive(operation), atMs })
  }

  /** Ends it. Nothing happens when it does not play. */
  stop(): void {
    if (this.#close('WaveFile.stop')) this.#engine.notifications.post('wave-file-did-end', this, {})
  }

  /** Ends it without a word: `using` does so at the end of its block. */
  [Symbol.dispose](): void {
    if (this.#engine.state === 'running') this.#close('WaveFile')
  }

  #close(operation: string): boolean {
    const stack = this.#engine.running(operation)
    const port = this.#port
    if (port === undefined) return false
    this.#port = undefined
    stack.closePort(port)
    return true
  }

  #onEvent(event: MediaEvent): void {
    const { notifications } = this.#engine
    switch (event.kind) {
      case 'port-ended':
        this.stop()
        return
      case 'port-failed':
      case 'port-lost':
      case 'rejected':
        if (this.#close('WaveFile')) notifications.post('wave-file-did-fail', this, { reason: event.reason })
        return
    }
  }

  #expectActive(operation: string): PortId {
    if (this.#port !== undefined) return this.#port
    throw new CoreError('state', operation, 'expected a file that plays')
  }
}

/** Undefined: mute. The bridge goes down to −60 dB. */
export const decibels = (percent: number): number | undefined =>
  percent === 0 ? undefined : Math.max(-60, 20 * Math.log10(percent / 100))

guarded('WaveFile', WaveFile, {
  start: [['options', optional({ level: NUMBER, loopCount: NUMBER, pauseTime: NUMBER, toDevices: FLAG })]],
  seek: [['seconds', NUMBER]],
})
