// The hub's clock: what it arms comes once, and not before it is due. The wall clock: told when it changes.
import { expect, test, vi } from 'vitest'
import { after } from '../base/time.ts'
import { createClock, monotonic, type WallClock, watchWallClock } from './clock.ts'

test('what is armed for later finds that it is due, so that nothing has to be armed twice', async () => {
  const clock = createClock()
  const early: number[] = []
  for (let n = 0; n < 20; n++) {
    const due = after(monotonic(), 50.1)
    await new Promise<void>((resolve) => clock.arm(due, resolve))
    early.push(due - monotonic())
  }
  expect(Math.max(...early)).toBeLessThanOrEqual(0)
})

test('the wall clock is told at once, when it was set, and when it may be believed; not when nothing changed', () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date', 'performance'] })
  const told: WallClock[] = []
  let set = false
  const forget = watchWallClock(
    () => set,
    (clock) => told.push(clock),
  )
  const [first] = told
  expect(first).toMatchObject({ set: false, zoneMs: -60_000 * new Date().getTimezoneOffset() })
  expect(Date.now() - monotonic() - first!.utcOffsetMs).toBeLessThan(1)
  vi.advanceTimersByTime(300_000)
  expect(told.length).toBe(1)
  set = true
  vi.advanceTimersByTime(30_000)
  vi.setSystemTime(Date.now() + 3_600_000)
  vi.advanceTimersByTime(60_000)
  expect(told.map((clock) => [clock.set, Math.round((clock.utcOffsetMs - first!.utcOffsetMs) / 1000)])).toEqual([
    [false, 0],
    [true, 0],
    [true, 3600],
  ])
  forget()
  vi.advanceTimersByTime(60_000)
  expect(told.length).toBe(3)
  vi.useRealTimers()
})
