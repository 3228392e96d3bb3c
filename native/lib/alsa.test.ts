// ALSA without hardware: a paced handset made of files (native/test/alsa), and ALSA's own unpaced null device.
import { rmSync, statSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { createHandsets } from './testing/handsets.ts'
import { Lab, levelOf, powerOf, readWav, restOf, sleep, tone } from './testing/harness.ts'

const { path, define: handsets, heard, remove } = createHandsets()
let lab: Lab

afterAll(remove)
beforeEach(() => {
  lab = new Lab()
})
afterEach(() => lab.engine.close())

const open = (port: string, capture: string, playback: string, rate: 8000 | 16000 | 48000) =>
  lab.do({ kind: 'open-device', port, device: { kind: 'alsa', capture, playback, rate, periodMs: 10 } })

test.each([
  [8000, 1],
  [16000, 2],
  [48000, 1],
] as const)(
  'a handset at %i Hz with %i channels paces the engine: both directions whole, no xrun',
  async (rate, channels) => {
    handsets({ handset: { rate, channels } })
    open('handset', 'handset', 'handset', rate)
    lab.do(tone('tone', 500, -10), { kind: 'open-recorder', port: 'r', file: path('r.wav'), rate, maxBytes: 0 })
    lab.do({ kind: 'connect', from: 'handset', to: 'r' }, { kind: 'connect', from: 'tone', to: 'handset' })
    const opened = await lab.opened('handset')
    expect(opened.rate).toBe(rate)
    expect(opened.detail).toContain(channels === 1 ? 'mono' : 'stereo')
    await sleep(1500)
    const inspection = lab.engine.inspect()
    expect(inspection).toMatchObject({ pacedByDevice: true, deviceXruns: 0, deviceSlips: 0 })
    await lab.engine.close()
    lab = new Lab()
    const mouth = readWav(path('r.wav')).samples
    expect(mouth.length).toBeGreaterThan(rate * 1.3)
    const said = mouth.subarray(rate * 0.2, rate * 1.2)
    expect(levelOf(said, 1000, rate)).toBeCloseTo(-20, 1)
    expect(restOf(said, 1000, rate)).toBeLessThan(-70)
    const ear = heard('handset', channels).subarray(rate * 0.2, rate * 1.2)
    expect(levelOf(ear, 500, rate)).toBeCloseTo(-10, 1)
    expect(restOf(ear, 500, rate)).toBeLessThan(-60)
  },
)

test('a second device with a clock of its own is followed without xruns', async () => {
  handsets({ handset: { rate: 8000 }, headset: { rate: 16000, drift: 3000, hears: 700 } })
  open('handset', 'handset', 'handset', 8000)
  open('headset', 'headset', 'headset', 16000)
  lab.do({ kind: 'open-recorder', port: 'r', file: path('r.wav'), rate: 8000, maxBytes: 0 })
  lab.do({ kind: 'connect', from: 'headset', to: 'r' }, { kind: 'connect', from: 'handset', to: 'headset' })
  await Promise.all([lab.opened('handset'), lab.opened('headset')])
  await sleep(6000)
  const inspection = lab.engine.inspect()
  expect(inspection).toMatchObject({ pacedByDevice: true, deviceXruns: 0 })
  expect(inspection.deviceSlips).toBeGreaterThan(60)
  await lab.engine.close()
  lab = new Lab()
  const { samples } = readWav(path('r.wav'))
  // No gap and no doubled block: the quietest and the loudest 20 ms are as loud as the tone.
  const levels = Array.from({ length: 50 }, (_, i) =>
    powerOf(samples.subarray(samples.length - 160 * (i + 1)).subarray(0, 160)),
  )
  expect(Math.min(...levels)).toBeGreaterThan(-21)
  expect(Math.max(...levels)).toBeLessThan(-19)
})

test('a device pulled out is reported, its port falls silent, and it comes back by itself', async () => {
  handsets({ usb: { rate: 16000 } })
  open('usb', 'usb', 'usb', 16000)
  lab.do(tone('tone', 500, -10), { kind: 'connect', from: 'tone', to: 'usb' })
  await lab.opened('usb')
  await sleep(200)
  rmSync(path('usb.plug'))
  const lost = await lab.wait('port-lost')
  expect(lost).toMatchObject({ port: 'usb', reason: 'audio device: No such device' })
  const before = statSync(path('usb.out')).size
  lab.events.length = 0
  writeFileSync(path('usb.plug'), '')
  await lab.opened('usb')
  await sleep(300)
  expect(statSync(path('usb.out')).size).toBeGreaterThan(before + 16000 * 0.2 * 2)
})

test('a device nothing is connected to rests; what comes then is heard from its first sample on', async () => {
  handsets({ handset: { rate: 8000 } })
  open('handset', 'handset', 'handset', 8000)
  await lab.opened('handset')
  for (let round = 0; round < 5; round++) {
    await sleep(200)
    const at = statSync(path('handset.out')).size
    const { ticks } = lab.engine.inspect()
    await sleep(300)
    expect(lab.engine.inspect().ticks).toBe(ticks)
    expect(statSync(path('handset.out')).size).toBe(at)
    const port = `beep-${round}`
    lab.do(
      { kind: 'open-tone', port, tone: { steps: [{ frequencies: [500], ms: 100, levelDb: -10 }], repeat: 1 } },
      { kind: 'connect', from: port, to: 'handset' },
    )
    await lab.wait('port-ended', (event) => event.port === port)
    await sleep(50)
    lab.do({ kind: 'close-port', port })
    // The head is the prefill.
    const said = heard('handset').subarray(at / 2)
    const first = said.findIndex((sample) => sample !== 0)
    expect(first, 'samples of silence before it').toBeLessThan(8000 * 0.05)
    // It swells up and dies away within 5 ms.
    expect(said.findLastIndex((sample) => sample !== 0) - first).toBeGreaterThan(790)
    expect(levelOf(said.subarray(first + 40, first + 760), 500, 8000)).toBeCloseTo(-10, 1)
  }
  expect(lab.engine.inspect().deviceXruns).toBe(0)
})

test('a device pulled out while it rests is reported too, and comes back by itself', async () => {
  handsets({ usb: { rate: 16000 } })
  open('usb', 'usb', 'usb', 16000)
  await lab.opened('usb')
  await sleep(100)
  rmSync(path('usb.plug'))
  const begun = performance.now()
  expect(await lab.wait('port-lost')).toMatchObject({ port: 'usb', reason: 'audio device: No such device' })
  expect(performance.now() - begun).toBeLessThan(2000)
  lab.events.length = 0
  writeFileSync(path('usb.plug'), '')
  await lab.opened('usb')
})

test('a device that is not there fails with what ALSA says, and opens when it is plugged in', async () => {
  handsets({ late: { rate: 8000 } })
  rmSync(path('late.plug'))
  open('late', 'late', '', 8000)
  const failed = await lab.wait('port-failed')
  expect(failed.reason).toBe("capture 'late', open: No such device")
  writeFileSync(path('late.plug'), '')
  expect((await lab.opened('late')).detail).toContain('no playback')
  open('odd', 'nowhere', '', 8000)
  expect((await lab.wait('port-failed', (event) => event.port === 'odd')).reason).toContain('Unknown PCM nowhere')
})

test('a device without a clock does not drive the engine faster than real time', async () => {
  handsets({})
  open('null', 'nothing', 'nothing', 8000)
  lab.do(tone('tone', 500, -10), { kind: 'connect', from: 'tone', to: 'null' })
  await lab.opened('null')
  await sleep(1000)
  const before = lab.engine.inspect().ticks
  await sleep(1000)
  const inspection = lab.engine.inspect()
  expect(inspection.pacedByDevice).toBe(false)
  expect(inspection.ticks - before).toBeGreaterThan(90)
  expect(inspection.ticks - before).toBeLessThan(110)
})
