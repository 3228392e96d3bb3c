// Address literals against Node's own judgement, and the forms that are easily got wrong.
import { isIPv4, isIPv6 } from 'node:net'
import { expect, test } from 'vitest'
import { isIpv4, isIpv6 } from './ip.ts'

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
