// The timer queue against a plain sorted list.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FOREVER, ms } from './time.ts'
import { type Sleeper, Timer, TimerQueue } from './timer-queue.ts'

const sleeper = (name: string, log: string[]): Sleeper => ({ wake: (now) => log.push(`${now} ${name}`) })

test('wakes in order of deadlines, whatever list they are in', () => {
  const log: string[] = []
  const queue = new TimerQueue([500])
  const [a, b, c] = ['a', 'b', 'c'].map((name) => new Timer(sleeper(name, log))) as [Timer, Timer, Timer]
  queue.arm(a, ms(500), ms(0))
  queue.arm(b, ms(300), ms(0))
  queue.arm(c, ms(600), ms(100))
  expect(queue.deadline()).toBe(300)
  queue.run(ms(299))
  expect(log).toEqual([])
  queue.run(ms(500))
  expect(log).toEqual(['500 b', '500 a'])
  queue.disarm(c)
  expect([queue.deadline(), queue.size]).toEqual([FOREVER, 0])
})

test('a timer armed while others run is woken in the same turn when it is due', () => {
  const log: string[] = []
  const queue = new TimerQueue([])
  const second = new Timer(sleeper('second', log))
  const first = new Timer({ wake: (now) => queue.arm(second, now, now) })
  queue.arm(first, ms(10), ms(0))
  queue.run(ms(10))
  expect(log).toEqual(['10 second'])
})

test('any sequence of arm, disarm and run wakes what a sorted list would', () => {
  const operation = fc.record({
    timer: fc.nat(9),
    delay: fc.constantFrom(0, 0.3, 1, 5, 5, 5, 7, 20, 20, Infinity),
    pass: fc.constantFrom(0, 0, 0.1, 1, 6, 25),
  })
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      const queue = new TimerQueue([5, 20])
      const model = new Map<number, number>()
      const woken: number[] = []
      const timers = Array.from({ length: 10 }, (_, i) => new Timer({ wake: () => woken.push(i) }))
      let now = 0
      for (const { timer, delay, pass } of operations) {
        queue.arm(timers[timer] as Timer, ms(now + delay), ms(now))
        if (delay === Infinity) model.delete(timer)
        else model.set(timer, now + delay)
        expect(queue.deadline()).toBe(Math.min(Infinity, ...model.values()))
        expect(queue.size).toBe(model.size)
        now += pass
        woken.length = 0
        queue.run(ms(now))
        const due = [...model].filter(([, at]) => at <= now)
        expect([...woken].sort()).toEqual(due.map(([i]) => i).sort())
        const times = woken.map((i) => model.get(i) as number)
        expect(times).toEqual([...times].sort((x, y) => x - y))
        for (const [i] of due) model.delete(i)
      }
    }),
  )
})
