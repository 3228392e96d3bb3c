// The simulated phone as rows of text: LCD, lamps, keypad, handset, the last log lines; and the difference of two pictures.
import type { Key, Led } from '../../../hal/api/board.ts'
import { FREE_LETTERS } from './keys.ts'

export interface Picture {
  readonly title: string
  /** What a person reads on the LCD, row by row. */
  readonly screen: readonly string[]
  readonly cursor: { readonly column: number; readonly row: number } | undefined
  readonly backlight: boolean
  readonly lamps: readonly { readonly led: Led; readonly lit: boolean }[]
  readonly handset: 'on' | 'off'
  readonly pressed: Key | undefined
  /** Short lines beside the keypad: who can be called, which audio device is used. */
  readonly notes: readonly string[]
  readonly log: readonly string[]
}

export interface TerminalSize {
  readonly columns: number
  readonly rows: number
}

const SOFT: readonly Key[] = ['soft1', 'soft2', 'soft3', 'soft4']
const PAD: readonly (readonly Key[])[] = [
  ['1', '2', '3'],
  ['4', '5', '6'],
  ['7', '8', '9'],
  ['*', '0', '#'],
]
const SIDE: readonly (readonly [Key, string])[] = [
  ['hold', 'h hold'],
  ['mute', 'm mute'],
  ['redial', 'r redial'],
  ['transfer', 't transfer'],
  ['message', 'v messages'],
  ['up', 'up'],
  ['volume-up', '+ louder'],
  ['volume-down', '- softer'],
  ['down', 'down'],
  ['ok', 'Enter ok'],
  ['back', 'Backspace'],
  ['speaker', 'p speaker'],
  ['headset', 'x headset'],
]
export const HELP = [
  'space hook  0-9 * # keypad, Alt: held down  F1-F4 or a s d f soft keys  arrows',
  'other keys as beside the display   c the second phone calls   q quit',
]

/** Exactly `size.rows` rows of at most `size.columns` characters. */
export function draw(picture: Picture, size: TerminalSize): string[] {
  const left = [...display(picture), '', ...pad(picture)]
  const right = side(picture)
  const width = Math.max(...left.map((row) => row.length)) + 3
  const body = Array.from({ length: Math.max(left.length, right.length) }, (_, i) =>
    `  ${(left[i] ?? '').padEnd(width)}${right[i] ?? ''}`.trimEnd(),
  )
  const rows = [` ${picture.title}`, '', ...body, '', ...HELP.map((line) => ` ${line}`), '']
  const room = Math.max(0, size.rows - rows.length)
  const log = picture.log.slice(Math.max(0, picture.log.length - room)).map((line) => ` ${line}`)
  return [...rows, ...log, ...Array(Math.max(0, room - log.length)).fill('')]
    .slice(0, size.rows)
    .map((row) => [...row].slice(0, size.columns).join(''))
}

/** The LCD in its frame, soft keys below. */
function display({ screen, cursor, backlight, pressed }: Picture): string[] {
  const columns = [...(screen[0] ?? '')].length
  const shown = screen.map((row, y) => {
    const characters = [...row]
    if (cursor?.row === y && characters[cursor.column] === ' ') characters[cursor.column] = '_'
    return characters.join('')
  })
  const [corner, edge] = backlight ? ['╔╗╚╝', '═'] : ['┌┐└┘', '─']
  const side = backlight ? '║' : '│'
  const every = Math.floor(columns / SOFT.length)
  const keys = SOFT.map((key, i) => key_(`F${i + 1}`, pressed === key).padStart(every)).join('')
  return [
    corner[0] + edge.repeat(columns) + corner[1],
    ...shown.map((row) => side + row + side),
    corner[2] + edge.repeat(columns) + corner[3],
    ` ${keys}`,
  ]
}

const key_ = (label: string, pressed: boolean) => (pressed ? `[${label}]` : ` ${label} `)

const pad = ({ pressed }: Picture): string[] =>
  PAD.map((row) => '  ' + row.map((key) => key_(key, pressed === key).padEnd(5)).join(' '))

function side({ lamps, handset, pressed, notes }: Picture): string[] {
  const lamp = (lit: boolean) => (lit ? '●' : '○')
  const isFree = ({ led }: Picture['lamps'][number]) => FREE_LETTERS.has(led)
  const lampRow = lamps.filter((each) => !isFree(each)).map(({ led, lit }) => `${lamp(lit)} ${led}`)
  const free = lamps.filter(isFree).map(({ led, lit }) => `${lamp(lit)} ${FREE_LETTERS.get(led)}`)
  const keys = SIDE.map(([key, label]) => key_(label, pressed === key))
  return [
    lampRow.join(' '),
    free.length === 0 ? '' : `${free.join(' ')}  keys`,
    `handset: ${handset === 'off' ? 'LIFTED' : 'down'}`,
    '',
    ...[0, 3, 6, 9, 12].map((first) =>
      keys
        .slice(first, first + 3)
        .map((key) => key.padEnd(13))
        .join(''),
    ),
    '',
    ...notes,
  ].map((row) => row.trimEnd())
}

/** What to write to a terminal that shows `before` (undefined: anything) so that it shows `after`. */
export function difference(before: readonly string[] | undefined, after: readonly string[]): string {
  let out = before === undefined ? '\x1b[2J' : ''
  after.forEach((row, y) => {
    if (before?.[y] !== row) out += `\x1b[${y + 1};1H${row}\x1b[K`
  })
  return out
}
