// The lines of the key matrix and of single keys: columns that pull low or float, rows and keys that tell their edges.
import { ok, type Result } from '../../firmware/base/result.ts'
import type { GpioClass, GpioLine } from '../api/lines.ts'
import type { BoardInput } from '../core/board-machine.ts'
import { closeLines, openLines } from './gpio-lines.ts'
import type { BoardProfile } from './profiles.ts'

export interface KeypadLines {
  drive(columns: number): void
  readRows(): void
  close(): void
}

export function openKeypad(
  { matrix, buttons }: BoardProfile,
  Gpio: GpioClass,
  root: string,
  feed: (input: BoardInput) => void,
): Result<KeypadLines, string> {
  const wishes = [
    ...[...matrix.rows, ...buttons.map(({ line }) => line)].map((at) => ({ at, direction: 'in' }) as const),
    ...matrix.columns.map((at) => ({ at, direction: 'float' }) as const),
  ]
  const opened = openLines(wishes, Gpio, root)
  if (!opened.ok) return opened
  const rows = opened.value.slice(0, matrix.rows.length)
  const keys = opened.value.slice(rows.length, rows.length + buttons.length)
  const columns = opened.value.slice(rows.length + keys.length)
  let driven = 0
  let closed = false
  const fail = (cause: unknown): void => {
    if (!closed)
      feed({ kind: 'failed', device: 'keypad', reason: `the keypad's lines failed: ${(cause as Error).message}` })
  }
  const setColumn = (column: GpioLine, pulls: boolean): void => {
    try {
      // Open drain: two keys of a row would otherwise short a low column to a high one.
      column.setDirection(pulls ? 'low' : 'in')
    } catch (cause) {
      fail(cause)
    }
  }
  for (const row of rows) row.watch((error) => (error ? fail(error) : feed({ kind: 'row-edge' })))
  for (const [n, line] of keys.entries()) {
    const tell = (error: Error | null | undefined, value: number): void =>
      error ? fail(error) : feed({ kind: 'button', key: buttons[n]!.key, closed: value === 1 })
    line.watch(tell)
    line.read(tell)
  }
  return ok({
    drive(next) {
      for (const [n, column] of columns.entries())
        if (((driven ^ next) >> n) & 1) setColumn(column, ((next >> n) & 1) === 1)
      driven = next
    },
    readRows() {
      let [mask, left] = [0, rows.length]
      for (const [n, row] of rows.entries())
        row.read((error, value) => {
          if (error) {
            fail(error)
            return
          }
          mask |= value << n
          if (--left === 0 && !closed) feed({ kind: 'rows', closed: mask })
        })
    },
    close() {
      closed = true
      closeLines(opened.value)
    },
  })
}
