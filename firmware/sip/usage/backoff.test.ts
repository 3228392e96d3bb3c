// How long is waited: bounds and spread.
import { expect, test } from 'vitest'
import { seededRng } from '../../base/rng.ts'
import { backoff, keepIn, recoverIn, refreshIn } from './backoff.ts'

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

test.each([
  // RFC 5626 §4.5, its table: failures, seconds when none stands, seconds when another does.
  [0, [0, 0], [0, 0]],
  [1, [30, 60], [90, 180]],
  [2, [60, 120], [180, 360]],
  [3, [120, 240], [360, 720]],
  [4, [240, 480], [720, 1440]],
  [5, [480, 960], [900, 1800]],
  [6, [900, 1800], [900, 1800]],
  [40, [900, 1800], [900, 1800]],
])('a flow after %i failures', (failures, alone, among) => {
  for (const [others, [least, most]] of [
    [false, alone],
    [true, among],
  ] as const) {
    const waits = Array.from({ length: 300 }, (_, seed) => recoverIn(failures, others, seededRng(seed)) / 1000)
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(least!)
    expect(Math.max(...waits)).toBeLessThanOrEqual(most!)
    expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThanOrEqual((most! - least!) * 0.9)
  }
})

test('a keep-alive at 80–100 % of the Flow-Timer, else every 24–29 s', () => {
  for (const [timer, least, most] of [
    [20_000, 16_000, 20_000],
    [undefined, 23_200, 29_000],
  ] as const) {
    const waits = Array.from({ length: 300 }, (_, seed) => keepIn(timer, seededRng(seed)))
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(least)
    expect(Math.max(...waits)).toBeLessThanOrEqual(most)
  }
})

test('other bounds when asked for', () => {
  const waits = Array.from({ length: 200 }, (_, seed) => backoff(1 + (seed % 20), seededRng(seed), 500, 3000))
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(500)
  expect(Math.max(...waits)).toBeLessThanOrEqual(3000)
  expect(Math.max(...waits)).toBeGreaterThan(2500)
})
