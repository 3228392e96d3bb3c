// First proof on the phone's own architecture: the cross-built addon carries voice, and the bundle starts, is provisioned,
// registers and rings, on arm64 Node under user emulation.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Lab, startLab } from '../../firmware/runtime/lab-client.ts'
import { toneIn } from '../../firmware/testing/tone.ts'
import { observe } from '../../provisioning/testing/observer.ts'
import { addon, prepare, root, runArm64, startArm64 } from './arm64.ts'

const scratch = mkdtempSync(join(tmpdir(), 'arm64-'))
let lab: Lab | undefined
beforeAll(() => {
  prepare()
  execFileSync(process.execPath, [join(root, 'firmware/runtime/bundle.ts')], { cwd: root })
}, 300_000)
afterAll(async () => {
  await lab?.stop()
  rmSync(scratch, { recursive: true, force: true })
})

test('the addon is small enough for the phone', () => {
  expect(statSync(addon).size).toBeLessThan(1_500_000)
})

test('the cross-built engine carries a tone over RTP', { timeout: 60_000 }, async () => {
  const file = join(scratch, 'tone.wav')
  const { code, stdout, stderr } = await runArm64([join(root, 'test-qemu/user/guest-audio.ts'), file])
  expect(stderr).toBe('')
  expect(JSON.parse(stdout)).toEqual({ arch: 'arm64', lost: 0 })
  expect(code).toBe(0)
  expect(toneIn(file, 1000).seconds).toBeGreaterThan(1.5)
})

test('the bundle is provisioned over MQTT, registers, rings and leaves in order', { timeout: 90_000 }, async () => {
  const started = await startLab({ folder: scratch, speak: '', record: '', mouth: '' })
  if (!started.ok) throw new Error(started.error)
  lab = started.value
  const { broker, domain, phone } = lab.ready
  const device = join(scratch, 'device')
  mkdirSync(device)
  cpSync(join(root, 'build/bundle/offhook.cjs'), join(device, 'offhook.cjs'))
  const credentials = join(scratch, 'credentials.json')
  writeFileSync(credentials, JSON.stringify({ username: broker.username, password: broker.password }))
  const bootstrap = join(scratch, 'bootstrap.json')
  writeFileSync(bootstrap, JSON.stringify({ broker: broker.url, deviceId: 'arm64', credentials }))
  const access = ['-u', broker.username, '-P', broker.password]
  const operator = await observe(Number(new URL(broker.url).port), 'offhook/1/arm64', access)
  const account = { id: 'main', aor: `sip:${phone.user}@${domain}`, registrar: `sip:${domain}` }
  const config = { accounts: [account], handset: { kind: 'null' }, network: { sipPort: phone.sipPort } }
  const desired = { contract: 1, version: 1, config, secrets: { main: { password: phone.password } } }
  await operator.publish('config/desired', JSON.stringify(desired), '-r')

  const guest = startArm64([join(device, 'offhook.cjs'), bootstrap], { STATE_DIRECTORY: device })
  let said = ''
  guest.stderr!.on('data', (chunk) => (said += chunk))
  const ended = new Promise<number | null>((resolve) => guest.once('close', resolve))
  try {
    await operator.sees('config/reported', { version: 1, result: 'applied' })
    await expect.poll(() => said, { timeout: 20_000, interval: 100 }).toContain('registered')
    lab.request({ do: 'call' })
    await operator.sees('state/call', {}, operator.seen.length)
    const activities = () =>
      operator.seen.filter(({ topic }) => topic === 'state/call').map(({ text }) => JSON.parse(text).activity)
    await expect.poll(activities, { timeout: 20_000, interval: 100 }).toContain('ringing')
    guest.kill('SIGTERM')
    expect(await ended, said).toBe(0)
    await operator.sees('status', { state: 'offline' })
  } catch (error) {
    throw new Error(`${error}\nthe guest said:\n${said}`)
  } finally {
    guest.kill('SIGKILL')
    operator.close()
  }
})
