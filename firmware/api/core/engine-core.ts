// What the objects of the core know of their engine: its notifications, and its parts while it runs.
import { CoreError } from './errors.ts'
import { instance } from './guard.ts'
import { NotificationCenter } from './notifications.ts'
import type { Stack } from './stack.ts'
import type { StartOptions } from './start-options.ts'

/** `new`, then running, then stopped for good. */
export type EngineState = 'new' | 'starting' | 'running' | 'stopping' | 'stopped'

/** The part of `Engine` that objects are made with. */
export abstract class EngineCore {
  /** What everything made with this engine tells. */
  readonly notifications: NotificationCenter
  /** Where it is in its one life. */
  abstract readonly state: EngineState
  /** Its parts; undefined while there are none. For the objects of the core. */
  protected abstract parts: Stack | undefined

  /** Codecs of audio streams, in order of preference. */
  abstract readonly codecs: readonly string[]
  /** Rate of the sound card, kHz. */
  abstract readonly sampleRate: number
  /** Bounds of the playout delay of audio streams, ms. */
  abstract readonly jitter: StartOptions['jitter']
  /** Of packets we like, ms. */
  abstract readonly ptime: number

  constructor(onFault: ConstructorParameters<typeof NotificationCenter>[0]) {
    this.notifications = new NotificationCenter(onFault)
  }

  /** The content types NOTIFYs of that event package are taken in; undefined: it is not known. */
  abstract acceptOf(event: string): readonly string[] | undefined

  /** Lets a digit sound in the sound devices, when that is wanted. For the streams. */
  abstract playDigit(digit: string, durationMs: number): void

  /** What runs inside, for the objects of the core. Throws a CoreError when the engine was not started, or is stopped. */
  running(operation: string): Stack {
    if (this.parts !== undefined) return this.parts
    if (this.state === 'new' || this.state === 'starting')
      throw new CoreError('not-started', operation, 'expected an engine that runs; await its start() first')
    throw new CoreError('stopped', operation, 'the engine was stopped: its objects are of no use any more')
  }
}

let shared: EngineCore | undefined
let makeShared: (() => EngineCore) | undefined

/** Says how the one engine of the application is made. */
export function provideSharedEngine(make: () => EngineCore): void {
  makeShared = make
}

/** The one engine of the application: what objects are made with that name none. */
export function sharedEngine(): EngineCore {
  if (shared === undefined) {
    if (makeShared === undefined) throw new CoreError('not-started', 'sharedEngine', 'expected Engine to be imported')
    shared = makeShared()
  }
  return shared
}

export const ENGINE = instance('an Engine', () => EngineCore)
