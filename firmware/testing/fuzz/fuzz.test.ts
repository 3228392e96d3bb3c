// The short form of `npm run fuzz`; the seed is in the name of the test, so in the report of its failure.
import { expect, test } from 'vitest'
import { fuzz, MOST_GROWTH_MB } from './fuzz.ts'

const seed = Date.now() % 2 ** 31

test(`nothing the network says throws, takes long or leaves something behind (seed ${seed})`, () => {
  const result = fuzz(seed, { seconds: 5 })
  expect(result.messages).toBeGreaterThan(2000)
  expect(result.talked).toBeGreaterThan(0)
  expect(result.grownMb).toBeLessThan(MOST_GROWTH_MB)
})
