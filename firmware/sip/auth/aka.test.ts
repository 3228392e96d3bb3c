// Digest AKA (RFC 3310, RFC 4169): the subscriber's answers against a network of Milenage, its numbering, and who is no network.
// RFC 3310 §4 has messages but no keys: of it stands what the first REGISTER says.
import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex, toBase64, toHex } from '../../base/bytes.ts'
import { seededRng } from '../../base/rng.ts'
import { Secret } from '../../base/secret.ts'
import { type AkaKeys, answerAka, functionsOf, passwordOf, toBytes, toSix, toText } from './aka.ts'
import { type AuthState, authorize, NO_AUTH, preauthorize } from './authorize.ts'
import { type Challenge, parseAuth } from './challenge.ts'
import { algorithm, ha1Of } from './digest.ts'
import { xor } from './milenage.ts'
import { verify } from './server.ts'
import { LARGEST_SQN, SqnWindow } from './sqn.ts'

// TS 35.207, set 1.
const K = new Secret('465b5ce8b199b49faa5f0a2ee238a6bc')
const OP = new Secret('cdc202d5123e20f62b6d676ac72cb318')
const OPC = new Secret('cd63cb71954a9f4e48a5994e37a02baf')
const RAND = '23553cbe9637a89d218ae64dae47bf35'
const AUTN_SET1 = '55f328b43577b9b94a9ffac354dfafb3'
const SQN_SET1 = 0xff9bb4d0b607
const keys = (seen?: number): AkaKeys => ({ k: K, op: OP, sqn: new SqnWindow(seen) })

/** A nonce of the home network. */
function nonceOf(sqn: number, rand = RAND, amf = 'b9b9'): string {
  const f = functionsOf(keys(), toBytes(fromHex(rand)))
  const concealed = toText(xor(toSix(sqn), f.ak))
  return toBase64(fromHex(rand) + concealed + fromHex(amf) + toText(f.macA(toSix(sqn), toBytes(fromHex(amf)))))
}
const md5 = algorithm('MD5')!.hash

describe('an answer', () => {
  test('of TS 35.207, set 1: RES is the password; OPc does as well as OP', () => {
    expect(nonceOf(SQN_SET1)).toBe(toBase64(fromHex(RAND + AUTN_SET1)))
    for (const own of [keys(), { k: K, opc: OPC, sqn: new SqnWindow() }]) {
      const answer = answerAka(own, nonceOf(SQN_SET1), 1, md5)
      expect(answer.ok && [toHex(answer.value.password), answer.value.auts]).toEqual(['a54211d5e3ba50bf', undefined])
    }
  })

  test.each(['MD5', 'SHA-256'])('AKAv2-%s: the password is made of RES, IK and CK (RFC 4169 §3)', (name) => {
    const secret = Buffer.from(
      'a54211d5e3ba50bf' + 'f769bcd751044604127672711c6d3441' + 'b40ba9a3c58b2a05bbf0d987b21bf8cb',
      'hex',
    )
    const known = createHmac(name.replace('-', ''), secret).update('http-digest-akav2-password').digest('base64')
    expect(answerAka(keys(), nonceOf(SQN_SET1), 2, algorithm(name)!.hash)).toMatchObject({ value: { password: known } })
  })

  test('a number that was seen: AUTS names ours, concealed, with the MAC of TS 33.102 §6.3.3', () => {
    const own = keys(SQN_SET1)
    const answer = answerAka(own, nonceOf(SQN_SET1), 1, md5)
    const f = functionsOf(own, toBytes(fromHex(RAND)))
    const auts = toText(xor(toSix(SQN_SET1), f.akStar)) + toText(f.macS(toSix(SQN_SET1), new Uint8Array(2)))
    expect(answer).toEqual({ ok: true, value: { password: '', auts: toBase64(auts) } })
    expect(own.sqn.highest).toBe(SQN_SET1)
  })

  test.each([
    ['no Base64', 'xyz', 'the nonce is no RAND and AUTN'],
    ['too short', toBase64('x'.repeat(31)), 'the nonce is no RAND and AUTN'],
    ['another MAC', toBase64(fromHex(`${RAND}${AUTN_SET1.slice(0, -1)}4`)), 'the challenge is not of our network'],
    ['another number', toBase64(fromHex(`${RAND}00${AUTN_SET1.slice(2)}`)), 'the challenge is not of our network'],
  ])('%s: none, and nothing counts as seen', (_, nonce, error) => {
    const own = keys()
    expect(answerAka(own, nonce, 1, md5)).toEqual({ ok: false, error })
    expect(own.sqn.highest).toBe(0)
  })
})

describe('in requests', () => {
  const REQUEST = { method: 'REGISTER', uri: 'sip:home.mobile.biz', body: '', hops: ['home.mobile.biz'] }
  const REALM = 'RoamingUsers@mobile.biz'
  const own = keys()
  const credentials = [{ realm: REALM, username: 'jon.dough@mobile.biz', aka: own }]
  const given = (nonce: string, over: Partial<Challenge> = {}): Challenge => ({
    ...{ proxy: false, realm: REALM, nonce, opaque: undefined, stale: false, algorithm: 'AKAv1-MD5', qop: ['auth'] },
    ...{ userhash: false, utf8: false, domain: [], ...over },
  })
  const answer = (challenge: Challenge, state: AuthState, holder = credentials) =>
    authorize([challenge], REQUEST, holder, seededRng(1), state)
  const params = (value: string) => {
    const parsed = parseAuth(value)
    return parsed.ok ? Object.fromEntries(parsed.value[0]!.params) : {}
  }
  const accepts = (value: string, name: string, sqnNonce: string) =>
    verify(value, REQUEST, {
      realm: REALM,
      algorithms: [name],
      nonce: (nonce) => (nonce === sqnNonce ? { count: 0 } : 'unknown'),
      kept: (username, known) => {
        const f = functionsOf(own, toBytes(fromHex(RAND)))
        return { ha1: new Secret(ha1Of(known, username, REALM, passwordOf(f, known.aka ?? 1, known.hash))) }
      },
    }).kind

  test('the first REGISTER says who asks, as in RFC 3310 §4; other requests and open realms say nothing', () => {
    const [header, ...more] = preauthorize(REQUEST, credentials, NO_AUTH).headers
    expect(more).toEqual([])
    expect([header!.name, params(header!.value)]).toEqual([
      'Authorization',
      { username: 'jon.dough@mobile.biz', realm: REALM, nonce: '', uri: 'sip:home.mobile.biz', response: '' },
    ])
    expect(preauthorize({ ...REQUEST, method: 'INVITE' }, credentials, NO_AUTH).headers).toEqual([])
    expect(preauthorize(REQUEST, [{ ...credentials[0]!, realm: '*' }], NO_AUTH).headers).toEqual([])
  })

  test.each(['AKAv1-MD5', 'AKAv2-MD5', 'AKAv2-SHA-256', 'AKAv1-MD5-sess'])(
    '%s: accepted, and again unasked',
    (name) => {
      const nonce = nonceOf(own.sqn.highest + 32)
      const done = answer(given(nonce, { algorithm: name }), NO_AUTH)
      if (!done.ok) throw new Error(done.error.what)
      const later = preauthorize(REQUEST, credentials, done.value.state)
      for (const { headers } of [done.value, later]) {
        expect(headers).toHaveLength(1)
        expect(accepts(headers[0]!.value, name, nonce)).toBe('accepted')
      }
    },
  )

  test('out of step: AUTS, then the new challenge is answered; without end it is given up', () => {
    const seen = own.sqn.highest
    const first = answer(given(nonceOf(seen)), NO_AUTH)
    if (!first.ok) throw new Error(first.error.what)
    const sent = params(first.value.headers[0]!.value)
    expect(sent.auts).toMatch(/^[A-Za-z0-9+/]{19}=$/)
    const second = answer(given(nonceOf(seen + 32)), first.value.state)
    if (!second.ok) throw new Error(second.error.what)
    expect(params(second.value.headers[0]!.value)).not.toHaveProperty('auts')
    expect(accepts(second.value.headers[0]!.value, 'AKAv1-MD5', nonceOf(seen + 32))).toBe('accepted')

    let state = NO_AUTH
    const kinds = [1, 2, 3, 4].map((n) => {
      const done = answer(given(nonceOf(seen, RAND.replace('23', `0${n}`))), state)
      if (done.ok) state = done.value.state
      return done.ok ? 'answered' : done.error.kind
    })
    expect(kinds).toEqual(['answered', 'answered', 'answered', 'rejected'])
    expect(preauthorize(REQUEST, credentials, state).headers[0]!.value).toContain('nonce=""')
  })

  test('a network that is none gets no answer', () => {
    const forged = toBase64(fromHex(RAND + '00'.repeat(16)))
    expect(answer(given(forged), NO_AUTH)).toMatchObject({ error: { kind: 'untrusted' } })
  })

  test('keys answer no password challenge, passwords none of AKA', () => {
    const plain = [{ realm: '*', username: 'a', password: new Secret('x') }]
    expect(answer(given('n', { algorithm: 'MD5' }), NO_AUTH)).toMatchObject({ error: { kind: 'unsupported' } })
    expect(authorize([given(nonceOf(1))], REQUEST, plain, seededRng(1), NO_AUTH)).toMatchObject({
      error: { kind: 'unsupported' },
    })
  })
})

describe('numbers', () => {
  test('each slot grows by itself', () => {
    const window = new SqnWindow()
    const taken = [32, 64, 33, 64, 65, 40, 96, 64 + 9, 32 + 9].map((sqn) => window.take(sqn))
    expect(taken).toEqual([true, true, true, false, true, true, true, true, false])
    expect(window.highest).toBe(96)
  })

  test('none is taken twice, whatever the order; the highest is the highest; 48 bits fit', () => {
    const numbers = fc.array(
      fc.oneof(
        fc.integer({ min: 0, max: 300 }),
        fc.maxSafeNat().map((n) => n % LARGEST_SQN),
      ),
    )
    fc.assert(
      fc.property(numbers, (sqns) => {
        const window = new SqnWindow()
        const taken = sqns.filter((sqn) => window.take(sqn))
        expect(new Set(taken).size).toBe(taken.length)
        expect(window.highest).toBe(Math.max(0, ...taken))
        const restarted = new SqnWindow(window.highest)
        expect(taken.some((sqn) => restarted.take(sqn))).toBe(false)
      }),
    )
    expect(toText(toSix(LARGEST_SQN))).toBe('\xff'.repeat(6))
  })
})

test('keys are in no printed state', () => {
  expect(JSON.stringify({ keys: keys() })).not.toMatch(/465b|cdc2/)
})
