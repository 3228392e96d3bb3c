// A WAV file that records what is heard on the conference bridge.
import type { MediaEvent, PortId } from '../../media/contract.ts'
import { expects, guarded, options as optional } from './arguments.ts'
import type { BridgePort } from './bridge.ts'
import { ENGINE, type EngineCore, sharedEngine } from './engine-core.ts'
import { CoreError } from './errors.ts'
import { FLAG, TEXT, whole } from './guard.ts'

/** How it records. */
export interface RecordingStart {
  /** It hears everything the bridge does; otherwise only whom `Bridge.connect` says. */
  readonly wholeBridge?: boolean
  /** Ends by itself at this size; 0: never. */
  readonly maxBytes?: number
  /** Of the file, Hz; that of the sound card when it is left out. */
  readonly rate?: number
}

declare module './notifications.ts' {
  interface NotificationMap {
    /** It reached its size, and is complete. */
    'recording-wave-file-did-end': {
      readonly sender: RecordingWaveFile
      readonly data: Readonly<Record<string, never>>
    }
    /** The file cannot be written, or not any more. */
    'recording-wave-file-did-fail': { readonly sender: RecordingWaveFile; readonly data: { readonly reason: string } }
  }
}

/** Records 16-bit PCM: both sides of every call on the bridge. Started once. */
export class RecordingWaveFile implements BridgePort {
  /** Path of the file; what was there is overwritten. */
  readonly fileName: string
  readonly #engine: EngineCore
  #port: PortId | undefined
  #paused = false
  #used = false

  constructor(fileName: string, options: { readonly engine?: EngineCore } = {}) {
    expects(
      'RecordingWaveFile',
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

  /** The file is being written, or paused. */
  get isActive(): boolean {
    return this.#port !== undefined
  }

  /** It lets pass what is heard. */
  get isPaused(): boolean {
    return this.#paused
  }

  /** Its name on the bridge; undefined unless it is active. */
  get port(): PortId | undefined {
    return this.#port
  }

  /** Begins to record. Throws a CoreError the second time, and when the engine does not run. */
  start(options: RecordingStart = {}): void {
    const operation = 'RecordingWaveFile.start'
    const stack = this.#engine.running(operation)
    if (this.#used) throw new CoreError('state', operation, 'expected a recording that was not started before')
    this.#used = true
    const { wholeBridge = true, maxBytes = 0, rate = 1000 * this.#engine.sampleRate } = options
    const port = stack.newName('recording')
    this.#port = port
    stack.claimPort(port, (event) => this.#onEvent(event))
    stack.media({ kind: 'open-recorder', port, file: this.fileName, rate, maxBytes })
    if (wholeBridge) stack.bridge.record(port)
  }

  /** Lets pass what is heard: nothing of it gets into the file. */
  pause(): void {
    this.#setPaused('RecordingWaveFile.pause', true)
  }

  /** Goes on. */
  resume(): void {
    this.#setPaused('RecordingWaveFile.resume', false)
  }

  #setPaused(operation: string, paused: boolean): void {
    const stack = this.#engine.running(operation)
    if (this.#port === undefined) throw new CoreError('state', operation, 'expected a recording under way')
    this.#paused = paused
    stack.media({ kind: 'set-paused', port: this.#port, paused })
  }

  /** Ends it for good; the file is complete a moment later. Nothing happens when it does not record. */
  stop(): void {
    const stack = this.#engine.running('RecordingWaveFile.stop')
    const port = this.#port
    this.#port = undefined
    this.#paused = false
    if (port !== undefined) stack.closePort(port)
  }

  /** Ends it: `using` does so at the end of its block. */
  [Symbol.dispose](): void {
    if (this.#engine.state === 'running') this.stop()
  }

  #onEvent(event: MediaEvent): void {
    const { notifications } = this.#engine
    switch (event.kind) {
      case 'port-ended':
        this.stop()
        notifications.post('recording-wave-file-did-end', this, {})
        return
      case 'port-failed':
      case 'port-lost':
      case 'rejected':
        this.stop()
        notifications.post('recording-wave-file-did-fail', this, { reason: event.reason })
        return
    }
  }
}

guarded('RecordingWaveFile', RecordingWaveFile, {
  start: [
    ['options', optional({ wholeBridge: FLAG, maxBytes: whole(0, Number.MAX_SAFE_INTEGER), rate: whole(1, 192_000) })],
  ],
})
