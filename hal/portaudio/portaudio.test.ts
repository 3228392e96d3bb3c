// PortAudio in its own process: what it lists, and a call carried through it over a paced handset made of files.
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import type { LogRecord } from '../../firmware/base/log.ts'
import { createHandsets } from '../../native/lib/testing/handsets.ts'
import { Lab, levelOf, powerOf, readWav, sleep, tone } from '../../native/lib/testing/harness.ts'
import { createPortAudio, listDevices, type PortAudio } from './parent.ts'

const RATE = 16000
const { path, define, heard, remove } = createHandsets()
let lab: Lab
let sound: PortAudio
let logged: LogRecord[]

afterAll(remove)
beforeEach(() => {
  define({ desk: { rate: RATE } })
  lab = new Lab()
  logged = []
  sound = createPortAudio((record) => logged.push(record))
})
afterEach(async () => {
  sound.stop()
  await lab.engine.close()
})

test('lists the devices PortAudio knows, by name', async () => {
  const found = (await listDevices()).find(({ name }) => name === 'desk')
  expect(found).toMatchObject({ host: 'ALSA', inputs: 1, outputs: 1, defaultRate: RATE })
})

/** The handset in a call over RTP: the far end says 500 Hz and records what it hears. */
async function call(name = 'desk'): Promise<void> {
  lab.do({
    kind: 'open-device',
    port: 'handset',
    device: { kind: 'external', socket: sound.socket, capture: true, playback: true, rate: RATE },
  })
  sound.use({ capture: name, playback: name, rate: RATE })
  await lab.pairOfStreams()
  lab.do(
    tone('far', 500, -10),
    { kind: 'open-recorder', port: 'r', file: path('r.wav'), rate: 8000, maxBytes: 0 },
    { kind: 'connect', from: 'handset', to: 'a' },
    { kind: 'connect', from: 'a', to: 'handset' },
    { kind: 'connect', from: 'far', to: 'b' },
    { kind: 'connect', from: 'b', to: 'r' },
  )
}

/**
 * Each 100 ms as loud as the tone and nothing but the tone. A machine with much else to do may make the child late: a
 * loss that was counted may spoil the one or two pieces it fell into, but never half of all.
 */
function expectTone(samples: Int16Array, hz: number, rate: number, level: number, losses: number): void {
  const piece = rate / 10
  const spoiled: number[] = []
  for (let at = 0; at + piece <= samples.length; at += piece) {
    const part = samples.subarray(at, at + piece)
    const [tone, all] = [levelOf(part, hz, rate), powerOf(part)]
    if (!(Math.abs(tone - level) < 1 && Math.abs(all - level) < 1)) spoiled.push(at / rate)
  }
  expect(samples.length).toBeGreaterThan(rate / 4)
  expect(spoiled.length, `not ${hz} Hz at ${spoiled} s, with ${losses} losses`).toBeLessThanOrEqual(
    Math.min(2 * losses, samples.length / piece / 2),
  )
}
const losses = (): number => lab.engine.inspect().deviceXruns + sound.losses

const recorded = async (): Promise<Int16Array> => {
  await lab.engine.close()
  lab = new Lab()
  return readWav(path('r.wav')).samples
}

test('a call through PortAudio, both directions whole, whatever this event loop does', async () => {
  await call()
  expect((await lab.opened('handset')).detail).toBe(
    "PortAudio, 16000 Hz: capture 'desk' (ALSA); playback 'desk' (ALSA)",
  )
  await sleep(1500)
  const until = performance.now() + 500
  while (performance.now() < until);
  await sleep(600)
  const lost = losses()
  expectTone(heard('desk').subarray(RATE, RATE * 2.2), 500, RATE, -10, lost)
  expectTone((await recorded()).subarray(8000, 8000 * 2.2), 1000, 8000, -20, lost)
  expect(logged.filter(({ what }) => what !== 'lost sound')).toEqual([])
})

test('a process killed in a call is lost and replaced; the call goes on', async () => {
  await call()
  await lab.opened('handset')
  await sleep(600)
  const { sentPackets } = await lab.stats('a')
  lab.events.length = 0
  process.kill(sound.pid!, 'SIGKILL')
  await lab.wait('port-lost', (event) => event.port === 'handset')
  await lab.opened('handset')
  await sleep(600)
  const before = losses()
  await sleep(700)
  expect((await lab.stats('a')).sentPackets).toBeGreaterThan(sentPackets + 50)
  const lost = losses() - before
  expectTone(heard('desk').subarray(-RATE / 2), 500, RATE, -10, lost)
  expectTone((await recorded()).subarray(-4000), 1000, 8000, -20, lost)
  expect(logged.filter(({ what }) => what !== 'lost sound')).toMatchObject([{ what: 'process ended' }])
})

test('a device that is not there is named with those that are', async () => {
  await call('desc')
  expect((await lab.wait('port-failed')).reason).toBe(
    "PortAudio has no device 'desc' with inputs; there are: 'nothing', 'desk', 'default'",
  )
})
