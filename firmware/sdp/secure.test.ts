// Secured offers and answers: policy against what the peer says, as a table; downgrade, forks, MKI, several streams.
import { describe, expect, test } from 'vitest'
import { Secret } from '../base/secret.ts'
import { linesOf, localAudio, ORIGIN, theirSdp } from '../testing/sdp.ts'
import type { SrtpSuite } from './crypto.ts'
import { answerOffer, evaluateAnswer, makeOffer } from './offer-answer.ts'
import type { LocalSrtp } from './secure.ts'

const key = (fill: string, bytes: number) => Buffer.from(fill.repeat(bytes)).toString('base64')
const [OURS, OURS_GCM, THEIRS, THEIRS_GCM] = [key('a', 30), key('b', 44), key('c', 30), key('d', 44)]
const own = (...suites: (readonly [SrtpSuite, string])[]): LocalSrtp['keys'] =>
  suites.map(([suite, text]) => ({ suite, key: new Secret(text) }))
const KEYS = own(['AES_CM_128_HMAC_SHA1_80', OURS], ['AEAD_AES_256_GCM', OURS_GCM])
const OPTIONAL = { mandatory: false, keys: KEYS }
const MANDATORY = { mandatory: true, keys: KEYS }

const CM = `a=crypto:4 AES_CM_128_HMAC_SHA1_80 inline:${THEIRS}`
const GCM = `a=crypto:2 AEAD_AES_256_GCM inline:${THEIRS_GCM}`
const local = (srtp?: LocalSrtp) => localAudio({ srtp })
const lines = (description: Parameters<typeof linesOf>[0]) => linesOf(description, /^m=|^a=crypto/)

describe('our offer', () => {
  test.each([
    ['off', undefined, ['m=audio 30000 RTP/AVP 0']],
    ['optional', OPTIONAL, ['m=audio 30000 RTP/AVP 0', ...crypto()]],
    ['mandatory', MANDATORY, ['m=audio 30000 RTP/SAVP 0', ...crypto()]],
  ])('%s', (_, srtp, expected) => {
    expect(lines(makeOffer(local(srtp), ORIGIN))).toEqual(expected)
  })

  test('the next one keeps keys, tags and the profile the session has', () => {
    const first = makeOffer(local(MANDATORY), ORIGIN)
    expect(lines(makeOffer(local(MANDATORY), ORIGIN, first))).toEqual(lines(first))
    const answered = answerOffer(theirSdp('m=audio 4000 RTP/SAVP 0', CM), local(OPTIONAL), ORIGIN)
    if (!answered.ok) throw new Error(answered.error.what)
    expect(lines(makeOffer(local(OPTIONAL), ORIGIN, answered.value.description))[0]).toBe('m=audio 30000 RTP/SAVP 0')
  })
})

function crypto() {
  return [`a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${OURS}`, `a=crypto:2 AEAD_AES_256_GCM inline:${OURS_GCM}`]
}

describe('our answer', () => {
  const answer = (srtp: LocalSrtp | undefined, ...offer: string[]) =>
    answerOffer(theirSdp(...offer), local(srtp), ORIGIN)

  // Each policy against each kind of offer: what is agreed, or why nothing is.
  const table: readonly (readonly [string, readonly string[], off: string, optional: string, mandatory: string])[] = [
    [
      'plain',
      ['m=audio 4000 RTP/AVP 0'],
      'plain',
      'plain',
      'the offer has no keys for SRTP, and nothing less is taken here',
    ],
    [
      'keys beside plain',
      ['m=audio 4000 RTP/AVP 0', CM],
      'plain',
      '4 AES_CM_128_HMAC_SHA1_80',
      '4 AES_CM_128_HMAC_SHA1_80',
    ],
    [
      'secured',
      ['m=audio 4000 RTP/SAVP 0', CM],
      'the offer wants SRTP, which is off here',
      '4 AES_CM_128_HMAC_SHA1_80',
      '4 AES_CM_128_HMAC_SHA1_80',
    ],
    [
      'with feedback',
      ['m=audio 4000 RTP/SAVPF 0', CM],
      'the offer wants SRTP, which is off here',
      '4 AES_CM_128_HMAC_SHA1_80',
      '4 AES_CM_128_HMAC_SHA1_80',
    ],
    [
      'their order counts',
      ['m=audio 4000 RTP/SAVP 0', GCM, CM],
      'the offer wants SRTP, which is off here',
      '2 AEAD_AES_256_GCM',
      '2 AEAD_AES_256_GCM',
    ],
    [
      'secured without keys',
      ['m=audio 4000 RTP/SAVP 0'],
      'the offer wants SRTP, which is off here',
      'the offer has no keys for SRTP',
      'the offer has no keys for SRTP',
    ],
    [
      'a suite of theirs alone',
      ['m=audio 4000 RTP/SAVP 0', 'a=crypto:1 F8_128_HMAC_SHA1_80 inline:AAAA'],
      'the offer wants SRTP, which is off here',
      'no suite of SRTP in the offer is ours (a=crypto:1 names a suite that is not known: F8_128_HMAC_SHA1_80)',
      'no suite of SRTP in the offer is ours (a=crypto:1 names a suite that is not known: F8_128_HMAC_SHA1_80)',
    ],
    [
      'broken keys beside plain',
      ['m=audio 4000 RTP/AVP 0', 'a=crypto:1 AEAD_AES_256_GCM inline:AAAA'],
      'plain',
      'plain',
      'no suite of SRTP in the offer is ours (a=crypto:1 AEAD_AES_256_GCM: its key has not 44 bytes in base64)',
    ],
    [
      'plain first, then secured',
      ['m=audio 4000 RTP/AVP 0', 'm=audio 4002 RTP/SAVP 0', CM],
      'plain',
      '4 AES_CM_128_HMAC_SHA1_80',
      '4 AES_CM_128_HMAC_SHA1_80',
    ],
    [
      'secured first, then plain',
      ['m=audio 4002 RTP/SAVP 0', CM, 'm=audio 4000 RTP/AVP 0'],
      'plain',
      '4 AES_CM_128_HMAC_SHA1_80',
      '4 AES_CM_128_HMAC_SHA1_80',
    ],
  ]
  test.each(table)('%s', (_, offer, ...expected) => {
    const results = [undefined, OPTIONAL, MANDATORY].map((srtp) => {
      const result = answer(srtp, ...offer)
      if (!result.ok) return result.error.what
      const said = lines(result.value.description).filter((line) => line.startsWith('a=crypto'))
      const { srtp: agreed } = result.value.outcome
      if (agreed === undefined) return said.length === 0 ? 'plain' : 'says what it does not do'
      const [tag, suite, inline] = said[0]!.slice('a=crypto:'.length).split(' ')
      expect(said).toHaveLength(1)
      expect(inline).toBe(`inline:${agreed.send.key.reveal()}`)
      expect(agreed.send.key.reveal()).toBe(suite === 'AEAD_AES_256_GCM' ? OURS_GCM : OURS)
      expect(agreed.receive.key.reveal()).toBe(suite === 'AEAD_AES_256_GCM' ? THEIRS_GCM : THEIRS)
      return `${tag} ${suite}`
    })
    expect(results).toEqual(expected)
  })

  test('an MKI of theirs is answered with one of the same length', () => {
    const result = answer(MANDATORY, 'm=audio 4000 RTP/SAVP 0', `${CM}|2^31|7:2`)
    if (!result.ok) throw new Error(result.error.what)
    expect(result.value.outcome.srtp).toMatchObject({ send: { mki: '\0\x01' }, receive: { mki: '\0\x07' } })
    expect(lines(result.value.description)[1]).toBe(`a=crypto:4 AES_CM_128_HMAC_SHA1_80 inline:${OURS}|1:2`)
  })

  test('a stream that is only disabled needs no keys', () => {
    const first = answer(MANDATORY, 'm=audio 4000 RTP/SAVP 0', CM)
    if (!first.ok) throw new Error(first.error.what)
    const off = answerOffer(theirSdp('m=audio 0 RTP/SAVP 0'), local(MANDATORY), ORIGIN, first.value.description)
    expect(off.ok && off.value.outcome).toMatchObject({ direction: 'inactive', rtp: { port: 0 } })
  })
})

describe('their answer', () => {
  const evaluate = (srtp: LocalSrtp | undefined, ...answer: string[]) => {
    const result = evaluateAnswer(theirSdp(...answer), makeOffer(local(srtp), ORIGIN), srtp?.mandatory)
    if (!result.ok) return result.error.what
    const { srtp: agreed } = result.value
    return agreed
      ? `${agreed.suite} ${agreed.send.key.reveal() === OURS} ${agreed.receive.key.reveal() === THEIRS}`
      : 'plain'
  }
  const GOOD = `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${THEIRS}`
  const DOWN = 'the answer has no key for SRTP, and nothing less is taken here'
  const ODD = "the answer's a=crypto:2 AES_CM_128_HMAC_SHA1_80 is not what was offered"

  test.each([
    [
      'good',
      ['m=audio 4000 RTP/SAVP 0', GOOD],
      'AES_CM_128_HMAC_SHA1_80 true true',
      'AES_CM_128_HMAC_SHA1_80 true true',
    ],
    [
      'good, in the plain profile',
      ['m=audio 4000 RTP/AVP 0', GOOD],
      'AES_CM_128_HMAC_SHA1_80 true true',
      'AES_CM_128_HMAC_SHA1_80 true true',
    ],
    ['plain', ['m=audio 4000 RTP/AVP 0'], 'plain', DOWN],
    ['secured without a key', ['m=audio 4000 RTP/SAVP 0'], 'the answer wants SRTP and has no key for it', DOWN],
    ['a tag of another suite', ['m=audio 4000 RTP/SAVP 0', GOOD.replace(':1', ':2')], ODD, ODD],
    [
      'two lines',
      ['m=audio 4000 RTP/SAVP 0', GOOD, `a=crypto:2 AEAD_AES_256_GCM inline:${THEIRS_GCM}`],
      "the answer's a=crypto:1 AES_CM_128_HMAC_SHA1_80 is not what was offered",
      "the answer's a=crypto:1 AES_CM_128_HMAC_SHA1_80 is not what was offered",
    ],
    [
      'a broken key',
      ['m=audio 4000 RTP/SAVP 0', 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA'],
      "the answer's a=crypto:1 AES_CM_128_HMAC_SHA1_80: its key has not 30 bytes in base64",
      "the answer's a=crypto:1 AES_CM_128_HMAC_SHA1_80: its key has not 30 bytes in base64",
    ],
  ])('%s', (_, answer, optional, mandatory) => {
    expect(evaluate(OPTIONAL, ...answer)).toBe(optional)
    expect(evaluate(MANDATORY, ...answer)).toBe(mandatory)
  })

  test('keys nobody offered are not what was offered', () => {
    expect(evaluate(undefined, 'm=audio 4000 RTP/AVP 0', GOOD)).toContain('is not what was offered')
  })
})
