// Offer/answer (RFC 3264): what we offer, what we answer, what an answer means, each form of hold.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type LocalAudio, PCMA, PCMU } from './local.ts'
import { answerOffer, evaluateAnswer, makeOffer } from './offer-answer.ts'
import { parseSdp } from './parse.ts'
import { printSdp } from './print.ts'
import type { Codec } from './rtp.ts'

const LOCAL: LocalAudio = {
  address: '192.0.2.10',
  rtpPort: 30000,
  rtcpPort: 30001,
  codecs: [PCMA, PCMU],
  events: 101,
  ptimeMs: 20,
  direction: 'sendrecv',
  order: 'offerer',
}
const ORIGIN = { username: '-', sessionId: '7' }

const sdp = (...rest: string[]) => {
  const text = ['v=0', 'o=- 1 1 IN IP4 192.0.2.20', 's=-', 'c=IN IP4 192.0.2.20', 't=0 0', ...rest]
  const result = parseSdp(text.map((line) => `${line}\r\n`).join(''))
  if (!result.ok) throw new Error(result.error.what)
  return result.value
}
const EVENTS = ['a=rtpmap:96 telephone-event/8000', 'a=fmtp:96 0-15']

const answered = (offer: ReturnType<typeof sdp>, local = LOCAL, previous?: ReturnType<typeof sdp>) => {
  const result = answerOffer(offer, local, ORIGIN, previous)
  if (!result.ok) throw new Error(result.error.what)
  return result.value
}
const evaluated = (answer: ReturnType<typeof sdp>, offer = makeOffer(LOCAL, ORIGIN)) => {
  const result = evaluateAnswer(answer, offer)
  if (!result.ok) throw new Error(result.error.what)
  return result.value
}
const mediaOf = (d: ReturnType<typeof sdp>) => printSdp(d).split('\r\n').slice(5, -1)

describe('our offer', () => {
  test('as text', () => {
    expect(printSdp(makeOffer(LOCAL, ORIGIN)).split('\r\n').slice(0, -1)).toEqual([
      'v=0',
      'o=- 7 7 IN IP4 192.0.2.10',
      's=-',
      'c=IN IP4 192.0.2.10',
      't=0 0',
      'm=audio 30000 RTP/AVP 8 0 101',
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:101 telephone-event/8000',
      'a=fmtp:101 0-16',
      'a=ptime:20',
      'a=sendrecv',
    ])
  })

  test('IPv6, an RTCP port of its own, no events', () => {
    const text = printSdp(makeOffer({ ...LOCAL, address: '2001:db8::1', rtcpPort: 40000, events: undefined }, ORIGIN))
    expect(text).toContain('c=IN IP6 2001:db8::1\r\n')
    expect(text).toContain('a=rtcp:40000\r\n')
    expect(text).not.toContain('telephone-event')
  })

  test('again: the version counts changes only', () => {
    const first = makeOffer(LOCAL, ORIGIN)
    const again = makeOffer(LOCAL, ORIGIN, first)
    const held = makeOffer({ ...LOCAL, direction: 'sendonly' }, ORIGIN, again)
    expect([first, again, held].map((d) => d.origin.sessionVersion)).toEqual(['7', '7', '8'])
  })

  test('again after answering: refused streams stay in place, payload types keep their meaning', () => {
    const theirs = sdp(
      'm=video 5000 RTP/AVP 99',
      'm=audio 4000 RTP/AVP 0 101 100',
      'a=rtpmap:101 opus/48000/2',
      'a=rtpmap:100 telephone-event/8000',
    )
    const opus = { name: 'OPUS', payloadType: 111, clockRate: 48000, channels: 2 }
    const local = { ...LOCAL, codecs: [PCMA, PCMU, opus] }
    const { description } = answered(theirs, local)
    const media = mediaOf(makeOffer(local, ORIGIN, description))
    expect(media.filter((line) => /^m=|rtpmap/.test(line))).toEqual([
      'm=video 0 RTP/AVP 99',
      'm=audio 30000 RTP/AVP 8 0 101 100 102',
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:101 opus/48000/2',
      'a=rtpmap:100 telephone-event/8000',
      'a=rtpmap:102 telephone-event/48000',
    ])
  })

  test('a number the peer gave another meaning is not taken', () => {
    const theirs = sdp('m=audio 4000 RTP/AVP 0 101', 'a=rtpmap:101 opus/48000/2')
    const opus = { name: 'OPUS', payloadType: 111, clockRate: 48000, channels: 2 }
    const { description } = answered(theirs, { ...LOCAL, codecs: [PCMU, opus] })
    expect(mediaOf(makeOffer(LOCAL, ORIGIN, description))[0]).toBe('m=audio 30000 RTP/AVP 8 0 96')
  })
})

describe('our answer', () => {
  test('the offer’s order and payload types', () => {
    const { description, outcome } = answered(sdp('m=audio 4000 RTP/AVP 18 0 8 96', ...EVENTS, 'a=ptime:30'))
    expect(mediaOf(description)).toEqual([
      'm=audio 30000 RTP/AVP 0 8 96',
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:96 telephone-event/8000',
      'a=fmtp:96 0-16',
      'a=ptime:20',
      'a=sendrecv',
    ])
    expect(outcome).toEqual({
      direction: 'sendrecv',
      held: false,
      rtp: { address: '192.0.2.20', port: 4000 },
      rtcp: { address: '192.0.2.20', port: 4001 },
      send: PCMU,
      receive: [PCMU, PCMA],
      eventSend: 96,
      eventReceive: 96,
      ptimeMs: 30,
    })
  })

  test('our order when asked for', () => {
    const { outcome } = answered(sdp('m=audio 4000 RTP/AVP 0 8'), { ...LOCAL, order: 'ours' })
    expect(outcome.send).toEqual(PCMA)
    expect(outcome).not.toHaveProperty('eventSend')
  })

  test('other streams are refused in their places with their formats', () => {
    const offer = sdp(
      'm=audio 4000 RTP/SAVP 0 8',
      'm=video 5000 RTP/AVP 99 34',
      'm=audio 4002 RTP/AVP 18',
      'm=audio 4004 RTP/AVP 8',
      'm=audio 4006 RTP/AVP 8',
      'm=application 9 TCP/MSRP *',
    )
    const { description, outcome } = answered(offer)
    expect(mediaOf(description).filter((line) => line.startsWith('m='))).toEqual([
      'm=audio 0 RTP/SAVP 0 8',
      'm=video 0 RTP/AVP 99 34',
      'm=audio 0 RTP/AVP 18',
      'm=audio 30000 RTP/AVP 8',
      'm=audio 0 RTP/AVP 8',
      'm=application 0 TCP/MSRP *',
    ])
    expect(outcome.rtp.port).toBe(4004)
  })

  test.each([
    ['no audio', ['m=video 5000 RTP/AVP 99'], 'no-audio'],
    ['encrypted only', ['m=audio 4000 RTP/SAVP 0'], 'no-security'],
    ['disabled from the start', ['m=audio 0 RTP/AVP 0'], 'no-audio'],
    ['no codec', ['m=audio 4000 RTP/AVP 18'], 'no-codec'],
    ['events alone', ['m=audio 4000 RTP/AVP 96', ...EVENTS], 'no-codec'],
    ['a name for an address', ['m=audio 4000 RTP/AVP 0', 'c=IN IP4 media.example.com'], 'no-address'],
  ])('%s: an error', (_, lines, kind) => {
    const result = answerOffer(sdp(...lines), LOCAL, ORIGIN)
    expect(result.ok ? 'answered' : result.error.kind).toBe(kind)
  })

  test('the version counts changes only', () => {
    const offer = sdp('m=audio 4000 RTP/AVP 0')
    const first = answered(offer)
    const again = answered(offer, LOCAL, first.description)
    const held = answered(sdp('m=audio 4000 RTP/AVP 0', 'a=sendonly'), LOCAL, again.description)
    expect([first, again, held].map((a) => a.description.origin.sessionVersion)).toEqual(['7', '7', '8'])
  })
})

const G722: Codec = { name: 'G722', payloadType: 9, clockRate: 8000, channels: 1 }
const LINEAR: Codec = { name: 'L16', payloadType: 114, clockRate: 48_000, channels: 1 }
const OPUS: Codec = {
  name: 'OPUS',
  payloadType: 111,
  clockRate: 48_000,
  channels: 2,
  parameters: { useinbandfec: '1' },
}

describe('codecs of several clocks', () => {
  const local: LocalAudio = { ...LOCAL, codecs: [OPUS, G722, PCMA] }

  test('an offer in order of preference, with telephone events for each clock', () => {
    expect(mediaOf(makeOffer(local, ORIGIN))).toEqual([
      'm=audio 30000 RTP/AVP 111 9 8 101 102',
      'a=rtpmap:111 opus/48000/2',
      'a=fmtp:111 useinbandfec=1',
      'a=rtpmap:9 G722/8000',
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:101 telephone-event/8000',
      'a=fmtp:101 0-16',
      'a=rtpmap:102 telephone-event/48000',
      'a=fmtp:102 0-16',
      'a=ptime:20',
      'a=sendrecv',
    ])
  })

  test('the events of the codec sent, and the peer’s parameters for what we send it', () => {
    const lines = [
      'a=rtpmap:96 opus/48000/2',
      'a=fmtp:96 maxplaybackrate=16000; stereo=0',
      'a=rtpmap:97 telephone-event/8000',
    ]
    const offer = sdp('m=audio 4000 RTP/AVP 96 9 97 98', ...lines, 'a=rtpmap:98 telephone-event/48000')
    const { outcome, description } = answered(offer, local)
    expect(outcome.send).toEqual({ ...OPUS, payloadType: 96, parameters: { maxplaybackrate: '16000', stereo: '0' } })
    expect(outcome.receive).toEqual([{ ...OPUS, payloadType: 96 }, G722])
    expect([outcome.eventSend, outcome.eventReceive]).toEqual([98, 98])
    expect(mediaOf(description)[0]).toBe('m=audio 30000 RTP/AVP 96 9 98')
    const answer = sdp('m=audio 4000 RTP/AVP 9 101', 'a=rtpmap:101 telephone-event/8000')
    const accepted = evaluated(answer, makeOffer(local, ORIGIN))
    expect([accepted.send.name, accepted.eventSend, accepted.eventReceive]).toEqual(['G722', 101, 101])
  })

  test('no events on another clock than that of the audio', () => {
    const { outcome } = answered(sdp('m=audio 4000 RTP/AVP 111 96', 'a=rtpmap:111 opus/48000/2', ...EVENTS), local)
    expect([outcome.send.name, outcome.eventSend]).toEqual(['OPUS', undefined])
  })

  test.each([
    [OPUS, 'a=ptime:30', 20],
    [OPUS, 'a=ptime:50', 40],
    [OPUS, 'a=maxptime:60', 20],
    [OPUS, 'a=ptime:10', 10],
    [G722, 'a=ptime:30', 30],
    [LINEAR, 'a=ptime:20', 10],
    [{ ...LINEAR, clockRate: 16_000 }, 'a=ptime:60', 40],
    [{ ...LINEAR, clockRate: 8000 }, 'a=ptime:100', 60],
  ])('packets of %o when asked for %s', (codec, line, ms) => {
    const map = `a=rtpmap:${codec.payloadType} ${codec.name}/${codec.clockRate}${codec.channels === 2 ? '/2' : ''}`
    const { outcome } = answered(sdp(`m=audio 4000 RTP/AVP ${codec.payloadType}`, map, line), {
      ...LOCAL,
      codecs: [codec],
    })
    expect(outcome.ptimeMs).toBe(ms)
  })
})

describe('hold, offered by the peer', () => {
  test.each([
    ['a=sendonly', ['m=audio 4000 RTP/AVP 0', 'a=sendonly'], 'recvonly', true, 'a=recvonly', 4000],
    ['a=inactive', ['m=audio 4000 RTP/AVP 0', 'a=inactive'], 'inactive', true, 'a=inactive', 4000],
    ['a=recvonly', ['m=audio 4000 RTP/AVP 0', 'a=recvonly'], 'sendonly', false, 'a=sendonly', 4000],
    ['on the session', ['a=sendonly', 'm=audio 4000 RTP/AVP 0'], 'recvonly', true, 'a=recvonly', 4000],
    ['c=0.0.0.0', ['m=audio 4000 RTP/AVP 0', 'c=IN IP4 0.0.0.0'], 'recvonly', true, 'a=recvonly', 0],
    [
      'c=0.0.0.0 inactive',
      ['m=audio 4000 RTP/AVP 0', 'c=IN IP4 0.0.0.0', 'a=inactive'],
      'inactive',
      true,
      'a=inactive',
      0,
    ],
    ['c=::', ['m=audio 4000 RTP/AVP 0', 'c=IN IP6 ::'], 'recvonly', true, 'a=recvonly', 0],
  ])('%s', (_, lines, way, held, attribute, port) => {
    const { description, outcome } = answered(sdp(...lines))
    expect([outcome.direction, outcome.held, outcome.rtp.port]).toEqual([way, held, port])
    expect(mediaOf(description).at(-1)).toBe(attribute)
  })

  test('port 0 in a session that had audio', () => {
    const previous = answered(sdp('m=audio 4000 RTP/AVP 0')).description
    const { description, outcome } = answered(sdp('m=audio 0 RTP/AVP 0'), LOCAL, previous)
    expect([outcome.direction, outcome.held, outcome.rtp.port]).toEqual(['inactive', true, 0])
    expect(mediaOf(description)).toEqual(['m=audio 0 RTP/AVP 0'])
  })

  test('both hold', () => {
    const { outcome } = answered(sdp('m=audio 4000 RTP/AVP 0', 'a=sendonly'), { ...LOCAL, direction: 'sendonly' })
    expect(outcome.direction).toBe('inactive')
  })
})

describe('an answer to our offer', () => {
  test('codec, events, packet time and RTCP of the answer', () => {
    const answer = sdp('m=audio 4000 RTP/AVP 0 96', ...EVENTS, 'a=ptime:40', 'a=maxptime:30', 'a=rtcp:4500')
    expect(evaluated(answer)).toEqual({
      direction: 'sendrecv',
      held: false,
      rtp: { address: '192.0.2.20', port: 4000 },
      rtcp: { address: '192.0.2.20', port: 4500 },
      send: PCMU,
      receive: [PCMU],
      eventSend: 96,
      eventReceive: 101,
      ptimeMs: 30,
    })
  })

  test('events are used only when both know them', () => {
    const outcome = evaluated(sdp('m=audio 4000 RTP/AVP 8'))
    expect([outcome.eventSend, outcome.eventReceive]).toEqual([undefined, undefined])
  })

  test('a dynamic codec under the peer’s number: sent so, received under both', () => {
    const opus = { name: 'OPUS', payloadType: 111, clockRate: 48000, channels: 2 }
    const offer = makeOffer({ ...LOCAL, codecs: [opus, PCMA] }, ORIGIN)
    const outcome = evaluated(sdp('m=audio 4000 RTP/AVP 96', 'a=rtpmap:96 opus/48000/2'), offer)
    expect(outcome.send.payloadType).toBe(96)
    expect(outcome.receive.map((c) => c.payloadType)).toEqual([111, 96])
  })

  test.each([
    ['sendrecv', 'sendrecv', 'sendrecv', false],
    ['sendrecv', 'sendonly', 'recvonly', true],
    ['sendrecv', 'recvonly', 'sendonly', false],
    ['sendrecv', 'inactive', 'inactive', true],
    ['sendonly', 'recvonly', 'sendonly', false],
    ['sendonly', 'sendrecv', 'sendonly', false],
    ['sendonly', 'inactive', 'inactive', true],
    ['recvonly', 'sendonly', 'recvonly', true],
    ['inactive', 'sendrecv', 'inactive', false],
  ] as const)('we offer %s, they answer %s: %s', (ours, theirs, way, held) => {
    const offer = makeOffer({ ...LOCAL, direction: ours }, ORIGIN)
    const outcome = evaluated(sdp('m=audio 4000 RTP/AVP 8', `a=${theirs}`), offer)
    expect([outcome.direction, outcome.held]).toEqual([way, held])
  })

  test.each([
    ['refused', ['m=audio 0 RTP/AVP 8'], 'refused'],
    ['left out', [], 'refused'],
    ['another codec', ['m=audio 4000 RTP/AVP 18'], 'no-codec'],
    ['another kind', ['m=video 4000 RTP/AVP 8'], 'not-an-answer'],
    ['another transport', ['m=audio 4000 UDP/TLS/RTP/SAVP 8'], 'not-an-answer'],
    ['secured without a word of keys', ['m=audio 4000 RTP/SAVP 8'], 'no-security'],
    ['more streams', ['m=audio 4000 RTP/AVP 8', 'm=video 4000 RTP/AVP 99'], 'not-an-answer'],
    ['a name for an address', ['m=audio 4000 RTP/AVP 8', 'c=IN IP4 media.example.com'], 'no-address'],
  ])('%s: an error', (_, lines, kind) => {
    const result = evaluateAnswer(sdp(...lines), makeOffer(LOCAL, ORIGIN))
    expect(result.ok ? 'agreed' : result.error.kind).toBe(kind)
  })

  test('hold answered by disabling the stream is a hold', () => {
    const offer = makeOffer({ ...LOCAL, direction: 'sendonly' }, ORIGIN)
    const outcome = evaluated(sdp('m=audio 0 RTP/AVP 8'), offer)
    expect([outcome.direction, outcome.rtp.port]).toEqual(['inactive', 0])
  })
})

test('any offer: an answer that mirrors its streams and can be evaluated, or an error', () => {
  const codec = fc.constantFrom('0', '8', '18', '96', '97', '101', '127', 'x', '999')
  const attribute = fc.constantFrom(
    'a=rtpmap:96 PCMA/8000',
    'a=rtpmap:97 telephone-event/8000',
    'a=rtpmap:101 opus/48000/2',
    'a=rtpmap:',
    'a=fmtp:97 0-16',
    'a=fmtp:',
    'a=sendonly',
    'a=inactive',
    'a=ptime:0',
    'a=ptime:30',
    'a=maxptime:5',
    'a=rtcp:70000',
    'c=IN IP4 0.0.0.0',
    'c=IN IP6 ::1',
    'c=IN IP4 name',
  )
  const stream = fc
    .record({
      media: fc.constantFrom('audio', 'audio', 'video'),
      port: fc.constantFrom(0, 4000, 65535),
      protocol: fc.constantFrom('RTP/AVP', 'RTP/AVP', 'RTP/AVPF', 'RTP/SAVP', 'udptl'),
      formats: fc.array(codec, { minLength: 1, maxLength: 5 }),
      attributes: fc.array(attribute, { maxLength: 4 }),
    })
    .map((s) => [`m=${s.media} ${s.port} ${s.protocol} ${s.formats.join(' ')}`, ...s.attributes])
  const way = fc.constantFrom('sendrecv', 'sendonly', 'recvonly', 'inactive')
  fc.assert(
    fc.property(fc.array(stream, { maxLength: 3 }), way, fc.boolean(), (streams, direction, again) => {
      const offer = sdp(...streams.flat())
      const local: LocalAudio = { ...LOCAL, direction }
      const result = answerOffer(offer, local, ORIGIN, again ? makeOffer(LOCAL, ORIGIN) : undefined)
      if (!result.ok) return
      const { description, outcome } = result.value
      expect(description.media.map(({ media, protocol }) => [media, protocol])).toEqual(
        offer.media.map(({ media, protocol }) => [media, protocol]),
      )
      const reread = parseSdp(printSdp(description))
      expect(reread.ok && reread.value).toEqual(description)
      expect([10, 20, 30, 40, 50, 60]).toContain(outcome.ptimeMs)
      expect(outcome.receive.map((c) => c.payloadType)).toContain(outcome.send.payloadType)
      if (outcome.rtp.port === 0) expect(outcome.direction).not.toMatch('send')
      const next = makeOffer(local, ORIGIN, description)
      expect(next.media.length).toBe(description.media.length)
    }),
    { numRuns: 1000 },
  )
})
