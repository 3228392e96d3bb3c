// Next hops (RFC 3263 §4) and the choice of a local transport.
import { expect, test } from 'vitest'
import { parseUri } from '../message/uri.ts'
import { targetOf } from './target.ts'
import { Transports } from './transports.ts'

const EXAMPLE = { host: 'example.com', literal: false, name: 'example.com' }

test.each([
  ['sip:bob@192.0.2.1', { host: '192.0.2.1', literal: true, name: '192.0.2.1' }],
  ['sip:[2001:db8::1]:5070', { host: '2001:db8::1', port: 5070, literal: true, name: '2001:db8::1' }],
  ['sip:bob@Example.COM', { host: 'example.com', literal: false, name: 'example.com' }],
  ['sip:bob@example.com;maddr=192.0.2.7', { host: '192.0.2.7', literal: true, name: 'example.com' }],
  ['sip:bob@example.com;transport=UDP', { ...EXAMPLE, protocol: 'UDP' }],
  ['sip:bob@example.com;transport=tcp', { ...EXAMPLE, protocol: 'TCP' }],
  ['sip:bob@example.com;transport=tls', { ...EXAMPLE, protocol: 'TLS' }],
  ['sips:bob@example.com', { ...EXAMPLE, protocol: 'TLS' }],
  ['sips:bob@example.com:5080;transport=tcp', { ...EXAMPLE, port: 5080, protocol: 'TLS' }],
  ['sips:bob@example.com;transport=udp', 'sips goes over TLS, not over UDP'],
  ['sip:bob@example.com;transport=sctp', 'no transport sctp'],
  ['tel:+49301', 'cannot route to a tel: URI'],
])('%s', (text, expected) => {
  const uri = parseUri(text)
  if (!uri.ok) throw new Error(text)
  const target = targetOf(uri.value)
  expect(target.ok ? target.value : target.error).toEqual(expected)
})

test('the preferred transport when its family suits, else the first that does', () => {
  const transports = new Transports()
  transports.up('stream', 'TCP', { address: '192.0.2.1', port: 5060 })
  transports.up('four', 'UDP', { address: '192.0.2.1', port: 5060 })
  transports.up('six', 'UDP', { address: '2001:db8::1', port: 5060 })
  transports.up('vpn', 'UDP', { address: '10.8.0.2', port: 5060 })
  expect(transports.choose('192.0.2.9', undefined)?.id).toBe('four')
  expect(transports.choose('192.0.2.9', 'vpn')?.id).toBe('vpn')
  expect(transports.choose('2001:db8::9', 'vpn')?.id).toBe('six')
  expect(transports.choose('192.0.2.9', 'stream')?.id).toBe('stream')
  expect(transports.choose('192.0.2.9', 'vpn', 'TCP')?.id).toBe('stream')
  expect(transports.choose('2001:db8::9', undefined, 'TCP')).toBeUndefined()
  transports.up('sure', 'TLS', { address: '192.0.2.1', port: 5061 })
  expect(transports.choose('192.0.2.9', undefined)?.id).toBe('four')
  expect(transports.choose('192.0.2.9', 'sure')?.id).toBe('sure')
  expect(transports.choose('192.0.2.9', 'four', 'TLS')?.id).toBe('sure')
  // Whoever wants TLS gets nothing less, and whoever wants TCP gets TCP in the other family too.
  expect(transports.choose('2001:db8::9', 'sure')).toBeUndefined()
  transports.up('stream six', 'TCP', { address: '2001:db8::1', port: 5060 })
  expect(transports.choose('2001:db8::9', 'stream')?.id).toBe('stream six')
  transports.down('stream six')
  transports.down('six')
  expect(transports.choose('2001:db8::9', 'vpn')).toBeUndefined()
})
