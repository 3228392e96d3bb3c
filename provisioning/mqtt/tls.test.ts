// TLS to a real broker: who is believed, who is not, and a phone known by its certificate.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { deviceKey } from '../store/device-key.ts'
import { createAuthority } from '../testing/certificates.ts'
import { type Broker, startBroker } from '../testing/mosquitto.ts'
import { type ConnectionOptions, connect } from './client.ts'

// Other programs are waited for, on machines busy with other tests.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

let directory: string
let broker: Broker
const file = (name: string) => join(directory, name)

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'offhook-tls-'))
  const ours = createAuthority(directory, 'ca')
  createAuthority(directory, 'stranger')
  const server = ours.sign('broker', { host: 'localhost' })
  ours.sign('desk-17')
  // An operator lets a phone in by the certificate it made itself.
  const { certificate } = await deviceKey(directory, 'desk-18', Date.now() - 1000)
  writeFileSync(file('known.pem'), readFileSync(ours.ca, 'utf8') + certificate)
  broker = await startBroker(
    `cafile ${file('known.pem')}\ncertfile ${server.cert}\nkeyfile ${server.key}\n` +
      'require_certificate true\nuse_identity_as_username true\n',
  )
})
afterAll(async () => {
  await broker.dispose()
  rmSync(directory, { recursive: true })
})

/** 'connected', or why not. */
async function attempt(host: string, options: Partial<ConnectionOptions>): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const connection = await connect(
    {
      ...{ broker: `mqtts://${host}:${broker.port}`, clientId: 'test', credentials: undefined, will: undefined },
      ...{ ca: file('ca.pem'), cert: file('desk-17.pem'), key: file('desk-17.key') },
      ...options,
    },
    { connected: () => resolve('connected'), message: () => {}, closed: resolve },
  )
  const result = await promise
  await connection.end()
  return result
}

test('a phone with its certificate, at a broker known by its own', async () => {
  expect(await attempt('localhost', {})).toBe('connected')
})
test('a phone with the certificate it made itself', async () => {
  expect(await attempt('localhost', { cert: file('device.crt'), key: file('device.key') })).toBe('connected')
})
test('a broker known by a stranger is not believed', async () => {
  expect(await attempt('localhost', { ca: file('stranger.pem') })).toMatch(
    /^the broker is not known by the certificates of this phone /,
  )
})
test('a broker with another name than the one asked for is not believed', async () => {
  expect(await attempt('127.0.0.1', {})).toMatch(/^the certificate of the broker is for another name /)
})
test('a phone without a certificate is not let in', async () => {
  expect(await attempt('localhost', { cert: undefined, key: undefined })).toMatch(
    /^the broker wants a certificate of this phone /,
  )
})
test('a PEM file that is not there is told by name', async () => {
  await expect(attempt('localhost', { ca: file('none.pem') })).rejects.toThrow(/ENOENT.*none\.pem/)
})
