// The provisioning machine in virtual time: its table of states and inputs, trials that succeed and that fail.
import { expect, test } from 'vitest'
import { ms } from '../../firmware/base/time.ts'
import { text } from '../testing/documents.ts'
import { MAX_ATTEMPTS, QUIET, SETTLE, SOAK } from './contract.ts'
import { bench, goodOne } from './testing/bench.ts'

test('a new phone takes its first document at once, and asks nothing of it', () => {
  const b = bench()
  expect(b.provisioner.initial).toBeUndefined()
  b.feed({ kind: 'broker', connected: true }).feed({ kind: 'desired', text: text({ version: 7 }) })
  expect(b.log).toEqual([
    'report none: runs null, good null',
    'store candidate 7',
    'report pending 7 (waiting): runs null, good null',
    'store attempt 7',
    'apply 7',
    'report pending 7 (on trial): runs 7, good null',
    'store promote 7',
    'report applied 7: runs 7, good 7',
  ])
  expect(b.stored.good?.version).toBe(7)
})

test('a change waits until lines and audio have settled, the phone is idle, and nobody used it for a moment', () => {
  const b = bench(goodOne(1))
  b.feed({ kind: 'desired', text: text({ version: 2, apply: { when: 'idle' }, config: { audio: { volume: 8 } } }) })
  expect(b.applied).toEqual([])
  b.feed({ kind: 'idle', idle: true })
    .healthy()
    .at(QUIET - 1)
  expect(b.applied).toEqual([])
  b.feed({ kind: 'idle', idle: false }).at(QUIET * 3)
  expect(b.applied).toEqual([])
  b.feed({ kind: 'idle', idle: true })
  expect(b.provisioner.deadline()).toBe(b.now + QUIET)
  b.run()
  expect(b.applied).toEqual([2])
  expect(b.stored.good?.version).toBe(2)
})

test('lines that never come to an end do not hold a change back for ever', () => {
  const b = bench(goodOne(1))
  b.feed({ kind: 'idle', idle: true }).feed({ kind: 'desired', text: text({ version: 2 }) })
  expect(b.provisioner.deadline()).toBe(SETTLE)
  b.run()
  expect([b.now, ...b.applied]).toEqual([ms(SETTLE), 2])
})

test('`now` does without the moment of quiet, and may be asked for afterwards; a call is never disturbed', () => {
  const b = bench(goodOne(1)).healthy()
  b.feed({ kind: 'desired', text: text({ version: 2, apply: { when: 'idle' } }) })
  b.feed({ kind: 'desired', text: text({ version: 2, apply: { when: 'now' } }) })
  expect(b.applied).toEqual([])
  b.feed({ kind: 'idle', idle: true })
  expect(b.applied).toEqual([2])
})

test('a line has to register anew with its new settings before they are confirmed', () => {
  const b = bench(goodOne(1)).healthy().feed({ kind: 'idle', idle: true })
  b.feed({ kind: 'desired', text: text({ version: 2, account: { expires: 600 } }) })
  expect(b.applied).toEqual([2])
  expect(b.stored.good?.version).toBe(1)
  b.feed({ kind: 'line', account: 'main', state: 'registered', reason: '' })
  expect(b.stored.good?.version).toBe(2)
  expect(b.reported).toMatchObject({ result: 'applied', restarted: ['line main'] })
})

test('what does not work within the time is taken back, when the phone is idle, with the reason', () => {
  const b = bench(goodOne(1)).healthy().feed({ kind: 'idle', idle: true })
  const start = b.now
  b.feed({
    kind: 'desired',
    text: text({ version: 2, apply: { when: 'now', confirmSeconds: 10 }, account: { expires: 600 } }),
  })
  expect(b.provisioner.deadline()).toBe(start + 10_000)
  b.feed({ kind: 'line', account: 'main', state: 'trying', reason: 'no answer from example.com' })
  b.feed({ kind: 'idle', idle: false }).run()
  expect(b.applied).toEqual([2])
  b.at(b.now + 5000).feed({ kind: 'line', account: 'main', state: 'registered', reason: '' })
  expect(b.stored.good?.version).toBe(1)
  b.feed({ kind: 'idle', idle: true })
  expect(b.applied).toEqual([2, 1])
  expect(b.reported).toMatchObject({
    version: 1,
    attempted: 2,
    result: 'reverted',
    reason: 'line main does not register: no answer from example.com',
    lastKnownGood: 1,
  })
})

test.each([
  [
    'a refused line',
    { kind: 'line', account: 'main', state: 'refused', reason: 'wrong password' } as const,
    'line main does not register: wrong password',
    { expires: 600 },
    {},
  ],
  [
    'a dead audio device',
    { kind: 'audio', state: 'failed', reason: 'no such device' } as const,
    'the audio device does not work: no such device',
    {},
    { handset: { kind: 'null' } },
  ],
  [
    'a lost broker',
    { kind: 'broker', connected: false } as const,
    'the broker cannot be reached',
    { expires: 600 },
    {},
  ],
])('%s takes the change back', (_, input, reason, account, config) => {
  const b = bench(goodOne(1)).healthy().feed({ kind: 'broker', connected: true }).feed({ kind: 'idle', idle: true })
  b.feed({ kind: 'desired', text: text({ version: 2, account, config }) })
  b.feed(input)
  if (input.kind !== 'line') b.feed({ kind: 'line', account: 'main', state: 'registered', reason: '' })
  b.run()
  expect(b.applied).toEqual([2, 1])
  b.feed({ kind: 'broker', connected: true })
  expect(b.reported).toMatchObject({ result: 'reverted', reason })
})

test('a new audio device has to stay well for a moment; that it works need not be said again', () => {
  const b = bench(goodOne(1)).healthy().feed({ kind: 'idle', idle: true })
  b.feed({ kind: 'desired', text: text({ version: 2, config: { handset: { kind: 'null' } } }) })
  expect(b.provisioner.deadline()).toBe(b.now + SOAK)
  b.at(b.now + SOAK - 1)
  expect(b.stored.good?.version).toBe(1)
  b.run()
  expect(b.reported).toMatchObject({ result: 'applied', version: 2, restarted: ['audio'] })
})

test('what did not work before is not asked of the change', () => {
  const b = bench(goodOne(1)).feed({ kind: 'line', account: 'main', state: 'refused', reason: 'wrong password' })
  b.feed({ kind: 'audio', state: 'failed', reason: '' }).feed({ kind: 'idle', idle: true })
  b.feed({ kind: 'desired', text: text({ version: 2, account: { expires: 600 } }) })
  expect(b.stored.good?.version).toBe(2)
})

test('versions: the same is nothing new, a lower or changed one is refused, a refused one is not used up', () => {
  const b = bench(goodOne(5)).healthy().feed({ kind: 'idle', idle: true }).feed({ kind: 'broker', connected: true })
  const result = (content: string) => {
    b.feed({ kind: 'desired', text: content }).run()
    return `${b.reported.result} ${b.reported.attempted} ${b.reported.errors.map(({ path, expected }) => `${path} ${expected}`)}`
  }
  expect(result(text({ version: 5 }))).toBe('applied 5 ')
  expect(result(text({ version: 4 }))).toBe('rejected 4 /version 6 or higher')
  expect(result(text({ version: 5, config: { audio: { volume: 1 } } }))).toBe('rejected 5 /version 6 or higher')
  expect(result(text({ version: 5, secrets: {} }))).toBe('rejected 5 /version 6 or higher')
  expect(result(text({ version: 6, config: { audio: { volume: 11 } } }))).toBe(
    'rejected 6 /config/audio/volume a whole number, 0 to 10',
  )
  expect(result('')).toBe('rejected 6 /config/audio/volume a whole number, 0 to 10')
  expect(result(text({ version: 5 }))).toBe('applied 5 ')
  expect(result(text({ version: 6, config: { audio: { volume: 10 } } }))).toBe('applied 6 ')
  expect(b.applied).toEqual([6])
})

test('a reverted version is not tried again, whoever publishes it', () => {
  const b = bench(goodOne(1)).healthy().feed({ kind: 'idle', idle: true })
  const second = text({ version: 2, account: { username: 'mallory' } })
  b.feed({ kind: 'desired', text: second })
  b.feed({ kind: 'line', account: 'main', state: 'refused', reason: 'wrong password' })
  b.healthy().feed({ kind: 'desired', text: second }).run()
  const again = bench(b.stored)
    .healthy()
    .feed({ kind: 'idle', idle: true })
    .feed({ kind: 'desired', text: second })
    .run()
  expect([...b.applied, ...again.applied]).toEqual([2, 1])
  expect(again.reported).toMatchObject({ version: 1, attempted: 2, result: 'reverted' })
  expect(again.feed({ kind: 'desired', text: text({ version: 2 }) }).reported.result).toBe('rejected')
})

test('a newer document supersedes one that waits, and queues behind one on trial', () => {
  const b = bench(goodOne(1)).healthy().feed({ kind: 'broker', connected: true })
  const document = (version: number) => text({ version, account: { expires: 1000 + version } })
  b.feed({ kind: 'desired', text: document(2) }).feed({ kind: 'desired', text: document(3) })
  expect(b.log).toContain('report superseded 2 (version 3 came): runs 1, good 1')
  b.feed({ kind: 'idle', idle: true })
  expect(b.applied).toEqual([3])
  b.feed({ kind: 'desired', text: document(4) }).feed({ kind: 'desired', text: document(5) })
  expect(b.applied).toEqual([3])
  b.feed({ kind: 'line', account: 'main', state: 'registered', reason: '' })
  expect(b.applied).toEqual([3, 5])
})

test('a disk that does not take it: the document is refused, or taken back', () => {
  const b = bench(goodOne(1)).healthy().feed({ kind: 'idle', idle: true })
  b.disk = 'ENOSPC'
  b.feed({ kind: 'desired', text: text({ version: 2, config: { audio: { volume: 1 } } }) })
  expect(b.reported).toMatchObject({ result: 'rejected', reason: 'it could not be stored: ENOSPC' })
  b.disk = ''
  b.failOn = 'promote'
  b.feed({ kind: 'desired', text: text({ version: 2, config: { audio: { volume: 1 } } }) }).run()
  expect(b.applied).toEqual([2, 1])
  expect(b.reported).toMatchObject({ version: 1, result: 'reverted', reason: 'it could not be stored: ENOSPC' })
})

test(`a candidate under which the phone died is tried ${MAX_ATTEMPTS} times, then given up`, () => {
  let stored = goodOne(1)
  const applied: number[] = []
  for (let start = 0; start < 4; start++) {
    const b = bench(stored).feed({ kind: 'broker', connected: true })
    if (start === 0) b.feed({ kind: 'desired', text: text({ version: 2, account: { expires: 600 } }) })
    expect(b.provisioner.initial?.version).toBe(1)
    b.healthy().feed({ kind: 'idle', idle: true }).at(QUIET)
    applied.push(...b.applied)
    stored = b.stored
    if (start === 2) expect(b.reported.reason).toBe('the phone restarted each time it was tried')
  }
  expect(applied).toEqual([2, 2])
  expect(stored).toMatchObject({
    good: { version: 1 },
    candidate: undefined,
    last: { version: 2, outcome: 'reverted' },
  })
})

test('nothing that leaves the machine shows a secret', () => {
  const b = bench(goodOne(1)).healthy().feed({ kind: 'idle', idle: true }).feed({ kind: 'broker', connected: true })
  b.feed({ kind: 'desired', text: text({ version: 2, secrets: { main: { password: 'hunter2' } } }) })
  b.feed({ kind: 'desired', text: text({ version: 3, secrets: { main: { password: ['hunter3'] } } as never }) })
  const shown = JSON.stringify(b.outputs.filter(({ to }) => to !== 'store'))
  expect(shown).not.toMatch(/hunter|sesame/)
  expect(shown).toContain('***')
})
