// The hook switch: debounced, and a short on-hook between two off-hooks is a flash. All times are those of raw edges.
import type { Machine } from '../../firmware/base/machine.ts'
import { after, FOREVER, type Millis } from '../../firmware/base/time.ts'
import type { BoardEvent } from '../api/board.ts'

export type HookEvent = Extract<BoardEvent, { kind: 'hook' }>

export interface HookTiming {
  /** The contact has settled when no edge came for this long, 20–30 ms. */
  readonly debounceMs: number
  /** An on-hook shorter than this is a shaken handset. */
  readonly flashMinMs: number
  /** An on-hook longer than this is a hang-up; it is reported when that much has passed. */
  readonly flashMaxMs: number
}
export const HOOK_TIMING: HookTiming = { debounceMs: 25, flashMinMs: 80, flashMaxMs: 800 }

/** The contact at the start and after each raw edge. */
export interface HookInput {
  readonly kind: 'level'
  readonly offHook: boolean
}

type State =
  /** Nothing reported yet. */
  | { readonly name: 'Unknown' }
  | { readonly name: 'On' }
  | { readonly name: 'Off' }
  /** On-hook since `since`, not reported: it may become a flash. */
  | { readonly name: 'Leaving'; readonly since: Millis; readonly hangUpAt: Millis }

/** Edges that have not come to rest. */
interface Burst {
  readonly first: Millis
  readonly settleAt: Millis
}

export interface HookSwitch extends Machine<HookInput, HookEvent> {
  /** The first of the edges that have not come to rest. */
  movedAt(): Millis | undefined
}

export function createHookSwitch(timing: HookTiming = HOOK_TIMING): HookSwitch {
  let state: State = { name: 'Unknown' }
  let burst: Burst | undefined
  let contact = false

  const tell = (hook: HookEvent['state'], at: Millis, out: HookEvent[]): void => {
    state = { name: hook === 'on' ? 'On' : 'Off' }
    out.push({ kind: 'hook', state: hook, at })
  }
  const settle = (at: Millis, out: HookEvent[]): void => {
    switch (state.name) {
      case 'Unknown':
        tell(contact ? 'off' : 'on', at, out)
        return
      case 'On':
        if (contact) tell('off', at, out)
        return
      case 'Off':
        if (!contact) state = { name: 'Leaving', since: at, hangUpAt: after(at, timing.flashMaxMs) }
        return
      case 'Leaving': {
        if (!contact) return
        const lasted = at - state.since
        if (lasted < timing.flashMinMs) state = { name: 'Off' }
        else if (lasted <= timing.flashMaxMs) tell('flash', at, out)
        else {
          // The burst of the lifting began after the hang-up was due.
          tell('on', state.since, out)
          tell('off', at, out)
        }
        return
      }
    }
  }
  return {
    handle(input, now, _out) {
      if (input.offHook === contact && state.name !== 'Unknown' && burst === undefined) return
      contact = input.offHook
      burst = { first: burst?.first ?? now, settleAt: after(now, timing.debounceMs) }
    },
    wake(now, out) {
      if (burst !== undefined) {
        // While the contact bounces nothing else is decided: this may be the end of a flash.
        if (now < burst.settleAt) return
        const at = burst.first
        burst = undefined
        settle(at, out)
      }
      if (state.name === 'Leaving' && now >= state.hangUpAt) tell('on', state.since, out)
    },
    movedAt: () => burst?.first,
    deadline: () => burst?.settleAt ?? (state.name === 'Leaving' ? state.hangUpAt : FOREVER),
  }
}
