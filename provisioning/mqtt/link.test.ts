// The session with the broker over a scripted connection, in virtual time.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ms } from '../../firmware/base/time.ts'
import type { Connection, ConnectionEvents, ConnectionOptions, Message } from './client.ts'
import { type Command, createLink } from './link.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

interface Attempt {
  readonly options: ConnectionOptions
  readonly events: ConnectionEvents
  readonly published: string[]
  readonly filters: string[]
  ended: boolean
}

function bench(chance = 1) {
  const attempts: Attempt[] = []
  const log: string[] = []
  const commands: Command[] = []
  const failures: string[] = []
  let session = 0
  const watches = new Set<() => void>()
  const link = createLink(
    {
      ...{ broker: 'mqtt://b', prefix: 'p', deviceId: 'd', bootId: 'boot', credentials: undefined },
      ...{ ca: undefined, cert: undefined, key: undefined },
      nextSession: async () => ++session,
      now: () => ms(Date.now()),
      chance: () => chance,
      watchAddresses(changed) {
        watches.add(changed)
        return { close: () => watches.delete(changed) }
      },
      async connect(options, events): Promise<Connection> {
        const attempt: Attempt = { options, events, published: [], filters: [], ended: false }
        attempts.push(attempt)
        return {
          subscribe: async (filter, noLocal) => void attempt.filters.push(`${filter}${noLocal ? ' no local' : ''}`),
          publish: async (topic, payload) => void attempt.published.push(`${topic} ${payload}`),
          end: async () => {
            attempt.ended = true
            events.closed('')
          },
        }
      },
    },
    {
      connected: (connected) => log.push(connected ? 'connected' : 'disconnected'),
      failed: (reason) => failures.push(reason),
      desired: (text) => log.push(`desired ${text}`),
      command: (command) => commands.push(command),
      log: ({ what, fields }) => log.push(`${what} ${fields?.reason ?? ''}`.trim()),
    },
  )
  const soon = () => vi.advanceTimersByTimeAsync(0)
  return {
    ...{ link, attempts, log, commands, failures, watches, soon },
    async connected() {
      link.start()
      await soon()
      attempts.at(-1)!.events.connected()
      await soon()
    },
    message(topic: string, text: string | Buffer, extra: Partial<Message> = {}) {
      const payload = Buffer.from(text)
      attempts
        .at(-1)!
        .events.message({ topic, payload, retain: false, responseTopic: undefined, correlation: undefined, ...extra })
    },
  }
}

test('it subscribes, then says that it is online, then everything kept', async () => {
  const b = bench()
  b.link.set('info', { model: 'x' })
  await b.connected()
  const [first] = b.attempts
  expect(first!.options.will).toEqual({
    topic: 'p/1/d/status',
    payload: '{"state":"lost","bootId":"boot","session":1}',
  })
  expect(first!.filters).toEqual(['p/1/d/config/desired', 'p/1/d/cmd/# no local'])
  expect(first!.published.sort()).toEqual([
    'p/1/d/info {"model":"x"}',
    'p/1/d/status {"state":"online","bootId":"boot","session":1}',
  ])
})

test('waits grow to a minute, each attempt has a session of its own, and a reason is logged once', async () => {
  const b = bench()
  b.link.start()
  const waits: number[] = []
  for (let attempt = 1; attempt <= 9; attempt++) {
    await b.soon()
    b.attempts.at(-1)!.events.closed('ECONNREFUSED')
    const begin = Date.now()
    while (b.attempts.length === attempt) await vi.advanceTimersByTimeAsync(100)
    waits.push(Date.now() - begin)
  }
  expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000])
  expect(b.log).toEqual(['not connected ECONNREFUSED'])
  expect(b.failures).toEqual(waits.map(() => 'ECONNREFUSED'))
  expect(b.attempts.at(-1)!.options.will?.payload).toContain('"session":10')
})

test('a phone without a network or a name server yet does not wait longer and longer, until it has for half a minute', async () => {
  const b = bench()
  b.link.start()
  const reasons = ['connect ENETUNREACH 192.0.2.1:1883', 'the name of the broker is not known (EAI_AGAIN)']
  const waits: number[] = []
  for (let attempt = 1; attempt <= 32; attempt++) {
    await b.soon()
    b.attempts.at(-1)!.events.closed(reasons[attempt % 2]!)
    const begin = Date.now()
    while (b.attempts.length === attempt) await vi.advanceTimersByTimeAsync(100)
    waits.push(Date.now() - begin)
  }
  expect(waits).toEqual([...Array(31).fill(1000), 2000])
})

test('other addresses of this machine cut the wait short and end the row of failures; they are watched while it waits', async () => {
  const b = bench(0.5)
  const changed = () => {
    for (const tell of b.watches) tell()
  }
  b.link.start()
  for (let attempt = 1; attempt <= 10; attempt++) {
    await b.soon()
    expect(b.attempts).toHaveLength(attempt)
    b.attempts.at(-1)!.events.closed('EHOSTUNREACH')
    if (attempt < 10) await vi.advanceTimersByTimeAsync(30_000)
  }
  expect(b.watches.size).toBe(1)
  changed()
  await vi.advanceTimersByTimeAsync(499)
  expect(b.attempts).toHaveLength(10)
  await vi.advanceTimersByTimeAsync(1)
  expect(b.attempts).toHaveLength(11)
  changed()
  b.attempts.at(-1)!.events.closed('EHOSTUNREACH')
  await vi.advanceTimersByTimeAsync(500)
  expect(b.attempts).toHaveLength(12)
  b.attempts.at(-1)!.events.connected()
  await b.soon()
  expect(b.watches.size).toBe(0)
  b.attempts.at(-1)!.events.closed('lost')
  expect(b.watches.size).toBe(1)
  await b.link.stop()
  expect(b.watches.size).toBe(0)
})

test('a session cut short does not end the row of failures, one that lasted does', async () => {
  const b = bench()
  await b.connected()
  b.attempts.at(-1)!.events.closed('taken over')
  await vi.advanceTimersByTimeAsync(1000)
  b.attempts.at(-1)!.events.connected()
  await b.soon()
  b.attempts.at(-1)!.events.closed('taken over')
  await vi.advanceTimersByTimeAsync(1999)
  expect(b.attempts).toHaveLength(2)
  await vi.advanceTimersByTimeAsync(1)
  b.attempts.at(-1)!.events.connected()
  await vi.advanceTimersByTimeAsync(30_000)
  b.attempts.at(-1)!.events.closed('lost')
  await vi.advanceTimersByTimeAsync(1000)
  expect(b.attempts).toHaveLength(4)
})

test('what is not for this phone, not a name, or not UTF-8 does no harm', async () => {
  const b = bench()
  await b.connected()
  b.log.length = 0
  b.message('p/1/other/config/desired', '{}')
  b.message('p/1/d/config/desired', Buffer.from([0xff, 0xfe]))
  b.message('p/1/d/cmd/a/b', '')
  b.message('p/1/d/cmd/Identify', '')
  b.message('p/1/d/cmd/identify', Buffer.from([0xff]))
  expect(b.log).toEqual(['desired \ufffd'])
  expect(b.commands.map(({ name, payload }) => `${name} ${payload}`)).toEqual(['identify '])
})

test('an answer goes where it was asked for, with its correlation; none after the session ended', async () => {
  const b = bench()
  await b.connected()
  b.message('p/1/d/cmd/identify', 'x', { responseTopic: 'me', correlation: Buffer.from('c') })
  b.message('p/1/d/cmd/identify', 'x')
  expect(b.commands.map(({ correlation }) => correlation)).toEqual(['63', undefined])
  for (const command of b.commands) command.respond({ ok: true })
  const [first] = b.attempts
  expect(first!.published.slice(-2)).toEqual(['me {"ok":true}', 'p/1/d/cmd/identify/response {"ok":true}'])
  first!.events.closed('lost')
  b.commands[0]!.respond({ ok: true })
  expect(first!.published).toHaveLength(3)
})

test('stopped in whatever state, it says goodbye once and stays away', async () => {
  const connected = bench()
  await connected.connected()
  await connected.link.stop()
  expect(connected.attempts[0]!.published.at(-1)).toBe('p/1/d/status {"state":"offline","bootId":"boot","session":1}')

  const connecting = bench()
  connecting.link.start()
  await connecting.link.stop()

  const waiting = bench()
  waiting.link.start()
  await waiting.soon()
  waiting.attempts[0]!.events.closed('ECONNREFUSED')
  await waiting.link.stop()

  for (const b of [connected, connecting, waiting]) {
    b.link.start()
    await vi.advanceTimersByTimeAsync(200_000)
    expect(b.attempts.length).toBeLessThanOrEqual(1)
    expect(b.attempts.every(({ ended, options }) => ended || options === waiting.attempts[0]!.options)).toBe(true)
  }
})

test('asked to read anew it subscribes anew, which has the broker send what it keeps; not while there is no session', async () => {
  const b = bench()
  b.link.reread()
  await b.connected()
  const before = b.attempts[0]!.filters.length
  b.link.reread()
  await b.soon()
  expect(b.attempts[0]!.filters.slice(before)).toEqual(['p/1/d/config/desired'])
  b.attempts[0]!.events.closed('gone')
  b.link.reread()
  expect(b.attempts).toHaveLength(1)
})
