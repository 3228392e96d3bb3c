// Media of the core: transports and streams, with sound between two engines.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { startParty, toldBy } from '../../testing/core.ts'
import { pause, sessionOf, stream, thrown, transport, withSound } from '../../testing/core-sound.ts'
import { freePort, takePorts } from '../../testing/interop/ports.ts'
import { toneIn, writeTone } from '../../testing/tone.ts'
import {
  AudioTransport,
  Invitation,
  RecordingWaveFile,
  RtpTransport,
  SdpConnection,
  SdpMedia,
  WaveFile,
} from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'offhook-core-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = (name: string) => join(folder, `${name}.wav`)

describe('RtpTransport', () => {
  test('every state by its trigger; the port pair, and again on the same ports', async () => {
    const range = takePorts(40)
    const alice = await startParty('alice', { rtpPortRange: [range, range + 39] })
    const made = new RtpTransport({ engine: alice.engine })
    expect(made.state).toBe('NULL')
    expect(made.localRtpPort).toBeUndefined()
    expect(thrown(() => made.setLocal(sessionOf(new SdpMedia('audio', 0, 'RTP/AVP'))))).toMatch(/^state: .*NULL/)
    made.init()
    await alice.engine.notifications.next('rtp-transport-did-initialize')
    expect(made.state).toBe('INIT')
    expect(thrown(() => made.init())).toMatch(/^state: .*INIT/)
    const port = made.localRtpPort as number
    expect(made.localRtpAddress).toBe('127.0.0.1')
    expect(port).toBeGreaterThanOrEqual(range)
    expect(port).toBeLessThan(range + 39)
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
    const min = await freePort(4)
    const alice = await startParty('alice', { rtpPortRange: [min, min + 3] })
    const first = await transport(alice)
    await transport(alice)
    const late = new RtpTransport({ engine: alice.engine })
    late.init()
    const { data } = await alice.engine.notifications.next('rtp-transport-did-fail', { sender: late })
    expect(data.reason).toContain(`${min}`)
    expect(late.state).toBe('NULL')
    const other = takePorts(20)
    alice.engine.rtpPortRange = [other, other + 19]
    const later = await transport(alice)
    expect(later.localRtpPort).toBeGreaterThanOrEqual(other)
    expect(first.localRtpPort).toBeLessThan(min + 4)
    expect(thrown(() => (alice.engine.rtpPortRange = [5, 4]))).toMatch(/rtpPortRange/)
  })

  test('another address, IPv6 too; what is none is refused', async () => {
    const alice = await startParty('alice')
    expect((await transport(alice, { localRtpAddress: '127.0.0.2' })).localRtpAddress).toBe('127.0.0.2')
    expect((await transport(alice, { localRtpAddress: '::1' })).localRtpAddress).toBe('::1')
    expect(thrown(() => new RtpTransport({ localRtpAddress: 'localhost', engine: alice.engine }))).toMatch(/^argument/)
  })

  test('a STUN server that cannot be asked: told, and it is of use all the same', async () => {
    const alice = await startParty('alice')
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
  test('sound both ways: offer path and answer path, codec, addresses, digits, statistics', async () => {
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
    await expect.poll(() => toneIn(file('heard-0'), 700, 0.02).seconds).toBeGreaterThan(1)
    await expect.poll(() => toneIn(file('heard-1'), 400, 0.02).seconds).toBeGreaterThan(1)
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

  test('a codec as the application describes it: its number, packet time and parameters', async () => {
    const alice = await withSound('alice')
    const rtp = await transport(alice)
    const codecSettings = { ILBC: { payloadType: 110, ptimeMs: 30, parameters: { mode: '30' } } }
    const media = new AudioTransport(rtp, { codecs: ['iLBC'], codecSettings }).getLocalMedia(true)
    const lines = media.attributes.map(({ name, value }) => `${name}:${value}`)
    expect(lines).toEqual(expect.arrayContaining(['rtpmap:110 iLBC/8000', 'fmtp:110 mode=30', 'ptime:30']))
    const wrong = () => new AudioTransport(rtp, { codecs: ['iLBC'], codecSettings: { ILBC: { payloadType: 8 } } })
    expect(thrown(wrong)).toMatch(/payload type of ILBC: expected 96–127/)
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
