// The root that ships, built twice the same and booted: power on, systemd, provisioned over MQTT, registered, and off in order, seen from the broker.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Lab, startLab } from '../../firmware/runtime/lab-client.ts'
import { observe } from '../../provisioning/testing/observer.ts'
import { HOST, powerOn } from './machine.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))
const image = join(project, 'build/image-lz4')
/** Stays behind, so that a failing run can be read. */
const folder = join(project, 'build/hil')

let lab: Lab | undefined
beforeAll(async () => {
  const builder = join(project, 'rootfs-overlay/image/image.ts')
  execFileSync(process.execPath, [builder, '--compression=lz4', `--out=${image}`], { cwd: project, stdio: 'inherit' })
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const started = await startLab({ folder, speak: '', record: '', mouth: '' })
  if (!started.ok) throw new Error(started.error)
  lab = started.value
}, 240_000)
afterAll(() => lab?.stop())

test('power on, provisioned, registered, power off', { timeout: 120_000 }, async () => {
  const { broker, domain, phone } = lab!.ready
  const brokerPort = new URL(broker.url).port
  const access = ['-u', broker.username, '-P', broker.password]
  const operator = await observe(Number(brokerPort), 'offhook/1/booted', access)
  const proxy = `sip:${domain.replace(/^[^:]+/, HOST)};lr`
  const account = { id: 'main', aor: `sip:${phone.user}@${domain}`, registrar: `sip:${domain}`, proxies: [proxy] }
  const config = { accounts: [account], handset: { kind: 'null' } }
  const secrets = { main: { password: phone.password } }
  await operator.publish('config/desired', JSON.stringify({ contract: 1, version: 1, config, secrets }), '-r')

  const begun = performance.now()
  const credentials = '/etc/offhook/credentials.json'
  const bootstrap = { broker: `mqtt://${HOST}:${brokerPort}`, deviceId: 'booted', credentials }
  const { username, password } = broker
  const files = {
    'bootstrap.json': JSON.stringify(bootstrap),
    'credentials.json': JSON.stringify({ username, password }),
  }
  const machine = powerOn({ image, folder, files })
  const seconds = () => ((performance.now() - begun) / 1000).toFixed(1)
  try {
    const seen = (topic: string) => operator.seen.filter((one) => one.topic === topic).map(({ text }) => text)
    await expect.poll(() => seen('status').join(), { timeout: 60_000, interval: 50 }).toContain('online')
    console.log(`power on to online: ${seconds()} s`)
    await operator.sees('config/reported', { version: 1, result: 'applied' })
    await expect
      .poll(() => readFileSync(machine.consoleLog, 'utf8'), { timeout: 20_000, interval: 50 })
      .toContain('registered')
    console.log(`power on to registered: ${seconds()} s`)
    machine.powerDown()
    const code = await Promise.race([machine.ended, new Promise((resolve) => setTimeout(resolve, 20_000, 'still on'))])
    expect(code).toBe(0)
    console.log(`power on to off: ${seconds()} s`)
    await operator.sees('status', { state: 'offline' })
  } catch (error) {
    throw new Error(
      `${error}\nthe console says, in ${machine.consoleLog}:\n${readFileSync(machine.consoleLog, 'utf8').slice(-4000)}`,
    )
  } finally {
    machine.kill()
    operator.close()
  }
})

function build(epoch: number): Record<string, string> {
  const out = mkdtempSync(join(tmpdir(), 'offhook-image-'))
  try {
    execFileSync(process.execPath, ['rootfs-overlay/image/image.ts', '--compression=lz4', `--out=${out}`], {
      cwd: project,
      env: { ...process.env, SOURCE_DATE_EPOCH: `${epoch}` },
      stdio: 'pipe',
    })
    const names = ['root.squashfs', 'initrd.gz', 'vmlinuz', 'packages.tsv']
    const sum = (name: string) =>
      createHash('sha256')
        .update(readFileSync(join(out, name)))
        .digest('hex')
    return Object.fromEntries(names.map((name) => [name, sum(name)]))
  } finally {
    rmSync(out, { recursive: true })
  }
}

test('two builds are byte-identical, and the commit’s time is in them', { timeout: 240_000 }, () => {
  const first = build(1_700_000_000)
  expect(build(1_700_000_000)).toEqual(first)
  const later = build(1_700_086_400)
  expect(later['root.squashfs']).not.toBe(first['root.squashfs'])
  expect(later['packages.tsv']).toBe(first['packages.tsv'])
})
