// The plain checkers of hosts and SIP URIs.
import { expect, test } from 'vitest'
import { numberOf, plainFormats, userOf } from './formats.ts'

const RIGHT = [
  'sip:example.com',
  'sip:alice@example.com',
  'sips:alice@example.com:5061',
  'sip:+4930123@192.0.2.1;transport=udp',
  'sip:alice@[2001:db8::1]:5060',
  'sip:al%20ice@pbx.local',
  "sip:a-_.!~*'()&=+$,;?/b@example.com",
]
const WRONG: readonly [string, string][] = [
  ['example.com', 'it begins with sip:'],
  ['alice@example.com', 'write it as sip:alice@example.com'],
  ['sip:', 'the host "" is not one'],
  ['sip:alice@', 'the host "" is not one'],
  ['sip:alice@exa mple.com', 'no spaces and no characters outside ASCII; write them as %HH'],
  ['sip:älice@example.com', 'no spaces and no characters outside ASCII; write them as %HH'],
  ['sip:alice:secret@example.com', 'a password has no place in a URI'],
  ['sip:alice@example.com:0', 'the part after the host is not a port'],
  ['sip:alice@example.com:65536', 'the part after the host is not a port'],
  ['sip:alice@example.com:x', 'the part after the host is not a port'],
  ['sip:<alice>@example.com', 'the part before @ has characters it must not have'],
  ['sip:alice@-example.com', 'the host "-example.com" is not one'],
]

test.each(RIGHT)('%s is a SIP URI', (uri) => expect(plainFormats['sip-uri'](uri)).toBeUndefined())
test.each(WRONG)('%s is none', (uri, why) => expect(plainFormats['sip-uri'](uri)).toBe(why))
test('a very long host is refused', () => expect(plainFormats.host('a'.repeat(300))).toMatch(/253/))

test.each([
  ['sip:alice@example.com', 'alice'],
  ['sips:+49@host:5061;x=y', '+49'],
  ['sip:example.com', 'example.com'],
])('the user of %s is %s', (uri, user) => expect(userOf(uri)).toBe(user))

test.each([
  ['201', undefined],
  ['+49 (30) 123-45/6', undefined],
  ['*97#', undefined],
  ['sip:bob@example.com', undefined],
  ['bob@example.com', 'write it as sip:bob@example.com'],
  ['sip:bob smith@example.com', 'no spaces and no characters outside ASCII; write them as %HH'],
  ['bob', 'digits, * and #, with + before them where it is needed'],
  ['', 'digits, * and #, with + before them where it is needed'],
])('whom to call: %s', (text, fault) => expect(plainFormats['dial-target'](text)).toBe(fault))

test('a number is dialled without what is there for the eye, a URI as it is', () => {
  expect([numberOf('+49 (30) 123-45/6'), numberOf('sip:a-b@x')]).toEqual(['+4930123456', 'sip:a-b@x'])
})

test('a digit map is known by its characters', () => {
  expect(plainFormats['digit-map']('[2-9]xxxxxx|1xx|0T|00<=49>,x.T')).toBeUndefined()
  expect(plainFormats['digit-map']('1xx;2xx')).toBe('it has a character that no digit map has')
})

test.each([
  ['192.0.2.1', undefined],
  ['192.0.2.1:5353', undefined],
  ['2001:db8::1', undefined],
  ['[2001:db8::1]:53', undefined],
  ['[2001:db8::1]', undefined],
  ['dns.example.com', 'a name server is given by its address, not by a name'],
  ['192.0.2.256', 'a name server is given by its address, not by a name'],
  ['192.0.2.1:', 'the part after the address is not a port'],
  ['192.0.2.1:70000', 'the part after the address is not a port'],
  ['[192.0.2.1]:53', 'a name server is given by its address, not by a name'],
  ['', 'a name server is given by its address, not by a name'],
])('name server %s', (text, fault) => expect(plainFormats['name-server'](text)).toBe(fault))

test.each([
  ['mqtt://broker.example.com', undefined],
  ['mqtts://192.0.2.1:8883', undefined],
  ['mqtt://[2001:db8::1]:1883', undefined],
  ['http://broker', 'it begins with mqtt:// or mqtts://'],
  ['mqtt://', 'the host "" is not one'],
  ['mqtt://broker:99999', 'the part after the host is not a port'],
  ['mqtt://broker:', 'the part after the host is not a port'],
  ['mqtt://broker:0', 'the part after the host is not a port'],
  ['mqtt://desk:secret@broker', 'name and password stand apart'],
  ['mqtt://broker/path', 'nothing but a host and a port has a place in it'],
  ['mqtt://two words', 'nothing but a host and a port has a place in it'],
])('broker %s', (text, fault) => expect(plainFormats['broker-url'](text)).toBe(fault))
