// Address literals against Node's own judgement, and the forms that are easily got wrong.
import { isIPv4, isIPv6 } from 'node:net'
import { expect, test } from 'vitest'
import { inPrefix, ipOctets, isIpv4, isIpv6, parsePrefix, sameHost, withoutBrackets } from './ip.ts'

test.each(['192.0.2.1', '0.0.0.0', '255.255.255.255', '256.1.1.1', '1.2.3', '1.2.3.4.5', '', 'a.b.c.d', '1..2.3'])(
  'IPv4 %s',
  (text) => expect(isIpv4(text)).toBe(isIPv4(text)),
)

test.each([
  '::',
  '::1',
  '1::',
  '2001:db8::9:1',
  '2001:db8:0:0:0:0:0:1',
  '1:2:3:4:5:6:7:8',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1::2::3',
  ':1:2',
  '1:',
  ':::',
  '12345::',
  'g::',
  '::ffff:192.0.2.1',
  '::192.0.2.256',
  '1.2.3.4::',
  '::1.2.3.4:1',
  '',
  '1:2:3:4:5:6:1.2.3.4',
  '1:2:3:4:5:6:7:1.2.3.4',
  '1:2:3:4:5:6:7::',
])('IPv6 %s', (text) => expect(isIpv6(text)).toBe(isIPv6(text)))

test.each([
  ['192.0.2.1', [192, 0, 2, 1]],
  ['::ffff:192.0.2.1', [192, 0, 2, 1]],
  ['::ffff:c000:201', [192, 0, 2, 1]],
  ['2001:db8::1:0', [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0]],
  ['::', new Array(16).fill(0)],
  ['::192.0.2.1', [...new Array(12).fill(0), 192, 0, 2, 1]],
  ['example.com', undefined],
])('octets of %s', (text, octets) => expect(ipOctets(text)).toEqual(octets))

test.each([
  ['192.0.2.0/24', '192.0.2.77', true],
  ['192.0.2.0/24', '192.0.3.77', false],
  ['192.0.2.0/23', '192.0.3.77', true],
  ['192.0.2.7', '192.0.2.7', true],
  ['192.0.2.7', '192.0.2.8', false],
  ['0.0.0.0/0', '203.0.113.1', true],
  ['0.0.0.0/0', '::1', false],
  ['192.0.2.0/24', '::ffff:192.0.2.9', true],
  ['2001:db8::/33', '2001:db8:7fff::1', true],
  ['2001:db8::/33', '2001:db8:8000::1', false],
  ['192.0.2.0/24', 'nobody', false],
])('%s holds %s: %s', (text, address, held) => {
  const prefix = parsePrefix(text)
  expect(prefix.ok && inPrefix(address, prefix.value)).toBe(held)
})

test.each(['', 'x', '192.0.2.0/', '192.0.2.0/33', '::/129', '192.0.2.0/8/8', '192.0.2.0/-1', '192.0.2/24'])(
  'no prefix: %s',
  (text) => expect(parsePrefix(text).ok).toBe(false),
)

test.each([
  ['a.example.com', 'a.example.com', true],
  ['a.example.com', 'b.example.com', false],
  ['192.0.2.1', '192.0.2.1', true],
  ['2001:db8::1', '2001:DB8:0:0:0::1', true],
  ['2001:db8::1', '2001:db8::2', false],
  ['::ffff:192.0.2.1', '192.0.2.1', true],
  ['no:address', 'no:address:either', false],
])('%s and %s the same host: %s', (a, b, same) => {
  expect(sameHost(a, b)).toBe(same)
  expect(sameHost(b, a)).toBe(same)
})

test('brackets', () => {
  expect(['[::1]', '::1', 'a.example.com', '[half'].map(withoutBrackets)).toEqual([
    '::1',
    '::1',
    'a.example.com',
    '[half',
  ])
})
