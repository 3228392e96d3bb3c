// The ear of the tests: a tone alone counts, a little off only where that is allowed, and what is missing amid it.
import { expect, test } from 'vitest'
import { toneOf } from './tone.ts'

const rate = 16_000
const sine = (hertz: number, seconds: number) =>
  Float32Array.from({ length: seconds * rate }, (_, i) => 0.5 * Math.sin((2 * Math.PI * hertz * i) / rate))
const joined = (...parts: readonly Float32Array[]) => Float32Array.from(parts.flatMap((part) => [...part]))

test('a tone is heard whole, at its level', () => {
  const { seconds, levelDb, missing } = toneOf({ rate, samples: sine(600, 2) }, 600)
  expect([seconds, missing]).toEqual([2, expect.closeTo(0)])
  expect(levelDb).toBeCloseTo(-6, 1)
})

test('0.6 % off: only where it may be', () => {
  const samples = sine(603.6, 2)
  expect(toneOf({ rate, samples }, 600).seconds).toBe(0)
  expect(toneOf({ rate, samples }, 600, 0.01).seconds).toBe(2)
  expect(toneOf({ rate, samples: sine(620, 2) }, 600, 0.01).seconds).toBe(0)
})

test('a gap amid it is missing, silence around it is not', () => {
  const silence = new Float32Array(rate)
  const samples = joined(silence, sine(600, 1), silence, sine(600, 1), silence)
  expect(toneOf({ rate, samples }, 600)).toMatchObject({ seconds: 2, missing: expect.closeTo(1) })
})
