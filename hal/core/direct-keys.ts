// Keys with a line of their own: debounced from raw edges, no scanning.
import type { Machine } from '../../firmware/base/machine.ts'
import { earlier, type Millis } from '../../firmware/base/time.ts'
import type { Key } from '../api/board.ts'
import { createKeyTracker, KEY_TIMING, type KeyEvent, type KeyTiming } from './key-tracker.ts'

export type DirectKeyInput =
  /** The contact of `key`, at the start and after each edge. */
  { readonly kind: 'level'; readonly key: Key; readonly closed: boolean } | { readonly kind: 'lost' }

export function createDirectKeys(
  keys: readonly Key[],
  timing: KeyTiming = KEY_TIMING,
): Machine<DirectKeyInput, KeyEvent> {
  const tracker = createKeyTracker(keys, timing)
  const closed = new Set<Key>()
  return {
    handle(input, now, out) {
      switch (input.kind) {
        case 'level':
          if (input.closed) closed.add(input.key)
          else closed.delete(input.key)
          return tracker.observe(input.key, input.closed, now, out)
        case 'lost':
          closed.clear()
          return tracker.releaseAll(now, out)
      }
    },
    wake(now: Millis, out) {
      for (const key of keys) tracker.observe(key, closed.has(key), now, out)
    },
    deadline: () => earlier(tracker.settleAt(), tracker.deadline()),
  }
}
