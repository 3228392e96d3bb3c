// Extended reports in offers and answers: who asks for what, and what is agreed.
import { describe, expect, test } from 'vitest'
import { linesOf, localAudio, ORIGIN, theirSdp, unwrap } from '../testing/sdp.ts'
import { answerOffer, evaluateAnswer, makeOffer } from './offer-answer.ts'

const local = (rtcpXr?: boolean) => localAudio({ rtcpXr })
const sdp = (ofSession: string | undefined, ofMedia: string | undefined) => {
  const line = (value: string | undefined) => (value === undefined ? [] : [`a=rtcp-xr:${value}`])
  return theirSdp(...line(ofSession), 'm=audio 4000 RTP/AVP 0', ...line(ofMedia))
}
const said = (description: Parameters<typeof linesOf>[0]) =>
  linesOf(description, /^a=rtcp-xr:/).map((each) => each.slice(10))

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
      const answer = unwrap(answerOffer(sdp(ofSession, ofMedia), local(true), ORIGIN))
      const outcome = unwrap(evaluateAnswer(sdp(ofSession, ofMedia), makeOffer(local(true), ORIGIN)))
      for (const { rtcpXr, receiverRoundTrip } of [answer.outcome, outcome])
        expect({ rtcpXr, receiverRoundTrip }).toEqual({ rtcpXr: undefined, receiverRoundTrip: undefined, ...agreed })
      const words = [
        ...('receiverRoundTrip' in agreed ? [`rcvr-rtt=${agreed.receiverRoundTrip}`] : []),
        ...('rtcpXr' in agreed ? ['voip-metrics'] : []),
      ].join(' ')
      expect(said(answer.description)).toEqual(words === '' ? [] : [answered ?? words])
    }
  })

  test('nothing, where we do not want it', () => {
    for (const ours of [local(false), local()]) {
      expect(said(makeOffer(ours, ORIGIN))).toEqual([])
      const answer = unwrap(answerOffer(sdp(undefined, 'rcvr-rtt=all voip-metrics'), ours, ORIGIN))
      const outcome = unwrap(evaluateAnswer(sdp(undefined, 'rcvr-rtt=all voip-metrics'), makeOffer(ours, ORIGIN)))
      expect(said(answer.description)).toEqual([])
      for (const each of [answer.outcome, outcome]) {
        expect(each).not.toHaveProperty('rtcpXr')
        expect(each).not.toHaveProperty('receiverRoundTrip')
      }
    }
  })
})

test('our offer asks for both, and two of ours agree on both', () => {
  const offer = makeOffer(local(true), ORIGIN)
  expect(said(offer)).toEqual(['rcvr-rtt=all voip-metrics'])
  const { outcome, description } = unwrap(answerOffer(offer, local(true), ORIGIN))
  for (const each of [outcome, unwrap(evaluateAnswer(description, offer))])
    expect(each).toMatchObject({ ...ALL, ...VOICE })
})
