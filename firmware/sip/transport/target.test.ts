// Next hops (RFC 3263 §4) and the choice of a local transport.
import { expect, test } from 'vitest'
import { parseUri } from '../message/uri.ts'
import { targetOf } from './target.ts'
import { Transports } from './transports.ts'

test.each([
  ['sip:bob@192.0.2.1', { host: '192.0.2.1', port: 5060, literal: true }],
  ['sip:[2001:db8::1]:5070', { host: '2001:db8::1', port: 5070, literal: true }],
  ['sip:bob@Example.COM', { host: 'example.com', port: 5060, literal: false }],
  ['sip:bob@example.com;maddr=192.0.2.7', { host: '192.0.2.7', port: 5060, literal: true }],
  ['sip:bob@example.com;transport=UDP', { host: 'example.com', port: 5060, literal: false, protocol: 'UDP' }],
  ['sip:bob@example.com;transport=tcp', { host: 'example.com', port: 5060, literal: false, protocol: 'TCP' }],
  ['sip:bob@example.com;transport=sctp', 'no transport sctp'],
  ['sips:bob@example.com', 'sips needs TLS'],
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
  transports.down('six')
  expect(transports.choose('2001:db8::9', 'vpn')).toBeUndefined()
})
