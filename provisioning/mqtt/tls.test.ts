// TLS to a real broker: who is believed, who is not, and a phone known by its certificate.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Broker, startBroker } from '../testing/mosquitto.ts'
import { type ConnectionOptions, connect } from './client.ts'

// Other programs are waited for, on machines busy with other tests.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

let directory: string
let broker: Broker
const file = (name: string) => join(directory, name)
const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' })

function certificate(name: string, subject: string, extra: readonly string[]): void {
  openssl(
    'req',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.csr`,
    '-subj',
    subject,
  )
  openssl(
    'x509',
    '-req',
    '-in',
    `${name}.csr`,
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-days',
    '2',
    '-out',
    `${name}.pem`,
    ...extra,
  )
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'offhook-tls-'))
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  for (const ca of ['ca', 'stranger'])
    openssl('req', '-x509', ...key, '-keyout', `${ca}.key`, '-out', `${ca}.pem`, '-days', '2', '-subj', `/CN=${ca}`)
  execFileSync('bash', ['-c', 'echo subjectAltName=DNS:localhost > localhost.ext'], { cwd: directory })
  certificate('localhost', '/CN=localhost', ['-extfile', 'localhost.ext'])
  certificate('desk-17', '/CN=desk-17', [])
  broker = await startBroker(
    `cafile ${file('ca.pem')}\ncertfile ${file('localhost.pem')}\nkeyfile ${file('localhost.key')}\n` +
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
test('a broker known by a stranger is not believed', async () => {
  expect(await attempt('localhost', { ca: file('stranger.pem') })).toMatch(/certificate|self.signed|unable to/i)
})
test('a broker with another name than the one asked for is not believed', async () => {
  expect(await attempt('127.0.0.1', {})).toMatch(/127\.0\.0\.1.*(not|does not match)|altnames/i)
})
test('a phone without a certificate is not let in', async () => {
  expect(await attempt('localhost', { cert: undefined, key: undefined })).not.toBe('connected')
})
test('a PEM file that is not there is told by name', async () => {
  await expect(attempt('localhost', { ca: file('none.pem') })).rejects.toThrow(/ENOENT.*none\.pem/)
})
