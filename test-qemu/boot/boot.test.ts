// The root that ships, booted: power on, systemd, provisioned over MQTT, registered, hands on its board, and off in order,
// seen from the broker.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Lab, startLab } from '../../firmware/runtime/lab-client.ts'
import { observe } from '../../provisioning/testing/observer.ts'
import { boardNamed, boardText } from '../machine/boards.ts'
import { powerOn } from '../machine/machine.ts'
import { HOST } from '../machine/options.ts'

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

test('power on, provisioned, registered, hook, keys and display, power off', { timeout: 120_000 }, async () => {
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
  const boardFile = '/etc/offhook/board.json'
  const bootstrap = { broker: `mqtt://${HOST}:${brokerPort}`, deviceId: 'booted', credentials, boardFile }
  const { username, password } = broker
  const files = {
    'bootstrap.json': JSON.stringify(bootstrap),
    'board.json': boardText('matrix-on-soc'),
    'credentials.json': JSON.stringify({ username, password }),
  }
  const machine = await powerOn({ image, folder, files, board: boardNamed('matrix-on-soc') })
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
    machine.hook.lift()
    await machine.lcd.waitFor('Dial')
    await machine.keypad.type(['4', '2'])
    await machine.lcd.waitFor('42')
    machine.hook.down()
    // Who listens to the power button comes after the phone.
    await machine.said('Watching system buttons', 30_000)
    await machine.powerDown()
    const code = await Promise.race([machine.ended, new Promise((resolve) => setTimeout(resolve, 20_000, 'still on'))])
    expect(code).toBe(0)
    console.log(`power on to off: ${seconds()} s`)
    await operator.sees('status', { state: 'offline' })
  } catch (error) {
    throw new Error(
      `${error}\nthe console says, in ${machine.consoleLog}:\n${readFileSync(machine.consoleLog, 'utf8').slice(-4000)}`,
    )
  } finally {
    await machine.kill()
    operator.close()
  }
})
