// What a key of the computer's keyboard does on the simulated phone.
import { FREE_KEYS, type Key, type Led } from '../../../hal/api/board.ts'

export type Action =
  | { readonly kind: 'key'; readonly key: Key }
  /** Pressed long. */
  | { readonly kind: 'hold'; readonly key: Key }
  | { readonly kind: 'hook' }
  | { readonly kind: 'call-me' }
  | { readonly kind: 'quit' }

const key = (name: Key): Action => ({ kind: 'key', key: name })

const DIGITS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#'] as const

/** Of the keys without a meaning of their own, and of their lamps. */
export const FREE_LETTERS: ReadonlyMap<Key | Led, string> = new Map(
  FREE_KEYS.map((free, at) => [free, 'yuiojkl;'.charAt(at)]),
)

const ACTIONS: Readonly<Record<string, Action>> = {
  ...Object.fromEntries(DIGITS.map((k) => [k, key(k)])),
  // Alt and a key, as terminals send it.
  ...Object.fromEntries(DIGITS.map((k) => [`\x1b${k}`, { kind: 'hold', key: k } as const])),
  ...Object.fromEntries(FREE_KEYS.map((free) => [FREE_LETTERS.get(free), key(free)])),
  '\x1bOP': key('soft1'),
  '\x1bOQ': key('soft2'),
  '\x1bOR': key('soft3'),
  '\x1bOS': key('soft4'),
  '\x1b[11~': key('soft1'),
  '\x1b[12~': key('soft2'),
  '\x1b[13~': key('soft3'),
  '\x1b[14~': key('soft4'),
  a: key('soft1'),
  s: key('soft2'),
  d: key('soft3'),
  f: key('soft4'),
  '\x1b[A': key('up'),
  '\x1b[B': key('down'),
  '\x1bOA': key('up'),
  '\x1bOB': key('down'),
  '\r': key('ok'),
  '\n': key('ok'),
  '\x7f': key('back'),
  '\b': key('back'),
  h: key('hold'),
  m: key('mute'),
  r: key('redial'),
  t: key('transfer'),
  v: key('message'),
  p: key('speaker'),
  x: key('headset'),
  '+': key('volume-up'),
  '=': key('volume-up'),
  '-': key('volume-down'),
  ' ': { kind: 'hook' },
  c: { kind: 'call-me' },
  q: { kind: 'quit' },
  '\x03': { kind: 'quit' },
}

/** The actions in what a terminal sent, in order; what means nothing here is passed over. */
export function actionsOf(input: string): Action[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what a terminal sends
  const strokes = input.match(/\x1bO[A-Za-z]|\x1b\[[0-9;]*[A-Za-z~]|\x1b[0-9*#]|./gsu) ?? []
  return strokes.flatMap((stroke) => ACTIONS[stroke] ?? [])
}
