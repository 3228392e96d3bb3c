// A screen before it is laid out: a status row, content rows, soft keys; and its layout into exact rows.
import type { Choice } from '../firmware/phone/chosen.ts'
import type { PhoneIntent } from '../firmware/phone/contract.ts'
import type { Frame, Key, Size } from '../hal/api/board.ts'
import { between, fitTo } from './text.ts'
import { type EntryKey, TEXT_KEYS } from './text-entry.ts'

/** What moves in the menu; `open` shows it, `calls`, `keys` and `contacts` show these pages of it. */
export interface MenuAction {
  readonly kind: 'menu'
  readonly go: 'open' | 'calls' | 'keys' | 'contacts' | 'up' | 'down' | 'ok' | 'back' | 'more' | 'less'
}
/** Sets something. */
export interface ChooseAction {
  readonly kind: 'choose'
  readonly choice: Choice
}
/** A key of the page that takes a text. */
export interface EntryAction {
  readonly kind: 'entry'
  readonly key: EntryKey
}
/** Shows what else the soft keys can mean, or what they meant before. */
export interface MoreAction {
  readonly kind: 'more'
}
/** What a key means: something for the phone, within the menu, to be set, or for the soft keys. */
export type Action = PhoneIntent | MenuAction | ChooseAction | EntryAction | MoreAction

export interface Soft {
  /** At most four characters. */
  readonly label: string
  readonly action: Action
}

export type Keymap = Readonly<Partial<Record<Key, Action>>>

export interface Screen {
  readonly status: { readonly left: string; readonly right: string }
  /** Shown below the status row as far as there is room. */
  readonly content: readonly string[]
  /** At most four, by position; undefined leaves a gap. */
  readonly soft: readonly (Soft | undefined)[]
  /** Where digits go on: a column of the first content row. */
  readonly cursorColumn?: number
  /** What keys other than the soft keys mean here. */
  readonly keys: Keymap
}

export const entryAction = (key: EntryKey): EntryAction => ({ kind: 'entry', key })
/** Of a page that takes a text: what is typed goes there. */
export const ENTRY_KEYS: Keymap = Object.fromEntries(TEXT_KEYS.map((key) => [key, entryAction(key)]))

export const SOFT_KEYS: readonly Key[] = ['soft1', 'soft2', 'soft3', 'soft4']

/** Rows of exactly the columns of the display: status first, soft keys last. */
export function layOut(screen: Screen, { columns, rows }: Size): Frame {
  const width = Math.floor(columns / SOFT_KEYS.length)
  const soft = SOFT_KEYS.map((_, n) => fitTo(screen.soft[n]?.label ?? '', Math.min(4, width)).padEnd(width)).join('')
  const content = Array.from({ length: rows - 2 }, (_, n) => fitTo(screen.content[n] ?? '', columns))
  const laidOut = [between(screen.status.left, screen.status.right, columns), ...content, soft.padEnd(columns)]
  const column = screen.cursorColumn
  return column === undefined
    ? { rows: laidOut }
    : { rows: laidOut, cursor: { column: Math.min(column, columns - 1), row: 1 } }
}
