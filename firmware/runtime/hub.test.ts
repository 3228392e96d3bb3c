// The hub in virtual time: order, one timer, bounds, and a machine that throws.
import { describe, expect, test } from 'vitest'
import type { LogRecord } from '../base/log.ts'
import type { Machine } from '../base/machine.ts'
import { after, FOREVER, type Millis, ms } from '../base/time.ts'
import { createHub, type HubClock } from './hub.ts'

/** Virtual time; deferred work runs when the test says `idle`. */
function virtualClock() {
  let now = ms(0)
  let armed: { at: Millis; fire: () => void } | undefined
  const waiting: (() => void)[] = []
  const arms: Millis[] = []
  const clock: HubClock = {
    now: () => now,
    arm(at, fire) {
      arms.push(at)
      armed = { at, fire }
    },
    disarm() {
      armed = undefined
    },
    defer: (run) => waiting.push(run),
  }
  return {
    clock,
    arms,
    idle() {
      for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) run()
    },
    /** Time passes while the event loop is busy: nothing fires. */
    skip(time: number) {
      now = ms(time)
    },
    to(time: number) {
      while (armed !== undefined && armed.at <= time) {
        now = armed.at
        const { fire } = armed
        armed = undefined
        fire()
      }
      now = ms(time)
    },
  }
}

/** Answers what it is told; `after N` makes it say `late` N ms later; `throw` throws after one output. */
function parrot(): Machine<string, string> {
  let due = FOREVER
  return {
    handle(input, now, out) {
      if (input.startsWith('after ')) due = after(now, Number(input.slice(6)))
      else out.push(input)
      if (input === 'throw') throw new Error('planted')
    },
    wake(now, out) {
      if (now < due) return
      due = FOREVER
      out.push('late')
    },
    deadline: () => due,
  }
}

function world() {
  const time = virtualClock()
  const records: LogRecord[] = []
  const hub = createHub(time.clock, (record) => records.push(record))
  const performed: string[] = []
  return { ...time, hub, records, performed }
}

describe('order', () => {
  test('a consequence is queued behind earlier ones and done before the next arrival', () => {
    const { hub, performed } = world()
    const inner = hub.attach('inner', parrot(), (text) => performed.push(`inner ${text}`))
    const outer = hub.attach('outer', parrot(), (text) => {
      performed.push(`outer ${text}`)
      inner(`of ${text}`)
    })
    const arrive = hub.inlet<string>({ name: 'net', rank: 'sip', capacity: 8 }, (text) => {
      outer(`${text}1`)
      outer(`${text}2`)
    })
    const start = hub.inlet<null>({ name: 'start', rank: 'hardware', capacity: 8 }, () => {
      arrive('a')
      arrive('b')
    })
    start(null)
    expect(performed).toEqual([
      ...['outer a1', 'outer a2', 'inner of a1', 'inner of a2'],
      ...['outer b1', 'outer b2', 'inner of b1', 'inner of b2'],
    ])
  })

  test('ranks drain hardware, timers, media, sip, mqtt; inlets of one rank in turn', () => {
    const { hub, performed, idle, skip } = world()
    const feed = hub.attach('parrot', parrot(), (text) => performed.push(text))
    const into = (name: string, rank: 'hardware' | 'media' | 'sip' | 'mqtt') =>
      hub.inlet<string>({ name, rank, capacity: 8 }, feed)
    const [mqtt, sipA, sipB, media, hardware] = [
      into('mqtt', 'mqtt'),
      into('a', 'sip'),
      into('b', 'sip'),
      into('media', 'media'),
      into('hardware', 'hardware'),
    ]
    feed('after 10')
    idle()
    const burst = hub.inlet<null>({ name: 'burst', rank: 'hardware', capacity: 1 }, () => {
      mqtt('mqtt')
      for (const n of [1, 2]) sipA(`a${n}`)
      for (const n of [1, 2]) sipB(`b${n}`)
      media('media')
      hardware('hardware')
    })
    skip(20)
    burst(null)
    expect(performed).toEqual(['hardware', 'late', 'media', 'a1', 'b1', 'a2', 'b2', 'mqtt'])
  })
})

describe('timer', () => {
  test('one timer, armed again only when something is due earlier', () => {
    const { hub, arms, performed, to } = world()
    const a = hub.attach('a', parrot(), (text) => performed.push(`a ${text}`))
    const b = hub.attach('b', parrot(), (text) => performed.push(`b ${text}`))
    const tell = hub.inlet<() => void>({ name: 'test', rank: 'hardware', capacity: 8 }, (action) => action())
    tell(() => a('after 50'))
    tell(() => b('after 80'))
    expect(arms).toEqual([50])
    tell(() => b('after 20'))
    expect(arms).toEqual([50, 20])
    to(100)
    expect(performed).toEqual(['b late', 'a late'])
    expect(arms).toEqual([50, 20, 50])
  })

  test('a machine whose wake throws is left alone for a second, the others are not', () => {
    const { hub, performed, records, to } = world()
    const broken: Machine<string, string> = {
      handle: () => {},
      wake() {
        throw new Error('planted')
      },
      deadline: () => ms(5),
    }
    hub.attach('broken', broken, () => {})
    const good = hub.attach('good', parrot(), (text) => performed.push(text))
    hub.inlet<null>({ name: 'test', rank: 'hardware', capacity: 1 }, () => good('after 10'))(null)
    to(500)
    expect(hub.counters.faults).toBe(1)
    expect(performed).toEqual(['late'])
    to(1500)
    expect(hub.counters.faults).toBe(2)
    expect(records[0]?.fields).toMatchObject({ machine: 'broken', doing: 'wake' })
  })
})

describe('bounds and faults', () => {
  test('a throw is reported with its stack, outputs before it are performed, and the machine lives on', () => {
    const { hub, performed, records } = world()
    const feed = hub.attach('parrot', parrot(), (text) => performed.push(text))
    const arrive = hub.inlet<string>({ name: 'net', rank: 'sip', capacity: 8 }, feed)
    arrive('throw')
    arrive('on')
    expect(performed).toEqual(['throw', 'on'])
    expect(hub.counters.faults).toBe(1)
    expect(records[0]?.fields?.stack).toContain('planted')
  })

  test('a throw while performing loses that output only', () => {
    const { hub, performed } = world()
    const feed = hub.attach('parrot', parrot(), (text) => {
      if (text === 'a') throw new Error('planted')
      performed.push(text)
    })
    const arrive = hub.inlet<string>({ name: 'net', rank: 'sip', capacity: 8 }, feed)
    arrive('a')
    arrive('b')
    expect(performed).toEqual(['b'])
  })

  test('a full inlet drops the newest, counts all and logs once a minute', () => {
    const { hub, performed, records, to } = world()
    const feed = hub.attach('parrot', parrot(), (text) => performed.push(text))
    const net = hub.inlet<string>({ name: 'net', rank: 'sip', capacity: 2 }, feed)
    const flood = hub.inlet<null>({ name: 'flood', rank: 'hardware', capacity: 1 }, () => {
      for (let n = 1; n <= 5; n++) net(`${n}`)
    })
    flood(null)
    expect(performed).toEqual(['1', '2'])
    expect(hub.counters.overflows).toBe(3)
    expect(records.length).toBe(1)
    to(61_000)
    flood(null)
    expect(records.map((record) => record.fields?.dropped)).toEqual([1, 3])
  })

  test('a machine that feeds itself for ever is cut off', () => {
    const { hub, records } = world()
    const feed: (text: string) => void = hub.attach('parrot', parrot(), (text) => feed(text))
    hub.inlet<string>({ name: 'net', rank: 'sip', capacity: 8 }, feed)('again')
    expect(hub.counters.overflows).toBe(1)
    expect(records[0]?.what).toBe('too many consequences of one input')
  })

  test('more arrivals than one turn takes are continued after I/O had its chance', () => {
    const { hub, performed, idle } = world()
    const feed = hub.attach('parrot', parrot(), (text) => performed.push(text))
    const net = hub.inlet<string>({ name: 'net', rank: 'sip', capacity: 200 }, feed)
    hub.inlet<null>({ name: 'flood', rank: 'hardware', capacity: 1 }, () => {
      for (let n = 0; n < 100; n++) net(`${n}`)
    })(null)
    expect(performed.length).toBeLessThan(100)
    idle()
    expect(performed.length).toBe(100)
  })

  test('after stop nothing comes out', () => {
    const { hub, performed, to } = world()
    const feed = hub.attach('parrot', parrot(), (text) => performed.push(text))
    const net = hub.inlet<string>({ name: 'net', rank: 'sip', capacity: 2 }, feed)
    net('after 10')
    hub.stop()
    net('x')
    to(20)
    expect(performed).toEqual([])
  })

  test('a stopped part is silent, timers and consequences on their way included; the others go on', () => {
    const { hub, performed, to } = world()
    const part = hub.part()
    const gone = part.attach('gone', parrot(), (text) => performed.push(`gone ${text}`))
    const stays = hub.attach('stays', parrot(), (text) => performed.push(`stays ${text}`))
    const test = hub.inlet<() => void>({ name: 'test', rank: 'hardware', capacity: 8 }, (action) => action())
    const net = part.inlet<string>({ name: 'net', rank: 'sip', capacity: 8 }, gone)
    test(() => {
      gone('after 10')
      stays('after 10')
      net('waiting')
    })
    test(() => {
      gone('on its way')
      part.stop()
    })
    net('late')
    to(20)
    expect(performed).toEqual(['gone waiting', 'stays late'])
  })
})
