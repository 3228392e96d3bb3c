// NAPTR services and the weighted order of SRV records (RFC 2782).
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seededRng } from '../../base/rng.ts'
import type { Naptr, Srv } from '../core/contract.ts'
import { byOrder, inOrder, serviceOf } from './records.ts'

const naptr = (more: Partial<Naptr>): Naptr => ({
  ...{ type: 'NAPTR', order: 10, preference: 10, flags: 's', service: 'SIP+D2U', regexp: '', replacement: 'r.example' },
  ...more,
})
const srv = (priority: number, weight: number, target: string): Srv => ({
  ...{ type: 'SRV', priority, weight, port: 5060, target },
})

test.each([
  [{}, 'UDP'],
  [{ service: 'sip+d2t' }, 'TCP'],
  [{ service: 'SIPS+D2T', flags: 'S' }, 'TLS'],
  [{ service: 'SIP+D2S' }, undefined],
  [{ service: 'constructor' }, undefined],
  [{ service: 'E2U+sip', flags: 'u' }, undefined],
  [{ flags: '' }, undefined],
  [{ regexp: '!^.*$!sip:info@example.com!' }, undefined],
])('%j is %s', (more, expected) => {
  expect(serviceOf(naptr(more))).toBe(expected)
})

test('order before preference', () => {
  const sorted = [naptr({ order: 20, preference: 1 }), naptr({ preference: 30 }), naptr({ preference: 20 })].sort(
    byOrder,
  )
  expect(sorted.map(({ order, preference }) => [order, preference])).toEqual([
    [10, 20],
    [10, 30],
    [20, 1],
  ])
})

/** Share of draws in which `target` comes first. */
function share(records: readonly Srv[], target: string, draws = 20_000): number {
  const rng = seededRng(7)
  let first = 0
  for (let i = 0; i < draws; i++) if (inOrder(records, rng)[0]?.[0]?.target === target) first++
  return first / draws
}

test('weights are shares: 60, 30 and 10 of a hundred, and a weight of 0 now and then', () => {
  const records = [srv(1, 0, 'zero'), srv(1, 60, 'a'), srv(1, 30, 'b'), srv(1, 10, 'c'), srv(2, 1000, 'later')]
  expect(share(records, 'a')).toBeCloseTo(60 / 101, 1)
  expect(share(records, 'b')).toBeCloseTo(30 / 101, 1)
  expect(share(records, 'c')).toBeCloseTo(10 / 101, 1)
  expect(share(records, 'zero')).toBeGreaterThan(0.002)
  expect(share(records, 'zero')).toBeLessThan(0.03)
  expect(share(records, 'later')).toBe(0)
})

test('the second place is shared by weight too', () => {
  const rng = seededRng(3)
  const records = [srv(1, 50, 'a'), srv(1, 40, 'b'), srv(1, 10, 'c')]
  let second = 0
  let cases = 0
  for (let i = 0; i < 20_000; i++) {
    const [order] = inOrder(records, rng)
    if (order?.[0]?.target !== 'a') continue
    cases++
    if (order[1]?.target === 'b') second++
  }
  expect(second / cases).toBeCloseTo(0.8, 1)
})

test('whatever the records: each comes once, priorities rise', () => {
  const record = fc.record({ priority: fc.nat(3), weight: fc.nat(65_535) })
  fc.assert(
    fc.property(fc.array(record, { maxLength: 12 }), fc.integer(), (drawn, seed) => {
      const records = drawn.map(({ priority, weight }, at) => srv(priority, weight, `t${at}`))
      const order = inOrder(records, seededRng(seed)).flat()
      expect(order.map(({ target }) => target).sort()).toEqual(records.map(({ target }) => target).sort())
      const priorities = order.map(({ priority }) => priority)
      expect(priorities).toEqual([...priorities].sort((a, b) => a - b))
    }),
  )
})
