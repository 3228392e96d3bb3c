// What host and guest say to each other over the board's port, a JSON document a line.
import type { BoardCommand, BoardDescription, BoardEvent } from '../../hal/api/board.ts'

/** Name of the virtio port. */
export const PORT = 'board'

export type ToGuest =
  /** Opens the board of /etc/offhook/board.json; one at a time. */
  | { readonly do: 'open' }
  | { readonly do: 'start' }
  | { readonly do: 'handle'; readonly command: BoardCommand }
  | { readonly do: 'stop' }
  /** Asks for the time, and for all that was told before. */
  | { readonly do: 'now'; readonly ref: number }
  /** Asks for the processor's time used since the process began, ms. */
  | { readonly do: 'usage' }

export type FromGuest =
  | { readonly said: 'here' }
  | { readonly said: 'open'; readonly description: BoardDescription }
  | { readonly said: 'event'; readonly event: BoardEvent }
  /** What of lines and buses is still held. */
  | { readonly said: 'stopped'; readonly held: readonly string[] }
  | { readonly said: 'now'; readonly ref: number; readonly now: number }
  | { readonly said: 'usage'; readonly cpuMs: number }
