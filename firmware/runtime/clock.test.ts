// The hub's clock: what it arms comes once, and not before it is due.
import { expect, test } from 'vitest'
import { after } from '../base/time.ts'
import { createClock, monotonic } from './clock.ts'

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
