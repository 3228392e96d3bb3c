// The supervisor's side of sd_notify, by a socket that is not ours: what it hears of a phone that works, and of one that hangs.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test, vi } from 'vitest'
import { createFakeBoard } from '../../hal/fake/fake-board.ts'
import { systemClock } from '../../hal/linux/system-clock.ts'
import { notify } from '../../native/lib/notify.ts'
import { BEAT_MS } from '../base/beat.ts'
import type { LogRecord } from '../base/log.ts'
import { composePhone } from './compose.ts'
import { createSupervisor, type Supervisor } from './supervisor.ts'
import { endAppliances, startAppliance } from './testing/appliance.ts'

// Other programs are waited for, on machines busy with other tests.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

const SOCKET = fileURLToPath(new URL('testing/notify-socket.py', import.meta.url))
const folder = () => mkdtempSync(join(tmpdir(), 'offhook-supervisor-'))
const ends: (() => unknown)[] = []
afterEach(async () => {
  endAppliances()
  for (const end of ends.splice(0).reverse()) await end()
})

/** The lines heard so far; listens at `name` when it resolves. */
async function listen(name: string): Promise<string[]> {
  const child: ChildProcess = spawn('python3', [SOCKET, name], { stdio: ['ignore', 'pipe', 'inherit'] })
  ends.push(() => child.kill())
  const heard: string[] = []
  createInterface(child.stdout!).on('line', (line) => heard.push(line))
  await expect.poll(() => heard, { timeout: 10_000 }).toEqual(['listening'])
  heard.shift()
  return heard
}
const abstract = () => `@offhook-test-${process.pid}-${Math.random().toString(36).slice(2)}`
const fed = (heard: readonly string[]) => heard.filter((line) => line === 'WATCHDOG=1').length

test('a datagram reaches a path and an abstract name; what cannot be sent is told', async () => {
  const directory = folder()
  ends.push(() => rmSync(directory, { recursive: true }))
  for (const name of [join(directory, 'notify'), abstract()]) {
    const heard = await listen(name)
    notify(name, 'READY=1\nSTATUS=ö')
    await expect.poll(() => heard).toEqual(['READY=1', 'STATUS=ö'])
  }
  expect(() => notify(join(directory, 'nobody'), 'READY=1')).toThrow('No such file or directory')
  expect(() => notify('relative', 'READY=1')).toThrow('Invalid argument')
  expect(() => notify(`/${'x'.repeat(200)}`, 'READY=1')).toThrow('File name too long')
})

test('the appliance: ready, fed while it runs, stopping', async () => {
  const directory = folder()
  ends.push(() => rmSync(directory, { recursive: true }))
  const name = abstract()
  const heard = await listen(name)
  const bootstrap = join(directory, 'bootstrap.json')
  writeFileSync(bootstrap, '{}')
  const env = { NOTIFY_SOCKET: name, WATCHDOG_USEC: '600000' }
  const phone = startAppliance(join(directory, 'state'), [bootstrap], env)
  await expect.poll(() => fed(heard), { timeout: 10_000 }).toBeGreaterThan(3)
  expect(heard[0]).toBe('READY=1')
  // The whole process stands still: nothing is fed, and it is again when it goes on.
  phone.child.kill('SIGSTOP')
  await sleep(100)
  const stood = fed(heard)
  await sleep(700)
  expect(fed(heard)).toBe(stood)
  phone.child.kill('SIGCONT')
  await expect.poll(() => fed(heard), { timeout: 10_000 }).toBeGreaterThan(stood)
  phone.stop()
  expect(await phone.ended).toBe(0)
  await expect.poll(() => heard.at(-1)).toBe('STOPPING=1')
})

/** A whole phone in this process, and a supervisor that allows 300 ms. */
async function supervised(change: (answered: () => void) => () => void) {
  const directory = folder()
  ends.push(() => rmSync(directory, { recursive: true }))
  const name = abstract()
  const heard = await listen(name)
  const logged: LogRecord[] = []
  const phone = await composePhone({
    board: createFakeBoard({ clock: systemClock }),
    bootstrap: { deviceId: 'x', prefix: 'offhook', board: 'none', credentials: undefined },
    ...{ folder: join(directory, 'state'), version: 'test', log: (record) => void logged.push(record) },
  })
  ends.push(() => phone.stop())
  const env = { NOTIFY_SOCKET: name, WATCHDOG_USEC: '300000', WATCHDOG_PID: String(process.pid) }
  const ask = (answered: () => void) => phone.ask(change(answered))
  const supervisor: Supervisor = createSupervisor({ env, pid: process.pid, ask, log: (r) => void logged.push(r) })
  ends.push(() => supervisor.stopping())
  supervisor.ready()
  await expect.poll(() => fed(heard), { timeout: 10_000 }).toBeGreaterThan(2)
  return { heard, logged, phone }
}

test('a hub that hangs is not fed for: a turn that does not end, then it goes on', async () => {
  const { heard } = await supervised((answered) => answered)
  await sleep(150)
  const end = performance.now() + 800
  const before = fed(heard)
  // No turn of the event loop, and so none of the hub: the socket's process hears nothing meanwhile.
  while (performance.now() < end);
  await sleep(20)
  expect(fed(heard) - before).toBeLessThanOrEqual(2)
  await expect.poll(() => fed(heard), { timeout: 10_000 }).toBeGreaterThan(before + 2)
})

test('an event loop that turns is not enough: without an answer there is no more feeding, and it is logged', async () => {
  let silent = false
  const { heard, logged } = await supervised((answered) => () => silent || answered())
  silent = true
  await sleep(150)
  const stood = fed(heard)
  await sleep(700)
  expect(fed(heard)).toBe(stood)
  expect(logged.map(({ what }) => what)).toContain('hub or media engine does not answer')
})

test('a phone whose hub and media engine are gone answers nobody', async () => {
  const { heard, phone } = await supervised((answered) => answered)
  await phone.stop()
  await sleep(150)
  const stood = fed(heard)
  await sleep(600)
  expect(fed(heard)).toBe(stood)
})

test('nobody supervises: nothing is sent, nothing is asked', () => {
  const logged: LogRecord[] = []
  const asked: unknown[] = []
  const env = { WATCHDOG_USEC: '1000', NOTIFY_SOCKET: undefined }
  const supervisor = createSupervisor({
    env,
    pid: 1,
    ask: (one) => void asked.push(one),
    log: (r) => void logged.push(r),
  })
  supervisor.ready()
  supervisor.stopping()
  expect([asked, logged]).toEqual([[], []])
})

test('of a longer time the questions come with a beat, never later than half of it', async () => {
  vi.useFakeTimers()
  ends.push(() => vi.useRealTimers())
  await vi.advanceTimersByTimeAsync(1500)
  const asked: number[] = []
  const ask = (answered: () => void) => {
    asked.push(Math.floor(performance.now()))
    answered()
  }
  const env = { NOTIFY_SOCKET: abstract(), WATCHDOG_USEC: '16000000' }
  const supervisor = createSupervisor({ env, pid: 1, ask, log: () => {} })
  const begun = Math.floor(performance.now())
  supervisor.ready()
  await vi.advanceTimersByTimeAsync(34_000)
  supervisor.stopping()
  expect(asked[0]).toBe(begun)
  for (const at of asked.slice(1)) expect(at % BEAT_MS).toBeLessThanOrEqual(2)
  const apart = asked.slice(1).map((at, n) => at - asked[n]!)
  expect(Math.max(...apart)).toBeLessThanOrEqual(8002)
  expect(apart.slice(1).map((time) => Math.round(time / BEAT_MS))).toEqual(apart.slice(1).map(() => 2))
  expect(asked.length).toBeGreaterThanOrEqual(4)
})
