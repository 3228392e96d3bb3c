// Extended reports in offers and answers: who asks for what, and what is agreed.
import { describe, expect, test } from 'vitest'
import { type LocalAudio, PCMU } from './local.ts'
import { answerOffer, evaluateAnswer, makeOffer } from './offer-answer.ts'
import { parseSdp } from './parse.ts'
import { printSdp } from './print.ts'

const ORIGIN = { username: '-', sessionId: '1' }
const local = (rtcpXr?: boolean): LocalAudio => ({
  ...{ address: '192.0.2.10', rtpPort: 30000, rtcpPort: 30001, codecs: [PCMU], events: undefined, ptimeMs: 20 },
  ...{ direction: 'sendrecv', order: 'offerer', rtcpXr },
})
const sdp = (ofSession: string | undefined, ofMedia: string | undefined) => {
  const line = (value: string | undefined) => (value === undefined ? [] : [`a=rtcp-xr:${value}`])
  const head = ['v=0', 'o=- 1 1 IN IP4 192.0.2.20', 's=-', 'c=IN IP4 192.0.2.20', 't=0 0', ...line(ofSession)]
  const parsed = parseSdp([...head, 'm=audio 4000 RTP/AVP 0', ...line(ofMedia)].join('\r\n'))
  if (!parsed.ok) throw new Error(parsed.error.what)
  return parsed.value
}
const said = (description: Parameters<typeof printSdp>[0]) =>
  printSdp(description)
    .split('\r\n')
    .filter((each) => each.startsWith('a=rtcp-xr:'))
    .map((each) => each.slice(10))

const VOICE = { rtcpXr: true }
const ALL = { receiverRoundTrip: 'all' }
const SENDER = { receiverRoundTrip: 'sender' }

describe('agreed, answering and answered', () => {
  test.each([
    ['both', 'rcvr-rtt=all voip-metrics', { ...ALL, ...VOICE }, 'rcvr-rtt=all voip-metrics'],
    ['voice alone', 'voip-metrics', VOICE, 'voip-metrics'],
    ['the round trip alone', 'rcvr-rtt=sender', SENDER, 'rcvr-rtt=sender'],
    ['with room for one answer', 'rcvr-rtt=all:16', ALL, 'rcvr-rtt=all'],
    ['without that room', 'rcvr-rtt=all:15 voip-metrics', VOICE, 'voip-metrics'],
    ['as Linphone says it', 'rcvr-rtt=all:10000 stat-summary=loss,dup,jitt,TTL voip-metrics', { ...ALL, ...VOICE }],
    ['things we do not do', 'pkt-loss-rle stat-summary=loss', {}],
    ['words that only look like them', 'rcvr-rtt=some xrcvr-rtt=all rcvr-rtt=all:x voip-metrics2', {}],
    ['nothing', undefined, {}],
  ] as const)('%s', (_, theirs, agreed, answered?: string) => {
    for (const [ofSession, ofMedia] of [
      [undefined, theirs],
      [theirs, undefined],
      ['voip-metrics rcvr-rtt=all', theirs ?? 'x'],
    ] as const) {
      const answer = answerOffer(sdp(ofSession, ofMedia), local(true), ORIGIN)
      const outcome = evaluateAnswer(sdp(ofSession, ofMedia), makeOffer(local(true), ORIGIN))
      if (!answer.ok || !outcome.ok) throw new Error('no agreement')
      for (const { rtcpXr, receiverRoundTrip } of [answer.value.outcome, outcome.value])
        expect({ rtcpXr, receiverRoundTrip }).toEqual({ rtcpXr: undefined, receiverRoundTrip: undefined, ...agreed })
      const words = [
        ...('receiverRoundTrip' in agreed ? [`rcvr-rtt=${agreed.receiverRoundTrip}`] : []),
        ...('rtcpXr' in agreed ? ['voip-metrics'] : []),
      ].join(' ')
      expect(said(answer.value.description)).toEqual(words === '' ? [] : [answered ?? words])
    }
  })

  test('nothing, where we do not want it', () => {
    for (const ours of [local(false), local()]) {
      expect(said(makeOffer(ours, ORIGIN))).toEqual([])
      const answer = answerOffer(sdp(undefined, 'rcvr-rtt=all voip-metrics'), ours, ORIGIN)
      const outcome = evaluateAnswer(sdp(undefined, 'rcvr-rtt=all voip-metrics'), makeOffer(ours, ORIGIN))
      if (!answer.ok || !outcome.ok) throw new Error('no agreement')
      expect(said(answer.value.description)).toEqual([])
      for (const each of [answer.value.outcome, outcome.value]) {
        expect(each).not.toHaveProperty('rtcpXr')
        expect(each).not.toHaveProperty('receiverRoundTrip')
      }
    }
  })
})

test('our offer asks for both, and two of ours agree on both', () => {
  const offer = makeOffer(local(true), ORIGIN)
  expect(said(offer)).toEqual(['rcvr-rtt=all voip-metrics'])
  const answer = answerOffer(offer, local(true), ORIGIN)
  if (!answer.ok) throw new Error(answer.error.what)
  const outcome = evaluateAnswer(answer.value.description, offer)
  expect(outcome).toMatchObject({ value: { ...ALL, ...VOICE } })
  expect(answer.value.outcome).toMatchObject({ ...ALL, ...VOICE })
})
