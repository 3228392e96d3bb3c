// The locate machine in time: look-ups shared, remembered, given up, and what stands in when nobody answers.
import { beforeEach, expect, test } from 'vitest'
import { seededRng } from '../../base/rng.ts'
import { type Millis, ms } from '../../base/time.ts'
import { TimerQueue } from '../../base/timer-queue.ts'
import { type Given, lookUp, type Zone, zone } from '../../testing/zone.ts'
import { parseUri } from '../message/uri.ts'
import { type Located, Locator } from './locator.ts'
import { showServer } from './server.ts'
import { wishOf } from './wish.ts'

const TIMES = { presentMs: 60_000, absentMs: 5000, lookupMs: 3000 }

let now: Millis
let queue: TimerQueue
let locator: Locator
let names: Zone
/** Questions since the last look at them, and those not answered yet. */
let asked: string[]
let open: { query: number; given: Given | 'silence' }[]

beforeEach(() => {
  now = ms(0)
  queue = new TimerQueue([])
  names = new Map()
  asked = []
  open = []
  locator = new Locator(
    {
      queue,
      rng: seededRng(1),
      ways: { reachable: (protocol, family) => protocol !== 'TLS' && family === 4, prefer: 4 },
      ask(query, type, name) {
        asked.push(`${type} ${name}`)
        open.push({ query, given: lookUp(names, new Map(), type, name) })
      },
    },
    TIMES,
  )
})

function answer(more: Omit<Given, 'records'> & { readonly ttlMs?: number } = {}): void {
  for (const { query, given } of open.splice(0)) {
    if (given === 'silence') continue
    locator.answered({ query, ...(more.error ? { records: [] } : given), ...more }, now)
  }
}

function search(uriText: string): { result: string | undefined; callOff: () => void } {
  const uri = parseUri(uriText)
  const wish = uri.ok ? wishOf(uri.value) : uri
  if (!wish.ok) throw new Error(uriText)
  const show = (located: Located) =>
    located.kind === 'found' ? located.servers.map(showServer).join(' ') : located.what
  const state: { result: string | undefined; callOff: () => void } = { result: undefined, callOff: () => {} }
  const begun = locator.locate(wish.value, (located) => (state.result = show(located)), now)
  if ('located' in begun) state.result = show(begun.located)
  else state.callOff = begun.callOff
  return state
}

function pass(delay: number): void {
  now = ms(now + delay)
  queue.run(now)
}

const questions = () => asked.splice(0).join(', ')
const HOST = 'sip:a.example.com:5060'
const A = 'A a.example.com'

test('a literal is found at once, and nothing is asked', () => {
  expect(search('sip:10.0.0.1').result).toBe('UDP 10.0.0.1:5060')
  expect(questions()).toBe('')
})

test('what was found is remembered for its time, and asked anew after it', () => {
  names = zone('a.example.com A 10.0.0.1')
  const first = search(HOST)
  expect(first.result).toBeUndefined()
  answer()
  expect(first.result).toBe('UDP 10.0.0.1:5060')
  expect(questions()).toBe(A)
  pass(59_999)
  expect(search(HOST).result).toBe('UDP 10.0.0.1:5060')
  expect(questions()).toBe('')
  pass(1)
  names = zone('a.example.com A 10.0.0.2')
  const later = search(HOST)
  answer()
  expect([later.result, questions()]).toEqual(['UDP 10.0.0.2:5060', A])
})

test('an answer that says how long it is good for is not kept longer', () => {
  names = zone('a.example.com A 10.0.0.1')
  search(HOST)
  answer({ ttlMs: 2000 })
  pass(1999)
  expect(search(HOST).result).toBe('UDP 10.0.0.1:5060')
  pass(1)
  expect(search(HOST).result).toBeUndefined()
})

test('names are the same in any case', () => {
  names = zone('a.example.com A 10.0.0.1')
  search(HOST)
  answer()
  expect(search('sip:A.Example.COM:5060').result).toBe('UDP 10.0.0.1:5060')
})

test('that there is nothing is believed briefly', () => {
  const first = search(HOST)
  answer()
  expect(first.result).toBe('no A record for a.example.com: no such name')
  pass(4999)
  expect(search(HOST).result).toBe('no A record for a.example.com: no such name')
  expect(questions()).toBe(A)
  pass(1)
  search(HOST)
  expect(questions()).toBe(A)
})

test('two searches share one look-up; one called off is told nothing', () => {
  names = zone('a.example.com A 10.0.0.1')
  const [one, two, three] = [search(HOST), search(HOST), search(HOST)]
  three.callOff()
  expect([questions(), locator.pending]).toEqual([A, 1])
  answer()
  expect([one.result, two.result, three.result]).toEqual(['UDP 10.0.0.1:5060', 'UDP 10.0.0.1:5060', undefined])
  expect(locator.pending).toBe(0)
})

test('silence: each round goes on without the answer after its time; the words say what was missing', () => {
  const lost = search('sip:example.com')
  pass(2999)
  expect(questions()).toBe('NAPTR example.com')
  pass(1)
  expect(questions()).toBe('SRV _sip._udp.example.com, SRV _sip._tcp.example.com')
  pass(3000)
  expect(questions()).toBe('A example.com')
  pass(3000)
  expect(lost.result).toBe('no A record for example.com: no answer')
  expect([locator.pending, queue.size]).toEqual([0, 0])
  // An answer that comes now is nobody's.
  names = zone('example.com A 10.0.0.1')
  answer()
  expect(search('sip:example.com:5060').result).toBe('no A record for example.com: no answer')
})

test.each(['server failure', 'refused', 'no answer'] as const)('%s: what was known before stands in', (error) => {
  names = zone('a.example.com A 10.0.0.1')
  search(HOST)
  answer()
  pass(61_000)
  const later = search(HOST)
  answer({ error })
  expect(later.result).toBe('UDP 10.0.0.1:5060')
  // Briefly, and not for ever.
  pass(5000)
  questions()
  search(HOST)
  expect(questions()).toBe(A)
  answer()
  pass(25 * 3_600_000)
  const dayAfter = search(HOST)
  answer({ error })
  expect(dayAfter.result).toBe(`no A record for a.example.com: ${error}`)
})

test('that the name is gone is believed at once', () => {
  names = zone('a.example.com A 10.0.0.1')
  search(HOST)
  answer()
  pass(61_000)
  names = new Map()
  const later = search(HOST)
  answer()
  expect(later.result).toBe('no A record for a.example.com: no such name')
})

test('an answer of a hundred records counts as sixteen', () => {
  names = zone(
    Array.from({ length: 100 }, (_, at) => `_sip._udp.example.com SRV 1 1 5060 t${at}.example.com`).join('\n'),
  )
  search('sip:example.com;transport=udp')
  answer()
  expect(open).toHaveLength(16)
})
