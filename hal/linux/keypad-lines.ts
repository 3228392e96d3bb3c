// The lines of the key matrix and of single keys: columns that pull low or float, rows and keys that tell their edges.
import type { Level } from '../api/lines.ts'
import { type LineAccess, openDevice } from './gpio-lines.ts'
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
  const { feed } = access
  const rows = device.lines.slice(0, matrix.rows.length)
  const keys = device.lines.slice(rows.length, inputs.length)
  const columns = device.lines.slice(inputs.length)
  let driven = 0

  for (const row of rows)
    row.watch((error) => {
      if (error) device.fail(error)
      else feed({ kind: 'row-edge' })
    })
  for (const [n, line] of keys.entries()) {
    const tell = (error: Error | null | undefined, value: Level): void => {
      if (error) device.fail(error)
      else if (device.isOpen()) feed({ kind: 'button', key: buttons[n]!.key, closed: value === 1 })
    }
    line.watch(tell)
    line.read(tell)
  }
  return {
    drive(next) {
      try {
        // Open drain: two keys of a row would otherwise short a low column to a high one.
        for (const [n, column] of columns.entries())
          if (((driven ^ next) >> n) & 1) column.setDirection((next >> n) & 1 ? 'low' : 'in')
        driven = next
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
