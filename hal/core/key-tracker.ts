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
  /** Since when the contact has looked different from `down`, and when it moved. */
  changing: { readonly since: Millis; readonly at: Millis } | undefined
  longAt: Millis
}

export interface KeyTracker {
  /**
   * What the contact of `key` looked like at `seenAt`. Events carry the time of the first look of the new state, or of the
   * edge that made somebody look. A long press is one that was seen to last, however late anybody looked.
   */
  observe(key: Key, closed: boolean, seenAt: Millis, out: KeyEvent[], edgeAt?: Millis): void
  isDown(key: Key): boolean
  /** Its contact looks different from what was told. */
  isChanging(key: Key): boolean
  /** True while any contact looks different from what was told. */
  isAnyChanging(): boolean
  /** When the next long press is due. */
  deadline(): Millis
  /** When the next contact that changed will have lasted long enough. */
  settleAt(): Millis
  /** The keypad went away: every key that is down is released. */
  releaseAll(now: Millis, out: KeyEvent[]): void
}

export function createKeyTracker(keys: readonly Key[], timing: KeyTiming = KEY_TIMING): KeyTracker {
  const states = new Map<Key, KeyState>(keys.map((key) => [key, { down: false, changing: undefined, longAt: FOREVER }]))
  const settle = (key: Key, state: KeyState, at: Millis, out: KeyEvent[]): void => {
    state.down = !state.down
    state.changing = undefined
    state.longAt = state.down ? after(at, timing.longMs) : FOREVER
    out.push({ kind: 'key', key, action: state.down ? 'press' : 'release', at })
  }
  return {
    observe(key, closed, seenAt, out, edgeAt = seenAt) {
      const state = states.get(key)
      if (state === undefined) return
      const { changing } = state
      if (closed === state.down) {
        state.changing = undefined
        if (!closed || seenAt < state.longAt) return
        out.push({ kind: 'key', key, action: 'long', at: state.longAt })
        state.longAt = FOREVER
      } else if (changing === undefined) state.changing = { since: seenAt, at: edgeAt }
      else if (seenAt - changing.since >= timing.debounceMs) settle(key, state, changing.at, out)
    },
    isDown: (key) => states.get(key)?.down ?? false,
    isChanging: (key) => states.get(key)?.changing !== undefined,
    isAnyChanging: () => [...states.values()].some(({ changing }) => changing !== undefined),
    deadline() {
      let first = FOREVER
      for (const { longAt } of states.values()) first = earlier(first, longAt)
      return first
    },
    settleAt() {
      let first = FOREVER
      for (const { changing } of states.values())
        if (changing !== undefined) first = earlier(first, after(changing.since, timing.debounceMs))
      return first
    },
    releaseAll(now, out) {
      for (const [key, state] of states) {
        if (state.down) settle(key, state, now, out)
        state.changing = undefined
      }
    },
  }
}
