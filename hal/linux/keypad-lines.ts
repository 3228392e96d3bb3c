// The lines of the key matrix and of single keys: columns that pull or float, rows and keys whose changes are told.
import type { Level } from '../api/lines.ts'
import { type DeviceLines, type LineAccess, openDevice } from './gpio-lines.ts'
import { watchLines } from './line-watch.ts'
import type { BoardProfile, LineAt } from './profiles.ts'

export interface KeypadLines {
  /** Exactly these columns pull; `closed` are the rows known to be closed then. */
  drive(columns: number, closed: number): void
  readRows(wanted: number): void
  close(): void
}

export function openKeypad(profile: BoardProfile, access: LineAccess): KeypadLines {
  const { rows, columns } = profile.matrix
  const inputs = [...rows, ...profile.buttons.map(({ line }) => line)]
  const interrupts = interruptsOf(inputs)
  let work: KeypadWork | undefined
  const { close } = openDevice(
    'keypad',
    [
      ...inputs.map((at) => ({ at, direction: 'in' }) as const),
      ...columns.map((at) => ({ at, direction: 'float' }) as const),
      ...interrupts.map((at) => ({ at, direction: 'in' }) as const),
    ],
    access,
    (device) => {
      work = atWork(profile, device, access)
    },
  )
  return { drive: (next, closed) => work?.drive(next, closed), readRows: (wanted) => work?.readRows(wanted), close }
}

/** Each once. */
function interruptsOf(inputs: readonly LineAt[]): readonly LineAt[] {
  const all = new Map(inputs.flatMap(({ interrupt: at }) => (at ? [[`${at.chip} ${at.offset}`, at] as const] : [])))
  return [...all.values()]
}

type KeypadWork = Omit<KeypadLines, 'close'>

function atWork({ matrix, buttons }: BoardProfile, device: DeviceLines, access: LineAccess): KeypadWork {
  const { feed, clock } = access
  const rows = device.lines.slice(0, matrix.rows.length)
  const keys = device.lines.slice(rows.length, rows.length + buttons.length)
  const outputs = rows.length + buttons.length
  const columns = device.lines.slice(outputs, outputs + matrix.columns.length)
  const interrupts = device.lines.slice(outputs + matrix.columns.length)
  const all = (1 << columns.length) - 1
  let driven = 0

  const edge = (error: Error | null | undefined): void => {
    if (error) device.fail(error)
    else feed({ kind: 'row-edge' })
  }
  const maskOf = (levels: readonly Level[]): number => levels.reduce((mask: number, level, n) => mask | (level << n), 0)
  const areAllRead = matrix.rows.every(({ pollMs }) => pollMs !== undefined)
  const rowWatch = watchLines(
    rows.map((line, n) => ({ at: matrix.rows[n]!, line, tell: edge })),
    clock,
    // A row that is open is what a matrix at rest knows.
    { rest: 0, ...(areAllRead ? { changed: (levels) => feed({ kind: 'row-edge', closed: maskOf(levels) }) } : {}) },
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
  const [first] = matrix.columns
  const driving = (error: Error | null | undefined, value: Level): void => {
    if (error || value === 0) device.fail(error ?? new Error('a driven column does not pull: the chip lost its power'))
  }
  // An expander is asked whether it still drives; one that lost its power for a moment is all inputs.
  const asked = first?.pollMs === undefined ? [] : [{ at: first, line: columns[0]!, tell: driving }]
  const columnWatch = watchLines(asked, clock, { rest: 1, onBeat: true })
  for (const line of interrupts)
    line.watch((error, changed) => {
      if (error) device.fail(error)
      else if (changed) for (const watch of [rowWatch, keyWatch]) watch.look()
    })
  device.onClose(() => {
    rowWatch.stop()
    columnWatch.stop()
    keyWatch.stop()
  })
  return {
    drive(next, closed) {
      try {
        // Driven to one level only: two keys of a row would otherwise short a low column to a high one.
        for (const [n, column] of columns.entries())
          if (((driven ^ next) >> n) & 1)
            column.setDirection((next >> n) & 1 ? (matrix.columns[n]!.activeLow ? 'low' : 'high') : 'in')
        driven = next
        // With one column driven the scan reads the rows itself.
        rowWatch.pause(driven !== all, closed)
        columnWatch.pause(driven !== all)
      } catch (cause) {
        device.fail(cause)
      }
    },
    readRows(wanted) {
      const read = [...rows.entries()].filter(([n]) => ((wanted >> n) & 1) === 1)
      let [mask, left] = [0, read.length]
      for (const [n, row] of read)
        row.read((error, value) => {
          if (error) device.fail(error)
          mask |= value << n
          if (--left === 0 && device.isOpen()) feed({ kind: 'rows', closed: mask })
        })
    },
  }
}
