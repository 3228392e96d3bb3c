// What is written into the Via of a request that comes, and the way back it gives (RFC 3261 §18.2, RFC 3581 §4, RFC 5118 §4).
import { expect, test } from 'vitest'
import { receive } from './receive.ts'

const request = (via: string) =>
  `OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/${via};branch=z9hG4bK1\r\nVia: SIP/2.0/UDP far.example.com\r\n` +
  'From: <sip:c@d>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n'

function arrived(via: string, address: string, port: number, flow?: string) {
  const got = receive(
    { transport: 't', from: { address, port }, ...(flow === undefined ? {} : { flow }) },
    request(via),
  )
  if (got.kind !== 'request') throw new Error(got.kind)
  const [top = '', ...rest] = got.vias
  expect(rest).toEqual(['SIP/2.0/UDP far.example.com'])
  const { to, name } = got.hop
  return [top.replace(';branch=z9hG4bK1', ''), `${to.address} ${to.port}`, ...(flow ? [name] : [])]
}

test.each([
  // Where it says it is: nothing to add.
  ['UDP 192.0.2.1:5070', '192.0.2.1', 40_000, 'SIP/2.0/UDP 192.0.2.1:5070', '192.0.2.1 5070'],
  ['UDP 192.0.2.1', '192.0.2.1', 40_000, 'SIP/2.0/UDP 192.0.2.1', '192.0.2.1 5060'],
  // §18.2.1: somewhere else, or by a name.
  ['UDP 10.0.0.1', '192.0.2.1', 40_000, 'SIP/2.0/UDP 10.0.0.1;received=192.0.2.1', '192.0.2.1 5060'],
  ['UDP a.example.com:5070', '192.0.2.1', 9, 'SIP/2.0/UDP a.example.com:5070;received=192.0.2.1', '192.0.2.1 5070'],
  // RFC 3581 §4: both, and back to where it came from.
  [
    'UDP 192.0.2.1;rport',
    '192.0.2.1',
    40_000,
    'SIP/2.0/UDP 192.0.2.1;rport=40000;received=192.0.2.1',
    '192.0.2.1 40000',
  ],
  ['UDP 10.0.0.1;rport=1', '192.0.2.1', 7, 'SIP/2.0/UDP 10.0.0.1;rport=7;received=192.0.2.1', '192.0.2.1 7'],
  // A received that was there already is not believed.
  ['UDP 10.0.0.1;received=10.9.9.9', '192.0.2.1', 7, 'SIP/2.0/UDP 10.0.0.1;received=192.0.2.1', '192.0.2.1 5060'],
  // RFC 5118: an address has many ways of being written; received goes without brackets (§4.5).
  ['UDP [2001:db8:0:0::1]', '2001:db8::1', 40_000, 'SIP/2.0/UDP [2001:db8:0:0::1]', '2001:db8::1 5060'],
  [
    'UDP [2001:db8::9]:5070',
    '2001:db8::1',
    9,
    'SIP/2.0/UDP [2001:db8::9]:5070;received=2001:db8::1',
    '2001:db8::1 5070',
  ],
  [
    'UDP [2001:db8::9];rport',
    '2001:db8::1',
    9,
    'SIP/2.0/UDP [2001:db8::9];rport=9;received=2001:db8::1',
    '2001:db8::1 9',
  ],
  ['UDP 192.0.2.1;maddr=192.0.2.7', '192.0.2.1', 9, 'SIP/2.0/UDP 192.0.2.1;maddr=192.0.2.7', '192.0.2.7 5060'],
  ['UDP [::1];maddr=[2001:db8::7]', '::1', 9, 'SIP/2.0/UDP [::1];maddr=[2001:db8::7]', '2001:db8::7 5060'],
])('%s from %s', (via, address, port, marked, back) => {
  expect(arrived(via, address, port)).toEqual([marked, back])
})

test.each([
  ['TCP 192.0.2.1', '192.0.2.1 5060', '192.0.2.1'],
  // Should the connection be gone, the one made anew goes where TLS is, and the name there has to be proved.
  ['TLS pbx.example.com', '192.0.2.1 5061', 'pbx.example.com'],
  ['TLS pbx.example.com:5071;rport', '192.0.2.1 5071', 'pbx.example.com'],
])('over a stream: %s', (via, back, name) => {
  expect(arrived(via, '192.0.2.1', 40_000, 'in:1').slice(1)).toEqual([back, name])
})
