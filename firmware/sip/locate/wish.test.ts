// What a URI says about where it leads (RFC 3263 §4).
import { expect, test } from 'vitest'
import { parseUri } from '../message/uri.ts'
import { wishOf } from './wish.ts'

test.each([
  ['sip:bob@192.0.2.1', { host: '192.0.2.1', literal: true, name: '192.0.2.1' }],
  ['sip:[2001:db8::1]:5070', { host: '2001:db8::1', port: 5070, literal: true, name: '2001:db8::1' }],
  ['sip:bob@Example.COM', { host: 'example.com' }],
  ['sip:bob@example.com;maddr=192.0.2.7', { host: '192.0.2.7', literal: true }],
  ['sip:bob@example.com;transport=UDP', { protocol: 'UDP' }],
  ['sip:bob@example.com;transport=tcp', { protocol: 'TCP' }],
  ['sip:bob@example.com;transport=tls', { protocol: 'TLS' }],
  ['sip:bob@example.com;transport=sctp', 'no transport sctp'],
  ['sips:bob@example.com', { secure: true }],
  ['sips:bob@example.com:5081', { secure: true, port: 5081 }],
  ['sips:bob@example.com;transport=tcp', { secure: true, protocol: 'TLS' }],
  ['sips:bob@example.com;transport=udp', 'sips goes over TLS, not over UDP'],
  ['tel:+49301', 'cannot route to a tel: URI'],
])('%s', (text, expected) => {
  const uri = parseUri(text)
  if (!uri.ok) throw new Error(text)
  const wish = wishOf(uri.value)
  const open = { host: 'example.com', literal: false, port: undefined, protocol: undefined, secure: false }
  expect(wish.ok ? wish.value : wish.error).toEqual(
    typeof expected === 'string' ? expected : { ...open, name: 'example.com', ...expected },
  )
})

test('a dialog that sips made wants TLS of any URI', () => {
  const uri = parseUri('sip:bob@192.0.2.1;transport=udp')
  if (!uri.ok) throw new Error()
  expect(wishOf(uri.value, true)).toEqual({ ok: false, error: 'sips goes over TLS, not over UDP' })
})
