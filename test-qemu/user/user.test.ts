// First proof on the phone's own architecture: the cross-built addon carries voice, and the firmware starts as on the device,
// from its startup snapshot, is provisioned, registers and rings, on arm64 Node under user emulation.
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundle } from '../../firmware/runtime/bundle.ts'
import { type Lab, startLab } from '../../firmware/runtime/lab-client.ts'
import { buildSnapshot } from '../../firmware/runtime/snapshot.ts'
import { toneIn } from '../../firmware/testing/tone.ts'
import { observe } from '../../provisioning/testing/observer.ts'
import { addPortAudio } from '../../rootfs-overlay/image/portaudio.ts'
import { addon, arm64Node, prepare, root, runArm64 } from './arm64.ts'

const scratch = mkdtempSync(join(tmpdir(), 'arm64-'))
let lab: Lab | undefined
/** What /usr/lib/offhook is on the device; its Node is one of this machine's commands. */
const device = join(scratch, 'device')
const blob = join(device, 'offhook.blob')
beforeAll(async () => {
  prepare()
  cpSync(join(root, 'rootfs-overlay/usr/lib/offhook'), device, { recursive: true })
  const node = `#!/bin/sh\nexec ${arm64Node().join(' ')} "$@"\n`
  writeFileSync(join(device, 'node'), node, { mode: 0o755 })
  const file = await bundle(join(root, 'firmware/runtime/main.ts'), join(device, 'offhook.cjs'))
  // Another processor than the one it is started on.
  buildSnapshot(arm64Node({}, 'cortex-a53'), file, blob)
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

test('a second snapshot of the same bundle is the same', { timeout: 60_000 }, () => {
  const again = join(scratch, 'offhook.blob')
  buildSnapshot(arm64Node({}, 'cortex-a53'), join(device, 'offhook.cjs'), again)
  expect(readFileSync(again).equals(readFileSync(blob))).toBe(true)
})

/** Starts the phone as its service does. */
const startPhone = (bootstrap: string, args: readonly string[] = []) => {
  const child = spawn(join(device, 'start'), args, {
    env: { ...process.env, STATE_DIRECTORY: device, RUNTIME_DIRECTORY: scratch, OFFHOOK_BOOTSTRAP: bootstrap },
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk) => (said += chunk))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  return { kill: (signal: NodeJS.Signals) => child.kill(signal), said: () => said, ended }
}

test('the snapshot is provisioned over MQTT, registers, rings and leaves in order', { timeout: 90_000 }, async () => {
  const started = await startLab({ folder: scratch, speak: '', record: '', mouth: '' })
  if (!started.ok) throw new Error(started.error)
  lab = started.value
  const { broker, domain, phone } = lab.ready
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

  const guest = startPhone(bootstrap)
  try {
    await operator.sees('config/reported', { version: 1, result: 'applied' })
    expect(guest.said()).toMatch(/^\S+ info {2}main starting .* of=snapshot /)
    expect(existsSync(join(scratch, 'snapshot-tried'))).toBe(false)
    await expect.poll(guest.said, { timeout: 20_000, interval: 100 }).toContain('registered')
    lab.request({ do: 'call' })
    await operator.sees('state/call', {}, operator.seen.length)
    const activities = () =>
      operator.seen.filter(({ topic }) => topic === 'state/call').map(({ text }) => JSON.parse(text).activity)
    await expect.poll(activities, { timeout: 20_000, interval: 100 }).toContain('ringing')
    guest.kill('SIGTERM')
    expect(await guest.ended, guest.said()).toBe(0)
    await operator.sees('status', { state: 'offline' })
  } catch (error) {
    throw new Error(`${error}\nthe guest said:\n${guest.said()}`)
  } finally {
    guest.kill('SIGKILL')
    operator.close()
  }
})

test('a snapshot cut short costs one start: then the phone starts plainly and says why', {
  timeout: 60_000,
}, async () => {
  const none = join(scratch, 'none.json')
  const whole = readFileSync(blob)
  writeFileSync(blob, whole.subarray(0, whole.length / 2))
  const first = startPhone(none)
  expect(await first.ended).not.toBe(0)
  expect(first.said()).not.toContain('expected a readable file')
  const [other, env] = [join(scratch, 'other.json'), 'expected a readable file, got ENOENT']
  const second = startPhone(none, [other])
  // It came as far as its own complaint about the file that its argument, not its environment, names.
  expect(await second.ended).toBe(1)
  const why = 'starting without the startup snapshot: the last start from it failed'
  expect(second.said().split('\n').slice(0, 2)).toEqual([why, `${other}: ${env}`])
})

test('PortAudio lists devices, and opens one for the media engine', { timeout: 60_000 }, async () => {
  expect(await addPortAudio(device)).toBe(true)
  const file = await bundle(join(root, 'test-qemu/user/guest-portaudio.ts'), join(device, 'guest-portaudio.cjs'))
  const alsa = join(scratch, 'asound.conf')
  writeFileSync(alsa, 'pcm.desk { type null }\n')
  const env = { ALSA_CONFIG_PATH: `/usr/share/alsa/alsa.conf:${alsa}` }
  const { code, stdout, stderr } = await runArm64([file, join(device, 'node')], env)
  expect(code, stderr).toBe(0)
  const { arch, devices, detail } = JSON.parse(stdout)
  expect(arch).toBe('arm64')
  expect(devices).toContainEqual(expect.objectContaining({ name: 'desk', host: 'ALSA' }))
  expect(detail).toBe("PortAudio, 16000 Hz: capture 'desk' (ALSA); playback 'desk' (ALSA)")
})
