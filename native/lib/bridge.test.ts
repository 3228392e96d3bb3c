// A conference on the bridge: three calls and the handset. Each hears the sum of the others, at their levels, and never himself.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { StreamConfig } from '../../firmware/media/contract.ts'
import { takePorts } from '../../firmware/testing/interop/ports.ts'
import { Lab, levelOf, powerOf, readWav, sleep, tone, writeSine, ZERO_DBM0 } from './testing/harness.ts'

const PCMU = { name: 'PCMU', payloadType: 0, clockRate: 8000, channels: 1 }
/** Who says what: frequency in Hz, all different and whole in the window measured. */
const VOICES = { handset: 350, 1: 500, 2: 900, 3: 1300 } as const
const CALLS = ['1', '2', '3'] as const
const RATE = 8000

let lab: Lab
let folder: string
beforeEach(() => {
  lab = new Lab()
  folder = mkdtempSync(join(tmpdir(), 'offhook-bridge-'))
})
afterEach(async () => {
  await lab.engine.close()
  rmSync(folder, { recursive: true })
})
const path = (name: string): string => join(folder, `${name}.wav`)

/** Three calls to parties in the same engine (`far:1` …) that each say a tone and record what they hear; all joined with the handset. */
async function conference(levelDb: number): Promise<void> {
  const min = takePorts(20)
  lab.do({ kind: 'stock-pairs', address: '127.0.0.1', min, max: min + 19, want: 6, dscp: 0 })
  const pairs = () => lab.events.filter((event) => event.kind === 'pair-ready')
  await lab.wait('pair-ready', () => pairs().length >= 6)
  const [first, ...rest] = pairs()
  const all = [first!, ...rest]
  const stream = (to: number): StreamConfig => ({
    rtp: { address: '127.0.0.1', port: all[to]!.rtpPort },
    rtcp: { address: '127.0.0.1', port: all[to]!.rtcpPort },
    direction: 'sendrecv',
    send: PCMU,
    ptimeMs: 20,
    receive: [PCMU],
    symmetric: true,
    cname: 'test',
    jitter: { minMs: 0, maxMs: 200 },
    keepAliveMs: 0,
    silenceMs: 0,
    detectInBand: false,
  })
  const recorder = (name: string) =>
    ({ kind: 'open-recorder', port: `ear:${name}`, file: path(name), rate: RATE, maxBytes: 0 }) as const
  writeSine(path('mouth'), VOICES.handset, RATE, 1000, ZERO_DBM0 * 10 ** (levelDb / 20))
  const device = { kind: 'wav', capture: path('mouth'), playback: path('handset'), rate: RATE, loop: true } as const
  lab.do({ kind: 'open-device', port: 'handset', device })
  for (const [i, call] of CALLS.entries()) {
    lab.do({ kind: 'open-stream', port: call, pair: all[2 * i]!.pair, stream: stream(2 * i + 1) })
    lab.do({ kind: 'open-stream', port: `far:${call}`, pair: all[2 * i + 1]!.pair, stream: stream(2 * i) })
    lab.do(tone(`mouth:${call}`, VOICES[call], levelDb), recorder(call))
    lab.do({ kind: 'connect', from: `mouth:${call}`, to: `far:${call}` })
    lab.do({ kind: 'connect', from: `far:${call}`, to: `ear:${call}` })
  }
  for (const from of ['handset', ...CALLS])
    for (const to of ['handset', ...CALLS]) if (from !== to) lab.do({ kind: 'connect', from, to })
  await Promise.all(CALLS.map((call) => lab.wait('stream-receiving', (event) => event.port === call)))
}

/** What each of the four heard in the last 400 ms before the end. */
async function heard(): Promise<Record<keyof typeof VOICES, Int16Array>> {
  await lab.engine.close()
  lab = new Lab()
  const last = (name: string): Int16Array => {
    const { samples } = readWav(path(name))
    return samples.subarray(samples.length - 4000, samples.length - 800)
  }
  return { handset: last('handset'), 1: last('1'), 2: last('2'), 3: last('3') }
}

test('everybody hears all the others at their levels, and himself not at all', async () => {
  await conference(-16)
  await sleep(1500)
  for (const [name, samples] of Object.entries(await heard()))
    for (const [voice, hz] of Object.entries(VOICES))
      if (voice === name) expect(levelOf(samples, hz, RATE), `${name} hears himself`).toBeLessThan(-60)
      else expect(Math.abs(levelOf(samples, hz, RATE) + 16), `${name} hears ${voice}`).toBeLessThan(0.3)
})

test('too much at once is limited, not wrapped round: three voices of full level stay voices', async () => {
  await conference(-3)
  await sleep(1500)
  for (const [name, samples] of Object.entries(await heard())) {
    // Three sines of −3 dBm0 reach 1.5 times full scale: cut off, yet hardly quieter. Wrapped round they would be noise.
    expect(powerOf(samples), name).toBeGreaterThan(0)
    for (const [voice, hz] of Object.entries(VOICES))
      if (voice !== name) expect(Math.abs(levelOf(samples, hz, RATE) + 3.5), `${name} hears ${voice}`).toBeLessThan(1)
  }
})

test('who leaves is heard no more, the others go on', async () => {
  await conference(-16)
  await sleep(300)
  lab.do({ kind: 'close-port', port: '3' })
  await sleep(1200)
  const { handset, 1: one } = await heard()
  for (const samples of [handset, one]) {
    expect(levelOf(samples, VOICES[3], RATE)).toBeLessThan(-60)
    expect(levelOf(samples, VOICES[2], RATE)).toBeCloseTo(-16, 0)
  }
})

test('a player is paused, sent elsewhere and asked where it is', async () => {
  writeSine(path('song'), 1000, RATE, 5000, ZERO_DBM0 * 10 ** (-10 / 20))
  lab.do({ kind: 'open-player', port: 'player', file: path('song'), loops: 1, pauseMs: 0 })
  lab.do({ kind: 'open-device', port: 'ear', device: { kind: 'null', rate: RATE } })
  lab.do({ kind: 'connect', from: 'player', to: 'ear' })
  await lab.wait('port-opened', (event) => event.port === 'player')
  let ref = 0
  const state = async () => {
    lab.do({ kind: 'query-port', port: 'player', ref: ++ref })
    return (await lab.wait('port-state', (event) => event.ref === ref)).state
  }
  await sleep(600)
  const playing = await state()
  expect(playing.lengthMs).toBe(5000)
  expect(playing.positionMs).toBeGreaterThan(300)
  expect(playing.positionMs).toBeLessThan(1500)
  // 0 dBm0 is a sine 3.14 dB below full scale.
  expect(playing.giveDb).toBeCloseTo(-13.1, 0)
  lab.do({ kind: 'set-paused', port: 'player', paused: true })
  const { positionMs, paused } = await state()
  expect(paused).toBe(true)
  await sleep(300)
  expect((await state()).positionMs).toBe(positionMs)
  expect((await state()).giveDb).toBeLessThan(-20)
  lab.do({ kind: 'seek', port: 'player', atMs: 4500 }, { kind: 'set-paused', port: 'player', paused: false })
  await lab.wait('port-ended', (event) => event.port === 'player')
  expect((await state()).positionMs).toBe(5000)
})
