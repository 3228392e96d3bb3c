// The networks of the benchmark do what their names say.
import { expect, test } from 'vitest'
import { both, bursty, independent, jitter, queue, radio, type Trace } from './traces.ts'

const MANY = 20_000
const of = (trace: Trace) => Array.from({ length: MANY }, (_, n) => trace(n))
const lost = (delays: readonly (number | undefined)[]) => delays.filter((ms) => ms === undefined).length / MANY
const runs = (delays: readonly (number | undefined)[]) =>
  delays.filter((ms, n) => ms === undefined && delays[n - 1] !== undefined).length / MANY

test('as many are lost as was said, one by one or in runs', () => {
  expect(lost(of(independent(0.05)))).toBeCloseTo(0.05, 2)
  const burst = of(bursty(0.1, 4))
  expect(lost(burst)).toBeCloseTo(0.1, 1)
  expect(lost(burst) / runs(burst)).toBeGreaterThan(3.5)
  expect(lost(burst) / runs(burst)).toBeLessThan(4.5)
})

test('jitter has its spread and its bound, and packets overtake', () => {
  const delays = of(jitter(20, 80)).map((ms) => ms!)
  expect(Math.max(...delays)).toBeLessThanOrEqual(80)
  expect(Math.sqrt(delays.reduce((sum, ms) => sum + ms * ms, 0) / MANY)).toBeCloseTo(20, 0)
  expect(delays.some((ms, n) => n > 0 && n * 20 + ms < (n - 1) * 20 + delays[n - 1]!)).toBe(true)
})

test('a queue keeps the order and a radio link holds all at once', () => {
  const waits = of(queue(150)).map((ms) => ms!)
  expect(Math.max(...waits)).toBeGreaterThan(100)
  expect(Math.max(...waits)).toBeLessThan(155)
  for (const [n, ms] of waits.entries()) if (n > 0) expect(n * 20 + ms).toBeGreaterThan((n - 1) * 20 + waits[n - 1]!)
  const held = of(radio(120)).filter((ms) => ms !== undefined && ms > 60).length / MANY
  expect(held).toBeGreaterThan(0.005)
  expect(held).toBeLessThan(0.05)
})

test('of two networks one after the other, delays add up and either loses', () => {
  const delays = of(both(independent(0.1), () => 7))
  expect(lost(delays)).toBeCloseTo(0.1, 1)
  expect(new Set(delays)).toEqual(new Set([undefined, 7]))
})
