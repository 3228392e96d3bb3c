// A contact comes to rest where it was put, whatever its clock does.
import { expect, test } from 'vitest'
import { seededRng } from '../../firmware/base/rng.ts'
import type { Clock } from '../api/clock.ts'
import { createContact } from './contact.ts'
import { createVirtualClock } from './virtual-clock.ts'

test('it bounces for as long as it may, and stays', () => {
  for (let seed = 0; seed < 100; seed++) {
    const clock = createVirtualClock()
    const moves: number[] = []
    const contact = createContact(clock, seededRng(seed), 4, () => moves.push(clock.now()))
    contact.put(true)
    clock.advance(100)
    expect(contact.closed()).toBe(true)
    expect(moves.length % 2).toBe(1)
    expect(Math.max(...moves)).toBeLessThanOrEqual(4)
  }
})

test('timers that are late and come in another order do not leave it half way', () => {
  for (let seed = 0; seed < 100; seed++) {
    const time = createVirtualClock()
    let due: (() => void)[] = []
    const late: Clock = {
      now: time.now,
      after(delayMs, run) {
        let off = false
        time.after(delayMs, () => due.push(() => off || run()))
        return () => {
          off = true
        }
      },
    }
    const contact = createContact(late, seededRng(seed), 4, () => {})
    for (const closed of [true, false]) {
      contact.put(closed)
      for (let n = 0; n < 20; n++) {
        time.advance(50)
        const now = due.toReversed()
        due = []
        for (const run of now) run()
      }
      expect(contact.closed(), `seed ${seed}`).toBe(closed)
    }
  }
})
