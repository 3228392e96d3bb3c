// A broker that knows each phone by its certificate, and the appliance's own process: who comes in, what each may touch,
// and the reason in the log when one of the two is not believed.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { type Authority, createAuthority } from '../../provisioning/testing/certificates.ts'
import { text } from '../../provisioning/testing/documents.ts'
import { type Broker, startBroker } from '../../provisioning/testing/mosquitto.ts'
import { type Observer, observe } from '../../provisioning/testing/observer.ts'
import { freePort } from '../testing/interop/ports.ts'
import { endAppliances, startAppliance } from './testing/appliance.ts'

// Other programs are waited for, on machines busy with other tests.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

const folder = mkdtempSync(join(tmpdir(), 'offhook-broker-tls-'))
const brokers: Broker[] = []
let ours: Authority
let broker: Broker
let eye: Observer

/** A broker with this certificate, which lets everybody read and write below the name of his own certificate only. */
async function brokerWith(cert: string, key: string): Promise<Broker> {
  const acl = join(folder, 'acl')
  writeFileSync(acl, 'pattern readwrite offhook/1/%u/#\n\nuser operator\ntopic readwrite #\n')
  const made = await startBroker(
    `cafile ${ours.ca}\ncertfile ${cert}\nkeyfile ${key}\nrequire_certificate true\n` +
      `use_identity_as_username true\nallow_anonymous false\nacl_file ${acl}\n`,
  )
  brokers.push(made)
  return made
}

beforeAll(async () => {
  ours = createAuthority(folder, 'ours')
  const server = ours.sign('broker', { host: 'localhost' })
  const operator = ours.sign('operator')
  broker = await brokerWith(server.cert, server.key)
  const access = ['--cafile', ours.ca, '--cert', operator.cert, '--key', operator.key, '--insecure']
  eye = await observe(broker.port, 'offhook/1', access)
})
afterEach(endAppliances)
afterAll(async () => {
  eye?.close()
  for (const each of brokers) await each.dispose()
  rmSync(folder, { recursive: true, force: true })
})

let phones = 0
function start(deviceId: string, files: { ca: string; cert: string; key: string }, at = broker, host = 'localhost') {
  const home = join(folder, `phone-${++phones}`)
  writeFileSync(`${home}.json`, JSON.stringify({ broker: `mqtts://${host}:${at.port}`, deviceId, ...files }))
  return startAppliance(home, [`${home}.json`])
}

test('a phone with its certificate is let in and provisioned, and may touch nothing of another', async () => {
  const phone = start('desk-1', { ca: ours.ca, ...ours.sign('desk-1') })
  await eye.sees('desk-1/status', { state: 'online' })
  const config = { handset: { kind: 'null' }, network: { sipPort: await freePort() } }
  await eye.publish('desk-1/config/desired', text({ account: { registrar: undefined }, config, secrets: {} }), '-r')
  await eye.sees('desk-1/config/reported', { result: 'applied', version: 1 })
  phone.stop()
  expect(await phone.ended).toBe(0)

  // It says it is desk-2, but its certificate says desk-1: what it publishes and asks for is not let through.
  const from = eye.seen.length
  const false2 = start('desk-2', { ca: ours.ca, ...ours.sign('desk-1') })
  await false2.says('the broker refuses what is published topic=offhook/1/desk-2/')
  false2.stop()
  expect(await false2.ended).toBe(0)
  expect(eye.seen.slice(from).filter(({ topic }) => topic.startsWith('desk-2/'))).toEqual([])
})

test('each side that is not believed is told why', async () => {
  const stranger = createAuthority(folder, 'stranger')
  const own = ours.sign('desk-3')
  const old = ours.sign('old', { host: 'localhost', days: -1 })
  const expired = await brokerWith(old.cert, old.key)
  const cases = [
    [start('desk-3', { ca: stranger.ca, ...own }), 'the broker is not known by the certificates of this phone'],
    [start('desk-3', { ca: ours.ca, ...own }, expired), 'the certificate of the broker has expired'],
    [
      start('desk-3', { ca: ours.ca, ...own }, broker, '127.0.0.1'),
      'the certificate of the broker is for another name',
    ],
    [
      start('desk-3', { ca: ours.ca, ...stranger.sign('desk-4') }),
      'the broker does not accept the certificate of this phone',
    ],
    [
      start('desk-3', { ca: ours.ca, ...ours.sign('desk-5', { days: -1 }) }),
      'the certificate of this phone has expired',
    ],
  ] as const
  for (const [phone, reason] of cases) {
    await phone.says('not connected')
    expect(phone.said()).toContain(reason)
    expect(phone.said()).not.toContain('provisioning.mqtt connected')
  }
})
