// The ghost rule of a matrix without diodes: three closed keys at the corners of an L make the fourth corner read closed.

/** For each column the rows that read closed, as a bit mask. */
export type Columns = readonly number[]

/** For each column the rows whose reading cannot be trusted: every corner of a rectangle of closed contacts. */
export function ghosts(columns: Columns): number[] {
  const doubtful = columns.map(() => 0)
  for (let a = 0; a < columns.length; a++)
    for (let b = a + 1; b < columns.length; b++) {
      const common = columns[a]! & columns[b]!
      // Two rows closed in both columns are four corners, and any one of them may be the ghost.
      if ((common & (common - 1)) === 0) continue
      doubtful[a]! |= common
      doubtful[b]! |= common
    }
  return doubtful
}
