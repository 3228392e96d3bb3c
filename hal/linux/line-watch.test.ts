// Lines with edges are watched, lines without are read in rounds: who is told what, and when.
import { expect, test } from 'vitest'
import type { GpioLine, Level } from '../api/lines.ts'
import { createVirtualClock } from '../fake/virtual-clock.ts'
import { watchLines } from './line-watch.ts'

/** Lines of a chip where each read takes `takesMs`. */
function lines(
  pollMs: readonly (number | undefined)[],
  {
    takesMs = 1,
    rest,
    interrupt = false,
    changed = false,
  }: { takesMs?: number; rest?: Level; interrupt?: boolean; changed?: boolean } = {},
) {
  const clock = createVirtualClock(1000)
  const levels: Level[] = pollMs.map(() => 0)
  const reads: string[] = []
  const told: string[] = []
  let failing = false
  const edges: ((level: Level) => void)[] = []
  const watched = pollMs.map((ms, n) => ({
    at: {
      ...{ chip: ['any'], offset: n, activeLow: false, ...(ms === undefined ? {} : { pollMs: ms }) },
      ...(interrupt ? { interrupt: { chip: ['soc'], offset: 5, activeLow: true } } : {}),
    },
    line: {
      read(callback) {
        reads.push(`${n} at ${clock.now() - 1000}`)
        clock.after(takesMs, () => callback(failing ? new Error('ENXIO') : null, levels[n]!))
      },
      watch(callback) {
        edges[n] = (level) => callback(null, level)
      },
    } as GpioLine,
    tell: (error: Error | null | undefined, value: Level) => void told.push(error ? error.message : `${n}: ${value}`),
  }))
  const watch = watchLines(watched, clock, {
    ...(rest === undefined ? {} : { rest }),
    ...(changed ? { changed: (levels) => void told.push(levels.join(' ')) } : {}),
  })
  return {
    ...{ clock, levels, reads, told, edges, watch },
    fail: () => {
      failing = true
    },
  }
}

test('a line that tells edges is never read', () => {
  const { clock, reads, told, edges } = lines([undefined])
  clock.advance(1000)
  edges[0]!(1)
  expect([reads, told]).toEqual([[], ['0: 1']])
})

test('lines that tell none are read together, as often as the shortest time of them, and told once and then when they change', () => {
  const { clock, levels, reads, told } = lines([20, 10])
  clock.advance(25)
  expect(reads).toEqual(['0 at 10', '1 at 10', '0 at 20', '1 at 20'])
  expect(told).toEqual(['0: 0', '1: 0'])
  levels[1] = 1
  clock.advance(30)
  expect(told.slice(2)).toEqual(['1: 1'])
})

test('lines behind an interrupt are read when somebody says so, and with each beat otherwise', () => {
  const { clock, levels, reads, told, watch } = lines([20, 20], { interrupt: true, rest: 0 })
  // It began at 1000 on a clock that beats at 4000.
  clock.advance(2999)
  expect(reads).toEqual([])
  levels[1] = 1
  clock.advance(10)
  expect([reads.length, told]).toEqual([2, ['1: 1']])
  levels[0] = 1
  watch.look()
  // Again amid a round: what changed after it was read is not missed.
  watch.look()
  clock.advance(5)
  expect([reads.length, told]).toEqual([6, ['1: 1', '0: 1']])
  watch.pause(true)
  watch.look()
  clock.advance(5)
  expect(reads).toHaveLength(6)
  watch.pause(false)
  watch.stop()
  watch.look()
  clock.advance(10_000)
  expect(reads).toHaveLength(6)
})

test('a level at rest needs no telling', () => {
  const { clock, levels, told } = lines([10, 10], { rest: 0 })
  clock.advance(50)
  expect(told).toEqual([])
  levels[0] = 1
  clock.advance(50)
  expect(told).toEqual(['0: 1'])
})

test('a slow bus is not asked again before it has answered', () => {
  const { clock, reads } = lines([10], { takesMs: 35 })
  clock.advance(100)
  expect(reads).toEqual(['0 at 10', '0 at 46', '0 at 82'])
})

test('nothing is read in a pause, an answer that comes then is not told, and what is not at rest afterwards is', () => {
  const { clock, levels, reads, told, watch } = lines([10], { rest: 0, takesMs: 2 })
  levels[0] = 1
  clock.advance(11)
  watch.pause(true)
  clock.advance(100)
  expect([reads.length, told]).toEqual([1, []])
  watch.pause(false)
  clock.advance(30)
  expect(told).toEqual(['0: 1'])
})

test('a failure is told, and nothing after it was stopped', () => {
  const { clock, reads, told, watch, fail } = lines([10])
  fail()
  clock.advance(12)
  expect(told).toEqual(['ENXIO'])
  watch.stop()
  clock.advance(100)
  expect([reads.length, told.length]).toEqual([1, 1])
})

test('a round that found a change is told as a whole, where that is wanted; a line that fails is told by itself', () => {
  const { clock, levels, told, fail } = lines([10, 10, 10], { rest: 0, changed: true })
  clock.advance(25)
  expect(told).toEqual([])
  levels[0] = 1
  levels[2] = 1
  clock.advance(10)
  expect(told).toEqual(['1 0 1'])
  levels[0] = 0
  clock.advance(50)
  expect(told.slice(1)).toEqual(['0 0 1'])
  fail()
  clock.advance(10)
  expect(told[2]).toBe('ENXIO')
})
