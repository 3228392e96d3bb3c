// The real addon from JavaScript: files, devices, misuse, several engines, the way out.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { MediaCommand } from '../../firmware/media/contract.ts'
import { addonPlaces } from './addon.ts'
import { Lab, levelOf, readWav, restOf, sleep, tone, writeSine, ZERO_DBM0 } from './testing/harness.ts'

let lab: Lab
let folder: string
beforeEach(() => {
  lab = new Lab()
  folder = mkdtempSync(join(tmpdir(), 'offhook-media-'))
})
afterEach(async () => {
  await lab.engine.close()
  rmSync(folder, { recursive: true })
})
const path = (name: string): string => join(folder, name)

test('a player heard by a recorder of another rate: frequency and level stay', async () => {
  writeSine(path('in.wav'), 1000, 44100, 500, ZERO_DBM0 / 10)
  lab.do(
    { kind: 'open-player', port: 'player', file: path('in.wav'), loops: 1, pauseMs: 0 },
    { kind: 'open-recorder', port: 'recorder', file: path('out.wav'), rate: 16000, maxBytes: 0 },
    { kind: 'connect', from: 'player', to: 'recorder' },
  )
  expect((await lab.opened('player')).rate).toBe(48000)
  await lab.wait('port-ended', (event) => event.port === 'player')
  lab.do({ kind: 'close-port', port: 'recorder' })
  await lab.engine.close()
  lab = new Lab()
  const { rate, samples } = readWav(path('out.wav'))
  expect(rate).toBe(16000)
  expect(samples.length).toBeGreaterThanOrEqual(8000)
  const middle = samples.subarray(1600, 6400)
  expect(levelOf(middle, 1000, rate)).toBeCloseTo(-20, 0)
  expect(restOf(middle, 1000, rate)).toBeLessThan(-70)
})

test('a recording is a valid file while it goes on', async () => {
  lab.do(tone('tone', 440, -10), { kind: 'open-recorder', port: 'r', file: path('r.wav'), rate: 8000, maxBytes: 0 })
  lab.do({ kind: 'connect', from: 'tone', to: 'r' })
  await lab.opened('r')
  await sleep(1300)
  const { samples } = readWav(path('r.wav'))
  expect(samples.length).toBeGreaterThanOrEqual(6400)
  expect(levelOf(samples.subarray(1600, 6400), 440, 8000)).toBeCloseTo(-10, 1)
})

test('a WAV device captures one file and writes what it plays to another', async () => {
  writeSine(path('mouth.wav'), 500, 8000, 200, 3000)
  const device = {
    kind: 'wav',
    capture: path('mouth.wav'),
    playback: path('ear.wav'),
    rate: 16000,
    loop: true,
  } as const
  lab.do({ kind: 'open-device', port: 'd', device }, { kind: 'connect', from: 'd', to: 'd' })
  expect((await lab.opened('d')).rate).toBe(16000)
  await sleep(600)
  await lab.engine.close()
  lab = new Lab()
  const { samples } = readWav(path('ear.wav'))
  expect(samples.length).toBeGreaterThan(7000)
  expect(levelOf(samples.subarray(samples.length - 4800), 500, 16000)).toBeCloseTo(20 * Math.log10(3000 / ZERO_DBM0), 0)
})

test('the null device opens at once; the null device gives silence', async () => {
  lab.do({ kind: 'open-device', port: 'n', device: { kind: 'null', rate: 8000 } })
  lab.do({ kind: 'open-recorder', port: 'r', file: path('r.wav'), rate: 8000, maxBytes: 44 + 3200 })
  lab.do({ kind: 'connect', from: 'n', to: 'r' })
  await lab.wait('port-ended', (event) => event.port === 'r')
  const { samples } = readWav(path('r.wav'))
  expect(samples.length).toBe(1600)
  expect(samples.every((sample) => sample === 0)).toBe(true)
})

test('a damaged file fails its port, and the fault is named', async () => {
  writeSine(path('good.wav'), 500, 8000, 200, 3000)
  writeFileSync(path('odd.wav'), 'RIFF....WAVEdata')
  lab.do({ kind: 'open-player', port: 'p', file: path('odd.wav'), loops: 1, pauseMs: 0 })
  const failed = await lab.wait('port-failed')
  expect(failed.reason).toBe(
    `${path('odd.wav')}: WAV file, offset 12: expected a "fmt " chunk, found the end of the file`,
  )
  lab.do({ kind: 'open-player', port: 'p', file: path('good.wav'), loops: 1, pauseMs: 0 })
  await lab.opened('p')
})

test('commands that make no sense are answered with rejected', async () => {
  lab.do({ kind: 'connect', from: 'x', to: 'y' })
  expect(await lab.wait('rejected')).toEqual({ kind: 'rejected', command: 'connect', port: 'x', reason: 'no port x' })
  expect(lab.engine.inspect()).toMatchObject({ rejectedCommands: 1, droppedEvents: 0, ports: 0 })
})

test.each<[unknown, string]>([
  [undefined, 'command: expected an object, got undefined'],
  [{ kind: 'explode' }, "command.kind: expected one of 'stock-pairs', 'release-pair'"],
  [{ kind: 'close-port' }, 'command.port: expected a string, got undefined'],
  [{ kind: 'set-gain', port: 'p', giveDb: '3', takeDb: 0 }, "command.giveDb: expected a number, got '3'"],
  [
    { kind: 'open-tone', port: 'p', tone: { steps: [{ frequencies: [1, NaN], ms: 1, levelDb: 0 }], repeat: 1 } },
    'command.tone.steps[0].frequencies[1]: expected a finite number, got NaN',
  ],
  [{ kind: 'release-pair', pair: 1.5 }, 'command.pair: expected a whole number of 0–4294967295, got 1.5'],
  [
    { kind: 'stock-pairs', address: '::1', min: 70000, max: 1, want: 1, dscp: 0 },
    'command.min: expected a whole number of 0–65535, got 70000',
  ],
  [
    { kind: 'open-device', port: 'p', device: { kind: 'alsa', rate: 8000 } },
    'command.device.capture: expected a string',
  ],
])('misuse throws a TypeError that names the path: %j', (command, message) => {
  expect(() => lab.do(command as MediaCommand)).toThrow(TypeError)
  expect(() => lab.do(command as MediaCommand)).toThrow(message)
})

test('a closed engine says so, and closing twice does too', async () => {
  const other = new Lab()
  await other.engine.close()
  expect(() => other.engine.inspect()).toThrow('the media engine is closed')
  expect(() => other.engine.close()).toThrow('the media engine is closed')
})

test('two engines at once, one of them in a worker that is terminated while it plays', async () => {
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads')
     const engine = require(workerData).createMediaEngine((events) => parentPort.postMessage(events))
     engine.ref()
     engine.command({ kind: 'open-device', port: 'n', device: { kind: 'null', rate: 8000 } })
     engine.command({ kind: 'connect', from: 'n', to: 'n' })`,
    { eval: true, workerData: addonPlaces(process.env).at(-1) },
  )
  const [event] = await new Promise<{ kind: string }[]>((resolve) => worker.once('message', resolve))
  expect(event?.kind).toBe('port-opened')
  lab.do(tone('t', 440, -10))
  await lab.opened('t')
  await worker.terminate()
  expect(lab.engine.inspect().ports).toBe(1)
})

test('a process that never closes its engine ends cleanly by itself', () => {
  const script = `import { createMediaEngine } from '${new URL('./media.ts', import.meta.url).pathname}'
    const engine = createMediaEngine(() => {})
    engine.command({ kind: 'open-device', port: 'n', device: { kind: 'null', rate: 8000 } })
    engine.command({ kind: 'connect', from: 'n', to: 'n' })
    setTimeout(() => console.log('over'), 50)`
  expect(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })).toBe('over\n')
})

test('a missing addon names the command that builds it', () => {
  const script = `import { loadAddon } from '${new URL('./addon.ts', import.meta.url).pathname}'
    try { loadAddon() } catch (error) { console.log(error.message) }`
  const env = { ...process.env, OFFHOOK_ADDON: '/nowhere/offhook.node' }
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', env })
  expect(said).toBe('the native addon is missing; run: npm run setup (looked for /nowhere/offhook.node)\n')
})
