// Hears of changes of input lines: from the kernel's edges, or by reading lines whose chip tells none, again and again or when
// somebody says that there is something to read.

import { nextBeat } from '../../firmware/base/beat.ts'
import { after, type Millis } from '../../firmware/base/time.ts'
import type { Clock } from '../api/clock.ts'
import type { GpioLine, Level, LineCallback } from '../api/lines.ts'
import type { LineAt } from './profiles.ts'

export interface WatchedLine {
  readonly at: LineAt
  readonly line: GpioLine
  readonly tell: LineCallback
}

export interface WatchOptions {
  /** The level that needs no telling at the start and after a pause; absent: every line is told once. */
  readonly rest?: Level
  /** Takes a round that found a change, with the levels of all lines that are read, instead of each by its `tell`. */
  readonly changed?: (levels: readonly Level[]) => void
  /** They are read with each beat alone, whatever `pollMs` says. */
  readonly onBeat?: true
}

export interface LineWatch {
  /** Lines that are read are left alone for now; afterwards those are told that are not as `known`, a bit for each, or `rest`. */
  pause(paused: boolean, known?: number): void
  /** Lines that are read are read now, unless paused. */
  look(): void
  stop(): void
}

/**
 * Lines are read in rounds, the next one `pollMs` (the shortest there is) after the last began, but never before it has ended.
 * Where an interrupt tells they are read with each beat all the same, in case it was missed.
 */
export function watchLines(
  watched: readonly WatchedLine[],
  clock: Clock,
  { rest, changed, onBeat }: WatchOptions = {},
): LineWatch {
  const read = watched.filter(({ at }) => at.pollMs !== undefined)
  for (const { at, line, tell } of watched) if (at.pollMs === undefined) line.watch(tell)
  const polled = onBeat ? [] : read.filter(({ at }) => at.interrupt === undefined)
  const everyMs = Math.min(...polled.map(({ at }) => at.pollMs!))
  const last: (Level | undefined)[] = read.map(() => rest)
  let [paused, stopped] = [false, read.length === 0]
  let [reading, lookAgain] = [false, false]
  let cancel = (): void => {}

  const later = (began: Millis): void => {
    const at = polled.length === 0 ? nextBeat(began) : after(began, everyMs)
    cancel = clock.after(Math.max(1, at - clock.now()), round)
  }
  const round = (): void => {
    const began = clock.now()
    const again = (): void => {
      reading = false
      if (stopped) return
      if (lookAgain) round()
      else later(began)
    }
    lookAgain = false
    if (paused) {
      again()
      return
    }
    reading = true
    let [left, found] = [read.length, false]
    for (const [n, { line, tell }] of read.entries())
      line.read((error, value) => {
        const ended = --left === 0
        if (!stopped && !paused && (error || value !== last[n])) {
          last[n] = value
          found = true
          if (error || changed === undefined) tell(error, value)
        }
        if (ended && found && !stopped && !paused) changed?.(last as readonly Level[])
        if (ended) again()
      })
  }
  if (!stopped) later(clock.now())
  return {
    pause(now, known) {
      paused = now
      for (const n of last.keys()) last[n] = known === undefined ? rest : (((known >> n) & 1) as Level)
    },
    look() {
      if (stopped || paused) return
      if (reading) {
        lookAgain = true
        return
      }
      cancel()
      round()
    },
    stop() {
      stopped = true
      cancel()
    },
  }
}
