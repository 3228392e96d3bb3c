// A key matrix without diodes: current finds every way through closed contacts (so it ghosts), and lines take time to settle.
import type { Clock } from '../api/clock.ts'

export interface MatrixModel {
  /** Drives these columns, the others float; the rows follow after `settleMs`, or at once. */
  drive(columns: number): void
  /** The rows that are pulled down now. */
  rows(): number
  /** A contact moved. */
  refresh(): void
}

export function createMatrixModel(
  clock: Clock,
  size: { readonly rows: number; readonly columns: number },
  closed: (row: number, column: number) => boolean,
  settleMs: number,
  changed: (rows: number) => void,
): MatrixModel {
  let driven = 0
  let rows = 0
  const reachable = (): number => {
    let columns = driven
    for (;;) {
      let pulledRows = 0
      let pulledColumns = columns
      for (let r = 0; r < size.rows; r++)
        for (let c = 0; c < size.columns; c++) if (closed(r, c) && columns & (1 << c)) pulledRows |= 1 << r
      for (let r = 0; r < size.rows; r++)
        for (let c = 0; c < size.columns; c++) if (closed(r, c) && pulledRows & (1 << r)) pulledColumns |= 1 << c
      if (pulledColumns === columns) return pulledRows
      columns = pulledColumns
    }
  }
  const refresh = (): void => {
    const before = rows
    rows = reachable()
    if (rows !== before) changed(rows)
  }
  return {
    drive(columns) {
      const settle = (): void => {
        driven = columns
        refresh()
      }
      if (settleMs === 0) settle()
      else clock.after(settleMs, settle)
    },
    rows: () => rows,
    refresh,
  }
}
