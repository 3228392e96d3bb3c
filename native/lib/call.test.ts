// Calls on loopback through the real engine: what one side says the other hears, whatever JavaScript is doing.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { StreamConfig } from '../../firmware/media/contract.ts'
import { Lab, levelOf, readWav, restOf, sleep, tone } from './testing/harness.ts'

let lab: Lab
let folder: string
beforeEach(() => {
  lab = new Lab()
  folder = mkdtempSync(join(tmpdir(), 'offhook-call-'))
})
afterEach(async () => {
  await lab.engine.close()
  rmSync(folder, { recursive: true })
})
const path = (name: string): string => join(folder, name)

/** Both sides talk, each with a tone of its own, and are recorded. */
async function talk(): Promise<void> {
  await lab.pairOfStreams()
  lab.do(
    tone('mouth:a', 500, -10),
    tone('mouth:b', 1100, -16),
    { kind: 'open-recorder', port: 'ear:a', file: path('a.wav'), rate: 8000, maxBytes: 0 },
    { kind: 'open-recorder', port: 'ear:b', file: path('b.wav'), rate: 8000, maxBytes: 0 },
    { kind: 'connect', from: 'mouth:a', to: 'a' },
    { kind: 'connect', from: 'a', to: 'ear:a' },
    { kind: 'connect', from: 'mouth:b', to: 'b' },
    { kind: 'connect', from: 'b', to: 'ear:b' },
  )
  await Promise.all(['a', 'b'].map((port) => lab.wait('stream-receiving', (event) => event.port === port)))
}

async function recordings(): Promise<readonly [Int16Array, Int16Array]> {
  await lab.engine.close()
  lab = new Lab()
  return [readWav(path('a.wav')).samples, readWav(path('b.wav')).samples]
}

test('two streams: each side hears the other at its frequency and level, through PCMU', async () => {
  await talk()
  await sleep(1200)
  const [a, b] = await recordings()
  for (const [samples, hz, level] of [
    [a, 1100, -16],
    [b, 500, -10],
  ] as const) {
    const middle = samples.subarray(samples.length - 6400, samples.length - 1600)
    expect(levelOf(middle, hz, 8000)).toBeCloseTo(level, 0)
    expect(restOf(middle, hz, 8000)).toBeLessThan(level - 28)
  }
})

test('JavaScript blocked for 2 s during a call: no packet is lost, late or concealed', async () => {
  await talk()
  const before = [await lab.stats('a'), await lab.stats('b')] as const
  const until = performance.now() + 2000
  while (performance.now() < until);
  const after = [await lab.stats('a'), await lab.stats('b')] as const
  const [a, b] = await recordings()
  for (const side of [0, 1] as const) {
    const change = (name: 'sentPackets' | 'receivedPackets'): number => after[side][name] - before[side][name]
    expect(change('sentPackets')).toBeGreaterThanOrEqual(98)
    expect(change('sentPackets')).toBeLessThanOrEqual(104)
    expect(change('receivedPackets')).toBeGreaterThanOrEqual(98)
    expect(after[side]).toMatchObject({ lostPackets: 0, latePackets: 0, duplicatePackets: 0 })
    expect(after[side].concealedMs).toBe(before[side].concealedMs)
  }
  expect(restOf(a.subarray(a.length - 16000, a.length - 1600), 1100, 8000)).toBeLessThan(-44)
  expect(restOf(b.subarray(b.length - 16000, b.length - 1600), 500, 8000)).toBeLessThan(-38)
})

test('digits go as events, and as tones when the stream has no event payload type', async () => {
  await lab.pairOfStreams()
  lab.do({ kind: 'send-dtmf', port: 'a', digits: '5#', durationMs: 100, gapMs: 60 })
  expect(await lab.wait('dtmf-sent')).toEqual({ kind: 'dtmf-sent', port: 'a', digits: '5#' })
  const digits = lab.events.filter((event) => event.kind === 'dtmf' && event.port === 'b' && event.ended)
  expect(digits.map((event) => event.kind === 'dtmf' && event.digit)).toEqual(['5', '#'])
})

test('a closed stream gives its pair back, and its port name is free', async () => {
  await lab.pairOfStreams()
  lab.do({ kind: 'close-port', port: 'a' }, { kind: 'close-port', port: 'b' })
  lab.events.length = 0
  lab.do({ kind: 'query-stats', port: 'a', ref: 1 })
  expect((await lab.wait('rejected')).reason).toBe('no port a')
  expect(lab.engine.inspect().ports).toBe(0)
})

test.each([
  ['as named events', {}],
  ['as tones when no events were agreed', { eventSend: undefined, eventReceive: undefined }],
  ['as named events, tones listened for too', { detectInBand: true }],
])('digits reach the other side once, %s', async (_, change) => {
  await lab.pairOfStreams(change as Partial<StreamConfig>)
  await lab.wait('stream-receiving', (event) => event.port === 'b')
  lab.do({ kind: 'send-dtmf', port: 'a', digits: '159D*#', durationMs: 60, gapMs: 60 })
  await lab.wait('dtmf', (event) => event.digit === '#' && event.ended)
  const digits = lab.events.filter((event) => event.kind === 'dtmf')
  for (const ended of [false, true])
    expect(digits.filter((event) => event.ended === ended).map((event) => `${event.port}${event.digit}`)).toEqual(
      [...'159D*#'].map((digit) => `b${digit}`),
    )
  for (const { durationMs } of digits.filter((event) => event.ended)) expect(Math.abs(durationMs - 60)).toBeLessThan(11)
})
