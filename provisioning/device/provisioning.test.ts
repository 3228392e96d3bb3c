// The whole of provisioning against a real broker and a real disk; the phone is played by the test.
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ReadySettings } from '../core/contract.ts'
import { text } from '../testing/documents.ts'
import { type Broker, startBroker, until } from '../testing/mosquitto.ts'
import { type Observer, observe } from '../testing/observer.ts'
import { startPhone, type TestPhone } from './testing/phone.ts'

// Other programs are waited for, on machines busy with other tests.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

const ROOT = 'offhook/1/oh-test'

let directory: string
let broker: Broker
let operator: Observer
let running: TestPhone[] = []

async function phone(refuse?: (settings: ReadySettings) => string | undefined): Promise<TestPhone> {
  const one = await startPhone(join(directory, 'state'), broker.url, 'oh-test', refuse)
  running.push(one)
  return one
}

async function stop(one: TestPhone): Promise<void> {
  running = running.filter((other) => other !== one)
  await one.stop()
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'offhook-provisioning-'))
  broker = await startBroker()
  operator = await observe(broker.port, ROOT)
})

afterEach(async () => {
  for (const one of running) await stop(one)
  operator.close()
  await broker.dispose()
  await rm(directory, { recursive: true, force: true })
})

test('a document published before the phone starts is applied and reported', async () => {
  await operator.publish('config/desired', text({ version: 7 }), '-r')
  const one = await phone()
  expect(one.initial).toBeUndefined()
  one.connect()
  const reported = await operator.sees('config/reported', { result: 'applied' })
  expect(reported).toMatchObject({ version: 7, attempted: 7, lastKnownGood: 7, errors: [] })
  expect(one.applied[0]).toMatchObject({ version: 7, config: { accounts: [{ id: 'main', label: 'alice' }] } })
  expect(one.applied[0]!.secrets.main!.password!.reveal()).toBe('open sesame')
  await operator.sees('status', { state: 'online' })
  const info = await operator.sees('info', {
    model: 'test',
    contract: 1,
    commands: ['identify', 'status', 'reregister', 'dnd', 'reboot', 'log-level'],
  })
  const schema = await readFile(new URL('../../docs/config.schema.json', import.meta.url))
  const sha256 = createHash('sha256').update(schema).digest('hex')
  expect(info.schema).toEqual({ id: 'urn:offhook:config:1', sha256 })
  expect(JSON.stringify([operator.seen.filter((seen) => seen.topic !== 'config/desired'), one.logged])).not.toContain(
    'sesame',
  )
})

test('a bad document is refused with path, expected, got and hint, and changes nothing', async () => {
  const one = await phone()
  one.connect()
  await operator.publish('config/desired', text({ version: 1 }), '-r')
  await operator.sees('config/reported', { result: 'applied' })
  const account = { registrar: 'example.com', expire: 60 }
  await operator.publish('config/desired', text({ version: 2, account }), '-r')
  const reported = await operator.sees('config/reported', { result: 'rejected' })
  expect(reported).toMatchObject({ version: 1, attempted: 2, lastKnownGood: 1 })
  expect(reported.errors).toEqual([
    {
      path: '/config/accounts/0/expire',
      expected: expect.stringContaining('no such key'),
      got: 'an unknown key',
      hint: 'did you mean expires?',
    },
    {
      path: '/config/accounts/0/registrar',
      expected: 'a SIP URI such as sip:alice@example.com',
      got: '"example.com"',
      hint: 'it begins with sip:',
    },
  ])
  expect(one.applied).toHaveLength(1)
})

test('a change after which the line does not register is taken back, with the reason', async () => {
  const one = await phone(({ config }) => (config.accounts[0]!.username === 'mallory' ? 'wrong password' : undefined))
  one.connect()
  await operator.publish('config/desired', text({ version: 1 }), '-r')
  await operator.sees('config/reported', { result: 'applied', version: 1 })
  await operator.publish('config/desired', text({ version: 2, account: { username: 'mallory' } }), '-r')
  const reported = await operator.sees('config/reported', { result: 'reverted' })
  expect(reported).toMatchObject({
    version: 1,
    attempted: 2,
    reason: 'line main does not register: wrong password',
    restarted: ['line main'],
  })
  expect(one.applied.map(({ version }) => version)).toEqual([1, 2, 1])
})

test('with the broker away the last good configuration is there at once, and is reported when the broker is back', async () => {
  const first = await phone()
  first.connect()
  await operator.publish('config/desired', text({ version: 3 }), '-r')
  await operator.sees('config/reported', { result: 'applied' })
  await stop(first)
  await operator.sees('status', { state: 'offline' })
  await broker.stop()

  const second = await phone()
  expect(second.initial).toMatchObject({ version: 3 })
  second.connect()
  await until('a failed attempt', () => second.logged.some(({ what }) => what === 'not connected'))

  await broker.start()
  operator.close()
  operator = await observe(broker.port, ROOT)
  expect(await operator.sees('config/reported', {})).toMatchObject({ version: 3, result: 'applied' })
  const { session } = await operator.sees('status', { state: 'online' })
  expect(session).toBeGreaterThan(1)
})

test('a phone that vanishes is said to be lost, with the session it had', async () => {
  const one = await phone()
  one.connect()
  const online = await operator.sees('status', { state: 'online' })
  // The same client id from elsewhere: the broker drops the phone's connection without a goodbye.
  await operator.publish('nothing', '', '-i', 'oh-test')
  const lost = await operator.sees('status', { state: 'lost' })
  expect(lost).toMatchObject({ session: online.session, bootId: online.bootId })
  const again = await operator.sees('status', { state: 'online', session: (online.session as number) + 1 })
  expect(again.bootId).toBe(online.bootId)
})

test('a command is answered where it asked for, once by correlation; a retained one is dropped with an alarm', async () => {
  await operator.publish('cmd/identify', 'stale', '-r')
  const one = await phone()
  one.connect()
  await operator.sees('event/alarm', { alarm: 'retained-command', command: 'identify' })
  expect(one.identified).toEqual([])

  const request = ['-D', 'publish', 'response-topic', `${ROOT}/answers`, '-D', 'publish', 'correlation-data', 'c1']
  await operator.publish('cmd/identify', 'lamp', ...request)
  await operator.sees('answers', { ok: true, result: null })
  await operator.publish('cmd/identify', 'lamp', ...request)
  await until('the second answer', () => operator.seen.filter(({ topic }) => topic === 'answers').length === 2)
  expect(one.identified).toEqual(['lamp'])

  await operator.publish('cmd/fly', '')
  await operator.sees('cmd/fly/response', {
    ...{ ok: false, error: 'no such command' },
    known: ['identify', 'status', 'reregister', 'dnd', 'reboot', 'log-level'],
  })
})

test('state topics are coalesced to the newest value of each 250 ms', async () => {
  const one = await phone()
  one.connect()
  await operator.sees('status', { state: 'online' })
  for (let count = 0; count < 100; count++) one.state('line', { count })
  await operator.sees('state/line', { count: 99 })
  expect(operator.seen.filter(({ topic }) => topic === 'state/line').length).toBeLessThanOrEqual(2)
})
