// What calls, buddies, devices and transports tell and say of themselves, each brought about by a peer on loopback.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createAuthority } from '../../../provisioning/testing/certificates.ts'
import { freePort, takePorts } from '../../testing/interop/ports.ts'
import { toneIn, writeTone } from '../../testing/tone.ts'
import { Account, AudioMediaPlayer, AudioMediaRecorder, Buddy, Call, Endpoint, ToneGenerator } from './index.ts'
import { type Desk, desk, desksOfAll, Person, talking } from './testing/pair.ts'

const folder = mkdtempSync(join(tmpdir(), 'offhook-told-'))
let alice: Desk
let bob: Desk
let carol: Desk
beforeAll(async () => {
  ;[alice, bob, carol] = await Promise.all([
    desk('alice', { medConfig: { ptime: 30, sndClockRate: 8000 } }),
    desk('bob'),
    desk('carol'),
  ])
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
desksOfAll(() => [alice, bob, carol])

test('a call as it is, and what its stream counts', { timeout: 20_000 }, async () => {
  const received = bob.account.once('incomingCall')
  const { mine, theirs } = await talking(alice, bob)
  const running = mine.once('callMediaTransportState')
  expect(await running).toEqual({ medIdx: 0, state: 'running', forMs: 0 })
  const [ours, other] = [mine.getInfo(), theirs.getInfo()]
  expect(ours.remoteContact).toContain(`sip:${other.localContact}@`)
  expect(other.remoteContact).toContain(`sip:${ours.localContact}@`)
  expect(other.remoteUri).toBe(alice.uri)
  expect(ours).toMatchObject({ lastStatusCode: 200, lastReason: 'OK', callIdString: other.callIdString })
  expect([ours.localTag, ours.remoteTag]).toEqual([other.remoteTag, other.localTag])
  expect(ours.media[0]?.audioConfSlot).toBe(mine.getConfPort())
  expect(ours.connectDuration).toBeLessThanOrEqual(ours.totalDuration)
  // medConfig.ptime
  expect(theirs.getSdp().remote).toContain('a=ptime:30')
  expect((await received).alertInfo).toBeUndefined()
  await expect.poll(async () => (await mine.getStreamStat()).rx.packets).toBeGreaterThan(20)
  const { rx, tx, codec, remoteAddress, remotePort } = await mine.getStreamStat()
  expect(`${remoteAddress}:${remotePort} ${codec}`).toBe(
    `127.0.0.1:${/m=audio (\d+)/.exec(mine.getSdp().remote!)?.[1]} PCMA`,
  )
  expect(rx).toMatchObject({ late: 0, duplicate: 0, malformed: 0, lost: 0 })
  expect(rx.bytes).toBeGreaterThan(20 * 160)
  expect([tx.packets, rx.jitterMs, rx.delayMs].every((each) => Number.isFinite(each) && each >= 0)).toBe(true)
  mine.hangup()
  expect(mine.getInfo().totalDuration).toBeGreaterThan(0)
})

test('offers both ways, digits under both names, why it ended', { timeout: 20_000 }, async () => {
  const out = new Call(alice.account)
  const offered: string[] = []
  out.on('callTxOffer', ({ local }) => void offered.push(`ours ${local?.includes('m=audio')}`))
  const comes = bob.account.nextCall()
  const stands = out.once('callState', ({ state }) => state === 'confirmed')
  out.makeCall(bob.uri, {
    txOption: {
      headers: { 'Alert-Info': '<urn:alert:source:internal>' },
      multipartParts: [{ contentType: 'text/plain', body: 'a part' }],
    },
  })
  const told = bob.account.once('incomingCall')
  const into = await comes
  expect((await told).alertInfo).toBe('<urn:alert:source:internal>')
  expect((await told).rdata.headers['Content-Type']?.[0]).toMatch(/^multipart\/mixed/)
  const both = Promise.all([stands, into.once('callState', ({ state }) => state === 'confirmed')])
  into.answer({ statusCode: 200 })
  await both
  out.on('callRxOffer', ({ remote }) => void offered.push(`theirs ${remote?.includes('a=sendonly')}`))
  await into.setHold()
  expect(offered).toEqual(['ours true', 'theirs true'])
  expect(out.getInfo().media[0]).toMatchObject({ status: 'remote-hold', dir: 'recvonly' })
  const digits = [out.once('dtmfDigit'), out.once('dtmfEvent')]
  await into.reinvite({ opt: { unhold: true } })
  into.dialDtmf('5')
  const [one, two] = await Promise.all(digits)
  expect(one).toMatchObject({ digit: '5', method: 'rfc2833' })
  expect(two).toEqual(one)
  const over = out.once('callState', ({ state }) => state === 'disconnected')
  into.hangup({ txOption: { headers: { Reason: 'Q.850;cause=16;text="done"' } } })
  expect(await over).toMatchObject({ cause: 'remote', because: ['Q.850 16'] })
})

test('a transfer: who sends, how it goes, and enough of that', { timeout: 20_000 }, async () => {
  const { mine, theirs } = await talking(alice, bob)
  const steps: number[] = []
  mine.on('callTransferStatus', (prm) => {
    steps.push(prm.statusCode)
    // The answer to the REFER is the first; no more is wanted.
    prm.cont = false
  })
  const asked = theirs.once('callTransferRequest')
  const comes = carol.account.nextCall()
  mine.xfer(carol.uri)
  expect((await asked).referredBy).toContain(alice.uri)
  const sent = await comes
  sent.answer({ statusCode: 200 })
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(steps).toEqual([202])
})

test('a call in the place of another one', { timeout: 20_000 }, async () => {
  const { mine } = await talking(alice, bob)
  const { mine: consult, theirs: replaced } = await talking(alice, carol)
  const asked = replaced.once('callReplaceRequest')
  const done = replaced.once('callReplaced')
  mine.xferReplaces(consult)
  const { newCallId } = await asked
  expect(await done).toMatchObject({ newCallId })
  expect((await done).newCall.getId()).toBe(newCallId)
})

test('their calls, and what is known of a buddy', { timeout: 20_000 }, async () => {
  const seen: string[] = []
  class Friend extends Buddy {
    override onBuddyState() {
      seen.push(`state ${this.getInfo().presStatus.status}`)
    }
    override onBuddyEvSubState({ event, state }: { readonly event: string; readonly state: string }) {
      seen.push(`${event} ${state}`)
    }
    override onBuddyDlgEventState() {
      seen.push('dialogs')
    }
  }
  const friend = new Friend()
  friend.create(alice.account, { uri: bob.uri, name: 'Bob', subscribe: true })
  expect(friend.getInfo()).toMatchObject({ presMonitorEnabled: true, presStatus: { status: 'unknown' } })
  await expect.poll(() => friend.getInfo()).toMatchObject({ subState: 'active', presStatus: { status: 'online' } })
  const calls = friend.once('buddyDlgEventState', ({ dialogs }) => dialogs.some(({ state }) => state === 'confirmed'))
  friend.subscribeDlgEvent(true)
  expect([...friend.watches.keys()]).toEqual(['presence', 'dialog'])
  await talking(carol, bob)
  await calls
  friend.subscribePresence(false)
  await expect.poll(() => friend.getInfo()).toMatchObject({ presMonitorEnabled: false, subState: 'terminated' })
  expect(friend.getConfig()).toMatchObject({ name: 'Bob', subscribe: true })
  for (const each of ['state online', 'presence active', 'dialog active', 'dialogs']) expect(seen).toContain(each)
  friend.delete()
})

test('media are taken apart; what is at the bridge', async () => {
  const tone = new ToneGenerator(alice.endpoint)
  tone.createToneGenerator()
  const record = new AudioMediaRecorder(alice.endpoint)
  record.createRecorder(join(folder, 'apart.wav'))
  const before = alice.endpoint.mediaActivePorts()
  expect(alice.endpoint.mediaEnumPorts()).toEqual(expect.arrayContaining([tone.name, record.name]))
  tone.startTransmit(record)
  expect(tone.getPortInfo().listeners).toEqual([record.getPortId()])
  tone.stopTransmit(record)
  expect(tone.getPortInfo().listeners).toEqual([])
  expect(() => tone.stopTransmit(record)).toThrow('they are not connected')
  tone.dispose()
  record.dispose()
  expect(alice.endpoint.mediaActivePorts()).toBe(before - 2)
  expect(() => new AudioMediaPlayer(alice.endpoint).createPlayer(join(folder, 'none.wav'))).not.toThrow()
})

test('a file so often, with a pause between', async () => {
  writeTone(join(folder, 'twice.wav'), 440, 0.2, 8000)
  const play = new AudioMediaPlayer(alice.endpoint)
  const record = new AudioMediaRecorder(alice.endpoint)
  record.createRecorder(join(folder, 'heard.wav'))
  const from = performance.now()
  play.createPlayer(join(folder, 'twice.wav'), { loops: 2, pauseMs: 300 })
  play.startTransmit(record)
  await play.once('eof', 5000)
  expect(performance.now() - from).toBeGreaterThan(600)
  play.dispose()
  record.dispose()
  await expect
    .poll(() => toneIn(join(folder, 'heard.wav'), 440))
    .toMatchObject({ seconds: expect.toSatisfy((s) => s > 0.25 && s < 0.45) })
  expect(toneIn(join(folder, 'heard.wav'), 440).missing).toBeGreaterThan(0.1)
})

test('the sound device: listed, opened at the rate of the settings, refused', async () => {
  const manager = alice.endpoint.audDevManager()
  const { playbackDevices: playback, recordingDevices: recording } = alice.endpoint.engine!
  expect(manager.enumDev()).toEqual({ playback, recording })
  expect([manager.getDevice(), manager.sndIsActive()]).toEqual([undefined, false])
  const opened = alice.endpoint.once('mediaEvent')
  manager.setNullDev()
  expect(await opened).toMatchObject({ port: 'device', type: 'opened' })
  expect(manager.getDevice()).toEqual({ kind: 'null', rate: 8000 })
  expect(manager.getCaptureDevMedia().getPortId()).toBe(manager.getPlaybackDevMedia().getPortId())
  const failed = alice.endpoint.once('mediaEvent', ({ type }) => type === 'failed')
  manager.setPlaybackDev('no-such-card')
  manager.setCaptureDev('no-such-card')
  expect((await failed).text).not.toBe('')
  expect(manager.sndIsActive()).toBe(true)
  manager.setNullDev()
})

test('TLS as the transport has it', { timeout: 20_000 }, async () => {
  const authority = createAuthority(folder, 'authority')
  const { cert: certFile, key: privKeyFile } = authority.sign('dora', { names: ['IP:127.0.0.1'] })
  const tls = async (user: string, tlsConfig: object) => {
    const endpoint = new Endpoint({ beside: true })
    endpoint.libCreate()
    endpoint.libInit({ medConfig: { rtpPort: takePorts(40), rtpPortRange: 40 } })
    const id = endpoint.transportCreate('tls', {
      boundAddress: '127.0.0.1',
      port: await freePort(),
      tlsConfig,
    })
    await endpoint.libStart()
    const account = new Person(endpoint)
    const { localAddress, type } = endpoint.transportGetInfo(id)
    const uri = `sip:${user}@${localAddress};transport=${type}`
    account.create({ idUri: `sip:${user}@${localAddress}`, sipConfig: { transport: 'tls' } })
    return { endpoint, account, uri }
  }
  const dora = await tls('dora', { certFile, privKeyFile })
  const believer = await tls('emil', { caListFile: authority.ca })
  const { mine } = await talking(believer, dora)
  expect(mine.getInfo().state).toBe('confirmed')
  await believer.endpoint.libDestroy()
  const stranger = await tls('emil', {})
  const call = new Call(stranger.account)
  const end = call.once('callState', ({ state }) => state === 'disconnected')
  call.makeCall(dora.uri)
  expect(await end).toMatchObject({ statusCode: 503, cause: 'transport' })
  await Promise.all([stranger, dora].map(({ endpoint }) => endpoint.libDestroy()))
})

test('settings that cannot be of a call are refused by their names', () => {
  const call = new Call(alice.account)
  expect(() => call.makeCall(bob.uri, { opt: { audioCount: 2 } })).toThrow('opt.audioCount: expected')
  expect(alice.endpoint.libVersion().full).toMatch(/^\d+\.\d+/)
  expect(Account.lookup(0, alice.endpoint)).toBe(alice.account)
})

test('medConfig.dscp marks the packets, logConfig.consoleLevel writes to standard error', async () => {
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const dora = await desk('dora', { medConfig: { dscp: 10 }, logConfig: { level: 4, consoleLevel: 2 } })
  dora.endpoint.utilLogWrite(2, 'a warning')
  dora.endpoint.utilLogWrite(3, 'not a warning')
  const lines = said.mock.calls.map(([line]) => String(line))
  said.mockRestore()
  expect(lines.filter((line) => line.includes('a warning'))).toHaveLength(1)
  expect(lines.find((line) => line.includes('a warning'))).toMatch(/ 2 application: a warning\n$/)
  const comes = alice.account.nextCall()
  new Call(dora.account).makeCall(alice.uri)
  const port = /m=audio (\d+)/.exec((await comes).getSdp().remote!)?.[1]
  const socket = execFileSync('ss', ['-unaHO', '--tos', `( sport = :${port} )`], { encoding: 'utf8' })
  // AF11 in the upper six bits.
  expect(socket).toMatch(/tos:0x28\b/)
  await dora.endpoint.libDestroy()
})

test('who calls, by name', async () => {
  bob.account.modify({ idUri: `"Bob Ä" <${bob.uri}>` })
  const comes = alice.account.nextCall()
  new Call(bob.account).makeCall(alice.uri)
  expect((await comes).getInfo()).toMatchObject({ remoteUri: bob.uri, remoteDisplay: 'Bob Ä', role: 'uas' })
  bob.account.modify({ idUri: bob.uri })
})
