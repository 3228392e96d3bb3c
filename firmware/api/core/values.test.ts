// Values of the core: URIs, credentials, routes, descriptions.
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { CoreError, Credentials, Route, SdpAttribute, SdpConnection, SdpMedia, SdpSession, SipUri } from './index.ts'

describe('SipUri', () => {
  test('every part, written and read', () => {
    const uri = new SipUri({ host: 'example.com' })
    expect(`${uri}`).toBe('sip:example.com')
    uri.user = 'alice'
    uri.port = 5070
    uri.secure = true
    uri.display = 'Älice "A"'
    uri.parameters.transport = 'tcp'
    uri.parameters.lr = undefined
    uri.headers.Subject = 'a b'
    expect(uri.address).toBe('sips:alice@example.com:5070;transport=tcp;lr?Subject=a%20b')
    expect(`${uri}`).toBe(`"Älice \\"A\\"" <${uri.address}>`)
    expect(SipUri.parse(`${uri}`)).toEqual(uri)
  })

  test('a copy is independent', () => {
    const uri = SipUri.parse('sip:a@b;x=1')
    const copy = uri.copy()
    expect(copy.equals(uri)).toBe(true)
    copy.parameters.x = '2'
    copy.user = 'c'
    expect(uri.address).toBe('sip:a@b;x=1')
  })

  // RFC 3261 §19.1.4.
  test.each([
    ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtLanTa.CoM;Transport=tcp', true],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5', true],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;security=on', true],
    [
      'sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com',
      'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com',
      true,
    ],
    [
      'sip:alice@atlanta.com?subject=project%20x&priority=urgent',
      'sip:alice@atlanta.com?priority=urgent&subject=project%20x',
      true,
    ],
    ['SIP:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP', false],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060', false],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp', false],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp', false],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting', false],
    ['sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4', false],
    ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;security=off', false],
  ])('%s and %s: %s', (a, b, same) => {
    expect(SipUri.parse(a).equals(SipUri.parse(b))).toBe(same)
    expect(SipUri.parse(b).equals(SipUri.parse(a))).toBe(same)
  })

  test.each(['', 'sip:', 'alice@example.com', 'tel:+1234', 'sip:a@b:99999', 'sip:a@[::1', '<sip:a@b'])(
    '%s is none, and why is said',
    (text) => {
      expect(() => SipUri.parse(text)).toThrow(CoreError)
    },
  )
})

describe('Credentials', () => {
  const uri = SipUri.parse('sip:alice@example.com')

  test('a token is made up, a password never shows', () => {
    const credentials = new Credentials(uri, { password: 'hush' })
    expect(credentials.token).toMatch(/^[0-9a-f]{16}$/)
    expect(new Credentials(uri).token).not.toBe(credentials.token)
    expect(credentials.password).toBe('hush')
    expect(inspect(credentials, { depth: 9, showHidden: true }) + JSON.stringify(credentials)).not.toContain('hush')
  })

  test('a copy is independent', () => {
    const credentials = new Credentials(uri, { password: 'one', token: 't' })
    const copy = credentials.copy()
    copy.uri.user = 'bob'
    copy.password = 'two'
    expect([credentials.uri.user, credentials.password, copy.token]).toEqual(['alice', 'one', 't'])
  })

  test.each([
    [{ ha1: '0'.repeat(32) }, /realm/],
    [{ ha1: 'xyz', realm: 'r' }, /32 hexadecimal digits, as MD5/],
    [{ ha1: '0'.repeat(32), realm: 'r', hash: 'SHA-256' }, /64 hexadecimal/],
    [{ ha1: '0'.repeat(32), realm: 'r', hash: 'SHA-1' }, /hash: expected one of MD5/],
    [{ ha1: '0'.repeat(32), realm: 'r', password: 'p' }, /one of password, ha1 and aka/],
    [{ aka: { k: '0'.repeat(32) } }, /either op or opc/],
    [{ aka: { k: '0', op: '0'.repeat(32) } }, /32 hexadecimal/],
    [{ more: [{ ha1: 'secret', realm: 'r' }] }, /ha1: expected/],
  ])('a proof that is none is refused, and not named: %#', (options, message) => {
    const make = () => new Credentials(uri, options as never)
    expect(make).toThrow(message)
    expect(make).not.toThrow(/secret|000/)
  })

  test('several proofs, none of them shown; another password leaves the others', () => {
    const keys = { k: 'a'.repeat(32), opc: 'b'.repeat(32) }
    const credentials = new Credentials(uri, {
      password: 'one',
      more: [{ realm: 'r', ha1: 'c'.repeat(32) }, { aka: keys }],
    })
    credentials.password = 'two'
    const { proofs } = credentials.copy()
    expect(proofs).toMatchObject([{ realm: '*', username: 'alice' }, { realm: 'r', hash: 'MD5' }, { realm: '*' }])
    expect(inspect(credentials, { depth: 9 }) + JSON.stringify(proofs)).not.toMatch(/two|ccc|aaa|bbb/)
    expect('password' in proofs[0]! && proofs[0].password.reveal()).toBe('two')
  })
})

describe('Route', () => {
  test('defaults, any case, copy', () => {
    const route = new Route('192.0.2.1', undefined, 'TCP')
    expect([route.port, route.transport]).toEqual([5060, 'tcp'])
    expect(route.copy()).toEqual(route)
    expect(route.uri.address).toBe('sip:192.0.2.1:5060;transport=tcp;lr')
    expect(new Route('2001:db8::1').uri.address).toBe('sip:[2001:db8::1]:5060;lr')
  })

  test('what cannot be', () => {
    expect(() => new Route('a', 5060, 'sctp')).toThrow(/udp, tcp or tls/)
    expect(() => new Route('a', 0)).toThrow(/1 to 65535/)
    expect(() => Route.parse('tel:1')).toThrow(/SipUri.parse/)
    expect(() => Route.parse('sip:a;transport=sctp')).toThrow(/udp, tcp or tls/)
  })

  test('read, it keeps scheme, parameters and what is left open', () => {
    const route = Route.parse('sips:edge.example.com;transport=TCP;x=1')
    expect(route).toMatchObject({ host: 'edge.example.com', port: undefined, transport: 'tcp' })
    expect(route.copy().uri.address).toBe('sips:edge.example.com;transport=TCP;x=1;lr')
    expect(Route.parse('sip:[2001:db8::1]:5070;lr').uri.address).toBe('sip:[2001:db8::1]:5070;lr')
  })
})

describe('descriptions', () => {
  test('defaults', () => {
    const session = new SdpSession('192.0.2.1')
    expect(session).toMatchObject({
      ...{ user: '-', netType: 'IN', addressType: 'IP4', name: ' ', info: undefined, connection: undefined },
      ...{ startTime: 0, stopTime: 0, attributes: [], media: [] },
    })
    expect(session.version).toBe(session.id)
    expect(new SdpSession('192.0.2.1').id).not.toBe(session.id)
    expect(new SdpMedia('audio', 1, 'RTP/AVP')).toMatchObject({ portCount: 1, formats: [], attributes: [] })
    expect(new SdpConnection('192.0.2.1')).toMatchObject({ netType: 'IN', addressType: 'IP4' })
  })

  const full = () =>
    new SdpSession('192.0.2.1', {
      ...{ id: 5, version: 18446744073709551615n, user: 'u', name: 'n', info: 'i', startTime: 1, stopTime: 2 },
      connection: new SdpConnection('2001:db8::1', { addressType: 'IP6' }),
      attributes: [new SdpAttribute('tool', 'x')],
      media: [
        new SdpMedia('audio', 4000, 'RTP/AVP', {
          ...{ portCount: 2, formats: ['0', '8'], info: 'm', connection: new SdpConnection('192.0.2.2') },
          attributes: [new SdpAttribute('rtpmap', '0 PCMU/8000'), new SdpAttribute('sendonly')],
        }),
      ],
    })

  test('printed and read again they are the same', () => {
    const text = full().toString()
    expect(text).toContain('m=audio 4000/2 RTP/AVP 0 8\r\n')
    expect(text).toContain('c=IN IP6 2001:db8::1\r\n')
    expect(text).toContain('a=sendonly\r\n')
    expect(SdpSession.parse(text).equals(full())).toBe(true)
    expect(
      new SdpSession('192.0.2.1', { media: [new SdpMedia('audio', 4000, 'X', { formats: ['*'] })] }).toString(),
    ).toContain('m=audio 4000 X *\r\n')
  })

  test('lines with no reading are kept', () => {
    const text = full().toString().replace('a=tool', 'b=AS:64\r\na=tool')
    expect(SdpSession.parse(text).toString()).toContain('b=AS:64\r\n')
  })

  const changes: readonly [string, (session: SdpSession) => void][] = [
    ['address', (s) => (s.address = '192.0.2.9')],
    ['id', (s) => (s.id = 6n)],
    ['version', (s) => (s.version = 6n)],
    ['user', (s) => (s.user = 'v')],
    ['netType', (s) => (s.netType = 'ATM')],
    ['addressType', (s) => (s.addressType = 'IP6')],
    ['name', (s) => (s.name = 'o')],
    ['info', (s) => (s.info = undefined)],
    ['connection', (s) => (s.connection = undefined)],
    ['startTime', (s) => (s.startTime = 0)],
    ['stopTime', (s) => (s.stopTime = 0)],
    ['an attribute', (s) => (s.attributes[0]!.value = 'y')],
    ['media', (s) => (s.media[0]!.media = 'video')],
    ['port', (s) => (s.media[0]!.port = 4002)],
    ['transport', (s) => (s.media[0]!.transport = 'RTP/SAVP')],
    ['portCount', (s) => (s.media[0]!.portCount = 1)],
    ['formats', (s) => s.media[0]!.formats.reverse()],
    ['info of media', (s) => (s.media[0]!.info = 'n')],
    ['connection of media', (s) => (s.media[0]!.connection!.address = '192.0.2.3')],
    ['an attribute of media', (s) => s.media[0]!.attributes.pop()],
  ]
  test.each(changes)('%s makes a difference', (_name, change) => {
    const session = full()
    change(session)
    expect(session.equals(full())).toBe(false)
  })

  test.each(['sendrecv', 'sendonly', 'recvonly', 'inactive'])('direction %s', (direction) => {
    const media = new SdpMedia('audio', 1, 'RTP/AVP', { attributes: [new SdpAttribute(direction)] })
    expect(media.direction).toBe(direction)
  })

  test('without a direction it is sendrecv', () => {
    expect(new SdpMedia('audio', 1, 'RTP/AVP').direction).toBe('sendrecv')
  })

  test('connections and attributes are the same when every part is', () => {
    expect(new SdpAttribute('a').equals(new SdpAttribute('a'))).toBe(true)
    expect(new SdpAttribute('a').equals(new SdpAttribute('a', ''))).toBe(false)
    expect(new SdpConnection('a').equals(new SdpConnection('a', { addressType: 'IP6' }))).toBe(false)
  })

  test('what cannot stand in a line throws', () => {
    expect(() => `${new SdpSession('192.0.2.1', { name: 'a\r\nb' })}`).toThrow(CoreError)
    expect(() => `${new SdpSession('192.0.2.1', { netType: 'ATM' })}`).toThrow(/netType: expected IN/)
    expect(() => SdpSession.parse('v=0\r\n')).toThrow(/no origin/)
  })
})
