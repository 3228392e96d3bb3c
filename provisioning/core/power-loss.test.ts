// Whenever the power goes, the next start has the old configuration or the new one, whole, and comes to an end with it.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { text } from '../testing/documents.ts'
import { QUIET } from './contract.ts'
import { NOTHING_STORED, remember, type Stored, type StoreRecord } from './stored.ts'
import { type Bench, bench, goodOne } from './testing/bench.ts'

/** Everything an operator and a day can do to a phone. */
const step = fc.oneof(
  fc.record({
    do: fc.constant('desired' as const),
    version: fc.integer({ min: 1, max: 6 }),
    volume: fc.integer({ min: 0, max: 2 }),
  }),
  fc.record({ do: fc.constant('reregister' as const), version: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ do: fc.constant('idle' as const), idle: fc.boolean() }),
  fc.record({
    do: fc.constant('line' as const),
    state: fc.constantFrom('registered' as const, 'refused' as const, 'trying' as const),
  }),
  fc.record({ do: fc.constant('broker' as const), connected: fc.boolean() }),
  fc.record({ do: fc.constant('pass' as const), time: fc.integer({ min: 1, max: 70_000 }) }),
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

function play(b: Bench, one: Step): void {
  switch (one.do) {
    case 'desired':
      b.feed({ kind: 'desired', text: text({ version: one.version, config: { audio: { volume: one.volume } } }) })
      return
    case 'reregister':
      b.feed({ kind: 'desired', text: text({ version: one.version, account: { expires: 60 + one.version } }) })
      return
    case 'idle':
      b.feed({ kind: 'idle', idle: one.idle })
      return
    case 'line':
      b.feed({ kind: 'line', account: 'main', state: one.state, reason: '' })
      return
    case 'broker':
      b.feed({ kind: 'broker', connected: one.connected })
      return
    case 'pass':
      b.at(b.now + one.time)
      return
  }
}

const after = (start: Stored, records: readonly StoreRecord[]) => records.reduce(remember, start)

test('at every cut the good configuration is one that was good, or the one just confirmed', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.array(step, { maxLength: 40 }), (fresh, steps) => {
      const start = fresh ? NOTHING_STORED : goodOne(1)
      const b = bench(start).healthy()
      for (const one of steps) play(b, one)
      let good = start.good
      for (let cut = 0; cut <= b.records.length; cut++) {
        const stored = after(start, b.records.slice(0, cut))
        const record = b.records[cut - 1]
        if (record?.kind === 'promote') {
          expect(stored.good).toEqual(after(start, b.records.slice(0, cut - 1)).candidate?.document)
          expect(stored.good).toBeDefined()
          good = stored.good
        }
        expect(stored.good).toEqual(good)

        // The phone starts from the cut on what is good, and what was in hand comes to an end.
        const next = bench(stored).feed({ kind: 'broker', connected: true })
        expect(next.provisioner.initial?.version).toBe(good?.version)
        next.healthy().feed({ kind: 'idle', idle: true }).at(QUIET)
        next.healthy().run()
        expect(next.stored.candidate).toBeUndefined()
        expect(next.reported.result).not.toBe('pending')
        expect(next.stored.good?.version ?? 0).toBeGreaterThanOrEqual(good?.version ?? 0)
      }
    }),
    { numRuns: 150 },
  )
})

test('what runs is what is good, as soon as nothing is on trial', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const b = bench(goodOne(1)).healthy()
      for (const one of steps) {
        play(b, one)
        const trial = b.stored.candidate !== undefined
        if (!trial) expect(b.applied.at(-1) ?? 1).toBe(b.stored.good?.version)
      }
    }),
    { numRuns: 300 },
  )
})

test('records that lost their candidate change nothing', () => {
  const stored = goodOne(1)
  const strays: StoreRecord[] = [
    { kind: 'attempt', version: 2 },
    { kind: 'promote', version: 2 },
    { kind: 'revert', version: 2, reason: '' },
  ]
  expect(after(stored, strays)).toEqual(stored)
})
