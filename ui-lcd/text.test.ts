// Fitting texts into cells.
import { expect, test } from 'vitest'
import { between, duration, fitTo, printable, tail, timeOfDay } from './text.ts'

test.each([
  ['abc', 5, 'abc  '],
  ['abcdef', 5, 'abcd…'],
  ['abcde', 5, 'abcde'],
  ['Zoe\u0308', 4, 'Zoë '],
  ['a\u0000b\nc', 5, 'a b c'],
  ['\u202eevil', 5, 'evil '],
])('fit %j in %i', (text, width, fitted) => {
  expect(fitTo(text, width)).toBe(fitted)
})

test('a number is cut at the front', () => {
  expect(tail('0123456789', 6)).toBe('…56789')
  expect(tail('0123', 6)).toBe('0123')
})

test('the right text keeps its place', () => {
  expect(between('Reception desk', '14:05', 16)).toBe('Reception… 14:05')
  expect(between('left', 'a very long right text', 16)).toBe('a very long righ')
  expect(between('left', '', 6)).toBe('left  ')
})

test('durations', () => {
  expect([0, 999, 61_000, 3_600_000, 360_000_000, -5, Number.NaN].map(duration)).toEqual([
    '00:00',
    '00:00',
    '01:01',
    '1:00:00',
    '100:00:00',
    '00:00',
    '00:00',
  ])
})

test('times of day, before the epoch too', () => {
  expect([0, 845 * 60_000, -60_000, 1.7e12].map(timeOfDay)).toEqual(['00:00', '14:05', '23:59', '22:13'])
})

test('half a surrogate pair is a question mark', () => {
  expect(printable('a\ud800b')).toBe('a?b')
})
