// The hook switch as a table: edges in, events out, each with its time.
import { expect, test } from 'vitest'
import { ms } from '../../firmware/base/time.ts'
import { createHookSwitch, type HookEvent } from './hook-switch.ts'

/** Edges as [time, off-hook]; the events as text with the time of the contact and the time they were told. */
function run(edges: readonly (readonly [number, boolean])[], end = 10_000): string[] {
  const machine = createHookSwitch()
  const log: string[] = []
  const pending = [...edges]
  let now = 0
  for (;;) {
    now = Math.min(pending[0]?.[0] ?? Number.POSITIVE_INFINITY, machine.deadline())
    if (now > end) return log
    const out: HookEvent[] = []
    machine.wake(ms(now), out)
    if (pending[0]?.[0] === now) machine.handle({ kind: 'level', offHook: pending.shift()![1] }, ms(now), out)
    for (const { state, at } of out) log.push(`${state} @${at} told ${now}`)
  }
}
const LIFTED = [0, true] as const

test.each<[string, readonly (readonly [number, boolean])[], readonly string[]]>([
  ['the first state, on', [[0, false]], ['on @0 told 25']],
  ['the first state, off', [LIFTED], ['off @0 told 25']],
  [
    'lifted',
    [
      [0, false],
      [1000, true],
    ],
    ['on @0 told 25', 'off @1000 told 1025'],
  ],
  [
    'lifted with bounce: the first edge counts',
    [
      [0, false],
      [1000, true],
      [1004, false],
      [1009, true],
    ],
    ['on @0 told 25', 'off @1000 told 1034'],
  ],
  ['hung up', [LIFTED, [1000, false]], ['off @0 told 25', 'on @1000 told 1800']],
  ['a flash of 80 ms', [LIFTED, [1000, false], [1080, true]], ['off @0 told 25', 'flash @1080 told 1105']],
  ['79 ms is nothing', [LIFTED, [1000, false], [1079, true]], ['off @0 told 25']],
  [
    'a flash of 800 ms, told later than a hang-up would be',
    [LIFTED, [1000, false], [1799, true]],
    ['off @0 told 25', 'flash @1799 told 1824'],
  ],
  [
    '801 ms is a hang-up',
    [LIFTED, [1000, false], [1801, true]],
    ['off @0 told 25', 'on @1000 told 1800', 'off @1801 told 1826'],
  ],
  [
    'a flash with bounce at both ends is timed by raw edges',
    [LIFTED, [1000, false], [1006, true], [1010, false], [1300, true], [1302, false], [1308, true]],
    ['off @0 told 25', 'flash @1300 told 1333'],
  ],
  ['a glitch', [LIFTED, [1000, false], [1010, true]], ['off @0 told 25']],
  ['a level that was known already', [LIFTED, [1000, true]], ['off @0 told 25']],
])('%s', (_name, edges, told) => {
  expect(run(edges)).toEqual(told)
})
