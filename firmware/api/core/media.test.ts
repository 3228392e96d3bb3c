// Media of the core: transports, streams, files and the bridge, with sound between two engines.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { decodeWav } from '../../lab/signal/wav.ts'
import { type CoreParty, startParty, toldBy } from '../../testing/core.ts'
import { toneIn, writeTone } from '../../testing/tone.ts'
import {
  AudioTransport,
  CoreError,
  Engine,
  Invitation,
  RecordingWaveFile,
  RtpTransport,
  SdpConnection,
  SdpMedia,
  SdpSession,
  ToneGenerator,
  WaveFile,
} from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'offhook-core-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = (name: string) => join(folder, `${name}.wav`)

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
/** Ports of a test file are its own. */
let ports = 42_000
const withSound = async (user: string, options = {}) => {
  ports += 40
  const party = await startParty(user, {
    rtpPortRange: [ports, ports + 39],
    sampleRate: 16,
    codecs: ['g711'],
    ...options,
  })
  party.engine.setSoundDevices('null', 'null')
  return party
}

async function transport(party: CoreParty, options = {}) {
  const made = new RtpTransport({ engine: party.engine, ...options })
  const ready = party.engine.notifications.next('rtp-transport-did-initialize', { sender: made })
  made.init()
  await ready
  return made
}

const sessionOf = (audio: ReturnType<AudioTransport['getLocalMedia']>) =>
  new SdpSession('127.0.0.1', { connection: new SdpConnection('127.0.0.1'), media: [audio] })

const thrown = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    return error instanceof CoreError ? `${error.code}: ${error.text}` : String(error)
  }
  return 'nothing thrown'
}

/** Highest sample of a file. */
function loudest(name: string): number {
  const sound = decodeWav(readFileSync(name))
  if (!sound.ok) throw new Error(sound.error)
  return sound.value.samples.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
}

/** A stream between two, offered by the first. */
async function stream(alice: CoreParty, bob: CoreParty, options = {}) {
  const caller = new AudioTransport(await transport(alice), options)
  const offer = sessionOf(caller.getLocalMedia(true))
  const callee = new AudioTransport(await transport(bob), { ...options, remoteSdp: offer })
  const answer = sessionOf(callee.getLocalMedia(false))
  caller.start(offer, answer)
  return { caller, callee, offer, answer }
}

describe('RtpTransport', () => {
  test('every state by its trigger; the port pair, and again on the same ports', async () => {
    const alice = await startParty('alice', { rtpPortRange: [41_000, 41_039] })
    const made = new RtpTransport({ engine: alice.engine })
    expect(made.state).toBe('NULL')
    expect(made.localRtpPort).toBeUndefined()
    expect(thrown(() => made.setLocal(sessionOf({} as never)))).toMatch(/^state: .*NULL/)
    made.init()
    await alice.engine.notifications.next('rtp-transport-did-initialize')
    expect(made.state).toBe('INIT')
    expect(thrown(() => made.init())).toMatch(/^state: .*INIT/)
    const port = made.localRtpPort as number
    expect(made.localRtpAddress).toBe('127.0.0.1')
    expect(port).toBeGreaterThanOrEqual(41_000)
    expect(port).toBeLessThan(41_039)
    expect(made.localRtcpPort).toBe(port + 1)
    const audio = new AudioTransport(made)
    const local = sessionOf(audio.getLocalMedia(true))
    expect(made.state).toBe('LOCAL')
    expect(made.remoteRtpPortSdp).toBeUndefined()
    expect(thrown(() => made.init())).toMatch(/^state: .*stream/)
    expect(thrown(() => made.setEstablished(local, local, 1))).toMatch(/^argument: sdpIndex/)
    made.setEstablished(local, local)
    expect(made.state).toBe('ESTABLISHED')
    expect([made.remoteRtpAddressSdp, made.remoteRtpPortSdp]).toEqual(['127.0.0.1', port])
    audio.stop()
    made.init()
    expect(made.state).toBe('INIT')
    expect(made.localRtpPort).toBe(port)
    expect(made.remoteRtpPortSdp).toBeUndefined()
    made.close()
    expect(made.state).toBe('NULL')
    made.init()
    await alice.engine.notifications.next('rtp-transport-did-initialize')
    await alice.engine.stop()
    expect(made.state).toBe('INVALID')
    expect(thrown(() => made.close())).toMatch(/^stopped/)
  })

  test('an exhausted range is told, a new range is for later transports only', async () => {
    const alice = await startParty('alice', { rtpPortRange: [41_100, 41_103] })
    const first = await transport(alice)
    await transport(alice)
    const late = new RtpTransport({ engine: alice.engine })
    late.init()
    const { data } = await alice.engine.notifications.next('rtp-transport-did-fail', { sender: late })
    expect(data.reason).toContain('41100')
    expect(late.state).toBe('NULL')
    alice.engine.rtpPortRange = [41_200, 41_219]
    const later = await transport(alice)
    expect(later.localRtpPort).toBeGreaterThanOrEqual(41_200)
    expect(first.localRtpPort).toBeLessThan(41_104)
    expect(thrown(() => (alice.engine.rtpPortRange = [5, 4]))).toMatch(/rtpPortRange/)
  })

  test('another address, IPv6 too; what is none is refused', async () => {
    const alice = await startParty('alice', { rtpPortRange: [41_300, 41_319] })
    expect((await transport(alice, { localRtpAddress: '127.0.0.2' })).localRtpAddress).toBe('127.0.0.2')
    expect((await transport(alice, { localRtpAddress: '::1' })).localRtpAddress).toBe('::1')
    expect(thrown(() => new RtpTransport({ localRtpAddress: 'localhost', engine: alice.engine }))).toMatch(/^argument/)
  })

  test('a STUN server that cannot be asked: told, and it is of use all the same', async () => {
    const alice = await startParty('alice', { rtpPortRange: [41_400, 41_419] })
    const made = new RtpTransport({ engine: alice.engine, useIce: true, iceStunAddress: '127.0.0.1', init: true })
    expect([made.useIce, made.iceStunAddress, made.iceStunPort]).toEqual([true, '127.0.0.1', 3478])
    const { data } = await alice.engine.notifications.next('rtp-transport-did-fail')
    expect(data.reason).toMatch(/ICE/)
    expect(made.state).toBe('STUN_FAILED')
    expect(new AudioTransport(made).getLocalMedia(true).port).toBe(made.localRtpPort)
    expect(made.state).toBe('LOCAL')
  })
})

describe('AudioTransport', () => {
  test('sound both ways: offer path and answer path, codec, addresses, digits, statistics', { retry: 2 }, async () => {
    const [alice, bob] = [await withSound('alice'), await withSound('bob')]
    writeTone(file('400'), 400, 3, 16_000)
    writeTone(file('700'), 700, 3, 16_000)
    const { caller, callee } = await stream(alice, bob, { codecs: ['PCMA'] })
    for (const each of [caller, callee]) {
      expect([each.isActive, each.isStarted, each.codec, each.sampleRate, each.direction]).toEqual([
        ...[true, true, 'PCMA', 8000, 'sendrecv'],
      ])
    }
    const heard = [alice, bob].map(({ engine }, i) => new RecordingWaveFile(file(`heard-${i}`), { engine }))
    for (const each of heard) each.start()
    const [from400, from700] = [alice, bob].map(
      ({ engine }, i) => new WaveFile(file(i === 0 ? '400' : '700'), { engine }),
    )
    from400!.start({ toDevices: false })
    from700!.start({ toDevices: false })
    alice.engine.bridge.connect(from400!.port!, caller.port!)
    bob.engine.bridge.connect(from700!.port!, callee.port!)
    alice.engine.connectAudioTransport(caller)
    bob.engine.connectAudioTransport(callee)
    await pause(2000)
    const digit = bob.engine.notifications.next('audio-transport-got-dtmf')
    caller.sendDtmf('#')
    expect((await digit).data.digit).toBe('#')
    for (const wrong of ['10', 'E', '']) expect(thrown(() => caller.sendDtmf(wrong))).toMatch(/^argument: digit/)
    const stats = await caller.getStatistics()
    expect(stats.sentPackets).toBeGreaterThan(80)
    expect(stats.receivedPackets).toBeGreaterThan(80)
    expect(caller.transport.remoteRtpPortReceived).toBe(callee.transport.localRtpPort)
    expect(caller.transport.remoteRtpPortSdp).toBe(callee.transport.localRtpPort)
    for (const each of heard) each.stop()
    await pause(300)
    expect(toneIn(file('heard-0'), 700, 0.02).seconds).toBeGreaterThan(1)
    expect(toneIn(file('heard-1'), 400, 0.02).seconds).toBeGreaterThan(1)
    await expect.poll(() => toldBy(bob, 'audio-transport-got-dtmf').length).toBe(1)
  })

  test('it begins once and ends once; the transport carries another one on the same port', async () => {
    const [alice, bob] = [await withSound('alice'), await withSound('bob')]
    const { caller, offer, answer } = await stream(alice, bob)
    const port = caller.transport.localRtpPort
    expect(thrown(() => caller.start(offer, answer))).toMatch(/^state/)
    expect(thrown(() => new AudioTransport(caller.transport))).toMatch(/^state: .*no other stream/)
    caller.stop()
    expect([caller.isActive, caller.isStarted, caller.port]).toEqual([false, true, undefined])
    expect(thrown(() => caller.sendDtmf('1'))).toMatch(/^state/)
    expect(thrown(() => caller.getLocalMedia(true))).toMatch(/^state/)
    caller.transport.init()
    const next = new AudioTransport(caller.transport)
    expect(next.getLocalMedia(true).port).toBe(port)
    next.start(offer, answer)
    expect(next.isActive).toBe(true)
  })

  test('hold: the offer has the direction, and recvonly stops sending', async () => {
    const [alice, bob] = [await withSound('alice'), await withSound('bob')]
    const { caller, callee } = await stream(alice, bob, { enableSilenceDetection: false })
    const hold = caller.getLocalMedia(true, 'sendonly')
    expect(hold.direction).toBe('sendonly')
    expect(callee.getLocalMedia(false, 'recvonly').direction).toBe('recvonly')
    callee.updateDirection('recvonly')
    expect(callee.direction).toBe('recvonly')
    await pause(100)
    const before = await callee.getStatistics()
    await pause(300)
    const after = await callee.getStatistics()
    expect(after.sentPackets).toBe(before.sentPackets)
    expect(after.receivedPackets).toBeGreaterThan(before.receivedPackets)
  })

  test('silence is not sent, unless that is wanted', async () => {
    const [alice, bob] = [await withSound('alice'), await withSound('bob')]
    const { caller } = await stream(alice, bob)
    const { caller: talkative } = await stream(alice, bob, { enableSilenceDetection: false })
    await pause(1000)
    const [quiet, all] = [await caller.getStatistics(), await talkative.getStatistics()]
    expect(quiet.sentPackets).toBeLessThan(20)
    expect(all.sentPackets).toBeGreaterThan(40)
    expect(caller.enableSilenceDetection).toBe(true)
  })

  test('the order of codecs is the engine’s, changed while it runs', async () => {
    const alice = await withSound('alice')
    const formats = async () => new AudioTransport(await transport(alice)).getLocalMedia(true).formats.slice(0, 3)
    alice.engine.codecs = ['g711', 'G722']
    expect(await formats()).toEqual(['0', '8', '9'])
    alice.engine.codecs = ['g722', 'PCMA', 'pcmu']
    expect(await formats()).toEqual(['9', '8', '0'])
    expect(thrown(() => (alice.engine.codecs = ['mp3']))).toMatch(/mp3/)
  })

  test('SRTP: offered and taken, optional and done without, forced and refused', async () => {
    const [alice, bob] = [await withSound('alice'), await withSound('bob')]
    const between = async (ours: object, theirs: object) => {
      const caller = new AudioTransport(await transport(alice, ours), { enableSilenceDetection: false })
      const offer = sessionOf(caller.getLocalMedia(true))
      const callee = new AudioTransport(await transport(bob, theirs), {
        remoteSdp: offer,
        enableSilenceDetection: false,
      })
      caller.start(offer, sessionOf(callee.getLocalMedia(false)))
      return { caller, callee, offer }
    }
    const both = await between({ useSrtp: true, srtpForced: true }, { useSrtp: true })
    expect(both.offer.media[0]?.transport).toBe('RTP/SAVP')
    expect(both.offer.media[0]?.attributes.some(({ name }) => name === 'crypto')).toBe(true)
    expect([both.caller.transport.srtpActive, both.callee.transport.srtpActive]).toEqual([true, true])
    expect([both.caller.transport.useSrtp, both.caller.transport.srtpForced]).toEqual([true, true])
    await pause(300)
    const stats = await both.callee.getStatistics()
    expect(stats.receivedPackets).toBeGreaterThan(5)
    expect(stats.malformedPackets).toBe(0)
    const plain = await between({ useSrtp: true }, {})
    expect([plain.caller.transport.srtpActive, plain.callee.transport.srtpActive]).toEqual([false, false])
    await expect(between({ useSrtp: true, srtpForced: true }, {})).rejects.toThrow(/SRTP, which is off here/)
    await expect(between({}, { useSrtp: true, srtpForced: true })).rejects.toThrow(/nothing less is taken here/)
    const again = both.callee.getLocalMedia(false, 'recvonly', sessionOf(both.caller.getLocalMedia(true, 'sendonly')))
    expect(again.attributes.some(({ name }) => name === 'crypto')).toBe(true)
  })

  test('a transport on its own puts SRTP into descriptions', async () => {
    const alice = await withSound('alice')
    const rtp = await transport(alice, { useSrtp: true })
    const plain = () =>
      new SdpMedia('audio', 4000, 'RTP/AVP', { formats: ['8'], connection: new SdpConnection('127.0.0.1') })
    const [offer, answer] = [sessionOf(plain()), sessionOf(plain())]
    rtp.setLocal(offer)
    expect(offer.media[0]?.attributes[0]?.name).toBe('crypto')
    const other = await transport(alice, { useSrtp: true })
    other.setEstablished(answer, offer)
    expect(answer.media[0]?.attributes[0]?.name).toBe('crypto')
    rtp.setEstablished(offer, answer)
    expect([rtp.srtpActive, other.srtpActive]).toEqual([true, true])
  })

  test('an offer with nothing for us is refused with 488, and the transport stays free', async () => {
    const alice = await withSound('alice')
    const rtp = await transport(alice)
    const offer = sessionOf(new AudioTransport(await transport(alice), { codecs: ['PCMA'] }).getLocalMedia(true))
    const refuse = () => new AudioTransport(rtp, { codecs: ['PCMU'], remoteSdp: offer })
    expect(thrown(refuse)).toMatch(/^refused: no codec/)
    expect(new AudioTransport(rtp).isStarted).toBe(false)
  })
})

test('a call with sound: invitations carry what the streams say, a hold too', async () => {
  const [alice, bob] = [await withSound('alice'), await withSound('bob')]
  const options = { enableSilenceDetection: false }
  bob.engine.notifications.addObserver(
    async ({ sender: call, data }) => {
      if (data.state === 'INCOMING') {
        const rtp = await transport(bob)
        const remoteSdp = call.offeredRemoteSdp!
        callee = new AudioTransport(rtp, { ...options, remoteSdp })
        call.setOfferedLocalSdp(sessionOf(callee.getLocalMedia(false)))
        call.acceptInvite()
      }
      if (data.state === 'REINVITED') {
        const remoteSdp = call.offeredRemoteSdp!
        call.setOfferedLocalSdp(sessionOf(callee.getLocalMedia(false, 'sendrecv', remoteSdp)))
        call.respondToReinvite(200)
        callee.update(call.activeLocalSdp!, call.activeRemoteSdp!)
      }
    },
    { name: 'invitation-changed-state' },
  )
  let callee!: AudioTransport
  const caller = new AudioTransport(await transport(alice), options)
  const call = new Invitation(alice.credentials, bob.uri, { route: bob.route, engine: alice.engine })
  call.setOfferedLocalSdp(sessionOf(caller.getLocalMedia(true)))
  const agreed = () =>
    alice.engine.notifications.next('invitation-got-sdp-update', { where: ({ succeeded }) => succeeded })
  let next = agreed()
  call.sendInvite()
  await next
  caller.start(call.activeLocalSdp!, call.activeRemoteSdp!)
  alice.engine.connectAudioTransport(caller)
  await expect.poll(async () => (await caller.getStatistics()).receivedPackets).toBeGreaterThan(5)
  expect((await callee.getStatistics()).receivedPackets).toBeGreaterThan(0)
  if (call.state !== 'CONFIRMED')
    await alice.engine.notifications.next('invitation-changed-state', { where: ({ state }) => state === 'CONFIRMED' })
  next = agreed()
  call.setOfferedLocalSdp(sessionOf(caller.getLocalMedia(true, 'sendonly')))
  call.sendReinvite()
  await next
  caller.update(call.activeLocalSdp!, call.activeRemoteSdp!)
  expect([caller.direction, callee.direction]).toEqual(['sendonly', 'recvonly'])
})

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
    const [alice, bob] = [await startParty('alice', { rtpPortRange: [41_500, 41_539] }), await withSound('bob')]
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
    const alice = await startParty('alice', { sampleRate, rtpPortRange: [41_700, 41_719] })
    const opened = alice.engine.notifications.next('engine-sound-devices-changed')
    alice.engine.setSoundDevices(`wav:${file(`ear-${sampleRate}`)}`, 'null')
    expect((await opened).data).toMatchObject({ isOpen: true, rate: 1000 * sampleRate })
  })

  test('digits sound in the devices both ways, unless that is off', { retry: 2 }, async () => {
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
    await pause(300)
    expect(loudest(heard!.fileName)).toBeGreaterThan(0.1)
    expect(loudest(silent!.fileName)).toBe(0)
  })
})

describe('files', () => {
  test('a file plays only in a running engine, ends by a word, and may be started again', async () => {
    writeTone(file('short'), 500, 1, 8000)
    const engine = new Engine()
    const wave = new WaveFile(file('short'), { engine })
    expect(thrown(() => wave.start())).toMatch(/^not-started/)
    await engine.start({ localIp: '127.0.0.1', localTlsPort: null, autoSound: false, rtpPortRange: [41_600, 41_619] })
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

  test('level, count and pauses are heard in a recording; active in the pause', { retry: 2 }, async () => {
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

  test('a paused span is not in the file', { retry: 2 }, async () => {
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
    await pause(300)
    expect(toneIn(file('paused'), 500, 0.01).seconds).toBeGreaterThan(0.8)
    expect(toneIn(file('paused'), 900, 0.01).seconds).toBeLessThan(0.2)
  })
})
