// Keys on their own lines: bounce, press, long, release.
import { expect, test } from 'vitest'
import { FOREVER, ms } from '../../firmware/base/time.ts'
import { createDirectKeys } from './direct-keys.ts'
import type { KeyEvent } from './key-tracker.ts'

function run(edges: readonly (readonly [number, boolean])[], end = 5000): string[] {
  const machine = createDirectKeys(['hold'])
  const log: string[] = []
  const pending = [...edges]
  for (;;) {
    const now = Math.min(pending[0]?.[0] ?? FOREVER, machine.deadline())
    if (now > end) return log
    const out: KeyEvent[] = []
    machine.wake(ms(now), out)
    if (pending[0]?.[0] === now)
      machine.handle({ kind: 'level', key: 'hold', closed: pending.shift()![1] }, ms(now), out)
    for (const { action, at } of out) log.push(`${action} @${at} told ${now}`)
  }
}

test.each<[string, readonly (readonly [number, boolean])[], readonly string[]]>([
  ['open at the start', [[0, false]], []],
  [
    'pressed and released',
    [
      [100, true],
      [200, false],
    ],
    ['press @100 told 108', 'release @200 told 208'],
  ],
  [
    'bounce: the last closing counts',
    [
      [100, true],
      [101, false],
      [103, true],
      [200, false],
    ],
    ['press @103 told 111', 'release @200 told 208'],
  ],
  [
    'a glitch',
    [
      [100, true],
      [107, false],
    ],
    [],
  ],
  [
    'held',
    [
      [100, true],
      [1500, false],
    ],
    ['press @100 told 108', 'long @900 told 900', 'release @1500 told 1508'],
  ],
])('%s', (_name, edges, told) => {
  expect(run(edges)).toEqual(told)
})

test('an unknown key is nobody', () => {
  const machine = createDirectKeys(['hold'])
  const out: KeyEvent[] = []
  machine.handle({ kind: 'level', key: 'mute', closed: true }, ms(0), out)
  machine.wake(ms(100), out)
  expect(out).toEqual([])
})
