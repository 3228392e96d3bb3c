// What a phone remembers, by whole phones: calls and settings are there after a power cut, a restart, and a damaged file.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { type Lab, startLab } from './lab-client.ts'
import { createLabOperator, type LabOperator } from './lab-operator.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 30_000 })

const SIMULATED = fileURLToPath(new URL('testing/simulated.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'offhook-remembered-'))
let lab: Lab
let operator: LabOperator
const running = new Set<Phone>()

beforeAll(async () => {
  const started = await startLab({ folder, speak: '', record: '', mouth: '' })
  if (!started.ok) throw new Error(started.error)
  lab = started.value
  operator = createLabOperator(folder, lab.ready)
})
afterEach(async () => {
  for (const phone of running) await phone.kill()
})
afterAll(async () => {
  await lab?.stop()
  rmSync(folder, { recursive: true, force: true })
})

interface Phone {
  does(...lines: string[]): void
  /** Resolves when the display has this somewhere. */
  shows(text: string | RegExp): Promise<void>
  /** Opens this page of the menu. */
  opens(page: string): Promise<void>
  said(): string
  /** The power goes. */
  kill(): Promise<void>
  stop(): Promise<void>
}

function start(): Phone {
  const child = spawn(process.execPath, [SIMULATED, folder, operator.bootstrap], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let [screen, said] = ['', '']
  createInterface(child.stdout).on('line', (line) => {
    screen = line
  })
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const phone: Phone = {
    does: (...lines) => lines.forEach((line) => void child.stdin.write(`${line}\n`)),
    shows: (text) => vi.waitFor(() => expect(screen, said).toMatch(text), { timeout: 15_000, interval: 20 }),
    async opens(page) {
      phone.does('press back')
      await phone.shows(/^Menu/)
      while (!screen.includes(`>${page}`)) {
        const before = screen
        phone.does('press down')
        await vi.waitFor(() => expect(screen, said).not.toBe(before), { timeout: 5000, interval: 20 })
      }
      phone.does('press ok')
      await phone.shows(new RegExp(`^${page} .*Back`))
    },
    said: () => said,
    kill: () => {
      child.kill('SIGKILL')
      return ended
    },
    stop: () => {
      child.stdin.end()
      return ended
    },
  }
  running.add(phone)
  void ended.then(() => running.delete(phone))
  return phone
}
const file = (name: string) => join(folder, 'state', `${name}.kept`)
const holds = (name: string, text: string) =>
  vi.waitFor(() => expect(readFileSync(file(name), 'utf8')).toContain(text), { timeout: 15_000 })

test('a missed call, the volume and the tones are there after the power was cut', async () => {
  const first = start()
  await operator.publish()
  await first.shows('Ready')
  const calledAt = Date.now()
  lab.request({ do: 'call' })
  await first.shows('Incoming')
  lab.request({ do: 'hang-up' })
  await first.shows('1 missed')
  first.does('press volume-up', 'press volume-up')
  await first.shows('Volume ████████')
  await first.opens('Tones')
  // From the last country on to the first.
  await first.shows(/United States +\*/)
  first.does('press down', 'press ok')
  await first.shows(/Austria +\*/)
  await holds('choices', '"country":"at"')
  await holds('calls', '"missed":1')
  await first.kill()

  const [{ log }] = [JSON.parse(readFileSync(file('calls'), 'utf8').slice(9))]
  expect(log).toMatchObject([{ kind: 'missed', name: 'Second phone', number: '102', account: 'main', lastedMs: 0 }])
  expect(Math.abs(log[0].at - calledAt)).toBeLessThan(5000)
  const before = [readFileSync(file('calls')), readFileSync(file('choices'))]

  const second = start()
  await second.shows('1 missed')
  await second.opens('Calls')
  await second.shows('! Second pho')
  second.does('press back', 'press back')
  await second.shows('Ready')
  await second.opens('Tones')
  await second.shows(/Austria +\*/)
  second.does('press back', 'press back', 'press volume-up')
  await second.shows('Volume █████████')
  // Told to go, it writes what it was told last, however lately.
  await second.stop()
  const [calls, choices] = [readFileSync(file('calls'), 'utf8'), readFileSync(file('choices'), 'utf8')]
  expect(choices).toContain('"handsetVolume":9')
  expect(calls).toContain('"missed":0')
  expect(before[1]!.toString()).toContain('"handsetVolume":8')

  const third = start()
  await third.shows('Ready')
  await third.stop()
  // Nothing changed, so nothing was written.
  expect([readFileSync(file('calls'), 'utf8'), readFileSync(file('choices'), 'utf8')]).toEqual([calls, choices])
})

test('damaged files are told by name and set aside; the phone starts, and remembers anew', async () => {
  for (const name of ['calls', 'choices']) writeFileSync(file(name), readFileSync(file(name)).fill(0, 30, 32))
  const phone = start()
  await phone.shows('Ready')
  for (const name of ['calls', 'choices'])
    expect(phone.said()).toContain(`not as it was kept fault=${file(name)}: expected one record with its CRC-32, got`)
  expect(readFileSync(`${file('calls')}.damaged`, 'utf8')).toContain('Second phone')
  phone.does('press volume-down')
  await phone.shows(/Volume █/)
  await phone.stop()
  // The modelled contact bounces: where the host stands still meanwhile, one press may be two.
  expect(readFileSync(file('choices'), 'utf8')).toMatch(/"handsetVolume":[45]\b/)
})
