// What an operator sees and can do over the broker: the contract's topics, row by row, at the appliance's own process.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { until } from '../../provisioning/testing/mosquitto.ts'
import { type Observer, observe } from '../../provisioning/testing/observer.ts'
import { takePorts } from '../testing/interop/ports.ts'
import { type Lab, startLab } from './lab-client.ts'
import { createLabOperator, type LabOperator } from './lab-operator.ts'
import { type Appliance, endAppliances, startAppliance } from './testing/appliance.ts'

// Other programs are waited for, on machines busy with other tests.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

const folder = mkdtempSync(join(tmpdir(), 'offhook-operation-'))
let lab: Lab
let operator: LabOperator
let eye: Observer
let phone: Appliance
const start = () => startAppliance(join(folder, 'state'), [operator.bootstrap])

beforeAll(async () => {
  const started = await startLab({ folder, speak: '', record: '', mouth: '' })
  if (!started.ok) throw new Error(started.error)
  lab = started.value
  operator = createLabOperator(folder, lab.ready)
  const { url, username, password } = lab.ready.broker
  eye = await observe(Number(new URL(url).port), `offhook/1/${operator.device}`, ['-u', username, '-P', password])
  phone = start()
  await operator.publish()
  await phone.says('configuration applied')
})
afterAll(async () => {
  endAppliances()
  eye?.close()
  await lab?.stop()
  rmSync(folder, { recursive: true, force: true })
})

let requests = 0
/** Sends a command as an MQTT 5 client does, and waits for its answer. */
async function ask(name: string, payload = '') {
  const id = `r${++requests}`
  const from = eye.seen.length
  const response = ['-D', 'publish', 'response-topic', `offhook/1/${operator.device}/answers/${id}`]
  await eye.publish(`cmd/${name}`, payload, ...response, '-D', 'publish', 'correlation-data', id)
  return eye.sees(`answers/${id}`, {}, from)
}

test('what it is and does stands retained on the broker', async () => {
  expect(await eye.sees('info', {})).toMatchObject({
    ...{ deviceId: operator.device, model: 'pi-usb-handset', contract: 1, schema: { id: 'urn:offhook:config:1' } },
    commands: ['identify', 'status', 'reregister', 'dnd', 'reboot', 'log-level'],
  })
  await eye.sees('state/network', { address: '127.0.0.1' })
  await eye.sees('state/audio', { handset: 'working' })
  await eye.sees('state/call', { activity: 'idle', call: null })
  await until('the line', () =>
    eye.seen.some(({ topic, text }) => topic === 'state/lines' && JSON.parse(text)[0]?.registered === true),
  )
  await until('the mailboxes', () => eye.seen.some(({ topic, text }) => topic === 'state/mwi' && text === '[]'))
  expect(eye.seen.filter(({ topic }) => topic.startsWith('state/')).every(({ retain }) => retain)).toBe(true)
})

test('events are numbered without a gap within a boot, and are not kept', async () => {
  await eye.sees('event/registration', { account: 'main', state: 'registered' })
  const events = eye.seen.filter(({ topic }) => topic.startsWith('event/'))
  expect(events.map(({ text }) => JSON.parse(text).number)).toEqual(events.map((_, index) => index + 1))
  expect(new Set(events.map(({ text }) => JSON.parse(text).bootId)).size).toBe(1)
  expect(events.every(({ retain }) => !retain)).toBe(true)
  expect(events.filter(({ topic }) => topic === 'event/key')).toEqual([])
})

test('status, identify, reregister and log-level', async () => {
  expect(await ask('status')).toMatchObject({ ok: true, result: { hub: { faults: 0 }, media: { droppedEvents: 0 } } })
  expect(await ask('identify', 'desk 17')).toEqual({ ok: true, result: null })

  const from = phone.said().length
  expect(await ask('reregister')).toEqual({ ok: true, result: { lines: ['main'] } })
  await phone.says('line registered account=main status=200', from)
  const unknown = 'no line "spare" that registers; there is: main'
  expect(await ask('reregister', 'spare')).toEqual({ ok: false, error: unknown })

  expect(await ask('log-level', 'loud')).toEqual({ ok: false, error: 'expected one of error, warn, info, debug' })
  expect(await ask('log-level', 'error')).toEqual({ ok: true, result: null })
  const quiet = phone.said().length
  const seen = eye.seen.length
  await ask('reregister')
  await eye.sees('event/registration', { state: 'registered' }, seen)
  expect(phone.said().slice(quiet)).toBe('')
  await ask('log-level', 'info')
})

test('RTP ports change while it runs: its line stays, and its sockets lie in the new range', async () => {
  const min = takePorts(40)
  const max = min + 39
  const inRange = () =>
    readFileSync('/proc/net/udp', 'latin1')
      .match(/(?<=0100007F:)[0-9A-F]{4}(?= 0{8})/g)
      ?.filter((port) => Number.parseInt(port, 16) >= min && Number.parseInt(port, 16) <= max).length
  expect(inRange()).toBe(0)
  const [from, said] = [eye.seen.length, phone.said().length]
  const desired = JSON.parse(readFileSync(join(folder, 'desired.json'), 'utf8'))
  desired.version = 2
  desired.config.network.rtpPorts = { min, max }
  await eye.publish('config/desired', JSON.stringify(desired), '-r')
  expect(await eye.sees('config/reported', { version: 2, result: 'applied' }, from)).toMatchObject({ restarted: [] })
  await until('sockets of the new range', () => (inRange() ?? 0) >= 8)
  expect(phone.said().slice(said)).not.toContain('registered')
})

test('a client of MQTT 3.1.1, which knows no response topic, is answered beside its command', async () => {
  const from = eye.seen.length
  await eye.publish('cmd/status', '', '-V', '311')
  expect(await eye.sees('cmd/status/response', { ok: true }, from)).toBeDefined()
})

test('do not disturb is set and told, and outlives the process', async () => {
  await eye.sees('state/dnd', { on: false, forward: { all: '', busy: '', noAnswer: '', afterS: 20 } })
  expect(await ask('dnd', 'yes')).toEqual({ ok: false, error: 'expected on or off' })
  expect(await ask('dnd', 'on')).toEqual({ ok: true, result: null })
  await eye.sees('state/dnd', { on: true })
  await until('it is on the disk', () => kept().includes('"dnd":true'))
})
const kept = () => {
  const file = join(folder, 'state', 'choices.kept')
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

test('killed it is lost, with its session; the next one is online with a higher one', async () => {
  const { session, bootId } = await eye.sees('status', { state: 'online' })
  const from = eye.seen.length
  phone.child.kill('SIGKILL')
  expect(await phone.ended).toBe(null)
  expect(await eye.sees('status', { state: 'lost' }, from)).toEqual({ state: 'lost', session, bootId })
  // What is sent to a phone that is away does not wait for it, expiry or not.
  await eye.publish('cmd/reboot', '', '-D', 'publish', 'message-expiry-interval', '60')
  phone = start()
  const next = await eye.sees('status', { state: 'online' }, from)
  expect(next.session).toBeGreaterThan(session as number)
  expect(next.bootId).not.toBe(bootId)
  await eye.sees('state/dnd', { on: true }, from)
  await phone.says('line registered')
})

test('reboot: it says goodbye and leaves with the code for another start', async () => {
  const from = eye.seen.length
  expect(phone.child.exitCode).toBe(null)
  expect(await ask('reboot')).toEqual({ ok: true, result: null })
  expect(await phone.ended).toBe(75)
  await eye.sees('status', { state: 'offline' }, from)
  expect(phone.said()).toContain('line unregistered account=main status=200')
})
