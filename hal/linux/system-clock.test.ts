// The real clock: what shall run at once does not keep the rest of the process waiting.
import { stat } from 'node:fs'
import { expect, test } from 'vitest'
import { systemClock } from './system-clock.ts'

const block = (forMs: number): void => {
  const end = performance.now() + forMs
  while (performance.now() < end);
}

test('slow steps that follow each other at once let an answer through', async () => {
  let [answered, steps] = [false, 0]
  stat('.', () => {
    answered = true
  })
  await new Promise<void>((resolve) => {
    const step = (): void => {
      block(5)
      if (answered || ++steps === 50) resolve()
      else systemClock.after(0, step)
    }
    step()
  })
  expect(answered).toBe(true)
})

test('a long delay does not end early, so that nobody has to look twice', async () => {
  const early: number[] = []
  for (let n = 0; n < 20; n++) {
    const due = systemClock.now() + 50.9
    await new Promise<void>((resolve) => systemClock.after(due - systemClock.now(), resolve))
    early.push(due - systemClock.now())
  }
  expect(Math.max(...early)).toBeLessThanOrEqual(0)
})

test('what is called off does not run, soon or later', async () => {
  const ran: number[] = []
  for (const delay of [0, 5]) systemClock.after(delay, () => ran.push(delay))()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(ran).toEqual([])
})
