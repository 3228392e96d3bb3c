// The patterns on the clock: when each line changes.
import { expect, test } from 'vitest'
import { FOREVER, type Millis, ms } from '../../firmware/base/time.ts'
import type { LedPattern } from '../api/board.ts'
import { createLedPatterns, type LedOutput } from './led-patterns.ts'

function changes(pattern: LedPattern, from: number, until: number): string[] {
  const machine = createLedPatterns(['line', 'ring'])
  const log: string[] = []
  const note = (out: readonly LedOutput[], now: number) => {
    for (const { led, on } of out) if (led === 'line') log.push(`${now} ${on ? 'on' : 'off'}`)
  }
  const first: LedOutput[] = []
  machine.handle({ kind: 'opened' }, ms(from), first)
  machine.handle({ kind: 'pattern', led: 'line', pattern }, ms(from), first)
  note(first, from)
  for (let now = machine.deadline(); now <= until; now = machine.deadline()) {
    const out: LedOutput[] = []
    machine.wake(now, out)
    note(out, now)
  }
  return log
}

test.each<[LedPattern, readonly string[]]>([
  ['off', ['0 off']],
  ['on', ['0 off', '0 on']],
  ['blink', ['0 off', '0 on', '500 off', '1000 on']],
  ['flash', ['0 off', '0 on', '125 off', '250 on', '375 off', '500 on', '625 off', '750 on', '875 off', '1000 on']],
  ['wink', ['0 off', '0 on', '450 off', '500 on', '950 off', '1000 on']],
])('%s', (pattern, told) => {
  expect(changes(pattern, 0, 1000)).toEqual(told)
})

test('LEDs that began at different times beat together', () => {
  expect(changes('blink', 1700, 3000).slice(1)).toEqual(['2000 on', '2500 off', '3000 on'])
})

test('steady LEDs wait for nothing, and saying the same again changes nothing', () => {
  const machine = createLedPatterns(['line'])
  const out: LedOutput[] = []
  const set = (pattern: LedPattern, at: Millis) => machine.handle({ kind: 'pattern', led: 'line', pattern }, at, out)
  set('on', ms(0))
  set('on', ms(10))
  expect(out).toEqual([{ kind: 'set-led', led: 'line', on: true }])
  expect(machine.deadline()).toBe(FOREVER)
})
