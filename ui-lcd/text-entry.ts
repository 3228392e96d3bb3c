// Text by the keys of a telephone (ITU-T E.161): digits as they are, or letters, the next one of a key when it is pressed again.
import { after, type Millis } from '../firmware/base/time.ts'

export const TEXT_KEYS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#'] as const
export type TextKey = (typeof TEXT_KEYS)[number]
/** `mode`: the next of digits, small letters, capitals. */
export type EntryKey = TextKey | 'erase' | 'clear' | 'mode'

export const MODES = ['digits', 'letters', 'capitals'] as const

export interface Entry {
  readonly text: string
  readonly mode: (typeof MODES)[number]
  /** The character at the end still turns into the next of its key; until when. */
  readonly turning: { readonly key: TextKey; readonly until: Millis } | undefined
}

/** A key pressed again within this time means its next character, ms. */
export const TURN_MS = 1000
/** What is entered beyond is passed over. */
const MOST = 128

const LETTERS: Readonly<Record<TextKey, string>> = {
  ...{ '1': '.@-_:;=/1', '2': 'abc2', '3': 'def3', '4': 'ghi4', '5': 'jkl5', '6': 'mno6' },
  ...{ '7': 'pqrs7', '8': 'tuv8', '9': 'wxyz9', '0': ' 0+', '*': '*+', '#': '#' },
}

export const begin = (text: string, mode: Entry['mode'] = 'digits'): Entry => ({ text, mode, turning: undefined })

export function typed(entry: Entry, key: EntryKey, now: Millis): Entry {
  const { text, mode, turning } = entry
  const still = { ...entry, turning: undefined }
  switch (key) {
    case 'erase':
      return { ...still, text: [...text].slice(0, -1).join('') }
    case 'clear':
      return { ...still, text: '' }
    case 'mode':
      return { ...still, mode: MODES[(MODES.indexOf(mode) + 1) % MODES.length]! }
  }
  const all = mode === 'digits' ? key : mode === 'letters' ? LETTERS[key] : LETTERS[key].toUpperCase()
  const turns = turning?.key === key && now < turning.until
  if (!turns && text.length >= MOST) return still
  const kept = turns ? text.slice(0, -1) : text
  const next = turns ? all[(all.indexOf(text.at(-1)!) + 1) % all.length] : all[0]
  return { ...entry, text: kept + next, turning: all.length > 1 ? { key, until: after(now, TURN_MS) } : undefined }
}
