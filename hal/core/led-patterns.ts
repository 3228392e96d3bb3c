// Runs the LED patterns on one common beat; says which line changes, and only when it changes.
import type { Machine } from '../../firmware/base/machine.ts'
import { earlier, FOREVER, type Millis, ms } from '../../firmware/base/time.ts'
import type { Led, LedPattern } from '../api/board.ts'

export type LedInput =
  | { readonly kind: 'pattern'; readonly led: Led; readonly pattern: LedPattern }
  /** The lines are new: says every state again. */
  | { readonly kind: 'opened' }

export interface LedOutput {
  readonly kind: 'set-led'
  readonly led: Led
  readonly on: boolean
}

interface Beat {
  readonly onMs: number
  readonly periodMs: number
}
const BEATS: Readonly<Record<'blink' | 'flash' | 'wink', Beat>> = {
  blink: { onMs: 500, periodMs: 1000 },
  flash: { onMs: 125, periodMs: 250 },
  wink: { onMs: 450, periodMs: 500 },
}

/** The beat is the clock itself, so LEDs of one pattern beat together whenever they began. */
function shining(pattern: LedPattern, now: Millis): { on: boolean; until: Millis } {
  if (pattern === 'off' || pattern === 'on') return { on: pattern === 'on', until: FOREVER }
  const { onMs, periodMs } = BEATS[pattern]
  const begin = Math.floor(now / periodMs) * periodMs
  return now < begin + onMs ? { on: true, until: ms(begin + onMs) } : { on: false, until: ms(begin + periodMs) }
}

export function createLedPatterns(leds: readonly Led[]): Machine<LedInput, LedOutput> {
  const patterns = new Map<Led, LedPattern>(leds.map((led) => [led, 'off']))
  const lit = new Map<Led, boolean>()
  let nextAt: Millis = FOREVER
  const refresh = (now: Millis, out: LedOutput[]): void => {
    nextAt = FOREVER
    for (const [led, pattern] of patterns) {
      const { on, until } = shining(pattern, now)
      nextAt = earlier(nextAt, until)
      if (lit.get(led) === on) continue
      lit.set(led, on)
      out.push({ kind: 'set-led', led, on })
    }
  }
  return {
    handle(input, now, out) {
      if (input.kind === 'opened') lit.clear()
      else if (patterns.has(input.led)) patterns.set(input.led, input.pattern)
      refresh(now, out)
    },
    wake(now, out) {
      if (now >= nextAt) refresh(now, out)
    },
    deadline: () => nextAt,
  }
}
