// Identities of certificates (RFC 5922 §7), with certificates that openssl makes.
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createAuthority } from '../../provisioning/testing/certificates.ts'
import { identitiesOf, isFor, mismatch } from './certificate.ts'

const folder = mkdtempSync(join(tmpdir(), 'identities-'))
const authority = createAuthority(folder, 'authority')
afterAll(() => rmSync(folder, { recursive: true }))
let made = 0
const identities = (names: readonly string[], cn = `cn${++made}.example.com`) =>
  identitiesOf(new X509Certificate(readFileSync(authority.sign(cn, { names }).cert)).raw)

test.each([
  [
    ['DNS:Example.COM', 'DNS:example.net'],
    ['example.com', 'example.net'],
  ],
  [['URI:sip:example.com'], ['example.com']],
  // §7.1: another scheme, or a user, is about somebody else.
  [['URI:sips:example.com', 'URI:sip:alice@example.com', 'URI:https://example.com', 'DNS:a.org'], ['a.org']],
  [
    ['IP:192.0.2.1', 'IP:2001:db8:0:0::1'],
    ['192.0.2.1', '2001:db8::1'],
  ],
  [['email:alice@example.com'], []],
  // One value that looks like two.
  [['URI:sip:example.com?a, DNS:evil.com'], []],
])('%j', (names, expected) => {
  expect(identities(names)).toEqual(expected)
})

test('the common name counts only where there is no subjectAltName', () => {
  expect(identities([], 'Only.example.com')).toEqual(['only.example.com'])
  expect(identities(['DNS:a.org'], 'never.example.com')).toEqual(['a.org'])
})

test.each([
  [['example.com'], 'EXAMPLE.com', true],
  [['example.com'], 'example.com.', true],
  [['example.com'], 'sip.example.com', false],
  [['*.example.com'], 'sip.example.com', false],
  [['*.example.com'], '*.example.com', false],
  [['2001:db8::1'], '2001:DB8:0:0::1', true],
  [[], 'example.com', false],
])('%j for %s: %s', (names, name, expected) => {
  expect(isFor(names, name)).toBe(expected)
})

test('a mismatch names whom it is for', () => {
  expect(mismatch(['a.org', '*.b.org'], 'c.org')).toBe(
    'the certificate is for a.org, *.b.org, not for c.org (wildcards do not count in SIP, RFC 5922 §7.2)',
  )
  expect(mismatch([], 'c.org')).toBe('the certificate is for nobody, not for c.org')
  expect(
    mismatch(
      Array.from({ length: 10 }, (_, i) => `h${i}`),
      'c',
    ),
  ).toContain('h7 and 2 more, not for c')
})
