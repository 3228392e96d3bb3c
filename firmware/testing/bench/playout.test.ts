// What is heard through bad networks, in virtual time: what was reached does not get worse.
import { beforeAll, expect, test } from 'vitest'
import { buildPlayout, judgePlayout } from './playout.ts'
import { NETWORKS } from './traces.ts'

beforeAll(buildPlayout, 120_000)

/** At most, ms, from a packet's due moment to the same sound leaving; at least, by G.107. */
const REACHED: Readonly<Record<string, readonly [delayMs: number, mos: number]>> = {
  clean: [12, 4.4],
  '1 % loss': [17, 4.15],
  '5 % loss': [17, 3.35],
  '10 % loss': [17, 2.45],
  '10 % loss, 3 in a row': [17, 3.15],
  'jitter σ 20 ms': [80, 4.35],
  'jitter σ 60 ms': [185, 4.25],
  '5 % loss, jitter σ 20 ms': [80, 3.3],
  'slow uplink': [145, 4.29],
  'radio that scans': [145, 4.3],
}

test.each(Object.entries(REACHED))('%s', (network, [delayMs, mos]) => {
  const heard = judgePlayout(NETWORKS[network]!(), 20)
  expect(heard.delayMs).toBeLessThanOrEqual(delayMs)
  expect(heard.mos).toBeGreaterThanOrEqual(mos)
})
