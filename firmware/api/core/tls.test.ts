// TLS of the core: certificates are verified by default, and that and the authorities can be changed while it runs.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createAuthority } from '../../../provisioning/testing/certificates.ts'
import { type CoreParty, startParty } from '../../testing/core.ts'
import { Route, sendMessage } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'offhook-core-tls-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const here = { names: ['DNS:localhost', 'IP:127.0.0.1'] }

async function codeOf(alice: CoreParty, bob: CoreParty): Promise<number> {
  const answered = alice.engine.notifications.next('engine-got-message-response')
  const to = bob.uri.copy()
  to.port = bob.engine.localTlsPort as number
  sendMessage(alice.credentials, to, 'text/plain', 'x', {
    ...{ engine: alice.engine, route: new Route('127.0.0.1', bob.engine.localTlsPort as number, 'tls') },
  })
  return (await answered).data.code
}

test('refused while it is verified, taken when it is not, taken when its authority is believed', async () => {
  const authority = createAuthority(folder, 'authority')
  const { cert, key } = authority.sign('bob', here)
  const bob = await startParty('bob', { localTlsPort: 0, tlsCertificateFile: cert, tlsKeyFile: key })
  const alice = await startParty('alice', { localTlsPort: 0 })
  expect(alice.engine.tlsVerifyServer).toBe(true)
  expect(await codeOf(alice, bob)).toBe(503)
  alice.engine.setTlsVerifyServer(false)
  expect(await codeOf(alice, bob)).toBe(200)
  alice.engine.setTlsVerifyServer(true)
  expect(await codeOf(alice, bob)).toBe(503)
  alice.engine.setTlsCaFile(authority.ca)
  expect(alice.engine.tlsCaFile).toBe(authority.ca)
  expect(await codeOf(alice, bob)).toBe(200)
  expect(() => alice.engine.setTlsCaFile(join(folder, 'none.pem'))).toThrow(/none\.pem/)
  expect(await codeOf(alice, bob)).toBe(200)
})

test('ciphers: those alone, from the start or from a change on; a list nobody knows is refused', async () => {
  const authority = createAuthority(folder, 'ciphers')
  const { cert, key } = authority.sign('bob-ciphers', here)
  const files = { localTlsPort: 0, tlsCertificateFile: cert, tlsKeyFile: key }
  const bob = await startParty('bob', { ...files, tlsCiphers: 'TLS_AES_256_GCM_SHA384' })
  const alice = await startParty('alice', {
    ...{ localTlsPort: 0, tlsCaFile: authority.ca, tlsCiphers: 'TLS_CHACHA20_POLY1305_SHA256' },
  })
  expect(await codeOf(alice, bob)).toBe(503)
  alice.engine.setTransports({ tlsCiphers: 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256' })
  expect(await codeOf(alice, bob)).toBe(200)
  expect(() => alice.engine.setTransports({ tlsCiphers: 'nonsense' })).toThrow(
    'Engine.setTransports: ciphers: expected a list that OpenSSL knows',
  )
  expect(await codeOf(alice, bob)).toBe(200)
})
