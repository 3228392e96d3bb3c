import { describe, expect, test } from 'vitest'
import { ACCOUNT } from '../../provisioning/schema/account-config.ts'
import { CODEC_NAMES, knownCodecs } from './codecs.ts'
import { type CallAudio, createNegotiator } from './negotiator.ts'

const AUDIO: CallAudio = {
  codecs: knownCodecs(['pcma', 'G729', 'PCMU']),
  ptimeMs: 20,
  pair: { pair: 1, address: '192.0.2.1', rtpPort: 20000, rtcpPort: 20001 },
  sessionId: 42,
  cname: 'c',
  jitter: { minMs: 20, maxMs: 200 },
}
const session = (...media: string[]) =>
  ['v=0', 'o=- 1 1 IN IP4 192.0.2.9', 's=-', 'c=IN IP4 192.0.2.9', 't=0 0', ...media, ''].join('\r\n')
const attributes = (text: string) => text.split('\r\n')

test('accounts may name what the engine speaks, each for itself, and nothing else', () => {
  const { items } = ACCOUNT.properties.codecs
  expect(new Set(items.enum)).toEqual(new Set(CODEC_NAMES))
  const all = knownCodecs(CODEC_NAMES)
  expect(all.length).toBe(CODEC_NAMES.length)
  const numbers = all.map((codec) => codec.payloadType)
  expect(new Set(numbers).size).toBe(all.length)
  // Telephone events of up to four clocks.
  for (const taken of [101, 102, 103, 104]) expect(numbers).not.toContain(taken)
})

describe('offer and answer of a call', () => {
  test('names are matched in any case; what the engine does not speak is left out', () => {
    expect(AUDIO.codecs.map((c) => c.name)).toEqual(['PCMA', 'PCMU'])
  })

  test('our offer, and what their answer makes of it', () => {
    const call = createNegotiator(AUDIO)
    expect(attributes(call.offer('sendrecv'))).toEqual(
      expect.arrayContaining([
        'o=- 42 42 IN IP4 192.0.2.1',
        'm=audio 20000 RTP/AVP 8 0 101',
        'a=rtpmap:101 telephone-event/8000',
        'a=ptime:20',
        'a=sendrecv',
      ]),
    )
    const answer = session('m=audio 4000 RTP/AVP 0 101', 'a=rtpmap:101 telephone-event/8000', 'a=ptime:30')
    const agreed = call.accept(answer)
    expect(agreed.ok && agreed.value.stream).toMatchObject({
      rtp: { address: '192.0.2.9', port: 4000 },
      rtcp: { address: '192.0.2.9', port: 4001 },
      direction: 'sendrecv',
      send: { name: 'PCMU', payloadType: 0 },
      ptimeMs: 30,
      eventSend: 101,
      eventReceive: 101,
      symmetric: true,
      cname: 'c',
      jitter: { minMs: 20, maxMs: 200 },
      silenceMs: 5000,
    })
  })

  test('the version of o= moves only when the description changes (RFC 3264 §8)', () => {
    const call = createNegotiator(AUDIO)
    const origin = (text: string) => attributes(text)[1]
    expect(origin(call.offer('sendrecv'))).toBe('o=- 42 42 IN IP4 192.0.2.1')
    expect(origin(call.offer('sendrecv'))).toBe('o=- 42 42 IN IP4 192.0.2.1')
    expect(origin(call.offer('sendonly'))).toBe('o=- 42 43 IN IP4 192.0.2.1')
  })

  test('while we hold, nothing they send is wanted, and a silent stream is no news', () => {
    const call = createNegotiator(AUDIO)
    const answer = call.answer(session('m=audio 4000 RTP/AVP 8'), true)
    expect(answer.ok && answer.value).toMatchObject({
      held: false,
      stream: { direction: 'sendonly', silenceMs: 0 },
    })
    expect(answer.ok && answer.value.stream).not.toHaveProperty('eventSend')
  })

  test.each([
    ['nonsense', 'accept'],
    [session('m=audio 4000 RTP/AVP 18'), 'accept'],
    ['nonsense', 'answer'],
    [session('m=video 4000 RTP/AVP 96'), 'answer'],
  ] as const)('%j cannot be used to %s, and changes nothing', (text, what) => {
    const call = createNegotiator(AUDIO)
    const before = call.offer('sendrecv')
    const result = what === 'accept' ? call.accept(text) : call.answer(text, false)
    expect(result).toMatchObject({ ok: false, error: expect.stringMatching(/\w/) })
    expect(call.offer('sendrecv')).toBe(before)
  })

  test('an answer without an offer of ours is none', () => {
    expect(createNegotiator(AUDIO).accept(session('m=audio 4000 RTP/AVP 8')).ok).toBe(false)
  })
})
