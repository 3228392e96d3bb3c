// Ten digits a second, as quick fingers dial: the next key goes down before, while or after the one before comes up.
import { describe, expect, test } from 'vitest'
import { seededRng } from '../../firmware/base/rng.ts'
import type { BoardEvent, Key } from '../api/board.ts'
import { createFakeBoard } from './fake-board.ts'
import { createVirtualClock } from './virtual-clock.ts'

const EVERY_MS = 100
/** The moments of fingers differ by up to this, ms. */
const UNEVEN_MS = 10
const DIGITS: readonly Key[] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#']

function dial(seed: number, downMs: number, lift: boolean) {
  const rng = seededRng(seed)
  const clock = createVirtualClock()
  const board = createFakeBoard({ clock, rng })
  const events: BoardEvent[] = []
  board.start((event) => events.push(event))
  clock.advance(500)
  events.length = 0
  const dialled: Key[] = []
  // A finger that is still on a key cannot press it again.
  const free = (digit: Key) => !dialled.slice(-Math.ceil((downMs + 2 * UNEVEN_MS) / EVERY_MS)).includes(digit)
  while (dialled.length < 20) {
    const digit = DIGITS[rng.uint32() % DIGITS.length]!
    if (free(digit)) dialled.push(digit)
  }
  if (lift) board.lift()
  for (const [n, digit] of dialled.entries())
    clock.after(n * EVERY_MS + (lift && n === 0 ? 0 : rng.uint32() % UNEVEN_MS), () => {
      board.hardware.key(digit, true)
      clock.after(downMs, () => board.hardware.key(digit, false))
    })
  clock.advance(dialled.length * EVERY_MS + 500)
  return { dialled, events }
}

describe.each([40, 60, 90, 100, 130, 180])('each key down for %d ms', (downMs) => {
  test('every digit is told once, in order, and released once', () => {
    for (let seed = 0; seed < 40; seed++) {
      const { dialled, events } = dial(seed, downMs, false)
      const told = (action: string) =>
        events.flatMap((event) => (event.kind === 'key' && event.action === action ? [event.key] : []))
      expect(told('press'), `seed ${seed}`).toEqual(dialled)
      expect(told('release').toSorted(), `seed ${seed}`).toEqual(dialled.toSorted())
      expect(told('long')).toEqual([])
    }
  })
})

test('what is dialled the moment the handset is lifted comes after the lifting', () => {
  for (let seed = 0; seed < 40; seed++) {
    const { dialled, events } = dial(seed, 60, true)
    const told = events.flatMap((event) => {
      if (event.kind === 'key') return event.action === 'press' ? [event.key] : []
      return event.kind === 'hook' ? [event.state] : []
    })
    expect(told, `seed ${seed}`).toEqual(['off', ...dialled])
  }
})

test('a hook whose contact never comes to rest takes no key away', () => {
  const clock = createVirtualClock()
  const board = createFakeBoard({ clock })
  const events: BoardEvent[] = []
  board.start((event) => events.push(event))
  clock.advance(500)
  events.length = 0
  for (let n = 0; n < 100; n++) clock.after(n * 10, () => board.hardware.hook(n % 2 === 0))
  clock.after(50, () => board.press('9'))
  clock.advance(300)
  expect(events).toEqual([
    expect.objectContaining({ key: '9', action: 'press' }),
    expect.objectContaining({ key: '9', action: 'release' }),
  ])
})
