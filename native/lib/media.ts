// The native media engine, typed: commands in, batches of events out.
import type { MediaCommand, MediaEvent } from '../../firmware/media/contract.ts'
import { loadAddon } from './addon.ts'

/** Counters since the engine began. */
export interface MediaInspection {
  /** Audio ticks of 10 ms run. The engine does not tick while no port needs it. */
  readonly ticks: number
  /** Begun 5 ms or more after their time. */
  readonly lateTicks: number
  /** Given up after a hold-up of more than three ticks. */
  readonly skippedTicks: number
  readonly longestTickMs: number
  /** The audio thread has real-time scheduling (SCHED_FIFO; needs CAP_SYS_NICE or LimitRTPRIO). */
  readonly realtime: boolean
  /** An audio device's clock drives the engine now, not the monotonic clock. */
  readonly pacedByDevice: boolean
  readonly ports: number
  readonly stockedPairs: number
  readonly rejectedCommands: number
  /** Events lost because nobody took them. */
  readonly droppedEvents: number
  readonly deviceXruns: number
  /** Single samples left out or doubled to follow another clock. */
  readonly deviceSlips: number
}

/** Every method throws once the engine is closed. */
export interface MediaEngine {
  /** Never blocks. Throws a TypeError naming the path when the object is no MediaCommand; every other failure is an event. */
  command(command: MediaCommand): void
  /** Counters as they are now. */
  inspect(): MediaInspection
  /** Whether waiting for events alone keeps the process alive; at first it does not. */
  ref(): void
  /** From now on it does not; `ref` is the opposite. */
  unref(): void
  /** Ends all ports; fulfilled when every thread has ended and every recording is complete. */
  close(): Promise<void>
}

export interface MediaEngineOptions {
  /** SCHED_FIFO priority asked for, 1–99; 0 for ordinary scheduling. Default 50. */
  readonly priority?: number
}

interface Addon {
  createMediaEngine(onEvents: (events: MediaEvent[]) => void, options?: MediaEngineOptions): MediaEngine
}

/** Starts an engine; `onEvents` gets all events that came up since its last call, in order. */
export const createMediaEngine = (
  onEvents: (events: MediaEvent[]) => void,
  options?: MediaEngineOptions,
): MediaEngine => (loadAddon() as Addon).createMediaEngine(onEvents, options)
