// Calls on loopback through the real engine, in each codec it has: what one side says the other hears, at its frequency.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CODEC_NAMES, knownCodecs } from '../../firmware/media/codecs.ts'
import { framing } from '../../firmware/sdp/rtp.ts'
import { Lab, levelOf, readWav, restOf, sleep, tone } from './testing/harness.ts'

let lab: Lab
let folder: string
beforeEach(() => {
  lab = new Lab()
  folder = mkdtempSync(join(tmpdir(), 'offhook-codecs-'))
})
afterEach(async () => {
  await lab.engine.close()
  rmSync(folder, { recursive: true })
})

/** What is left beside the tone, dB below it, at least. G.726 at 16 kbit/s has two bits a sample. */
const NOISE: Readonly<Record<string, number>> = { 'G726-16': 6, 'AAL2-G726-16': 6, 'G726-24': 11, 'AAL2-G726-24': 11 }

test.each(CODEC_NAMES)('%s', { timeout: 15_000 }, async (name) => {
  const [codec] = knownCodecs([name])
  const { frameMs, mostMs } = framing(codec!)
  await lab.pairOfStreams({ send: codec!, receive: [codec!], ptimeMs: Math.min(Math.max(frameMs, 20), mostMs) })
  const rate = codec!.clockRate < 16_000 ? 8000 : 16_000
  lab.do(
    tone('mouth', 500, -12),
    { kind: 'open-recorder', port: 'ear', file: join(folder, 'ear.wav'), rate, maxBytes: 0 },
    { kind: 'connect', from: 'mouth', to: 'a' },
    { kind: 'connect', from: 'b', to: 'ear' },
  )
  await lab.wait('stream-receiving', (event) => event.port === 'b')
  await sleep(1500)
  const stats = await lab.stats('b')
  await lab.engine.close()
  lab = new Lab()
  const { samples } = readWav(join(folder, 'ear.wav'))
  const end = samples.subarray(samples.length - rate, samples.length - rate / 5)
  expect(levelOf(end, 500, rate)).toBeGreaterThan(-15)
  expect(levelOf(end, 500, rate)).toBeLessThan(-10)
  expect(restOf(end, 500, rate)).toBeLessThan(-12 - (NOISE[name] ?? 12))
  expect(stats).toMatchObject({ codec: codec!.name, malformedPackets: 0, lostPackets: 0 })
})
