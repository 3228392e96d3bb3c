// The device's key and certificate, judged by OpenSSL.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Bootstrap, readBootstrap } from './bootstrap.ts'
import { deviceKey, withOwnKey } from './device-key.ts'

const BUILT = Date.UTC(2026, 0, 2, 3, 4, 5)
let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'offhook-key-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const openssl = (...args: string[]) => execFileSync('openssl', args, { encoding: 'utf8' })

test('OpenSSL takes the certificate, as its own authority, for the key it is over', async () => {
  const { cert, key, fingerprint, certificate } = await deviceKey(directory, 'oh-0123456789ab', BUILT)
  expect(openssl('verify', '-x509_strict', '-purpose', 'sslclient', '-CAfile', cert, cert)).toBe(`${cert}: OK\n`)
  const shown = openssl('x509', '-in', cert, '-noout', '-subject', '-issuer', '-dates', '-fingerprint', '-sha256')
  expect(shown.replaceAll(':', '').toLowerCase()).toBe(
    [
      ...['subject=cn = oh-0123456789ab', 'issuer=cn = oh-0123456789ab'],
      ...['notbefore=jan  2 030405 2026 gmt', 'notafter=dec 31 235959 9999 gmt'],
      `sha256 fingerprint=${fingerprint}\n`,
    ].join('\n'),
  )
  const text = openssl('x509', '-in', cert, '-noout', '-text')
  expect(text).toMatch(/Basic Constraints: critical\s+CA:FALSE/)
  expect(text).toMatch(/Key Usage: critical\s+Digital Signature/)
  expect(text).toMatch(/TLS Web Client Authentication, TLS Web Server Authentication/)
  expect(openssl('x509', '-in', cert, '-noout', '-pubkey')).toBe(openssl('pkey', '-in', key, '-pubout'))
  expect(readFileSync(cert, 'utf8').endsWith(certificate)).toBe(true)
})

test('made once; for its owner alone', async () => {
  const first = await deviceKey(directory, 'desk', BUILT)
  expect(await deviceKey(directory, 'desk', BUILT + 1)).toEqual(first)
  for (const file of [first.cert, first.key]) expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('another name: another certificate over the same key', async () => {
  const first = await deviceKey(directory, 'desk', BUILT)
  const secret = readFileSync(first.key, 'utf8')
  const second = await deviceKey(directory, 'reception', BUILT)
  expect(second.fingerprint).not.toBe(first.fingerprint)
  expect(openssl('x509', '-in', second.cert, '-noout', '-subject')).toBe('subject=CN = reception\n')
  expect(readFileSync(first.key, 'utf8')).toBe(secret)
})

test.each(['device.key', 'device.crt'])('%s damaged: both fit each other again', async (name) => {
  await deviceKey(directory, 'desk', BUILT)
  writeFileSync(join(directory, name), 'torn')
  const { cert, key } = await deviceKey(directory, 'desk', BUILT)
  expect(openssl('x509', '-in', cert, '-noout', '-pubkey')).toBe(openssl('pkey', '-in', key, '-pubout'))
})

test('shown to a broker over TLS that asks for nothing else', async () => {
  const own = await deviceKey(directory, 'desk', BUILT)
  const certOf = async (more: object, env: Record<string, string>) => {
    const read = await readBootstrap(undefined, env)
    if (!read.ok) throw new Error('not read')
    return withOwnKey({ ...read.value, ...more } as Bootstrap, own).cert
  }
  expect(await certOf({}, { OFFHOOK_BROKER: 'mqtts://broker.example' })).toBe(own.cert)
  expect(await certOf({}, { OFFHOOK_BROKER: 'mqtt://broker.example' })).toBeUndefined()
  expect(await certOf({}, {})).toBeUndefined()
  const given = { OFFHOOK_BROKER: 'mqtts://broker.example', OFFHOOK_CERT: '/etc/offhook/phone.pem' }
  expect(await certOf({}, given)).toBe('/etc/offhook/phone.pem')
  const credentials = { username: 'desk', password: 'open sesame' }
  expect(await certOf({ credentials }, { OFFHOOK_BROKER: 'mqtts://broker.example' })).toBeUndefined()
})

test('serial numbers are positive, 16 bytes and never the same', async () => {
  const serials = new Set<string>()
  for (let n = 0; n < 20; n++) {
    const { cert } = await deviceKey(directory, `desk-${n}`, BUILT)
    const serial = openssl('x509', '-in', cert, '-noout', '-serial').trim()
    expect(serial).toMatch(/^serial=[4-7][0-9A-F]{31}$/)
    serials.add(serial)
  }
  expect(serials.size).toBe(20)
})
