// Reading and writing session descriptions: RFC 4566's own example, what the wild sends, and any bytes at all.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { attribute } from './description.ts'
import { parseSdp } from './parse.ts'
import { printSdp } from './print.ts'
import { addresses, codecs, direction, packetTime } from './rtp.ts'

const lines = (...list: string[]) => list.map((line) => `${line}\r\n`).join('')

const parsed = (text: string) => {
  const result = parseSdp(text)
  if (!result.ok) throw new Error(`${result.error.what} at ${result.error.at}`)
  return result.value
}

/** RFC 4566 §5. */
const EXAMPLE = lines(
  'v=0',
  'o=jdoe 2890844526 2890842807 IN IP4 10.47.16.5',
  's=SDP Seminar',
  'i=A Seminar on the session description protocol',
  'u=http://www.example.com/seminars/sdp.pdf',
  'e=j.doe@example.com (Jane Doe)',
  'c=IN IP4 224.2.17.12/127',
  't=2873397496 2873404696',
  'a=recvonly',
  'm=audio 49170 RTP/AVP 0',
  'm=video 51372 RTP/AVP 99',
  'a=rtpmap:99 h263-1998/90000',
)

describe('reading', () => {
  test('the example of the RFC, and it prints as it was', () => {
    const d = parsed(EXAMPLE)
    expect(d.origin).toEqual({
      username: 'jdoe',
      sessionId: '2890844526',
      sessionVersion: '2890842807',
      addressType: 'IP4',
      address: '10.47.16.5',
    })
    expect(d.connection).toEqual({ addressType: 'IP4', address: '224.2.17.12', suffix: '/127' })
    expect(d.media.map(({ media, port, formats }) => [media, port, formats])).toEqual([
      ['audio', 49170, ['0']],
      ['video', 51372, ['99']],
    ])
    expect(direction(d, d.media[0]!)).toBe('recvonly')
    expect(printSdp(d)).toBe(EXAMPLE)
  })

  test('bare line feeds, no s= and t=, unknown lines, an empty line at the end', () => {
    const d = parsed('v=0\no=- 1 1 IN IP6 2001:db8::1\ny=kept\nm=audio 4000/2 RTP/AVP 8 101\nc=IN IP6 2001:db8::2\n\n')
    expect(d.lines).toEqual([{ type: 'y', value: 'kept' }])
    expect(d.media[0]!.portCount).toBe(2)
    expect(addresses(d, d.media[0]!)!.rtp).toEqual({ address: '2001:db8::2', port: 4000 })
    expect(printSdp(d)).toBe(
      lines(
        'v=0',
        'o=- 1 1 IN IP6 2001:db8::1',
        's= ',
        't=0 0',
        'y=kept',
        'm=audio 4000/2 RTP/AVP 8 101',
        'c=IN IP6 2001:db8::2',
      ),
    )
  })

  test.each([
    ['', 'no origin'],
    ['o=- 1 1 IN IP4 1.2.3.4\r\n', 'does not begin with v=0'],
    ['v=0\r\ns=a\0b\r\n', 'NUL or lone CR'],
    ['v=0\r\ns=a\rb\r\n', 'NUL or lone CR'],
    ['v=1\r\n', 'does not begin with v=0'],
    ['v=0\r\n', 'no origin'],
    ['v=0\r\no=- x 1 IN IP4 1.2.3.4\r\n', 'malformed origin'],
    ['v=0\r\no=- 1 1 IN IP4\r\n', 'malformed origin'],
    ['v=0\r\nnonsense\r\n', 'line is not type=value'],
    ['v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\nc=IN IP4\r\n', 'malformed connection'],
    ['v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\nm=audio 70000 RTP/AVP 0\r\n', 'malformed media line'],
    ['v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\nm=audio 4000 RTP/AVP\r\n', 'malformed media line'],
    [`v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\nm=audio 4000 RTP/AVP${' 0'.repeat(129)}\r\n`, 'malformed media line'],
    [`v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\n${'m=audio 4000 RTP/AVP 0\r\n'.repeat(65)}`, 'too many media'],
    [`v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\n${'a=x\r\n'.repeat(3000)}`, 'too many lines'],
  ])('%j is refused: %s', (text, what) => {
    const result = parseSdp(text)
    expect(result.ok ? 'parsed' : result.error.what).toBe(what)
  })

  test('never throws on any bytes or any damage, and what it reads it can print', () => {
    const damaged = fc
      .tuple(fc.nat(EXAMPLE.length), fc.nat(40), fc.string({ unit: 'binary-ascii', maxLength: 12 }))
      .map(([at, cut, put]) => EXAMPLE.slice(0, at) + put + EXAMPLE.slice(at + cut))
    const noise = fc.array(
      fc.constantFrom('v=0\n', 'o=- 1 1 IN IP4 h\n', 'a=', 'm=audio ', '1', ' ', '\r', '\n', 'c=IN '),
    )
    fc.assert(
      fc.property(
        fc.oneof(
          damaged,
          noise.map((l) => `v=0\n${l.join('')}`),
        ),
        (text) => {
          const result = parseSdp(text)
          if (result.ok) expect(parsed(printSdp(result.value)).media).toEqual(result.value.media)
        },
      ),
      { numRuns: 500 },
    )
  })
})

const word = fc.stringMatching(/^[a-z0-9.-]{1,8}$/)
const attributes = fc.array(
  fc.record({ name: word, value: fc.option(fc.stringMatching(/^[ -~]{1,12}$/), { nil: undefined }) }),
  { maxLength: 4 },
)
const connection = fc.option(
  fc.record({ addressType: fc.constantFrom('IP4', 'IP6'), address: word, suffix: fc.constantFrom('', '/127') }),
  { nil: undefined },
)

test('what is printed is read back', () => {
  const media = fc.record({
    media: word,
    port: fc.nat(65535),
    portCount: fc.integer({ min: 1, max: 9 }),
    protocol: word,
    formats: fc.array(word, { minLength: 1, maxLength: 4 }),
    connection,
    attributes,
    lines: fc.constantFrom([], [{ type: 'i', value: 'x' }], [{ type: 'y', value: 'z' }]),
  })
  const description = fc.record({
    origin: fc.record({
      username: word,
      sessionId: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
      sessionVersion: fc.nat().map(String),
      addressType: fc.constantFrom('IP4', 'IP6'),
      address: word,
    }),
    name: fc.stringMatching(/^[ -~]{1,12}$/),
    connection,
    times: fc.array(fc.constantFrom('0 0', '1 2'), { minLength: 1, maxLength: 2 }),
    attributes,
    lines: fc.constantFrom([], [{ type: 'b', value: 'AS:64' }]),
    media: fc.array(media, { maxLength: 3 }),
  })
  fc.assert(
    fc.property(description, (d) => {
      expect(parsed(printSdp(d))).toEqual(d)
    }),
  )
})

test('printing refuses an injected line', () => {
  const d = parsed(EXAMPLE)
  expect(() => printSdp({ ...d, name: 'x\r\nm=audio 1 RTP/AVP 0' })).toThrow('line end or NUL in s=')
})

describe('RTP', () => {
  const media = (...rest: string[]) => {
    const d = parsed(lines('v=0', 'o=- 1 1 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0', ...rest))
    return [d, d.media[0]!] as const
  }

  test('rtpmap, fmtp, static types, and formats that say nothing', () => {
    const [, m] = media(
      'm=audio 4000 RTP/AVP 8 0 111 101 77 200 x 8',
      'a=rtpmap:111 opus/48000/2',
      'a=fmtp:111 minptime=10; useinbandfec=1',
      'a=rtpmap:101 telephone-event/8000',
      'a=fmtp:101 0-16',
    )
    expect(codecs(m)).toEqual([
      { name: 'PCMA', payloadType: 8, clockRate: 8000, channels: 1 },
      { name: 'PCMU', payloadType: 0, clockRate: 8000, channels: 1 },
      {
        name: 'OPUS',
        payloadType: 111,
        clockRate: 48000,
        channels: 2,
        parameters: { minptime: '10', useinbandfec: '1' },
      },
      { name: 'TELEPHONE-EVENT', payloadType: 101, clockRate: 8000, channels: 1, parameters: { '0-16': '' } },
    ])
  })

  test('a=rtcp with and without an address; a name is no address', () => {
    expect(addresses(...media('m=audio 4000 RTP/AVP 0', 'a=rtcp:5001'))!.rtcp).toEqual({
      address: '192.0.2.1',
      port: 5001,
    })
    expect(addresses(...media('m=audio 4000 RTP/AVP 0', 'a=rtcp:5001 IN IP4 192.0.2.9'))!.rtcp).toEqual({
      address: '192.0.2.9',
      port: 5001,
    })
    expect(addresses(...media('m=audio 4000 RTP/AVP 0', 'a=rtcp:5001 IN IP6 2001:db8::9'))!.rtcp).toEqual({
      address: '2001:db8::9',
      port: 5001,
    })
    expect(addresses(...media('m=audio 4000 RTP/AVP 0', 'a=rtcp:nonsense'))!.rtcp.port).toBe(4001)
    expect(addresses(...media('m=audio 4000 RTP/AVP 0', 'c=IN IP4 media.example.com'))).toBeUndefined()
  })

  test('media attributes come before those of the session', () => {
    const [d, m] = media('a=nonsense', 'm=audio 4000 RTP/AVP 0', 'a=ptime:30', 'a=inactive')
    expect([direction(d, m), packetTime(d, m, 'ptime'), packetTime(d, m, 'maxptime')]).toEqual([
      'inactive',
      30,
      undefined,
    ])
    expect(attribute(m.attributes, 'ptime')).toBe('30')
  })
})
