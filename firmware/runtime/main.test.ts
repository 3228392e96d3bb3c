// The appliance's own process in the lab: provisioned over MQTT, started again from what it stored, ended by SIGTERM. This
// machine has none of its hardware, which a phone has to live with.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publishDesired } from '../../provisioning/fleet/publish.ts'
import { Secret } from '../base/secret.ts'
import { type Lab, startLab } from './lab-client.ts'
import { createLabOperator, type LabOperator } from './lab-operator.ts'
import { endAppliances, startAppliance } from './testing/appliance.ts'

const folder = mkdtempSync(join(tmpdir(), 'offhook-main-'))
let lab: Lab
let operator: LabOperator

beforeAll(async () => {
  const started = await startLab({ folder, speak: '', record: '', mouth: '' })
  if (!started.ok) throw new Error(started.error)
  lab = started.value
  operator = createLabOperator(folder, lab.ready)
}, 20_000)
afterAll(async () => {
  endAppliances()
  await lab.stop()
  rmSync(folder, { recursive: true, force: true })
})

const state = join(folder, 'state')
const start = (args: readonly string[]) => startAppliance(state, args)

/** The lab's document once more, with another version and other parts. */
async function publish(version: number, network: object, secrets?: object): Promise<void> {
  const document = JSON.parse(readFileSync(join(folder, 'desired.json'), 'utf8'))
  const { url: broker, username, password } = lab.ready.broker
  const config = { ...document.config, network: { ...document.config.network, ...network } }
  const next = { ...document, version, apply: { when: 'now' }, config, ...(secrets === undefined ? {} : { secrets }) }
  const credentials = { username, password: new Secret(password) }
  const none = { ca: undefined, cert: undefined, key: undefined }
  const target = { broker, prefix: 'offhook', deviceId: operator.device, credentials, ...none }
  await publishDesired(target, JSON.stringify(next))
}

test('provisioned, stopped, and registered again from what was stored', { timeout: 30_000 }, async () => {
  const first = start([operator.bootstrap])
  await first.says('provisioning.mqtt connected')
  expect(first.said()).not.toContain('line registered')
  await operator.publish()
  await first.says('line registered account=main')
  first.stop()
  expect(await first.ended).toBe(0)
  expect(first.said()).toContain('line unregistered account=main status=200')

  const loaded = fileURLToPath(new URL('../testing/loaded.ts', import.meta.url))
  const second = startAppliance(state, [operator.bootstrap], { NODE_OPTIONS: `--import=${loaded}` })
  await second.says('line registered account=main')
  await second.says('provisioning.mqtt connected')
  const said = second.said()
  const modules = /^loaded: (.*)$/m.exec(said)![1]!.split(' ')
  expect(modules).toContain('dgram')
  // What the registrar has not to wait for: the broker's library and all it needs, PortAudio's process.
  for (const name of ['crypto', 'tls', 'http', 'https', 'zlib', 'readline']) expect(modules).not.toContain(name)
  expect(said.indexOf('line registering')).toBeLessThan(said.indexOf('provisioning.mqtt connected'))
  expect(said).not.toContain(lab.ready.phone.password)
  second.stop()
  expect(await second.ended).toBe(0)
})

test('a change that rebuilds the stack, then one with a wrong password, taken back at once', {
  timeout: 30_000,
}, async () => {
  const phone = start([operator.bootstrap])
  await phone.says('line registered')
  await phone.says('provisioning.mqtt connected')
  await publish(2, { dscp: 40 })
  await phone.says('configuration applied version=2')

  const before = performance.now()
  const from = phone.said().length
  await publish(3, { dscp: 41 }, { main: { password: 'open barley' } })
  await phone.says('configuration taken back version=3 reason=line main does not register: wrong password', from)
  await phone.says('line registered', from)
  // It had a minute; the registrar's answer is enough.
  expect(performance.now() - before).toBeLessThan(10_000)
  expect(phone.said()).not.toContain('no network for SIP')

  // A second process on the same state would take the registration away and write into its journal.
  const second = start([operator.bootstrap])
  expect(await second.ended).toBe(1)
  expect(second.said()).toContain(`another phone runs on the state folder ${state}`)
  phone.stop()
  expect(await phone.ended).toBe(0)
})

test('a bootstrap that is wrong is told with its place', async () => {
  const phone = start([join(folder, 'none.json')])
  expect(await phone.ended).toBe(1)
  expect(phone.said()).toContain('none.json')
})
