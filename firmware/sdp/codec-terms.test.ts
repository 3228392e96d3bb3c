// Terms two sides come to for a codec beyond its name: length of frames, packet times, parameters each keeps for the other.
import { describe, expect, test } from 'vitest'
import { localAudio, ORIGIN, theirSdp, unwrap } from '../testing/sdp.ts'
import { PCMU } from './local.ts'
import { answerOffer, evaluateAnswer, makeOffer } from './offer-answer.ts'
import { printSdp } from './print.ts'
import { type Codec, codecs, framing } from './rtp.ts'

const ilbc = (mode: '20' | '30'): Codec => ({
  ...{ name: 'ILBC', payloadType: 97, clockRate: 8000, channels: 1 },
  parameters: { mode },
})
const local = (...list: readonly Codec[]) => localAudio({ codecs: list })

describe('comfort noise (RFC 3389), where both sides list it on the clock of the audio', () => {
  const quiet = {
    ...local(PCMU, { name: 'L16', payloadType: 113, clockRate: 16_000, channels: 1 }),
    comfortNoise: true,
  }
  const NOISE = { name: 'CN', payloadType: 13, clockRate: 8000 }

  test('our offer has one for each clock, and an answer with it is kept both ways', () => {
    const offer = makeOffer(quiet, ORIGIN)
    expect(offer.media[0]!.formats).toEqual(['0', '113', '13', '106'])
    expect(printSdp(offer)).toContain('a=rtpmap:13 CN/8000\r\na=rtpmap:106 CN/16000\r\n')
    const agreed = unwrap(evaluateAnswer(theirSdp('m=audio 4000 RTP/AVP 13 0'), offer))
    expect(agreed).toMatchObject({ send: { name: 'PCMU' }, noiseSend: 13, receive: [{ name: 'PCMU' }, NOISE] })
    const wide = ['m=audio 4000 RTP/AVP 96 13', 'a=rtpmap:96 L16/16000']
    const other = unwrap(evaluateAnswer(theirSdp(...wide), offer))
    expect(other).not.toHaveProperty('noiseSend')
    expect(other.receive.map(({ name }) => name)).not.toContain('CN')
  })

  test('an offer with it is answered with it; without our wish it is left out', () => {
    const offer = theirSdp('m=audio 4000 RTP/AVP 13 0')
    const { outcome, description } = unwrap(answerOffer(offer, quiet, ORIGIN))
    expect(outcome).toMatchObject({ send: { name: 'PCMU' }, noiseSend: 13, receive: [{ name: 'PCMU' }, NOISE] })
    expect(description.media[0]!.formats).toEqual(['0', '13'])
    const without = unwrap(answerOffer(offer, { ...quiet, comfortNoise: false }, ORIGIN))
    expect(without.outcome).not.toHaveProperty('noiseSend')
    expect(without.description.media[0]!.formats).toEqual(['0'])
    const plain = unwrap(evaluateAnswer(offer, makeOffer(local(PCMU), ORIGIN)))
    expect(plain).not.toHaveProperty('noiseSend')
    expect(plain.receive.map(({ name }) => name)).toEqual(['PCMU'])
  })
})

describe('iLBC has frames of one length both ways, the longer of what both sides say (RFC 3952 §5)', () => {
  test.each([
    ['mode=20', '20', '20', 20],
    ['mode=20', '30', '30', 30],
    ['mode=30', '20', '30', 30],
    ['', '20', '30', 30],
    ['mode=30', '30', '30', 30],
  ] as const)('they %j, we %s: mode=%s', (theirs, ours, mode, ptimeMs) => {
    const media = ['m=audio 4000 RTP/AVP 102', 'a=rtpmap:102 iLBC/8000', ...(theirs ? [`a=fmtp:102 ${theirs}`] : [])]
    const { outcome, description } = unwrap(answerOffer(theirSdp(...media), local(ilbc(ours)), ORIGIN))
    expect(outcome).toMatchObject({ ptimeMs, send: { payloadType: 102, parameters: { mode } } })
    expect(outcome.receive).toMatchObject([{ payloadType: 102, parameters: { mode } }])
    expect(printSdp(description)).toContain(`a=rtpmap:102 iLBC/8000\r\na=fmtp:102 mode=${mode}\r\n`)

    const offer = makeOffer(local(ilbc(ours)), ORIGIN)
    const agreed = unwrap(evaluateAnswer(theirSdp(...media), offer))
    expect(agreed).toMatchObject({ ptimeMs, send: { payloadType: 102, parameters: { mode } } })
    // They may come as we have numbered them, or as they have.
    expect(agreed.receive.map((codec) => [codec.payloadType, codec.parameters])).toEqual([
      [97, { mode }],
      [102, { mode }],
    ])
  })
})

describe('packet times: what we like of the codec, what the peer asks for, in whole frames', () => {
  const slow: Codec = { ...PCMU, ptimeMs: 40 }
  test.each([
    ['ours of the codec', local(slow), [], 40, 40],
    ['theirs before ours', local(slow), ['a=ptime:30'], 40, 30],
    ['no longer than they can take', local(slow), ['a=maxptime:20'], 40, 20],
    ['ours of all', local(PCMU), [], 20, 20],
    ['60 at most', local(PCMU), ['a=ptime:200'], 20, 60],
    ['10', local({ ...PCMU, ptimeMs: 10 }), [], 10, 10],
  ] as const)('%s', (_, ours, lines, said, sent) => {
    const media = ['m=audio 4000 RTP/AVP 0', ...lines]
    const { outcome, description } = unwrap(answerOffer(theirSdp(...media), ours, ORIGIN))
    expect(outcome.ptimeMs).toBe(sent)
    expect(printSdp(description)).toContain(`a=ptime:${said}\r\n`)
    const offer = makeOffer(ours, ORIGIN)
    expect(printSdp(offer)).toContain(`a=ptime:${said}\r\n`)
    expect(unwrap(evaluateAnswer(theirSdp(...media), offer)).ptimeMs).toBe(sent)
  })

  test('iLBC of 30 ms under the number 110 says so', () => {
    const text = printSdp(makeOffer(local({ ...ilbc('30'), payloadType: 110 }), ORIGIN))
    expect(text).toContain(
      'm=audio 30000 RTP/AVP 110\r\na=rtpmap:110 iLBC/8000\r\na=fmtp:110 mode=30\r\na=ptime:30\r\n',
    )
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
  const offer = theirSdp('m=audio 4000 RTP/AVP 110', 'a=rtpmap:110 speex/8000', 'a=fmtp:110 mode="4,any";vbr=on')
  const { outcome, description } = unwrap(answerOffer(offer, local(speex, PCMU), ORIGIN))
  expect(outcome.send).toMatchObject({ payloadType: 110, parameters: { mode: '"4,any"', vbr: 'on' } })
  expect(printSdp(description)).toContain('a=rtpmap:110 speex/8000\r\na=fmtp:110 mode="5,any"\r\n')
  expect(codecs(description.media[0]!)).toMatchObject([{ name: 'SPEEX', parameters: { mode: '"5,any"' } }])
})

describe('Opus (RFC 7587): each direction as its receiver wants it and its sender says it is', () => {
  const opus = (parameters: Readonly<Record<string, string>>): Codec => ({
    ...{ name: 'OPUS', payloadType: 111, clockRate: 48_000, channels: 2 },
    parameters,
  })
  const mine = { useinbandfec: '1', stereo: '0', maxplaybackrate: '16000', 'sprop-maxcapturerate': '16000' }
  const theirs = 'stereo=1;sprop-stereo=1;maxaveragebitrate=24000;cbr=1;usedtx=1;sprop-maxcapturerate=24000'
  const media = ['m=audio 4000 RTP/AVP 96', 'a=rtpmap:96 opus/48000/2', `a=fmtp:96 ${theirs}`]
  const send = { stereo: '1', maxaveragebitrate: '24000', cbr: '1', usedtx: '1', 'sprop-maxcapturerate': '16000' }
  const receive = {
    ...{ useinbandfec: '1', stereo: '0', maxplaybackrate: '16000' },
    ...{ 'sprop-maxcapturerate': '24000', 'sprop-stereo': '1' },
  }

  test('answered: ours are said, theirs kept', () => {
    const { outcome, description } = unwrap(answerOffer(theirSdp(...media), local(opus(mine)), ORIGIN))
    expect(outcome.send).toEqual({ ...opus(send), payloadType: 96 })
    expect(outcome.receive).toEqual([{ ...opus(receive), payloadType: 96 }])
    expect(printSdp(description)).toContain(
      'a=fmtp:96 useinbandfec=1;stereo=0;maxplaybackrate=16000;sprop-maxcapturerate=16000\r\n',
    )
  })

  test('offered: the same, under both numbers', () => {
    const agreed = unwrap(evaluateAnswer(theirSdp(...media), makeOffer(local(opus(mine)), ORIGIN)))
    expect(agreed.send).toEqual({ ...opus(send), payloadType: 96 })
    expect(agreed.receive).toEqual([opus(receive), { ...opus(receive), payloadType: 96 }])
  })

  test('a peer that says nothing gets nothing but what we capture', () => {
    const bare = ['m=audio 4000 RTP/AVP 96', 'a=rtpmap:96 opus/48000/2']
    const { outcome } = unwrap(answerOffer(theirSdp(...bare), local(opus(mine)), ORIGIN))
    expect(outcome.send.parameters).toEqual({ 'sprop-maxcapturerate': '16000' })
    const { outcome: plain } = unwrap(answerOffer(theirSdp(...bare), local(opus({ stereo: '0' })), ORIGIN))
    expect(plain.send.parameters ?? {}).toEqual({})
  })
})

test('a=maxptime is said of the codec that comes first, and held to when it is theirs', () => {
  const short: Codec = { ...PCMU, maxPtimeMs: 40 }
  expect(printSdp(makeOffer(local(short), ORIGIN))).toContain('a=ptime:20\r\na=maxptime:40\r\na=sendrecv\r\n')
  const offer = theirSdp('m=audio 4000 RTP/AVP 0', 'a=ptime:60', 'a=maxptime:30')
  const { outcome, description } = unwrap(answerOffer(offer, local(short), ORIGIN))
  expect(outcome.ptimeMs).toBe(30)
  expect(printSdp(description)).toContain('a=maxptime:40\r\n')
  expect(printSdp(makeOffer(local(PCMU, short), ORIGIN))).not.toContain('maxptime')
})
