// Sound from files and into them: PJSUA2's AudioMediaPlayer and AudioMediaRecorder.
import type { PortId, PortState } from '../../media/contract.ts'
import { AudioMedia } from './audio-media.ts'
import { Endpoint } from './endpoint.ts'
import { OperationError } from './errors.ts'
import { Observed } from './observed.ts'
import type { Switchboard } from './switchboard.ts'

export interface AudioFileEvents {
  /** A player came to the end of its file, or of its list; a recorder to its greatest size. */
  eof: Record<string, never>
  /** The file cannot be used. */
  failed: { readonly reason: string }
}

class AudioFileCallbacks extends Observed<AudioFileEvents> {}

abstract class AudioFile extends AudioMedia {
  #port: PortId | undefined
  readonly #events = new AudioFileCallbacks()

  /** Of the application's endpoint, or of another one. */
  constructor(endpoint: Endpoint = Endpoint.instance()) {
    super(endpoint)
  }

  get port(): PortId | undefined {
    return this.#port
  }

  onEof(): void {}

  on<K extends keyof AudioFileEvents>(name: K, listener: (prm: AudioFileEvents[K]) => void): () => void {
    return this.#events.on(name, listener)
  }

  once<K extends keyof AudioFileEvents>(name: K, withinMs?: number): Promise<AudioFileEvents[K]> {
    return this.#events.once(name, undefined, withinMs)
  }

  /** Stands still where it is; `resume` goes on from there. */
  pause(): void {
    this.#paused('pause', true)
  }

  resume(): void {
    this.#paused('resume', false)
  }

  #paused(operation: string, paused: boolean): void {
    const port = this.needed(operation)
    this.endpoint.inner(operation).seat.media({ kind: 'set-paused', port, paused })
  }

  /** Where in the file it is, how long the file is (NaN of a recorder), ms. */
  getPos(): Promise<PortState> {
    return this.state('getPos')
  }

  /** The port goes, and everybody who heard it hears it no more. */
  dispose(): void {
    if (this.#port === undefined) return
    const { bridge, ports } = this.endpoint.inner('dispose')
    ports.delete(this.#port)
    bridge.close(this.#port)
    bridge.forget(this.#port)
    this.#port = undefined
  }

  /** The name its port has from now on. */
  protected named(operation: string, kind: string): { readonly board: Switchboard; readonly port: PortId } {
    if (this.#port !== undefined) throw new OperationError(operation, 'exists', 'it has a file already')
    const board = this.endpoint.inner(operation)
    const port = board.bridge.newName(kind)
    this.#port = port
    board.ports.set(port, {
      ended: () => this.ended(board, port),
      failed: (reason) => this.#events.tell('failed', { reason }),
    })
    return { board, port }
  }

  protected ended(_board: Switchboard, _port: PortId): void {
    this.onEof()
    this.#events.tell('eof', {})
  }
}

export interface PlayerOptions {
  /** Times it is played; 0, the default, for ever. */
  readonly loops?: number
  /** Between two times, ms. */
  readonly pauseMs?: number
}

export class AudioMediaPlayer extends AudioFile {
  #list: readonly string[] = []
  #next = 0
  #forEver = false

  /** A WAV file: PCM of 16 bits, A-law or µ-law, at any rate. */
  createPlayer(file: string, { loops = 0, pauseMs = 0 }: PlayerOptions = {}): void {
    const { board, port } = this.named('createPlayer', 'player')
    board.bridge.open({ kind: 'open-player', port, file, loops, pauseMs })
  }

  /** Files one after the other; the whole list again and again unless `loop` is false. */
  createPlaylist(files: readonly string[], { loop = true }: { readonly loop?: boolean } = {}): void {
    if (files.length === 0) throw new OperationError('createPlaylist', 'argument', 'files: expected one at least')
    const { board, port } = this.named('createPlaylist', 'player')
    this.#list = files
    this.#forEver = loop
    this.#play(board, port)
  }

  /** Goes on there, ms. */
  setPos(atMs: number): void {
    if (!(atMs >= 0)) throw new OperationError('setPos', 'argument', `atMs: expected 0 or more, got ${atMs}`)
    this.endpoint.inner('setPos').seat.media({ kind: 'seek', port: this.needed('setPos'), atMs })
  }

  #play(board: Switchboard, port: PortId): void {
    const file = this.#list[this.#next++ % this.#list.length]!
    board.bridge.open({ kind: 'open-player', port, file, loops: 1, pauseMs: 0 })
  }

  protected override ended(board: Switchboard, port: PortId): void {
    const more = this.#list.length > 0 && (this.#forEver || this.#next < this.#list.length)
    if (more) {
      board.bridge.close(port)
      this.#play(board, port)
    } else super.ended(board, port)
  }
}

export class AudioMediaRecorder extends AudioFile {
  /** A WAV file of 16 bits at `rate` Hz, at most so large (0: no limit). It is whole when the recorder is disposed of. */
  createRecorder(
    file: string,
    { rate = 8000, maxSize = 0 }: { readonly rate?: number; readonly maxSize?: number } = {},
  ): void {
    const { board, port } = this.named('createRecorder', 'recorder')
    board.bridge.open({ kind: 'open-recorder', port, file, rate, maxBytes: maxSize })
  }
}
