// The choice of a local transport (RFC 3261 §18.1.1).
import { expect, test } from 'vitest'
import { Transports } from './transports.ts'

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
  transports.up('vpn stream', 'TCP', { address: '10.8.0.2', port: 5060 })
  expect(transports.choose('192.0.2.9', 'vpn', 'TCP')?.id).toBe('vpn stream')
  expect(transports.choose('192.0.2.9', 'four', 'TCP')?.id).toBe('stream')
  expect(transports.choose('192.0.2.9', 'vpn stream', 'UDP')?.id).toBe('vpn')
  transports.down('vpn stream')
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
