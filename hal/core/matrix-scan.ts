// Scans a key matrix: drive a column, let it settle, read the rows. At rest all columns are driven and an edge wakes it.
import type { Machine } from '../../firmware/base/machine.ts'
import { after, earlier, FOREVER, type Millis } from '../../firmware/base/time.ts'
import type { Key } from '../api/board.ts'
import { ghosts } from './ghost.ts'
import { createKeyTracker, KEY_TIMING, type KeyEvent, type KeyTiming } from './key-tracker.ts'

export interface MatrixTiming extends KeyTiming {
  /** Between driving a column and reading its rows, ms; below 2 the column before still shows. */
  readonly settleMs: number
  /** Pause between two scans while a contact is changing, ms. */
  readonly restMs: number
  /** Pause between two scans while keys are merely held, ms. */
  readonly holdMs: number
}
export const MATRIX_TIMING: MatrixTiming = { ...KEY_TIMING, settleMs: 2, restMs: 4, holdMs: 20 }

export type MatrixInput =
  /** The lines are at hand; everything before is forgotten. */
  | { readonly kind: 'opened' }
  /** The lines are gone: keys that were down are released. */
  | { readonly kind: 'lost' }
  /** A row changed. */
  | { readonly kind: 'edge' }
  /** The rows asked for: bit 0 is row 0, 1 is closed. */
  | { readonly kind: 'rows'; readonly closed: number }

export type MatrixOutput =
  /** Drives exactly these columns (bit 0 is column 0) and lets the others float. */
  | { readonly kind: 'drive'; readonly columns: number }
  /** Wants the rows, as an input. */
  | { readonly kind: 'read-rows' }
  | KeyEvent

type State =
  | { readonly name: 'Absent' }
  /** All columns are driven; waits for an edge. */
  | { readonly name: 'Resting' }
  /** All columns are driven again: a key pressed meanwhile made no edge, so the rows are looked at once. */
  | { readonly name: 'Arming'; readonly readAt: Millis }
  | { readonly name: 'Scanning'; readonly column: number; readonly readAt: Millis; readonly seen: readonly number[] }
  | { readonly name: 'Pausing'; readonly scanAt: Millis }

/** `keys[row][column]`; undefined where nothing is wired. At most 16 rows and 16 columns. */
export type KeyLayout = readonly (readonly (Key | undefined)[])[]

export function createMatrixScan(
  layout: KeyLayout,
  timing: MatrixTiming = MATRIX_TIMING,
): Machine<MatrixInput, MatrixOutput> {
  const width = Math.max(...layout.map((row) => row.length))
  const all = (1 << width) - 1
  const tracker = createKeyTracker(
    layout.flat().filter((key) => key !== undefined),
    timing,
  )
  /** Keys that came down as a possible ghost: ignored until they read open. */
  const ignored = new Set<Key>()
  let state: State = { name: 'Absent' }

  const drive = (column: number, seen: readonly number[], now: Millis, out: MatrixOutput[]): void => {
    out.push({ kind: 'drive', columns: 1 << column })
    state = { name: 'Scanning', column, readAt: after(now, timing.settleMs), seen }
  }
  const arm = (now: Millis, out: MatrixOutput[]): void => {
    out.push({ kind: 'drive', columns: all })
    state = { name: 'Arming', readAt: after(now, timing.settleMs) }
  }
  const judge = (columns: readonly number[], now: Millis, out: MatrixOutput[]): void => {
    const doubtful = ghosts(columns)
    const events: KeyEvent[] = []
    for (const [r, row] of layout.entries())
      for (const [c, key] of row.entries()) {
        if (key === undefined) continue
        const closed = ((columns[c]! >> r) & 1) === 1
        if (!closed) ignored.delete(key)
        else if (((doubtful[c]! >> r) & 1) === 1 && !tracker.isDown(key)) ignored.add(key)
        tracker.observe(key, closed && !ignored.has(key), now, events)
      }
    out.push(...events)
  }

  return {
    handle(input, now, out) {
      switch (input.kind) {
        case 'opened':
          return arm(now, out)
        case 'lost': {
          const events: KeyEvent[] = []
          tracker.releaseAll(now, events)
          ignored.clear()
          out.push(...events)
          state = { name: 'Absent' }
          return
        }
        case 'edge':
          // Edges during a scan are of its own making.
          if (state.name === 'Resting') drive(0, [], now, out)
          return
        case 'rows':
          if (state.name === 'Arming') {
            if (input.closed === 0) state = { name: 'Resting' }
            else drive(0, [], now, out)
          } else if (state.name === 'Scanning') {
            const seen = [...state.seen, input.closed]
            if (seen.length < width) return drive(seen.length, seen, now, out)
            judge(seen, now, out)
            if (tracker.isAnyChanging()) state = { name: 'Pausing', scanAt: after(now, timing.restMs) }
            else if (tracker.isAnyDown() || seen.some((rows) => rows !== 0))
              state = { name: 'Pausing', scanAt: after(now, timing.holdMs) }
            else arm(now, out)
          }
          return
      }
    },
    wake(now, out) {
      const events: KeyEvent[] = []
      tracker.wake(now, events)
      out.push(...events)
      switch (state.name) {
        case 'Absent':
        case 'Resting':
          return
        case 'Arming':
        case 'Scanning':
          if (now < state.readAt) return
          // The answer comes as an input; until then there is nothing to wait for.
          state = { ...state, readAt: FOREVER }
          out.push({ kind: 'read-rows' })
          return
        case 'Pausing':
          if (now >= state.scanAt) drive(0, [], now, out)
          return
      }
    },
    deadline() {
      switch (state.name) {
        case 'Absent':
        case 'Resting':
          return tracker.deadline()
        case 'Arming':
        case 'Scanning':
          return earlier(state.readAt, tracker.deadline())
        case 'Pausing':
          return earlier(state.scanAt, tracker.deadline())
      }
    },
  }
}
