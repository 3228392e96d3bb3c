// Debounces keys one by one and times the long press; a scan or an edge says what the contact looks like now.
import { after, earlier, FOREVER, type Millis } from '../../firmware/base/time.ts'
import type { BoardEvent, Key } from '../api/board.ts'

export type KeyEvent = Extract<BoardEvent, { kind: 'key' }>

export interface KeyTiming {
  /** A contact counts when it has looked the same for this long, 5–20 ms. */
  readonly debounceMs: number
  /** From press to `long`, ms. */
  readonly longMs: number
}
export const KEY_TIMING: KeyTiming = { debounceMs: 8, longMs: 800 }

interface KeyState {
  down: boolean
  /** Since when the contact has looked different from `down`. */
  changingSince: Millis | undefined
  longAt: Millis
}

export interface KeyTracker {
  /** What the contact of `key` looks like at `now`. Events carry the time of the first look of the new state. */
  observe(key: Key, closed: boolean, now: Millis, out: KeyEvent[]): void
  isDown(key: Key): boolean
  isAnyDown(): boolean
  /** True while any contact looks different from what was told. */
  isAnyChanging(): boolean
  /** Sends the long presses that are due. */
  wake(now: Millis, out: KeyEvent[]): void
  /** When the next long press is due. */
  deadline(): Millis
  /** When the next contact that changed will have lasted long enough. */
  settleAt(): Millis
  /** The keypad went away: every key that is down is released. */
  releaseAll(now: Millis, out: KeyEvent[]): void
}

export function createKeyTracker(keys: readonly Key[], timing: KeyTiming = KEY_TIMING): KeyTracker {
  const states = new Map<Key, KeyState>(
    keys.map((key) => [key, { down: false, changingSince: undefined, longAt: FOREVER }]),
  )
  const settle = (key: Key, state: KeyState, at: Millis, out: KeyEvent[]): void => {
    state.down = !state.down
    state.changingSince = undefined
    state.longAt = state.down ? after(at, timing.longMs) : FOREVER
    out.push({ kind: 'key', key, action: state.down ? 'press' : 'release', at })
  }
  const some = (holds: (state: KeyState) => boolean): boolean => {
    for (const state of states.values()) if (holds(state)) return true
    return false
  }
  return {
    observe(key, closed, now, out) {
      const state = states.get(key)
      if (state === undefined) return
      if (closed === state.down) state.changingSince = undefined
      else if (state.changingSince === undefined) state.changingSince = now
      else if (now - state.changingSince >= timing.debounceMs) settle(key, state, state.changingSince, out)
    },
    isDown: (key) => states.get(key)?.down ?? false,
    isAnyDown: () => some((state) => state.down),
    isAnyChanging: () => some((state) => state.changingSince !== undefined),
    wake(now, out) {
      for (const [key, state] of states) {
        if (now < state.longAt) continue
        out.push({ kind: 'key', key, action: 'long', at: state.longAt })
        state.longAt = FOREVER
      }
    },
    deadline() {
      let first = FOREVER
      for (const { longAt } of states.values()) first = earlier(first, longAt)
      return first
    },
    settleAt() {
      let first = FOREVER
      for (const { changingSince } of states.values())
        if (changingSince !== undefined) first = earlier(first, after(changingSince, timing.debounceMs))
      return first
    },
    releaseAll(now, out) {
      for (const [key, state] of states) {
        if (state.down) settle(key, state, now, out)
        state.changingSince = undefined
      }
    },
  }
}
