// When what the phone remembers is written: a while after it changed, and seldom, for the sake of the flash.
import { type LogRecord, log } from '../../firmware/base/log.ts'
import type { Machine } from '../../firmware/base/machine.ts'
import { after, FOREVER, type Millis } from '../../firmware/base/time.ts'

export type KeepingInput =
  /** It is to be kept, as JSON. */
  | { readonly kind: 'changed'; readonly text: string }
  /** What was asked for has been written, or why not. */
  | { readonly kind: 'written'; readonly error: string | undefined }

export type KeepingOutput =
  | { readonly to: 'disk'; readonly text: string }
  | { readonly to: 'log'; readonly record: LogRecord }

export interface KeepingOptions {
  /** What is kept, for the log. */
  readonly name: string
  /** As it is on the disk; undefined: nothing is. */
  readonly text: string | undefined
  /** Written so long after a first change, ms: what comes by then goes with it. */
  readonly quietMs: number
  /** From one writing to the next at least, ms. */
  readonly apartMs: number
}

/** A disk that did not take it is tried again after this long, ms. */
const AGAIN_MS = 60_000

type State =
  | { readonly name: 'kept' }
  | { readonly name: 'changed'; readonly text: string; readonly due: Millis }
  /** `next`: what changed meanwhile. */
  | { readonly name: 'writing'; readonly text: string; readonly next: string }

export function createKeeping({ name, text, quietMs, apartMs }: KeepingOptions): Machine<KeepingInput, KeepingOutput> {
  let state: State = { name: 'kept' }
  let onDisk = text
  /** Not written before this. */
  let notBefore = -FOREVER as Millis
  let failed = ''

  function changed(next: string, now: Millis): void {
    switch (state.name) {
      case 'kept':
        if (next === onDisk) return
        state = { name: 'changed', text: next, due: Math.max(after(now, quietMs), notBefore) as Millis }
        return
      case 'changed':
        state = next === onDisk ? { name: 'kept' } : { ...state, text: next }
        return
      case 'writing':
        state = { ...state, next }
        return
    }
  }

  function written(error: string | undefined, now: Millis, out: KeepingOutput[]): void {
    if (state.name !== 'writing') return
    const { text: wrote, next } = state
    if (error === undefined) onDisk = wrote
    else if (error !== failed) out.push({ to: 'log', record: log('error', 'keeping', 'not kept', { name, error }) })
    failed = error ?? ''
    notBefore = after(now, error === undefined ? apartMs : AGAIN_MS)
    state = { name: 'kept' }
    changed(next, now)
  }

  return {
    handle(input, now, out) {
      switch (input.kind) {
        case 'changed':
          return changed(input.text, now)
        case 'written':
          return written(input.error, now, out)
      }
    },
    wake(now, out) {
      if (state.name !== 'changed' || state.due > now) return
      const { text: next } = state
      state = { name: 'writing', text: next, next }
      out.push({ to: 'disk', text: next })
    },
    deadline: () => (state.name === 'changed' ? state.due : FOREVER),
  }
}
