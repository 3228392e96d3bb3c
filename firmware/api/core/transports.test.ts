// Transports of a running engine changed together, and devices of any kind.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { startParty } from '../../testing/core.ts'
import { pause } from '../../testing/core-sound.ts'
import { toneIn, writeTone } from '../../testing/tone.ts'
import { RecordingWaveFile } from './index.ts'

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
