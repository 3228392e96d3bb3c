// Whatever hands and mishaps do to a board, its drivers keep what they promise.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seededRng } from '../../firmware/base/rng.ts'
import type { BoardEvent, Key } from '../api/board.ts'
import { createFakeBoard } from './fake-board.ts'
import { createVirtualClock } from './virtual-clock.ts'

function started(seed: number) {
  const clock = createVirtualClock(1000)
  const board = createFakeBoard({ clock, rng: seededRng(seed) })
  const events: BoardEvent[] = []
  board.start((event) => events.push(event))
  clock.advance(500)
  events.length = 0
  return { clock, board, events }
}
const seed = fc.integer()
const runs = { numRuns: 60 }

test('keys: press, perhaps long, release; never a key that was not touched; all are up at the end', () => {
  // A corner of the pad where every three keys make a ghost, and a key with a line of its own.
  const key = fc.constantFrom<Key>('1', '2', '3', '4', '5', '6', 'soft1', 'speaker')
  const move = fc.record({ key, closed: fc.boolean(), wait: fc.integer({ min: 0, max: 150 }) })
  fc.assert(
    fc.property(seed, fc.array(move, { maxLength: 40 }), (n, moves) => {
      const { clock, board, events } = started(n)
      const touched = new Set<Key>()
      const down = new Set<Key>()
      let seen = 0
      const check = (): void => {
        for (const event of events.slice(seen)) {
          if (event.kind !== 'key') throw new Error(`unexpected ${event.kind}`)
          expect(touched).toContain(event.key)
          expect(down.has(event.key)).toBe(event.action !== 'press')
          if (event.action === 'press') down.add(event.key)
          if (event.action === 'release') down.delete(event.key)
        }
        seen = events.length
      }
      for (const { key: moved, closed, wait } of moves) {
        board.hardware.key(moved, closed)
        if (closed) touched.add(moved)
        clock.advance(wait)
        check()
      }
      for (const each of touched) board.hardware.key(each, false)
      clock.advance(300)
      check()
      expect([...down]).toEqual([])
    }),
    runs,
  )
})

test('the hook: what was told last is what the contact is, and off and on alternate', () => {
  const move = fc.record({ off: fc.boolean(), wait: fc.integer({ min: 0, max: 1200 }) })
  fc.assert(
    fc.property(seed, fc.array(move, { maxLength: 30 }), (n, moves) => {
      const { clock, board, events } = started(n)
      for (const { off, wait } of moves) {
        board.hardware.hook(off)
        clock.advance(wait)
      }
      clock.advance(1000)
      let state = 'on'
      let at = 0
      for (const event of events) {
        if (event.kind !== 'hook') throw new Error(`unexpected ${event.kind}`)
        if (event.state === 'flash') expect(state).toBe('off')
        else {
          expect(event.state).not.toBe(state)
          state = event.state
        }
        expect(event.at).toBeGreaterThanOrEqual(at)
        at = event.at
      }
      expect(state).toBe(board.hardware.offHook() ? 'off' : 'on')
    }),
    runs,
  )
})

test('the display: after any mishaps it shows the newest frame, and each loss was told once', () => {
  const row = fc.stringMatching(/^[ -[\]-}]{20}$/)
  const step = fc.record({
    wait: fc.integer({ min: 0, max: 400 }),
    what: fc.oneof(
      fc.record({ show: fc.tuple(row, row, row, row) }),
      fc.constantFrom(
        'unplug' as const,
        'plug' as const,
        'jam' as const,
        'let go' as const,
        'dark' as const,
        'light' as const,
      ),
      fc.record({ nak: fc.integer({ min: 1, max: 5 }) }),
    ),
  })
  fc.assert(
    fc.property(seed, fc.array(step, { maxLength: 30 }), (n, steps) => {
      const { clock, board, events } = started(n)
      const { bus } = board.hardware
      let newest: readonly string[] = Array<string>(4).fill(' '.repeat(20))
      let light = true
      for (const { wait, what } of steps) {
        if (what === 'unplug') bus.unplug()
        else if (what === 'plug') bus.plug()
        else if (what === 'jam') bus.jam(true)
        else if (what === 'let go') bus.jam(false)
        else if (what === 'dark' || what === 'light') {
          light = what === 'light'
          board.handle({ kind: 'backlight', on: light })
        } else if ('nak' in what) bus.nak(what.nak)
        else {
          newest = what.show
          board.handle({ kind: 'show', frame: { rows: newest } })
        }
        clock.advance(wait)
      }
      bus.jam(false)
      bus.nak(0)
      bus.plug()
      clock.advance(12_000)
      expect(board.screen()).toEqual(newest)
      expect(board.backlight()).toBe(light)
      expect(bus.count().overlaps).toBe(0)
      expect(bus.count().longestMs).toBeLessThanOrEqual(5)
      const states = events.flatMap((event) => (event.kind === 'device' ? [event.state] : []))
      expect(states.every((state, at) => state === (at % 2 ? 'ready' : 'lost'))).toBe(true)
    }),
    runs,
  )
})
