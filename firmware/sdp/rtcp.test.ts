// RTCP on the port of RTP in offers and answers: who says it, who gets it, and what stays when the other side does not know it.
import { describe, expect, test } from 'vitest'
import { linesOf, localAudio, ORIGIN, theirSdp } from '../testing/sdp.ts'
import { type LocalAudio, PCMU } from './local.ts'
import { answerOffer, evaluateAnswer, makeOffer } from './offer-answer.ts'
import type { RtcpMux } from './rtcp.ts'

const local = (rtcpMux?: RtcpMux, more: Partial<LocalAudio> = {}) => localAudio({ rtcpMux, ...more })
const said = (description: Parameters<typeof linesOf>[0]) => linesOf(description, /^a=rtcp/)
const [PLAIN, MUX, ONLY] = [[], ['a=rtcp-mux'], ['a=rtcp-mux', 'a=rtcp-mux-only']]
const media = (...lines: string[]) => theirSdp('m=audio 4000 RTP/AVP 0', ...lines)

describe('our offer', () => {
  test.each([
    [undefined, []],
    ['off', []],
    ['accept', []],
    ['offer', MUX],
  ] as const)('%s', (mode, expected) => {
    expect(said(makeOffer(local(mode), ORIGIN))).toEqual(expected)
  })

  test('names the port to fall back to where it is not the next one', () => {
    expect(said(makeOffer(local('offer', { rtcpPort: 30_007 }), ORIGIN))).toEqual(['a=rtcp-mux', 'a=rtcp:30007'])
  })

  test('goes on asking in a session that shares its port, and only there', () => {
    for (const [offer, expected] of [
      [MUX, MUX],
      [PLAIN, []],
    ] as const) {
      const answer = answerOffer(media(...offer), local('accept'), ORIGIN)
      if (!answer.ok) throw new Error(answer.error.what)
      expect(said(makeOffer(local('accept'), ORIGIN, answer.value.description))).toEqual(expected)
    }
  })

  test('does not ask with a payload type that could not be told from RTCP', () => {
    const codecs = [{ ...PCMU, name: 'L16', payloadType: 72 }]
    expect(said(makeOffer(local('offer', { codecs }), ORIGIN))).toEqual([])
  })

  test.each([
    ['offered and answered', 'offer', MUX, true],
    ['offered, not answered: two ports', 'offer', PLAIN, undefined],
    ['answered, never offered (RFC 8035)', 'accept', MUX, undefined],
  ] as const)('%s', (_, mode, answer, shared) => {
    const outcome = evaluateAnswer(media(...answer, 'a=rtcp:4444'), makeOffer(local(mode), ORIGIN))
    expect(outcome.ok && [outcome.value.rtcpMux, outcome.value.rtcp.port]).toEqual([shared, 4444])
  })
})

describe('our answer', () => {
  const table: readonly (readonly [RtcpMux | undefined, readonly string[], shared: boolean])[] = [
    ...(['off', undefined] as const).flatMap(
      (mode) =>
        [
          [mode, PLAIN, false],
          [mode, MUX, false],
          [mode, ONLY, true],
        ] as const,
    ),
    ...(['accept', 'offer'] as const).flatMap(
      (mode) =>
        [
          [mode, PLAIN, false],
          [mode, MUX, true],
          [mode, ONLY, true],
        ] as const,
    ),
  ]
  test.each(table)('%s to %j', (mode, offer, shared) => {
    const answer = answerOffer(media(...offer), local(mode, { rtcpPort: 30_007 }), ORIGIN)
    if (!answer.ok) throw new Error(answer.error.what)
    expect(said(answer.value.description)).toEqual(shared ? MUX : ['a=rtcp:30007'])
    expect(answer.value.outcome.rtcpMux).toBe(shared || undefined)
  })

  test('not where sound would come under a type of 64–95, nor in the next offer of that session', () => {
    const offer = theirSdp('m=audio 4000 RTP/AVP 72', 'a=rtpmap:72 PCMU/8000', 'a=rtcp-mux')
    const answer = answerOffer(offer, local('offer'), ORIGIN)
    if (!answer.ok) throw new Error(answer.error.what)
    expect(said(answer.value.description)).toEqual([])
    expect(said(makeOffer(local('offer'), ORIGIN, answer.value.description))).toEqual([])
  })
})
