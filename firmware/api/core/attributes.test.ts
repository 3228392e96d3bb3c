// Options and attributes of the core objects that show on the wire, or at the bridge, each by itself.
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createAuthority } from '../../../provisioning/testing/certificates.ts'
import { audioSdp, startParty } from '../../testing/core.ts'
import { sessionOf, stream, transport, withSound } from '../../testing/core-sound.ts'
import { startPeer } from '../../testing/loopback-peer.ts'
import {
  AudioTransport,
  CoreError,
  Invitation,
  Route,
  type SessionTerms,
  sendMessage,
  sendRequest,
  ToneGenerator,
} from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'offhook-attributes-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Whether somebody listens there. */
async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

test('TCP and TLS move to other ports, and go', async () => {
  const authority = createAuthority(folder, 'ports')
  const { cert, key } = authority.sign('alice', { names: ['IP:127.0.0.1'] })
  const { engine } = await startParty('alice', { localTlsPort: 0, tlsCertificateFile: cert, tlsKeyFile: key })
  const before = [engine.localTcpPort!, engine.localTlsPort!]
  expect(await Promise.all(before.map(listens))).toEqual([true, true])
  engine.setLocalTcpPort(before[0]! + 1000)
  engine.setLocalTlsPort(before[1]! + 1000)
  const after = [engine.localTcpPort!, engine.localTlsPort!]
  expect(after).toEqual(before.map((port) => port + 1000))
  await expect.poll(() => Promise.all([...before, ...after].map(listens))).toEqual([false, false, true, true])
  engine.setLocalTcpPort(null)
  engine.setLocalTlsPort(null)
  await expect.poll(() => Promise.all(after.map(listens))).toEqual([false, false])
  expect(engine.transports.map(({ transport: name }) => name)).toEqual(['udp'])
})

test('who connects without a certificate is refused where one is asked for', async () => {
  const authority = createAuthority(folder, 'clients')
  const sign = (name: string) => {
    const { cert, key } = authority.sign(name, { names: ['IP:127.0.0.1'] })
    return { tlsCertificateFile: cert, tlsKeyFile: key }
  }
  const files = { localTlsPort: 0, tlsCaFile: authority.ca }
  const bob = await startParty('bob', { ...files, ...sign('bob'), tlsVerifyClients: true })
  const codeOf = async (own: object) => {
    const { engine, credentials } = await startParty('alice', { ...files, ...own })
    const answered = engine.notifications.next('engine-got-message-response')
    const to = bob.uri.copy()
    to.port = bob.engine.localTlsPort!
    sendMessage(credentials, to, 'text/plain', 'x', { engine, route: new Route('127.0.0.1', to.port, 'tls') })
    return (await answered).data.code
  }
  expect(await codeOf(sign('alice'))).toBe(200)
  expect(await codeOf({})).toBe(503)
})

test('terms of sessions that say nothing else are the engine’s', async () => {
  const peer = await startPeer()
  const sessionTerms: SessionTerms = { reliable: 'required', timer: { mode: 'always', expires: 600, minSe: 120 } }
  const { engine, credentials } = await startParty('alice', { sessionTerms })
  const call = new Invitation(credentials, peer.uri('bob'), { engine })
  call.setOfferedLocalSdp(audioSdp())
  call.sendInvite()
  await expect.poll(() => peer.of('INVITE').length).toBe(1)
  const [invite] = peer.of('INVITE')
  expect(invite?.headers('Require').join()).toContain('100rel')
  expect([invite?.header('Session-Expires'), invite?.header('Min-SE')]).toEqual([expect.stringMatching(/^600/), '120'])
})

test('requests that are being answered: so many, and no more', async () => {
  const bob = await startParty('bob', { maxTransactions: 1 })
  const { engine, credentials } = await startParty('alice')
  bob.engine.notifications.addObserver(({ data }) => data.request.defer(), { name: 'engine-got-message' })
  const came = bob.engine.notifications.next('engine-got-message')
  const first = sendRequest('MESSAGE', credentials, bob.uri, { engine, body: 'one' })
  const { request } = (await came).data
  const second = sendRequest('MESSAGE', credentials, bob.uri, { engine, body: 'two' })
  const refused = await engine.notifications.next('request-got-response', { sender: second })
  expect(refused.data.code).toBe(503)
  request.respond(202)
  expect((await engine.notifications.next('request-got-response', { sender: first })).data.code).toBe(202)
})

test('a redirection is waited on as long as was said', async () => {
  const peer = await startPeer()
  peer.on('INVITE', () => ({ status: 302, headers: ['Contact: <sip:carol@127.0.0.1:9>'] }))
  const { engine, credentials } = await startParty('alice')
  const made = (redirectMs: number) =>
    new Invitation(credentials, peer.uri('bob'), { engine, asksOnRedirect: true, redirectMs })
  expect(() => made(999)).toThrow('redirectMs: expected 1000–180000, got 999')
  const call = made(1000)
  const asked = engine.notifications.next('invitation-redirected', { sender: call })
  const over = engine.notifications.next('invitation-changed-state', {
    sender: call,
    where: ({ state }) => state === 'DISCONNECTED',
  })
  call.sendInvite()
  const from = (await asked).timestamp
  const { timestamp, data } = await over
  expect(data.code).toBe(302)
  expect(timestamp.getTime() - from.getTime()).toBeGreaterThan(950)
})

test('who is called by a number is told the number', async () => {
  const peer = await startPeer()
  peer.on('OPTIONS', () => ({ status: 200 }))
  const { engine, credentials } = await startParty('alice', { notifierEvents: { presence: ['application/pidf+xml'] } })
  const known = engine.notifications.next('request-got-response')
  sendRequest('OPTIONS', credentials, peer.uri('peer'), { engine })
  await known
  const { notifications } = engine
  const uri = 'tel:+49-30-(123)'
  const told = Promise.all([
    notifications.next('invitation-changed-state').then(({ sender }) => sender),
    notifications.next('engine-got-message').then(({ data }) => data.request),
    notifications.next('engine-got-subscription').then(({ data }) => data.subscription),
  ])
  peer.send('INVITE', uri, [])
  peer.send('MESSAGE', uri, ['Content-Type: text/plain'], 'x')
  peer.send('SUBSCRIBE', uri, ['Event: presence', 'Expires: 60'])
  for (const { requestTel, requestUri } of await told) expect([requestTel, requestUri]).toEqual(['+4930123', undefined])
})

test('suites of SRTP as they were asked for; what a refusal is to say', async () => {
  const alice = await withSound('alice')
  const pair = await transport(alice, { useSrtp: true, srtpSuites: ['AES_CM_128_HMAC_SHA1_32'] })
  const offer = sessionOf(new AudioTransport(pair).getLocalMedia(true))
  const lines = offer.media[0]!.attributes.filter(({ name }) => name === 'crypto').map(({ value }) => value)
  expect(lines).toEqual([expect.stringMatching(/^1 AES_CM_128_HMAC_SHA1_32 inline:/)])
  const theirs = audioSdp()
  theirs.media[0]!.formats = ['99']
  const plain = await transport(alice)
  const refusal = () => new AudioTransport(plain, { remoteSdp: theirs })
  expect(refusal).toThrow(CoreError)
  expect(refusal).toThrow(expect.objectContaining({ code: 'refused', sipStatus: 488 }))
})

test('where sound came from, and how loud it is', { timeout: 20_000 }, async () => {
  const [alice, bob] = [await withSound('alice'), await withSound('bob')]
  const { caller, callee } = await stream(alice, bob, { enableSilenceDetection: false })
  expect(callee.transport.remoteRtpAddressReceived).toBeUndefined()
  await expect.poll(() => callee.transport.remoteRtpPortReceived).toBe(caller.transport.localRtpPort)
  expect(callee.transport.remoteRtpAddressReceived).toBe('127.0.0.1')
  const { engine } = alice
  const tone = new ToneGenerator({ engine })
  tone.start({ steps: [{ frequencies: [440], ms: 10_000, levelDb: -12 }], repeat: 1 })
  engine.bridge.connect(tone.port!, caller.port!)
  const given = async () => Math.round((await engine.getPortState(tone)).giveDb)
  // As soon as it filled the 100 ms that are looked at.
  await expect.poll(given, { timeout: 5000 }).toBe(-15)
  engine.setPortLevel(tone, 50)
  await expect.poll(given, { timeout: 5000 }).toBe(-21)
  tone.stop()
  await expect(async () => engine.getPortState(tone)).rejects.toThrow('expected a port that is active')
})
