// name-addr and Via: the forms of RFC 3261 §20.10 and §20.42, refusals, and the round trip of any value.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { NameAddr, Via } from './message.ts'
import { parseNameAddr, parseNameAddrList, printNameAddr } from './name-addr.ts'
import { hasParam, param, withParam } from './params.ts'
import { parseVia, printVia } from './via.ts'

const get = <T>(result: { ok: true; value: T } | { ok: false; error: { what: string } }): T => {
  if (!result.ok) throw new Error(result.error.what)
  return result.value
}
const what = (result: { ok: boolean; error?: { what: string } }) => (result.ok ? 'parsed' : result.error?.what)

describe('name-addr', () => {
  test.each([
    ['"A. G. Bell" <sip:agb@bell-telephone.com> ;tag=a48s', 'A. G. Bell', 'agb', 'a48s'],
    ['sip:+12125551212@server.phone2net.com;tag=887s', '', '+12125551212', '887s'],
    ['Anonymous <sip:c8oqz84zk7z@privacy.org>;tag=hyh8', 'Anonymous', 'c8oqz84zk7z', 'hyh8'],
    ['<sip:a@b>;TAG="q\\"u;o,te>"', '', 'a', 'q"u;o,te>'],
    ['"<sip:x@y>" <sip:a@b>;tag=1', '<sip:x@y>', 'a', '1'],
    ['M\xc3\xbcller  Ltd <sip:a@b>;tag=1', 'M\xc3\xbcller Ltd', 'a', '1'],
    ['"fold\r\n ed" <sip:a@b>\r\n ;tag=1', 'fold ed', 'a', '1'],
    ['"" <sip:a@b>;tag=1', '', 'a', '1'],
    ['<sip:a@b;tag=uri>;tag=header', '', 'a', 'header'],
  ])('%s', (text, display, user, tag) => {
    const value = get(parseNameAddr(text))
    expect(value).toMatchObject({ display, uri: { user } })
    expect(param(value.params, 'tag')).toBe(tag)
  })

  test('a list', () => {
    const list = get(
      parseNameAddrList('"Mr, Watson" <sip:w@a?x=1,2>;q=0.7;expires=3600, sip:x@b ,<sip:y@[2001:db8::1]>;z'),
    )
    expect(list.map(({ uri, params }) => ['host' in uri && uri.host, params.length])).toEqual([
      ['a', 2],
      ['b', 0],
      ['2001:db8::1', 1],
    ])
  })

  test.each([
    ['', 'no URI'],
    ['*', 'no URI'],
    ['"x', 'quoted string without its end'],
    ['"x\\', 'backslash before a line end'],
    ['"x" sip:a@b', 'no < after the display name'],
    ['<sip:a@b', '< without its >'],
    ['x, y <sip:a@b>', 'character not allowed in a display name'],
    ['<sip:a@b> x', 'something follows the value'],
    ['<sip:a@b>;', 'parameter without a name'],
    ['<sip:a@b>;;x', 'parameter without a name'],
    ['sip:a@b?x=y', 'something follows the value'],
    [`<sip:a@b>${';x'.repeat(65)}`, 'too many parameters'],
  ])('%j is refused: %s', (text, why) => expect(what(parseNameAddr(text))).toBe(why))

  test('lists are bounded', () => {
    expect(what(parseNameAddrList(Array(200).fill('<sip:a@b>').join()))).toBe('too many values')
  })
})

describe('Via', () => {
  test.each([
    ['SIP/2.0/UDP erlang.bell-telephone.com:5060;branch=z9hG4bK87asdks7', 'UDP', 'erlang.bell-telephone.com', 5060],
    ['SIP/2.0/UDP 192.0.2.1:5060 ;received=192.0.2.207;branch=z9hG4bK77asjd', 'UDP', '192.0.2.1', 5060],
    [
      'SIP / 2.0 / UDP first.example.com: 4000;ttl=16 ;maddr=224.2.0.1 ;branch=z9hG4bKa7c6a8dlze.1',
      'UDP',
      'first.example.com',
      4000,
    ],
    ['sip/2.0/tls [2001:DB8::9:1]', 'TLS', '2001:db8::9:1', undefined],
    ['SIP/2.0/UDP [2001:db8::9:1]:6050;received=2001:db8::9:255;branch=1', 'UDP', '2001:db8::9:1', 6050],
    ['SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=1', 'UDP', '2001:db8::9:1', undefined],
    ['SIP/2.0/UDP\r\n h', 'UDP', 'h', undefined],
  ])('%s', (text, transport, host, port) => {
    const via = get(parseVia(text))
    expect([via.transport, via.host, via.port]).toEqual([transport, host, port])
    expect(get(parseVia(printVia(via)))).toEqual(via)
  })

  test('rport without and with a value (RFC 3581)', () => {
    const via = get(parseVia('SIP/2.0/UDP 10.1.1.1:4540;rport;branch=z9hG4bKkjshdyff'))
    expect([hasParam(via.params, 'rport'), param(via.params, 'rport')]).toEqual([true, undefined])
    const params = withParam(withParam(via.params, 'rport', '9988'), 'received', '192.0.2.1')
    expect(printVia({ ...via, params })).toBe(
      'SIP/2.0/UDP 10.1.1.1:4540;rport=9988;branch=z9hG4bKkjshdyff;received=192.0.2.1',
    )
  })

  test.each([
    ['', 'no / after the protocol'],
    ['SIP/2.0', 'no / after the version'],
    ['SIP/2.0/', 'no transport'],
    ['SIP/2.0/UDP', 'no space before sent-by'],
    ['SIP/2.0/UDP ', 'no host'],
    ['SIP/2.0/UDP h:', 'port is not a number'],
    ['SIP/2.0/UDP h:x', 'port is not a number'],
    ['SIP/2.0/UDP h x', 'something follows the value'],
    ['SIP/3.0/UDP h', 'protocol is not SIP/2.0'],
    ['HTTP/2.0/UDP h', 'protocol is not SIP/2.0'],
    ['SIP/2.0/UDP [::1', 'IPv6 reference without its end'],
  ])('%j is refused: %s', (text, why) => expect(what(parseVia(text))).toBe(why))
})

const token = fc.stringMatching(/^[a-z0-9.!%*_+`'~-]{1,8}$/)
const text = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code === 10 || code === 13 ? 32 : code)),
  maxLength: 10,
})
const params = fc.array(fc.record({ name: token, value: fc.option(fc.oneof(token, text), { nil: undefined }) }), {
  maxLength: 3,
})
const host = fc.constantFrom('example.com', '192.0.2.1', '2001:db8::1')
const anyNameAddr: fc.Arbitrary<NameAddr> = fc.record({
  display: text,
  uri: fc.oneof(
    host.map((h) => ({
      scheme: 'sip' as const,
      user: 'u',
      password: undefined,
      host: h,
      port: undefined,
      params: [],
      headers: [],
    })),
    fc.constant({ scheme: 'tel', rest: '+1-201-555-0123;ext=1' }),
  ),
  params,
})

test('any value prints and reads back, alone and in a list', () => {
  fc.assert(
    fc.property(fc.array(anyNameAddr, { minLength: 1, maxLength: 3 }), (list) => {
      expect(get(parseNameAddr(printNameAddr(list[0]!)))).toEqual(list[0])
      expect(get(parseNameAddrList(list.map(printNameAddr).join(', ')))).toEqual(list)
    }),
  )
})

test('any Via prints and reads back', () => {
  const anyVia = fc.record({
    transport: fc.constantFrom('UDP', 'TCP', 'TLS-SCTP'),
    host,
    port: fc.option(fc.nat(65535), { nil: undefined }),
    params,
  })
  fc.assert(
    fc.property(anyVia, (value) => {
      const via: Via = { ...value, branch: param(value.params, 'branch') }
      expect(get(parseVia(printVia(via)))).toEqual(via)
    }),
  )
})
