// Scans a key matrix. With all columns driven an edge says that something moved and the rows say where: only those are then
// looked at, column by column. Contacts are stamped with when they were looked at, or with the edge, not with when a scan ended.
import type { Machine } from '../../firmware/base/machine.ts'
import { after, FOREVER, type Millis, ms } from '../../firmware/base/time.ts'
import type { Key } from '../api/board.ts'
import { ghosts } from './ghost.ts'
import { createKeyTracker, KEY_TIMING, type KeyEvent, type KeyTiming } from './key-tracker.ts'

export interface MatrixTiming extends KeyTiming {
  /** Between driving a column and reading its rows, ms; below 2 the column before still shows. */
  readonly settleMs: number
  /** Pause between two looks while a contact is changing, ms. */
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
  /** A row changed; `closed` are the rows where all of them have just been read. */
  | { readonly kind: 'edge'; readonly closed?: number }
  /** The rows asked for: bit 0 is row 0, 1 is closed. */
  | { readonly kind: 'rows'; readonly closed: number }

export type MatrixOutput =
  /** Drives exactly these columns (bit 0 is column 0), lets the others float, and tells rows that are not as in `closed` then. */
  | { readonly kind: 'drive'; readonly columns: number; readonly closed: number }
  /** Wants these rows, as an input. */
  | { readonly kind: 'read-rows'; readonly rows: number }
  | KeyEvent

/** All columns are driven; `closed` are the rows known to be closed then. An edge before `heedAt` is of the scan's own making. */
interface Holding {
  readonly name: 'Holding'
  readonly lookAt: Millis
  readonly heedAt: Millis
  readonly closed: number
}

type State =
  | { readonly name: 'Absent' }
  /** All columns are driven; waits for an edge. */
  | { readonly name: 'Resting' }
  | Holding
  /** All columns are driven, and the rows are read at `readAt`: a key pressed while they were not made no edge. */
  | {
      readonly name: 'Arming'
      readonly readAt: Millis
      readonly askedAt: Millis
      /** The edge it is because of, and what was held then. */
      readonly edgeAt?: Millis
      readonly held?: Holding
      /** One that came while the rows were being read. */
      readonly nextEdgeAt?: Millis
    }
  /**
   * Column `columns[at]` is driven, and `rows` of it read at `readAt`; rows that are not among them are open. Where nothing was
   * closed before and one row is now, the first column that shows it is enough: a second key of that row is for the next scan.
   */
  | {
      readonly name: 'Scanning'
      readonly columns: readonly number[]
      readonly at: number
      readonly rows: number
      readonly readAt: Millis
      readonly askedAt: Millis
      readonly edgeAt: Millis | undefined
      readonly firstOnly: boolean
    }
  /** Between two looks at these columns, whose contacts are changing. */
  | {
      readonly name: 'Pausing'
      readonly columns: readonly number[]
      readonly rows: number
      readonly scanAt: Millis
    }

/** `keys[row][column]`; undefined where nothing is wired. At most 16 rows and 16 columns. */
export type KeyLayout = readonly (readonly (Key | undefined)[])[]

/** What a column looked like, and when. */
interface Look {
  readonly closed: number
  readonly at: Millis
}

export function createMatrixScan(
  layout: KeyLayout,
  timing: MatrixTiming = MATRIX_TIMING,
): Machine<MatrixInput, MatrixOutput> {
  const width = Math.max(...layout.map((row) => row.length))
  const [allColumns, allRows] = [(1 << width) - 1, (1 << layout.length) - 1]
  const everyColumn = Array.from({ length: width }, (_, column) => column)
  const tracker = createKeyTracker(
    layout.flat().filter((key) => key !== undefined),
    timing,
  )
  /** Keys that came down as a possible ghost: ignored until they read open. */
  const ignored = new Set<Key>()
  const nothing = (): Look[] => everyColumn.map(() => ({ closed: 0, at: ms(0) }))
  let looks = nothing()
  let state: State = { name: 'Absent' }

  let driven = 0
  const pull = (columns: number, closed: number, out: MatrixOutput[]): void => {
    driven = columns
    out.push({ kind: 'drive', columns, closed })
  }
  const driveAll = (closed: number, out: MatrixOutput[]): void => pull(allColumns, closed, out)
  const arm = (now: Millis, out: MatrixOutput[]): void => {
    driveAll(0, out)
    state = { name: 'Arming', readAt: after(now, timing.settleMs), askedAt: FOREVER }
  }
  /** All columns are driven already, and perhaps read. */
  const heed = (closed: number | undefined, now: Millis, out: MatrixOutput[], held?: Holding): void => {
    if (closed === undefined) readAll(now, out, now, held)
    else armed({ askedAt: now, edgeAt: now, ...(held === undefined ? {} : { held }) }, closed, now, out)
  }
  const readAll = (now: Millis, out: MatrixOutput[], edgeAt?: Millis, held?: Holding): void => {
    out.push({ kind: 'read-rows', rows: allRows })
    state = {
      ...{ name: 'Arming', readAt: FOREVER, askedAt: now },
      ...(edgeAt === undefined ? {} : { edgeAt }),
      ...(held === undefined ? {} : { held }),
    }
  }
  const drive = (
    next: Omit<State & { name: 'Scanning' }, 'name' | 'readAt' | 'askedAt'>,
    now: Millis,
    out: MatrixOutput[],
  ): void => {
    const column = 1 << next.columns[next.at]!
    // One that is driven already has settled.
    const readAt = driven === column ? now : after(now, timing.settleMs)
    if (driven !== column) pull(column, 0, out)
    state = { ...next, name: 'Scanning', readAt, askedAt: FOREVER }
  }

  /** Tells what became of the keys of these columns. */
  const judge = (columns: readonly number[], edgeAt: Millis | undefined, out: MatrixOutput[]): void => {
    const doubtful = ghosts(looks.map(({ closed }) => closed))
    const events: KeyEvent[] = []
    for (const [r, row] of layout.entries())
      for (const c of columns) {
        const key = row[c]
        if (key === undefined) continue
        const look = looks[c]!
        const closed = ((look.closed >> r) & 1) === 1
        if (!closed) ignored.delete(key)
        else if (((doubtful[c]! >> r) & 1) === 1 && !tracker.isDown(key)) ignored.add(key)
        tracker.observe(key, closed && !ignored.has(key), look.at, events, edgeAt)
      }
    out.push(...events)
  }
  /** The columns and rows whose contacts look different from what was told. */
  const changing = (): { columns: readonly number[]; rows: number } => {
    const isChanging = (key: Key | undefined): boolean => key !== undefined && tracker.isChanging(key)
    return {
      columns: everyColumn.filter((c) => layout.some((row) => isChanging(row[c]))),
      rows: layout.reduce((mask, row, r) => (row.some(isChanging) ? mask | (1 << r) : mask), 0),
    }
  }

  const armed = (
    { askedAt, edgeAt, held, nextEdgeAt }: Omit<State & { name: 'Arming' }, 'name' | 'readAt'>,
    closed: number,
    now: Millis,
    out: MatrixOutput[],
  ): void => {
    if (held?.closed === closed && now < held.lookAt) {
      state = held
    } else if (closed !== 0) {
      const firstOnly = (closed & (closed - 1)) === 0 && looks.every((look) => look.closed === 0)
      drive({ columns: everyColumn, at: 0, rows: closed, edgeAt, firstOnly }, now, out)
    } else {
      looks.fill({ closed: 0, at: askedAt })
      judge(everyColumn, edgeAt, out)
      if (tracker.isAnyChanging())
        state = { name: 'Holding', lookAt: after(now, timing.restMs), heedAt: FOREVER, closed }
      else if (nextEdgeAt !== undefined) readAll(now, out, nextEdgeAt)
      else {
        // Whoever reads the rows may have told one that nobody heeded: from now on each that is closed is told.
        driveAll(0, out)
        state = { name: 'Resting' }
      }
    }
  }
  const scanned = (scan: State & { name: 'Scanning' }, closed: number, now: Millis, out: MatrixOutput[]): void => {
    const next = scan.at + 1
    looks[scan.columns[scan.at]!] = { closed: closed & scan.rows, at: scan.askedAt }
    if (next < scan.columns.length && !(scan.firstOnly && (closed & scan.rows) !== 0)) {
      drive({ ...scan, at: next }, now, out)
      return
    }
    judge(scan.columns.slice(0, next), scan.edgeAt, out)
    const { columns, rows } = changing()
    const seen = looks.reduce((mask, look) => mask | look.closed, 0)
    if (columns.length > 0) {
      // A ghost is one of two in its column, and the others that make it may have been bouncing.
      const mayBeGhost = columns.some((c) => ((looks[c]!.closed - 1) & looks[c]!.closed) !== 0)
      state = {
        name: 'Pausing',
        columns: mayBeGhost ? everyColumn : columns,
        rows: seen | rows,
        scanAt: after(now, timing.restMs),
      }
    } else if (seen !== 0) {
      driveAll(seen, out)
      state = { name: 'Holding', lookAt: after(now, timing.holdMs), heedAt: after(now, timing.settleMs), closed: seen }
    } else arm(now, out)
  }

  const edge = (closed: number | undefined, now: Millis, out: MatrixOutput[]): void => {
    switch (state.name) {
      case 'Resting':
        heed(closed, now, out)
        return
      case 'Holding':
        if (now >= state.heedAt) heed(closed, now, out, state)
        return
      case 'Arming':
        state = { ...state, nextEdgeAt: now }
        return
      case 'Absent':
      // Edges during a scan are of its own making.
      case 'Scanning':
      case 'Pausing':
        return
    }
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
          looks = nothing()
          out.push(...events)
          state = { name: 'Absent' }
          return
        }
        case 'edge':
          return edge(input.closed, now, out)
        case 'rows':
          if (state.name === 'Arming') armed(state, input.closed, now, out)
          else if (state.name === 'Scanning') scanned(state, input.closed, now, out)
          return
      }
    },
    wake(now, out) {
      switch (state.name) {
        case 'Absent':
        case 'Resting':
          return
        case 'Holding':
          if (now >= state.lookAt) readAll(now, out)
          return
        case 'Arming':
        case 'Scanning':
          if (now < state.readAt) return
          // The answer comes as an input; until then there is nothing to wait for.
          out.push({ kind: 'read-rows', rows: state.name === 'Arming' ? allRows : state.rows })
          state = { ...state, readAt: FOREVER, askedAt: now }
          return
        case 'Pausing':
          if (now >= state.scanAt) drive({ ...state, at: 0, edgeAt: undefined, firstOnly: false }, now, out)
          return
      }
    },
    deadline() {
      switch (state.name) {
        case 'Absent':
        case 'Resting':
          return FOREVER
        case 'Holding':
          return state.lookAt
        case 'Arming':
        case 'Scanning':
          return state.readAt
        case 'Pausing':
          return state.scanAt
      }
    },
  }
}
