// Redundancy of telephone events (RFC 2198): offered, answered, left alone.
import { describe, expect, test } from 'vitest'
import { localAudio, ORIGIN, theirSdp, unwrap } from '../testing/sdp.ts'
import { PCMU } from './local.ts'
import { answerOffer, evaluateAnswer, makeOffer } from './offer-answer.ts'
import { printSdp } from './print.ts'

const LOCAL = localAudio({ events: 101, redundancy: true })
const sdp = (formats: string, ...lines: readonly string[]) => theirSdp(`m=audio 4000 RTP/AVP ${formats}`, ...lines)
const mediaOf = (description: ReturnType<typeof sdp>) => printSdp(description).split('\r\n').slice(5, -1)
const EVENTS = 'a=rtpmap:96 telephone-event/8000'
const RED = 'a=rtpmap:97 red/8000'

describe('our offer', () => {
  test('has it for the events of each clock, under numbers of its own', () => {
    const wide = { name: 'L16', payloadType: 125, clockRate: 16_000, channels: 1 }
    const lines = mediaOf(makeOffer({ ...LOCAL, codecs: [PCMU, wide] }, ORIGIN))
    expect(lines[0]).toBe('m=audio 30000 RTP/AVP 0 125 101 102 124 123')
    expect(lines.slice(5, 11)).toEqual([
      ...['a=rtpmap:102 telephone-event/16000', 'a=fmtp:102 0-16'],
      ...['a=rtpmap:124 red/8000', 'a=fmtp:124 101/101/101'],
      ...['a=rtpmap:123 red/16000', 'a=fmtp:123 102/102/102'],
    ])
  })

  test('says nothing of it where it is off, or where there are no events', () => {
    for (const change of [{ redundancy: false }, { events: undefined }])
      expect(printSdp(makeOffer({ ...LOCAL, ...change }, ORIGIN))).not.toContain('red/')
  })

  test('again after answering: it keeps its number and follows that of the events', () => {
    const offer = sdp('0 96 97', EVENTS, RED, 'a=fmtp:97 96/96')
    const { description } = unwrap(answerOffer(offer, LOCAL, ORIGIN))
    const lines = mediaOf(makeOffer(LOCAL, ORIGIN, description))
    expect(lines[0]).toBe('m=audio 30000 RTP/AVP 0 96 97')
    expect(lines).toContain('a=fmtp:97 96/96/96')
  })
})

describe('an offer of theirs, and an answer', () => {
  test.each([
    ['one before', '96/96', 1],
    ['two before', '96/96/96', 2],
    ['more than we carry', '96/96/96/96/96', 2],
    ['no block before', '96', undefined],
    ['over sound', '0/0', undefined],
    ['over sound and events', '0/96', undefined],
    ['over itself', '97/97', undefined],
    ['over nothing that is said', undefined, undefined],
  ])('%s: %s', (_, over, events) => {
    const theirs = sdp('0 96 97', EVENTS, RED, ...(over === undefined ? [] : [`a=fmtp:97 ${over}`]))
    const { outcome, description } = unwrap(answerOffer(theirs, LOCAL, ORIGIN))
    const evaluated = unwrap(evaluateAnswer(theirs, makeOffer(LOCAL, ORIGIN)))
    expect(outcome).toMatchObject({ eventSend: 96, eventReceive: 96, send: { name: 'PCMU' } })
    expect(evaluated).toMatchObject({ eventSend: 96, eventReceive: 101, send: { name: 'PCMU' } })
    expect([outcome.redundancySend, evaluated.redundancySend]).toEqual(
      Array(2).fill(events && { payloadType: 97, events }),
    )
    expect([outcome.redundancyReceive, evaluated.redundancyReceive]).toEqual(
      events ? [97, 125] : [undefined, undefined],
    )
    expect(outcome.receive.map(({ name }) => name)).toEqual(['PCMU'])
    const said = events && [
      'a=rtpmap:97 red/8000',
      `a=fmtp:97 ${Array(events + 1)
        .fill(96)
        .join('/')}`,
    ]
    expect(mediaOf(description).filter((line) => line.includes(':97 '))).toEqual(said ?? [])
  })

  test('it stands before the sound in their list: the sound is sent, not it', () => {
    const answer = sdp('97 96 0', EVENTS, RED, 'a=fmtp:97 96/96')
    expect(unwrap(evaluateAnswer(answer, makeOffer(LOCAL, ORIGIN))).send.name).toBe('PCMU')
  })

  test('off, on another clock or without events agreed it is left out', () => {
    const offer = sdp('0 96 97', EVENTS, RED, 'a=fmtp:97 96/96')
    const other = sdp('0 96 97', EVENTS, 'a=rtpmap:97 red/16000', 'a=fmtp:97 96/96')
    const none = sdp('0 97', RED, 'a=fmtp:97 96/96')
    const off = { ...LOCAL, redundancy: false }
    for (const [theirs, ours] of [
      [offer, off],
      [other, LOCAL],
      [none, LOCAL],
    ] as const) {
      const { outcome, description } = unwrap(answerOffer(theirs, ours, ORIGIN))
      expect(outcome).not.toHaveProperty('redundancySend')
      expect(outcome).not.toHaveProperty('redundancyReceive')
      expect(printSdp(description)).not.toContain('red/')
      expect(unwrap(evaluateAnswer(theirs, makeOffer(ours, ORIGIN)))).not.toHaveProperty('redundancySend')
    }
  })

  test('two of ours agree on it both ways', () => {
    const offer = makeOffer(LOCAL, ORIGIN)
    const { outcome, description } = unwrap(answerOffer(offer, LOCAL, ORIGIN))
    const agreed = { redundancySend: { payloadType: 125, events: 2 }, redundancyReceive: 125 }
    expect(outcome).toMatchObject(agreed)
    expect(unwrap(evaluateAnswer(description, offer))).toMatchObject(agreed)
  })
})
