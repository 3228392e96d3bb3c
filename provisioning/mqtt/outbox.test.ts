// The outbox in virtual time: coalescing, repetition in a new session, the bounded queue and its gap.
import { expect, test } from 'vitest'
import { FOREVER, ms } from '../../firmware/base/time.ts'
import { backoff } from './backoff.ts'
import { COALESCE, createOutbox, MAX_EVENTS, MAX_RETAINED } from './outbox.ts'

const sent = (box: ReturnType<typeof createOutbox>, now: number) =>
  box.take(ms(now)).map(({ suffix, payload }) => `${suffix} ${payload}`)

test('a retained topic goes out when it changed, and once', () => {
  const box = createOutbox('b')
  box.set('info', { a: 1 })
  expect(box.deadline()).toBeLessThan(0)
  expect(sent(box, 0)).toEqual(['info {"a":1}'])
  box.set('info', { a: 1 })
  expect(box.deadline()).toBe(FOREVER)
  expect(sent(box, 1)).toEqual([])
  box.set('info', { a: 2 })
  expect(sent(box, 2)).toEqual(['info {"a":2}'])
})

test('state topics wait for their turn, each on its own, and only the newest value goes', () => {
  const box = createOutbox('b')
  box.set('state/line', 1)
  box.set('state/call', 1)
  expect(sent(box, 0)).toEqual(['state/line 1', 'state/call 1'])
  box.set('state/line', 2)
  box.set('state/line', 3)
  expect(sent(box, COALESCE - 1)).toEqual([])
  expect(box.deadline()).toBe(COALESCE)
  expect(sent(box, COALESCE)).toEqual(['state/line 3'])
})

test('a new session hears everything again', () => {
  const box = createOutbox('b')
  box.set('info', 1)
  box.set('state/line', 1)
  sent(box, 0)
  box.restart()
  expect(sent(box, 1)).toEqual(['info 1', 'state/line 1'])
})

test('topics are bounded', () => {
  const box = createOutbox('b')
  for (let topic = 0; topic < MAX_RETAINED; topic++) expect(box.set(`state/${topic}`, 1)).toBe(true)
  expect(box.set('state/more', 1)).toBe(false)
  expect(box.set('state/0', 2)).toBe(true)
})

test('an event stays until it was delivered', () => {
  const box = createOutbox('b')
  box.event('hook', { state: 'off' })
  const [first] = box.take(ms(0))
  expect(first).toMatchObject({
    suffix: 'event/hook',
    payload: '{"bootId":"b","number":1,"state":"off"}',
    retain: false,
  })
  expect(box.take(ms(1))).toEqual([])
  box.restart()
  const [again] = box.take(ms(2))
  expect(again?.payload).toBe(first?.payload)
  again?.delivered()
  box.restart()
  expect(box.take(ms(3))).toEqual([])
})

test('the oldest events give way, and a gap event says how many', () => {
  const box = createOutbox('b')
  for (let event = 0; event < MAX_EVENTS + 3; event++) box.event('key', {})
  const events = sent(box, 0)
  expect(events[0]).toBe('event/key {"bootId":"b","number":4}')
  expect(events.at(-1)).toBe(`event/gap {"bootId":"b","number":${MAX_EVENTS + 4},"lost":3}`)
  expect(events).toHaveLength(MAX_EVENTS + 1)
})

test.each([
  [0, 0, 0],
  [0, 0.999, 999],
  [3, 0.5, 4000],
  [6, 1, 60_000],
  [1e9, 0.5, 30_000],
])('after %i failures and a chance of %f the wait is %i ms', (failures, chance, wait) => {
  expect(backoff(failures, chance)).toBe(wait)
})
