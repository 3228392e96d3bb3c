// What an HD44780 shows against what it is to show: the shortest run of expander bytes for the next step from one to the other.
import type { Size } from '../api/board.ts'
import { BYTE_COST, displayByte, nextAddress, PIN, rowAddress } from './hd44780-wire.ts'

/** Code of a cell whose content is not known. */
export const UNKNOWN_CELL = -1
export const CONTROL = { off: 0x08, on: 0x0c, cursor: 0x0f } as const
type Control = (typeof CONTROL)[keyof typeof CONTROL]

export interface Shown {
  /** Row by row. */
  readonly cells: readonly number[]
  /** The address counter; −1 when it points into CGRAM. */
  readonly address: number
  readonly control: Control
  /** RS as it stands on the expander. */
  readonly rs: 0 | 1
  readonly backlight: boolean
}

export interface Wanted {
  readonly cells: readonly number[]
  /** Index of the cell with the cursor. */
  readonly cursor: number | undefined
  readonly backlight: boolean
}

interface Cell {
  readonly index: number
  readonly address: number
}

/** The cells in the order the address counter walks through them. */
export const walk = ({ columns, rows }: Size): readonly Cell[] =>
  Array.from({ length: columns * rows }, (_, index) => ({
    index,
    address: rowAddress(Math.floor(index / columns), columns) + (index % columns),
  })).sort((a, b) => a.address - b.address)

export interface Step {
  /** At most `limit` expander bytes; empty when nothing is left to do. */
  readonly bytes: readonly number[]
  /** What is shown once they are written. */
  readonly after: Shown
}

export function nextStep(shown: Shown, wanted: Wanted, cells: readonly Cell[], limit: number): Step {
  const bytes: number[] = []
  const content = [...shown.cells]
  let { address, control, rs } = shown
  const pins = wanted.backlight ? PIN.backlight : 0

  /** False when the step is full. */
  const send = (value: number, as: 0 | 1): boolean => {
    if (bytes.length + BYTE_COST + (as === rs ? 0 : 1) > limit) return false
    // RS must stand before E rises, so its change is a byte of its own.
    if (as !== rs) bytes.push(as | pins)
    rs = as
    bytes.push(...displayByte(value, as | pins))
    return true
  }
  const setControl = (value: Control): boolean => {
    if (control === value) return true
    if (!send(value, 0)) return false
    control = value
    return true
  }
  const goTo = (target: number): boolean => {
    if (address === target) return true
    if (!send(0x80 | target, 0)) return false
    address = target
    return true
  }
  const write = ({ index }: Cell): boolean => {
    if (!send(wanted.cells[index]!, 1)) return false
    content[index] = wanted.cells[index]!
    address = nextAddress(address)
    return true
  }
  const writeCells = (): boolean => {
    // Beginning where the address counter stands saves moving it.
    const from = Math.max(
      0,
      cells.findIndex((cell) => cell.address === address),
    )
    const order = [...cells.slice(from), ...cells.slice(0, from)]
    for (const [n, cell] of order.entries()) {
      if (content[cell.index] === wanted.cells[cell.index]) continue
      const before = order[n - 1]
      // One unchanged cell between is cheaper written again (4 bytes) than jumped over (6).
      if (before !== undefined && before.address === address && nextAddress(address) === cell.address) {
        if (!write(before)) return false
      } else if (!goTo(cell.address)) return false
      if (!write(cell)) return false
    }
    return true
  }
  const showCursor = (): boolean => {
    const cell = cells.find((candidate) => candidate.index === wanted.cursor)
    return cell === undefined ? setControl(CONTROL.on) : goTo(cell.address) && setControl(CONTROL.cursor)
  }

  // A cursor that is to go goes first, one that is to come comes last; so nobody sees it run along the text.
  if (wanted.cursor !== undefined || control !== CONTROL.cursor || setControl(CONTROL.on)) {
    if (writeCells()) showCursor()
  }
  if (bytes.length === 0 && shown.backlight !== wanted.backlight) bytes.push(rs | pins)
  return { bytes, after: { cells: content, address, control, rs, backlight: wanted.backlight } }
}
