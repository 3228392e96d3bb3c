// The boards the tests solder together, each as a board file: the very one the guest reads.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readBoard } from '../../hal/linux/board-file.ts'
import type { BoardProfile } from '../../hal/linux/profiles.ts'

/** `matrix-on-soc`: rows and columns with real edges. `matrix-on-expander`: a chip whose interrupt the kernel does not know. Lamps on the expander. */
export type BoardName = 'matrix-on-soc' | 'matrix-on-expander'

/** What goes into the guest as board.json. */
export const boardText = (name: BoardName): string =>
  readFileSync(join(import.meta.dirname, 'boards', `${name}.json`), 'utf8')

export function boardNamed(name: BoardName): BoardProfile {
  const board = readBoard(JSON.parse(boardText(name)))
  if (!board.ok) throw new Error(`${name}: ${JSON.stringify(board.error)}`)
  return board.value
}
