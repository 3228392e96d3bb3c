// URIs: RFC 3261 §19.1.3 and §19.1.4 with all their examples, IPv6, escapes, and the round trip of any URI.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SipUri, Uri } from './message.ts'
import { parseUri, printUri, sameUri } from './uri.ts'

const uri = (text: string): Uri => {
  const result = parseUri(text)
  if (!result.ok) throw new Error(`${text}: ${result.error.what}`)
  return result.value
}
const sip = (text: string) => uri(text) as SipUri

describe('§19.1.3 examples', () => {
  test.each([
    'sip:alice@atlanta.com',
    'sip:alice:secretword@atlanta.com;transport=tcp',
    'sips:alice@atlanta.com?subject=project%20x&priority=urgent',
    'sip:+1-212-555-1212:1234@gateway.com;user=phone',
    'sips:1212@gateway.com',
    'sip:alice@192.0.2.4',
    'sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com',
    'sip:alice;day=tuesday@atlanta.com',
  ])('%s prints as it was', (text) => expect(printUri(uri(text))).toBe(text))

  test('their parts', () => {
    expect(sip('sip:alice:secretword@atlanta.com;transport=tcp')).toEqual({
      scheme: 'sip',
      user: 'alice',
      password: 'secretword',
      host: 'atlanta.com',
      port: undefined,
      params: [{ name: 'transport', value: 'tcp' }],
      headers: [],
    })
    expect(sip('sips:alice@atlanta.com?subject=project%20x&priority=urgent').headers).toEqual([
      { name: 'subject', value: 'project x' },
      { name: 'priority', value: 'urgent' },
    ])
    expect(sip('sip:alice;day=tuesday@atlanta.com')).toMatchObject({ user: 'alice;day=tuesday', params: [] })
    expect(sip('sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com').headers).toEqual([
      { name: 'to', value: 'alice@atlanta.com' },
    ])
  })
})

describe('§19.1.4 equality', () => {
  test.each([
    ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtlanTa.CoM;Transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;security=on'],
    ['sip:carol@chicago.com;newparam=5', 'sip:carol@chicago.com;security=on'],
    [
      'sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com',
      'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com',
    ],
    [
      'sip:alice@atlanta.com?subject=project%20x&priority=urgent',
      'sip:alice@atlanta.com?priority=urgent&subject=project%20x',
    ],
    ['tel:+12125551212', 'TEL:+12125551212'],
  ])('%s is %s', (a, b) => {
    expect([sameUri(uri(a), uri(b)), sameUri(uri(b), uri(a))]).toEqual([true, true])
  })

  test.each([
    ['SIP:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'],
    ['sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4'],
    ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;security=off'],
    ['sip:bob@biloxi.com', 'sips:bob@biloxi.com'],
    ['sip:bob:x@biloxi.com', 'sip:bob@biloxi.com'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;maddr=192.0.2.1'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;user=ip'],
    ['tel:+12125551212', 'tel:+12125551213'],
    ['sip:bob@biloxi.com', 'tel:+12125551213'],
  ])('%s is not %s', (a, b) => {
    expect([sameUri(uri(a), uri(b)), sameUri(uri(b), uri(a))]).toEqual([false, false])
  })
})

test.each([
  ['sip:[2001:db8::10]', '2001:db8::10', undefined],
  ['sip:user@[2001:DB8::10]:5070', '2001:db8::10', 5070],
  ['sip:[2001:db8::10:5070]', '2001:db8::10:5070', undefined],
  ['sip:[::ffff:192.0.2.10];lr', '::ffff:192.0.2.10', undefined],
])('IPv6, RFC 5118 §4: %s', (text, host, port) => {
  expect([sip(text).host, sip(text).port]).toEqual([host, port])
  expect(uri(printUri(uri(text)))).toEqual(uri(text))
})

test('what the wild sends: # and a lone % in a user, _ in a host, @ in a header', () => {
  expect(sip('sip:*67#5@gw_1.example.com').user).toBe('*67#5')
  expect(printUri(uri('sip:*67#5@gw.example.com'))).toBe('sip:*67%235@gw.example.com')
  expect(sip('sip:100%@example.com').user).toBe('100%')
  expect(sip('sip:a@b?Replaces=1@c;to-tag=2').headers).toEqual([{ name: 'Replaces', value: '1@c;to-tag=2' }])
})

test.each([
  ['', 'URI without a scheme'],
  ['alice', 'URI without a scheme'],
  [':x', 'URI without a scheme'],
  ['1a:x', 'not a URI scheme'],
  ['tel:', 'URI with nothing after its scheme'],
  ['tel:1 2', 'character not allowed in a URI'],
  ['sip:', 'no host'],
  ['sip:@host', 'empty user'],
  ['sip:alice@', 'no host'],
  ['sip:host:', 'port is not a number'],
  ['sip:host:99999', 'port is too large'],
  ['sip:host;', 'URI parameter without a name'],
  ['sip:host;;lr', 'URI parameter without a name'],
  ['sip:host?', 'URI header without name and ='],
  ['sip:host?a', 'URI header without name and ='],
  ['sip:host name', 'character not allowed in a URI'],
  ['sip:al ice@host', 'character not allowed in a URI'],
  ['sip:[2001:db8::10', 'IPv6 reference without its end'],
  ['sip:[2001:db8:::10]', 'not an IPv6 address'],
  ['sip:2001:db8::10', 'port is not a number'],
  [`sip:${'a'.repeat(300)}`, 'host is too long'],
  [`sip:a@b${';x'.repeat(65)}`, 'too many URI parameters'],
  [`sip:a@b;x=${'a'.repeat(2100)}`, 'URI is too long'],
])('%j is refused: %s', (text, what) => {
  const result = parseUri(text)
  expect(result.ok ? 'parsed' : result.error.what).toBe(what)
})

const bytes = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
  maxLength: 8,
})
const some = bytes.filter((text) => text !== '')
const host = fc.constantFrom('example.com', '192.0.2.1', '2001:db8::1', 'h', 'a-b.c_d')
const anySipUri: fc.Arbitrary<SipUri> = fc
  .record({
    scheme: fc.constantFrom('sip' as const, 'sips' as const),
    user: fc.option(some, { nil: undefined }),
    password: fc.option(bytes, { nil: undefined }),
    host,
    port: fc.option(fc.nat(65535), { nil: undefined }),
    params: fc.array(
      fc.record({
        name: some.map((name) => name.replace(/[A-Z]/g, 'x')),
        value: fc.option(bytes, { nil: undefined }),
      }),
      { maxLength: 3 },
    ),
    headers: fc.array(fc.record({ name: some, value: bytes }), { maxLength: 3 }),
  })
  .map((u) => (u.user === undefined ? { ...u, password: undefined } : u))

test('any URI prints and reads back, whatever its bytes', () => {
  fc.assert(
    fc.property(anySipUri, (value) => {
      expect(uri(printUri(value))).toEqual(value)
      expect(sameUri(value, uri(printUri(value)))).toBe(true)
    }),
  )
})
