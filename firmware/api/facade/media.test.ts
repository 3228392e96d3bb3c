// Sound through the façade: files, tones and calls as a graph on the bridge.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toneIn, writeTone } from '../../testing/tone.ts'
import { AudioMediaPlayer, AudioMediaRecorder, ToneGenerator } from './index.ts'
import { type Desk, desk, talking } from './testing/pair.ts'

const folder = mkdtempSync(join(tmpdir(), 'offhook-media-'))
const at = (name: string) => join(folder, name)
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
let alice: Desk
let bob: Desk
beforeAll(async () => {
  ;[alice, bob] = await Promise.all([desk('alice'), desk('bob')])
  for (const hertz of [440, 880]) writeTone(at(`${hertz}.wav`), hertz, 0.5, 8000)
})
afterAll(async () => {
  await Promise.all([alice, bob].map((each) => each?.endpoint.libDestroy()))
  rmSync(folder, { recursive: true, force: true })
})

const player = () => new AudioMediaPlayer(alice.endpoint)
const recorder = (endpoint = alice.endpoint) => new AudioMediaRecorder(endpoint)

test('a file through a call into another file', { timeout: 20_000 }, async () => {
  const { mine, theirs } = await talking(alice, bob)
  const [play, record] = [player(), recorder(bob.endpoint)]
  play.createPlayer(at('440.wav'))
  record.createRecorder(at('call.wav'))
  play.startTransmit(mine.getAudioMedia())
  theirs.getAudioMedia().startTransmit(record)
  expect(mine.getAudioMedia().getPortId()).toBe(mine.getConfPort())
  expect(play.getPortInfo().listeners).toEqual([mine.getConfPort()])
  await pause(1500)
  const gone = mine.once('streamDestroyed')
  mine.hangup()
  await gone
  expect(() => mine.getAudioMedia()).toThrow()
  play.dispose()
  record.dispose()
  await expect.poll(() => toneIn(at('call.wav'), 440).seconds).toBeGreaterThan(0.9)
})

test('a list of files, once, and its end', { timeout: 20_000 }, async () => {
  const [play, record] = [player(), recorder()]
  record.createRecorder(at('list.wav'))
  play.createPlaylist([at('440.wav'), at('880.wav')], { loop: false })
  play.startTransmit(record)
  await play.once('eof', 5000)
  record.dispose()
  play.dispose()
  for (const hertz of [440, 880]) await expect.poll(() => toneIn(at('list.wav'), hertz).seconds).toBeGreaterThan(0.3)
})

test('tones and keys, each in place of the one before', { timeout: 20_000 }, async () => {
  const tones = new ToneGenerator(alice.endpoint)
  const record = recorder()
  record.createRecorder(at('tones.wav'))
  tones.createToneGenerator()
  tones.startTransmit(record)
  expect(tones.isBusy()).toBe(false)
  tones.play([{ freq1: 440, onMsec: 500, offMsec: 100 }], true)
  await pause(800)
  expect(tones.isBusy()).toBe(true)
  tones.play([{ freq1: 880, onMsec: 10_000, offMsec: 0 }])
  await pause(600)
  tones.stop()
  expect(tones.isBusy()).toBe(false)
  expect(() => tones.playDigits([{ digit: 'x', onMsec: 1, offMsec: 1 }])).toThrow('digit: expected 0-9 A-D * #')
  record.dispose()
  tones.dispose()
  for (const hertz of [440, 880]) await expect.poll(() => toneIn(at('tones.wav'), hertz).seconds).toBeGreaterThan(0.3)
})

test('levels: half as loud is 6 dB less, nothing is nothing', { timeout: 20_000 }, async () => {
  const [play, record, silent] = [player(), recorder(), recorder()]
  play.createPlayer(at('440.wav'))
  play.adjustRxLevel(0.5)
  record.createRecorder(at('half.wav'))
  silent.createRecorder(at('silent.wav'))
  play.startTransmit(record)
  play.startTransmit(silent)
  silent.adjustTxLevel(0)
  await pause(800)
  expect(await play.getRxLevel()).toBeCloseTo(0.25, 1)
  expect(await record.getTxLevel()).toBeCloseTo(0.25, 1)
  play.pause()
  play.setPos(250)
  await pause(50)
  expect(await play.getPos()).toEqual({ ...(await play.getPos()), positionMs: 250, lengthMs: 500, paused: true })
  play.resume()
  for (const each of [play, record, silent]) each.dispose()
  await expect.poll(() => toneIn(at('half.wav'), 440).levelDb).toBeCloseTo(-12, 0)
  await expect.poll(() => toneIn(at('silent.wav'), 440).seconds).toBe(0)
  const other = player()
  expect(() => other.startTransmit(other)).toThrow('there is no media now')
  other.createPlayer(at('none.wav'))
  expect((await other.once('failed')).reason).not.toBe('')
  expect(() => other.adjustRxLevel(11)).toThrow('level: expected 0 to 10, got 11')
  other.dispose()
})

test('the device: none, then files in its place', { timeout: 20_000 }, async () => {
  const devices = alice.endpoint.audDevManager()
  devices.setNullDev()
  expect(devices.sndIsActive()).toBe(false)
  const record = recorder()
  record.createRecorder(at('device.wav'))
  devices.getCaptureDevMedia().startTransmit(record)
  devices.setDevice({ kind: 'wav', capture: at('440.wav'), playback: '', rate: 8000, loop: true })
  await pause(800)
  record.dispose()
  devices.setNullDev()
  await expect.poll(() => toneIn(at('device.wav'), 440).seconds).toBeGreaterThan(0.3)
})
