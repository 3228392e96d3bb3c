// The loop of a board: order, no nesting, one timer.
import { expect, test } from 'vitest'
import type { Machine } from '../../firmware/base/machine.ts'
import { FOREVER, type Millis, ms } from '../../firmware/base/time.ts'
import { createVirtualClock } from '../fake/virtual-clock.ts'
import { createRunner } from './runner.ts'

/** Says every input twice and `tick` when its time has come. */
function echo(): Machine<string, string> {
  let tickAt: Millis = FOREVER
  return {
    handle(input, now, out) {
      if (input.startsWith('in ')) tickAt = ms(now + Number(input.slice(3)))
      out.push(`${input} a`, `${input} b`)
    },
    wake(now, out) {
      if (now < tickAt) return
      tickAt = FOREVER
      out.push(`tick @${now}`)
    },
    deadline: () => tickAt,
  }
}

test('an input caused by an output waits until the outputs at hand are done', () => {
  const said: string[] = []
  const runner = createRunner(echo(), createVirtualClock(), (text) => {
    said.push(text)
    if (text === 'x a') runner.feed('y')
  })
  runner.start()
  runner.feed('x')
  expect(said).toEqual(['x a', 'x b', 'y a', 'y b'])
})

test('the timer follows the deadline, and what is due comes before what happens then', () => {
  const said: string[] = []
  const clock = createVirtualClock()
  const runner = createRunner(echo(), clock, (text) => said.push(text))
  runner.start()
  runner.feed('in 10')
  runner.feed('in 5')
  clock.advance(20)
  expect(said.slice(4)).toEqual(['tick @5'])
  clock.after(7, () => runner.feed('z'))
  runner.feed('in 7')
  clock.advance(7)
  expect(said.slice(7)).toEqual(['tick @27', 'z a', 'z b'])
})

test('before start and after stop nothing happens', () => {
  const said: string[] = []
  const clock = createVirtualClock()
  const runner = createRunner(echo(), clock, (text) => {
    said.push(text)
    if (text === 'last a') runner.stop()
  })
  runner.feed('early')
  runner.start()
  runner.feed('in 5')
  runner.feed('last')
  runner.feed('late')
  clock.advance(100)
  expect(said).toEqual(['in 5 a', 'in 5 b', 'last a'])
})
