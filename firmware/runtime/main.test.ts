// The appliance's own process in the lab: provisioned over MQTT, started again from what it stored, ended by SIGTERM. This
// machine has none of its hardware, which a phone has to live with.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { type Lab, startLab } from './lab-client.ts'
import { createLabOperator } from './lab-operator.ts'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'offhook-main-'))
let lab: Lab | undefined
const running = new Set<ChildProcess>()

afterAll(async () => {
  for (const child of running) child.kill('SIGKILL')
  await lab?.stop()
  rmSync(folder, { recursive: true, force: true })
})

function start(args: readonly string[]) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, STATE_DIRECTORY: join(folder, 'state') },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  running.add(child)
  let said = ''
  const listeners = new Set<() => void>()
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
    for (const each of listeners) each()
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  return {
    ended,
    stop: () => child.kill('SIGTERM'),
    said: () => said,
    /** Resolves when a log line has this in it. */
    says: (text: string) =>
      new Promise<void>((resolve, reject) => {
        const look = () => {
          if (said.includes(text)) resolve()
        }
        listeners.add(look)
        look()
        void ended.then(() => reject(new Error(`ended without "${text}":\n${said}`)))
      }),
  }
}

test('provisioned, stopped, and registered again from what was stored', { timeout: 30_000 }, async () => {
  const started = await startLab({ folder, speak: '', record: '', mouth: '' })
  if (!started.ok) throw new Error(started.error)
  lab = started.value
  const operator = createLabOperator(folder, lab.ready)

  const first = start([operator.bootstrap])
  await first.says('provisioning.mqtt connected')
  expect(first.said()).not.toContain('line registered')
  await operator.publish()
  await first.says('line registered account=main')
  first.stop()
  expect(await first.ended).toBe(0)
  expect(first.said()).toContain('line unregistered account=main status=200')

  const second = start([operator.bootstrap])
  await second.says('line registered account=main')
  await second.says('provisioning.mqtt connected')
  const said = second.said()
  expect(said.indexOf('line registering')).toBeLessThan(said.indexOf('provisioning.mqtt connected'))
  expect(said).not.toContain(lab.ready.phone.password)
  second.stop()
  expect(await second.ended).toBe(0)
})

test('a bootstrap that is wrong is told with its place', async () => {
  const phone = start([join(folder, 'none.json')])
  expect(await phone.ended).toBe(1)
  expect(phone.said()).toContain('none.json')
})
