import { expect, test } from 'vitest'
import { clampVolume, volumeDb } from './volume.ts'

test('the curve from quietest to loudest', () => {
  expect([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(volumeDb)).toEqual([-24, -20, -16, -12, -8, -4, 0, 3, 6, 9, 12])
})
test('what is out of range is brought back, what is no number is nominal', () => {
  expect([-1, 11, 3.4, Number.NaN].map(clampVolume)).toEqual([0, 10, 3, 6])
})
