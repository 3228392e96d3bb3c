// Sound from files and into them: PJSUA2's AudioMediaPlayer and AudioMediaRecorder.

import { type PortId, type PortState, RecordingWaveFile, WaveFile } from '../core/index.ts'
import { guarded, PLAYER, RECORDER } from './arguments.ts'
import { AudioMedia } from './audio-media.ts'
import { Endpoint } from './endpoint.ts'
import { OperationError, operated } from './errors.ts'
import { Observed } from './observed.ts'

/** What `on` and `once` of a player or recorder take. */
export interface AudioFileEvents {
  /** A player came to the end of its file, or of its list; a recorder to its greatest size. */
  eof: Record<string, never>
  /** The file cannot be used. */
  failed: { readonly reason: string }
}

class AudioFileCallbacks extends Observed<AudioFileEvents> {}

abstract class AudioFile<Core extends WaveFile | RecordingWaveFile> extends AudioMedia {
  #name = ''
  /** The file under it; another one for each file of a list. */
  file: Core | undefined
  readonly #events = new AudioFileCallbacks()

  /** Of the application's endpoint, or of another one. */
  constructor(endpoint: Endpoint = Endpoint.instance()) {
    super(endpoint)
  }

  get name(): string {
    return this.#name
  }

  get port(): PortId | undefined {
    return this.file?.port
  }

  /** Called before the listeners of `eof`: the end of the file or list, or the greatest size, is reached. */
  onEof(): void {}

  /** From now on `listener` hears of each such event; the result ends that. */
  on<K extends keyof AudioFileEvents>(name: K, listener: (prm: AudioFileEvents[K]) => void): () => void {
    return this.#events.on(name, listener)
  }

  /** The next such event; rejects after `withinMs`, 10 s where nothing is said. */
  once<K extends keyof AudioFileEvents>(name: K, withinMs?: number): Promise<AudioFileEvents[K]> {
    return this.#events.once(name, undefined, withinMs)
  }

  /** Stands still where it is; `resume` goes on from there. */
  pause(): void {
    operated('pause', () => this.#needed('pause').pause())
  }

  /** Goes on where `pause` stopped it. Throws while there is no file. */
  resume(): void {
    operated('resume', () => this.#needed('resume').resume())
  }

  #needed(operation: string): Core {
    this.needed(operation)
    return this.file!
  }

  /** Where in the file it is, how long the file is (NaN of a recorder), ms. */
  getPos(): Promise<PortState> {
    return this.state('getPos')
  }

  /** The port goes, and everybody who heard it hears it no more. Again, or after the endpoint: nothing happens. */
  dispose(): void {
    if (this.#name !== '' && this.endpoint.engine !== undefined) {
      const { bridge, inbox } = this.endpoint.inner('dispose')
      if (this.file !== undefined) {
        inbox.forget(this.file)
        this.file[Symbol.dispose]()
      }
      bridge.forget(this)
    }
    this.file = undefined
    this.#name = ''
  }

  /** `dispose`, as `using` does at the end of its block. */
  [Symbol.dispose](): void {
    this.dispose()
  }

  /** The name it has from now on. */
  protected named(operation: string, kind: string): void {
    if (this.#name !== '') throw new OperationError(operation, 'exists', 'it has a file already')
    this.#name = this.endpoint.inner(operation).bridge.newName(kind)
  }

  /** @internal For the façade: tells `eof`. */
  protected ended(): void {
    this.onEof()
    this.#events.tell('eof', {})
  }

  /** @internal For the façade: tells `failed`. */
  protected failed(reason: string): void {
    this.endpoint.utilLogWrite(2, `${this.#name}: ${reason}`)
    this.#events.tell('failed', { reason })
  }
}

/** How often a file is played. */
export interface PlayerOptions {
  /** Times it is played; 0, the default, for ever. */
  readonly loops?: number
  /** Between two times, ms. */
  readonly pauseMs?: number
}

/** Plays WAV files to those it is connected to by `startTransmit`; begins at once. `dispose` takes it from the bridge. */
export class AudioMediaPlayer extends AudioFile<WaveFile> {
  #list: readonly string[] = []
  #next = 0
  #forEver = false

  /** A WAV file: PCM of 16 bits, A-law or µ-law, at any rate. */
  createPlayer(file: string, { loops = 0, pauseMs = 0 }: PlayerOptions = {}): void {
    this.named('createPlayer', 'player')
    this.#list = [file]
    this.#play('createPlayer', file, loops, pauseMs)
  }

  /** Files one after the other; the whole list again and again unless `loop` is false. */
  createPlaylist(files: readonly string[], { loop = true }: { readonly loop?: boolean } = {}): void {
    if (files.length === 0) throw new OperationError('createPlaylist', 'argument', 'files: expected one at least')
    this.named('createPlaylist', 'player')
    this.#list = files
    this.#forEver = loop
    this.#playNext('createPlaylist')
  }

  /** Goes on there, ms; what came to its end plays once more. */
  setPos(atMs: number): void {
    if (!(atMs >= 0)) throw new OperationError('setPos', 'argument', `atMs: expected 0 or more, got ${atMs}`)
    this.needed('setPos')
    if (this.port === undefined) this.#play('setPos', this.file!.fileName, 1, 0)
    operated('setPos', () => this.file!.seek(atMs / 1000))
  }

  #playNext(operation: string): void {
    this.#play(operation, this.#list[this.#next++ % this.#list.length]!, 1, 0)
  }

  #play(operation: string, fileName: string, loopCount: number, pauseMs: number): void {
    const { engine, inbox } = this.endpoint.inner(operation)
    const file = new WaveFile(fileName, { engine })
    operated(operation, () => file.start({ loopCount, pauseTime: pauseMs / 1000, toDevices: false }))
    inbox.hear(file, ({ name, data }) => {
      if (name === 'wave-file-did-fail') this.failed(data.reason)
      else this.#played()
    })
    this.file = file
    this.opened(operation)
  }

  #played(): void {
    const more = this.#forEver || (this.#next > 0 && this.#next < this.#list.length)
    if (more) this.#playNext('createPlaylist')
    else this.ended()
  }
}

/** Writes what is connected to it by `startTransmit` into a WAV file. `dispose` completes the file. */
export class AudioMediaRecorder extends AudioFile<RecordingWaveFile> {
  /** A WAV file of 16 bits at `rate` Hz, at most so large (0: no limit). It is whole when the recorder is disposed of. */
  createRecorder(
    fileName: string,
    { rate = 8000, maxSize = 0 }: { readonly rate?: number; readonly maxSize?: number } = {},
  ): void {
    const operation = 'createRecorder'
    this.named(operation, 'recorder')
    const { engine, inbox } = this.endpoint.inner(operation)
    const file = new RecordingWaveFile(fileName, { engine })
    operated(operation, () => file.start({ rate, maxBytes: maxSize, wholeBridge: false }))
    inbox.hear(file, ({ name, data }) => {
      if (name === 'recording-wave-file-did-fail') this.failed(data.reason)
      else this.ended()
    })
    this.file = file
    this.opened(operation)
  }
}

guarded(AudioMediaPlayer, PLAYER)
guarded(AudioMediaRecorder, RECORDER)
