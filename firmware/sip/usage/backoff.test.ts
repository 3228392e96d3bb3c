// How long is waited: bounds and spread.
import { expect, test } from 'vitest'
import { seededRng } from '../../base/rng.ts'
import { backoff, refreshIn } from './backoff.ts'

const draws = (draw: (seed: ReturnType<typeof seededRng>) => number) => {
  const rng = seededRng(9)
  const values = Array.from({ length: 2000 }, () => draw(rng))
  return [Math.min(...values), Math.max(...values)] as const
}

test.each([
  [1, 2000, 4000],
  [3, 2000, 16_000],
  [20, 2000, 300_000],
])('after %d failures between %d and %d ms, all of it used', (failures, least, most) => {
  const [low, high] = draws((rng) => backoff(failures, rng))
  expect(low).toBeGreaterThanOrEqual(least)
  expect(low).toBeLessThan(least + (most - least) / 50)
  expect(high).toBeLessThanOrEqual(most)
  expect(high).toBeGreaterThan(most - (most - least) / 50)
})

test.each([
  [3600, 2_880_000, 3_240_000],
  [60, 48_000, 54_000],
  [4, 2000, 3000],
])('a binding of %d s is refreshed between %d and %d ms', (seconds, least, most) => {
  const [low, high] = draws((rng) => refreshIn(seconds, rng))
  expect(low).toBeGreaterThanOrEqual(least)
  expect(high).toBeLessThanOrEqual(most)
})
