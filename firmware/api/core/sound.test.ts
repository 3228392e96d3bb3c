// Sound of the core: the bridge, its devices, files and tones.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { startParty, toldBy } from '../../testing/core.ts'
import { loudest, pause, stream, thrown, withSound } from '../../testing/core-sound.ts'
import { rtpRanges } from '../../testing/interop/ports.ts'
import { toneIn, writeTone } from '../../testing/tone.ts'
import { Engine, RecordingWaveFile, ToneGenerator, WaveFile } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'offhook-core-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = (name: string) => join(folder, `${name}.wav`)

describe('the bridge', () => {
  test('three streams hear each other and the devices; who stops has left', async () => {
    const [alice, bob] = [await withSound('alice'), await withSound('bob')]
    const calls = [await stream(alice, bob), await stream(alice, bob), await stream(alice, bob)]
    const { bridge, soundDevicePort } = alice.engine
    for (const { caller } of calls) alice.engine.connectAudioTransport(caller)
    const [first, second, third] = calls.map(({ caller }) => caller.port as string)
    expect([...bridge.hearersOf(first!)].sort()).toEqual([soundDevicePort.port, second, third].sort())
    expect(bridge.hearersOf('device')).toHaveLength(3)
    calls[0]!.caller.stop()
    expect(bridge.hearersOf(first!)).toEqual([])
    expect(bridge.hearersOf('device')).toHaveLength(2)
    alice.engine.disconnectAudioTransport(calls[1]!.caller)
    expect(bridge.hearersOf('device')).toEqual([third])
    expect(thrown(() => alice.engine.connectAudioTransport(calls[0]!.caller))).toMatch(/^state/)
  })

  test('automatic sound off opens nothing; devices change under a stream that goes on', async () => {
    const [alice, bob] = [await startParty('alice'), await withSound('bob')]
    expect(toldBy(alice, 'engine-sound-devices-changed')).toEqual([])
    const { playbackDevices, recordingDevices } = alice.engine
    expect(playbackDevices.at(-1)).toBe('null')
    expect(recordingDevices.at(-1)).toBe('null')
    const { caller } = await stream(alice, bob)
    alice.engine.connectAudioTransport(caller)
    const opened = alice.engine.notifications.next('engine-sound-devices-changed')
    alice.engine.setSoundDevices('null', 'null')
    expect((await opened).data.isOpen).toBe(true)
    alice.engine.setSoundDevices(`wav:${file('ear')}`, 'null', 100)
    expect(alice.engine.ecTailLength).toBe(100)
    expect(alice.engine.bridge.hearersOf(caller.port!)).toEqual(['device'])
    const failed = alice.engine.notifications.next('engine-sound-devices-changed', { where: ({ isOpen }) => !isOpen })
    alice.engine.setSoundDevices('no such card', 'no such card')
    expect((await failed).data.detail).toContain('no such card')
    expect(caller.isActive).toBe(true)
    expect(thrown(() => alice.engine.setSoundDevices('wav:/x', 'default'))).toMatch(/^argument/)
  })

  test.each([8, 16, 32, 48] as const)('the device is opened at %i kHz', async (sampleRate) => {
    const alice = await startParty('alice', { sampleRate })
    const opened = alice.engine.notifications.next('engine-sound-devices-changed')
    alice.engine.setSoundDevices(`wav:${file(`ear-${sampleRate}`)}`, 'null')
    expect((await opened).data).toMatchObject({ isOpen: true, rate: 1000 * sampleRate })
  })

  test('digits sound in the devices both ways, unless that is off', async () => {
    const [alice, bob] = [await withSound('alice'), await withSound('bob')]
    const { caller } = await stream(alice, bob)
    const [heard, silent] = [file('digits'), file('no-digits')].map((name) => new RecordingWaveFile(name, alice))
    heard!.start()
    await pause(100)
    caller.sendDtmf('5', 400)
    await pause(700)
    heard!.stop()
    alice.engine.playbackDtmf = false
    silent!.start()
    caller.sendDtmf('5', 400)
    await pause(700)
    silent!.stop()
    await expect.poll(() => loudest(heard!.fileName)).toBeGreaterThan(0.1)
    await expect.poll(() => loudest(silent!.fileName)).toBe(0)
  })
})

describe('files', () => {
  test('a file plays only in a running engine, ends by a word, and may be started again', async () => {
    writeTone(file('short'), 500, 1, 8000)
    const engine = new Engine()
    const wave = new WaveFile(file('short'), { engine })
    expect(thrown(() => wave.start())).toMatch(/^not-started/)
    await engine.start({ localIp: '127.0.0.1', localTlsPort: null, autoSound: false, rtpPortRange: rtpRanges()() })
    engine.setSoundDevices('null', 'null')
    expect(wave.isActive).toBe(false)
    for (let i = 0; i < 2; i++) {
      const ended = engine.notifications.next('wave-file-did-end', { sender: wave })
      wave.start({ loopCount: 0 })
      expect(wave.isActive).toBe(true)
      expect(thrown(() => wave.start())).toMatch(/^state/)
      wave.stop()
      await ended
      expect(wave.isActive).toBe(false)
    }
    const failed = engine.notifications.next('wave-file-did-fail')
    new WaveFile(file('none'), { engine }).start()
    expect((await failed).data.reason).toContain('none.wav')
    for (const options of [{ level: -1 }, { loopCount: 0.5 }, { pauseTime: -1 }])
      expect(thrown(() => wave.start(options))).toMatch(/^argument/)
    const told: string[] = []
    engine.notifications.addObserver(({ name }) => void told.push(name), { sender: wave })
    {
      using disposed = wave
      disposed.start()
    }
    expect(wave.isActive).toBe(false)
    await pause(50)
    expect(told).toEqual([])
    await engine.stop()
  })

  test('level, count and pauses are heard in a recording; active in the pause', async () => {
    const alice = await withSound('alice')
    writeTone(file('half'), 500, 0.5, 16_000)
    const recording = new RecordingWaveFile(file('loops'), alice)
    expect([recording.isActive, recording.isPaused]).toEqual([false, false])
    recording.start()
    expect(recording.isActive).toBe(true)
    const wave = new WaveFile(file('half'), alice)
    const ended = alice.engine.notifications.next('wave-file-did-end')
    wave.start({ level: 50, loopCount: 2, pauseTime: 0.4 })
    await pause(700)
    expect(wave.isActive).toBe(true)
    await ended
    recording.stop()
    expect(thrown(() => recording.start())).toMatch(/^state/)
    await pause(300)
    const tone = toneIn(file('loops'), 500, 0.01)
    // Half of half of full scale.
    expect(tone.levelDb).toBeGreaterThan(-13.5)
    expect(tone.levelDb).toBeLessThan(-10.5)
    expect(tone.seconds).toBeGreaterThan(0.6)
    expect(tone.seconds).toBeLessThan(1.1)
    expect(tone.missing).toBeGreaterThan(0.2)
  })

  test('a paused span is not in the file', async () => {
    const alice = await withSound('alice')
    const recording = new RecordingWaveFile(file('paused'), alice)
    expect(thrown(() => recording.pause())).toMatch(/^state/)
    const tones = new ToneGenerator(alice)
    const play = (hertz: number) =>
      tones.start({ steps: [{ frequencies: [hertz], ms: 0, levelDb: -10 }], repeat: 1 }, { toDevices: true })
    recording.start()
    play(500)
    await pause(600)
    recording.pause()
    expect(recording.isPaused).toBe(true)
    tones.stop()
    play(900)
    await pause(600)
    tones.stop()
    play(500)
    recording.resume()
    expect(recording.isPaused).toBe(false)
    await pause(600)
    recording.stop()
    await expect.poll(() => toneIn(file('paused'), 500, 0.01).seconds).toBeGreaterThan(0.8)
    expect(toneIn(file('paused'), 900, 0.01).seconds).toBeLessThan(0.2)
  })
})
