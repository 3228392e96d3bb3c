// Transports of a running engine changed together, and devices of any kind.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { startParty } from '../../testing/core.ts'
import { pause } from '../../testing/core-sound.ts'
import { startPeer } from '../../testing/loopback-peer.ts'
import { toneIn, writeTone } from '../../testing/tone.ts'
import { RecordingWaveFile, Registration, SipUri, sendRequest } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'offhook-core-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('UDP goes and TCP comes at once; what cannot be had leaves all as it was', async () => {
  const [alice, bob] = [await startParty('alice', { localTcpPort: null }), await startParty('bob')]
  const names = () => alice.engine.transports.map(({ transport }) => transport)
  expect(names()).toEqual(['udp'])
  const { localUdpPort } = alice.engine
  alice.engine.setTransports({ localTcpPort: 0 })
  expect(names()).toEqual(['udp', 'tcp'])
  expect(alice.engine.localUdpPort).toBe(localUdpPort)
  expect(() => alice.engine.setTransports({ localUdpPort: bob.engine.localUdpPort })).toThrow(/EADDRINUSE/)
  expect(names()).toEqual(['udp', 'tcp'])
  alice.engine.setTransports({ localUdpPort: null })
  expect(names()).toEqual(['tcp'])
})

test('a device of any kind is heard by whom it is connected to alone, at any rate', async () => {
  const { engine } = await startParty('alice')
  const [source, target] = ['source', 'target'].map((name) => join(folder, `${name}.wav`)) as [string, string]
  writeTone(source, 440, 2, 8000)
  const opened = engine.notifications.next('engine-sound-devices-changed')
  engine.setSoundDevice({ kind: 'wav', capture: source, playback: '', rate: 16_000, loop: true })
  expect((await opened).data.isOpen).toBe(true)
  const recording = new RecordingWaveFile(target, { engine })
  recording.start({ wholeBridge: false, rate: 8000 })
  expect(engine.bridge.hearersOf('device')).toEqual([])
  engine.bridge.connect('device', recording.port!)
  await pause(600)
  recording.stop()
  await expect.poll(() => toneIn(target, 440).seconds).toBeGreaterThan(0.2)
  expect(readFileSync(target).readUInt32LE(24)).toBe(8000)
})

test('a transport more: what asks for it leaves there, registers from there, and goes by the usual one when it is gone', async () => {
  const [alice, server] = [await startParty('alice'), await startPeer()]
  const { engine, credentials } = alice
  const name = engine.addTransport('udp', { address: '127.0.0.2' })
  const tcp = engine.addTransport('tcp', { address: '127.0.0.2' })
  expect(engine.transports.map(({ name, address }) => [name, address])).toEqual([
    ...[
      ['udp', '127.0.0.1'],
      ['tcp', '127.0.0.1'],
    ],
    ...[
      [name, '127.0.0.2'],
      [tcp, '127.0.0.2'],
    ],
  ])
  server.on('OPTIONS', () => ({ status: 200 }))
  server.on('REGISTER', (request) => ({ status: 200, headers: [`Contact: ${request.header('Contact')};expires=60`] }))
  const from = (of: string) =>
    server.of(of).map((request) => [request.vias[0]?.host, request.header('Contact')?.includes('@127.0.0.2')])
  const way = { route: server.route, transport: name, engine }
  sendRequest('OPTIONS', credentials, server.uri('bob'), way)
  await expect.poll(() => from('OPTIONS')).toEqual([['127.0.0.2', true]])
  sendRequest('OPTIONS', credentials, server.uri('bob'), { ...way, transport: 'udp' })
  await expect.poll(() => from('OPTIONS')[1]).toEqual(['127.0.0.1', false])

  const registrar = new SipUri({ host: '127.0.0.1', port: server.port })
  const registration = new Registration(credentials, { ...way, registrar, options: { retry: { firstMs: 100 } } })
  registration.register()
  await expect.poll(() => registration.state).toBe('registered')
  expect(from('REGISTER')).toEqual([['127.0.0.2', true]])
  engine.removeTransport(name)
  engine.removeTransport(tcp)
  await expect.poll(() => from('REGISTER').at(-1)).toEqual(['127.0.0.1', false])
  expect(engine.transports.map(({ name }) => name)).toEqual(['udp', 'tcp'])
})

test('a transport that cannot be', async () => {
  const { engine } = await startParty('alice')
  const add =
    (transport: string, place: object = {}) =>
    () =>
      engine.addTransport(transport as 'udp', place)
  expect(add('sctp')).toThrow('transport: expected udp, tcp or tls, got sctp')
  expect(add('udp', { address: '0.0.0.0' })).toThrow('address: expected a concrete address of this host, got 0.0.0.0')
  expect(add('udp', { port: 70_000 })).toThrow('port: expected 0–65535, got 70000')
  expect(add('tls')).toThrow('localTlsPort is null')
  expect(add('udp', { address: '192.0.2.77' })).toThrow('EADDRNOTAVAIL')
  expect(add('udp', { port: engine.localUdpPort })).toThrow('EADDRINUSE')
  expect(engine.transports).toHaveLength(2)
  expect(() => engine.removeTransport('udp:9')).toThrow('expected the name of one that was added, got udp:9')
})
