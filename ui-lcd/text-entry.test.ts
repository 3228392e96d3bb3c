// Text by the keys of a telephone: what each press makes of it.
import { expect, test } from 'vitest'
import { ms } from '../firmware/base/time.ts'
import { begin, type Entry, type EntryKey, TURN_MS, typed } from './text-entry.ts'

/** Keys one after the other, `gapMs` apart. */
const enter = (entry: Entry, keys: readonly EntryKey[], gapMs: number): string =>
  keys.reduce((now, key, n) => typed(now, key, ms(1000 + n * gapMs)), entry).text

test.each([
  ['digits are as they are', 'digits', '4400*#', 100, '4400*#'],
  ['a key again is its next letter', 'letters', '2223', 100, 'cd'],
  ['after the last one the first', 'letters', '22222', 100, 'a'],
  ['after a moment it is another letter', 'letters', '222', TURN_MS, 'aaa'],
  ['capitals', 'capitals', '77779', 100, 'SW'],
  ['what an address has beside letters', 'letters', '11', 100, '@'],
  ['plus', 'letters', '000', 100, '+'],
  ['a key with one character only adds it', 'letters', '##', 100, '##'],
] as const)('%s', (_name, mode, keys, gapMs, text) => {
  expect(enter(begin('', mode), [...keys] as EntryKey[], gapMs)).toBe(text)
})

test('erase takes the last character, from nothing nothing; clear takes all; neither is turned into another', () => {
  expect(enter(begin('10'), ['erase'], 1)).toBe('1')
  expect(enter(begin(''), ['erase'], 1)).toBe('')
  expect(enter(begin('sip:x'), ['clear'], 1)).toBe('')
  expect(enter(begin('', 'letters'), ['2', 'erase', '2'], 1)).toBe('a')
})

test('modes go round; what is entered begins anew with them', () => {
  const keys: EntryKey[] = ['2', 'mode', '2', 'mode', '2', 'mode', '2']
  expect(enter(begin(''), keys, 1)).toBe('2aA2')
})

test('what is beyond the longest text is passed over, turning goes on', () => {
  const full = begin('1'.repeat(127), 'letters')
  expect(enter(full, ['2', '2', '3'], 1)).toBe(`${'1'.repeat(127)}b`)
})
