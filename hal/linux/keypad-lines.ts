// The lines of the key matrix and of single keys: columns that pull or float, rows and keys whose changes are told.
import type { Level } from '../api/lines.ts'
import { type LineAccess, openDevice } from './gpio-lines.ts'
import { watchLines } from './line-watch.ts'
import type { BoardProfile } from './profiles.ts'

export interface KeypadLines {
  drive(columns: number): void
  readRows(): void
  close(): void
}

export function openKeypad({ matrix, buttons }: BoardProfile, access: LineAccess): KeypadLines | undefined {
  const inputs = [...matrix.rows, ...buttons.map(({ line }) => line)]
  const device = openDevice(
    'keypad',
    [
      ...inputs.map((at) => ({ at, direction: 'in' }) as const),
      ...matrix.columns.map((at) => ({ at, direction: 'float' }) as const),
    ],
    access,
  )
  if (device === undefined) return undefined
  const { feed, clock } = access
  const rows = device.lines.slice(0, matrix.rows.length)
  const keys = device.lines.slice(rows.length, inputs.length)
  const columns = device.lines.slice(inputs.length)
  const all = (1 << columns.length) - 1
  let driven = 0

  const edge = (error: Error | null | undefined): void => {
    if (error) device.fail(error)
    else feed({ kind: 'row-edge' })
  }
  // A row that is open is what a matrix at rest knows.
  const rowWatch = watchLines(
    rows.map((line, n) => ({ at: matrix.rows[n]!, line, tell: edge })),
    clock,
    0,
  )
  const contacts = buttons.map(({ key, line: at }, n) => {
    const line = keys[n]!
    const tell = (error: Error | null | undefined, value: Level): void => {
      if (error) device.fail(error)
      else if (device.isOpen()) feed({ kind: 'button', key, closed: value === 1 })
    }
    line.read(tell)
    return { at, line, tell }
  })
  const keyWatch = watchLines(contacts, clock)
  device.onClose(() => {
    rowWatch.stop()
    keyWatch.stop()
  })
  return {
    drive(next) {
      try {
        // Driven to one level only: two keys of a row would otherwise short a low column to a high one.
        for (const [n, column] of columns.entries())
          if (((driven ^ next) >> n) & 1)
            column.setDirection((next >> n) & 1 ? (matrix.columns[n]!.activeLow ? 'low' : 'high') : 'in')
        driven = next
        // With one column driven the scan reads the rows itself.
        rowWatch.pause(driven !== all)
      } catch (cause) {
        device.fail(cause)
      }
    },
    readRows() {
      let [mask, left] = [0, rows.length]
      for (const [n, row] of rows.entries())
        row.read((error, value) => {
          if (error) device.fail(error)
          mask |= value << n
          if (--left === 0 && device.isOpen()) feed({ kind: 'rows', closed: mask })
        })
    },
    close: device.close,
  }
}
