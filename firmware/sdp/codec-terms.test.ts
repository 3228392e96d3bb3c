// Terms two sides come to for a codec beyond its name: length of frames, packet times, parameters each keeps for the other.
import { describe, expect, test } from 'vitest'
import { type LocalAudio, PCMU } from './local.ts'
import { answerOffer, evaluateAnswer, makeOffer } from './offer-answer.ts'
import { parseSdp } from './parse.ts'
import { printSdp } from './print.ts'
import { type Codec, codecs, framing } from './rtp.ts'

const ORIGIN = { username: '-', sessionId: '7' }
const ilbc = (mode: '20' | '30'): Codec => ({
  ...{ name: 'ILBC', payloadType: 97, clockRate: 8000, channels: 1 },
  parameters: { mode },
})
const local = (...list: readonly Codec[]): LocalAudio => ({
  ...{ address: '192.0.2.10', rtpPort: 30_000, rtcpPort: 30_001, codecs: list, events: undefined, ptimeMs: 20 },
  ...{ direction: 'sendrecv', order: 'offerer' },
})
const sdp = (...media: readonly string[]) => {
  const lines = ['v=0', 'o=- 1 1 IN IP4 192.0.2.20', 's=-', 'c=IN IP4 192.0.2.20', 't=0 0', ...media, '']
  const parsed = parseSdp(lines.join('\r\n'))
  if (!parsed.ok) throw new Error(parsed.error.what)
  return parsed.value
}
const unwrap = <T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: object },
) => {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

describe('iLBC has frames of one length both ways, the longer of what both sides say (RFC 3952 §5)', () => {
  test.each([
    ['mode=20', '20', '20', 20],
    ['mode=20', '30', '30', 30],
    ['mode=30', '20', '30', 30],
    ['', '20', '30', 30],
    ['mode=30', '30', '30', 30],
  ] as const)('they %j, we %s: mode=%s', (theirs, ours, mode, ptimeMs) => {
    const media = ['m=audio 4000 RTP/AVP 102', 'a=rtpmap:102 iLBC/8000', ...(theirs ? [`a=fmtp:102 ${theirs}`] : [])]
    const { outcome, description } = unwrap(answerOffer(sdp(...media), local(ilbc(ours)), ORIGIN))
    expect(outcome).toMatchObject({ ptimeMs, send: { payloadType: 102, parameters: { mode } } })
    expect(outcome.receive).toMatchObject([{ payloadType: 102, parameters: { mode } }])
    expect(printSdp(description)).toContain(`a=rtpmap:102 iLBC/8000\r\na=fmtp:102 mode=${mode}\r\n`)

    const offer = makeOffer(local(ilbc(ours)), ORIGIN)
    const agreed = unwrap(evaluateAnswer(sdp(...media), offer, 20))
    expect(agreed).toMatchObject({ ptimeMs, send: { payloadType: 102, parameters: { mode } } })
    // They may come as we have numbered them, or as they have.
    expect(agreed.receive.map((codec) => [codec.payloadType, codec.parameters])).toEqual([
      [97, { mode }],
      [102, { mode }],
    ])
  })
})

test('packets hold whole frames of the codec', () => {
  const of = (name: string, parameters?: Codec['parameters']) =>
    framing({ name, payloadType: 99, clockRate: 8000, channels: 1, ...(parameters && { parameters }) })
  expect(of('GSM')).toEqual({ frameMs: 20, mostMs: 60 })
  expect(of('SPEEX')).toEqual({ frameMs: 20, mostMs: 60 })
  expect(of('G726-24')).toEqual({ frameMs: 10, mostMs: 60 })
  expect(of('ILBC', { mode: '20' })).toEqual({ frameMs: 20, mostMs: 60 })
  expect(of('ILBC', { mode: '30' })).toEqual({ frameMs: 30, mostMs: 60 })
  expect(of('ILBC')).toEqual({ frameMs: 30, mostMs: 60 })
})

test('each side keeps the other’s parameters and says its own: Speex (RFC 5574)', () => {
  const speex: Codec = {
    ...{ name: 'SPEEX', payloadType: 98, clockRate: 8000, channels: 1 },
    parameters: { mode: '"5,any"' },
  }
  const offer = sdp('m=audio 4000 RTP/AVP 110', 'a=rtpmap:110 speex/8000', 'a=fmtp:110 mode="4,any";vbr=on')
  const { outcome, description } = unwrap(answerOffer(offer, local(speex, PCMU), ORIGIN))
  expect(outcome.send).toMatchObject({ payloadType: 110, parameters: { mode: '"4,any"', vbr: 'on' } })
  expect(printSdp(description)).toContain('a=rtpmap:110 speex/8000\r\na=fmtp:110 mode="5,any"\r\n')
  expect(codecs(description.media[0]!)).toMatchObject([{ name: 'SPEEX', parameters: { mode: '"5,any"' } }])
})
