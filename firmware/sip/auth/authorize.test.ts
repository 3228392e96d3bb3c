// The client's answers to challenges, checked by the server's half: which challenge, which nonce count, when to stop.
import { describe, expect, test } from 'vitest'
import { seededRng } from '../../base/rng.ts'
import { Secret } from '../../base/secret.ts'
import { type AuthState, authorize, NO_AUTH, preauthorize } from './authorize.ts'
import { type Challenge, parseAuth } from './challenge.ts'
import type { Credential } from './credential.ts'
import { algorithm, ha1Of } from './digest.ts'
import { challenge, type Verification, verify } from './server.ts'

const REQUEST = { method: 'REGISTER', uri: 'sip:example.com', body: 'v=0\r\n', hops: ['example.com'] }
const PASSWORD = new Secret('pässword')
const CREDENTIALS: readonly Credential[] = [
  { realm: '*', username: 'any', password: PASSWORD },
  { realm: 'home', username: 'al"ice', password: PASSWORD },
]
const ALGORITHMS = ['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess', 'SHA-512-256', 'SHA-512-256-sess']
const given = (over: Partial<Challenge> = {}): Challenge => ({
  proxy: false,
  realm: 'home',
  nonce: 'n1',
  opaque: undefined,
  stale: false,
  algorithm: undefined,
  qop: ['auth'],
  userhash: false,
  utf8: false,
  domain: [],
  ...over,
})
const answer = (list: readonly Challenge[], state: AuthState = NO_AUTH, credentials = CREDENTIALS) =>
  authorize(list, REQUEST, credentials, seededRng(1), state)
const answered = (list: readonly Challenge[], state?: AuthState, credentials?: readonly Credential[]) => {
  const result = answer(list, state, credentials)
  if (!result.ok) throw new Error(result.error.what)
  return result.value
}
const params = (value: string) => {
  const result = parseAuth(value)
  if (!result.ok) throw new Error(result.error.what)
  return Object.fromEntries(result.value[0]!.params)
}
const verification: Verification = {
  realm: 'home',
  algorithms: ALGORITHMS,
  nonce: () => ({ count: 0 }),
  kept: (username) => (username === 'al\\"ice' ? { password: PASSWORD } : undefined),
}
const failure = (result: ReturnType<typeof answer>) => (result.ok ? 'answered' : result.error.kind)
const known = (over: Partial<Verification> = {}): Verification => ({ ...verification, ...over })

describe('an answer', () => {
  test('as text', () => {
    const [header] = answered([given({ opaque: 'o', algorithm: 'md5' })]).headers
    expect(header!.name).toBe('Authorization')
    expect(header!.value).toMatch(
      /^Digest username="al\\"ice", realm="home", nonce="n1", uri="sip:example.com", response="[0-9a-f]{32}", algorithm=md5, qop=auth, cnonce="[0-9a-f]{16}", nc=00000001, opaque="o"$/,
    )
  })

  test.each(ALGORITHMS)('%s: the server accepts it, each qop, twice', (name) => {
    for (const qop of [['auth'], ['auth-int'], undefined]) {
      const first = answered([given({ algorithm: name, qop })])
      const second = preauthorize(REQUEST, CREDENTIALS, first.state)
      const verdicts = [first, second].map(({ headers }) => verify(headers[0]!.value, REQUEST, known()))
      expect(verdicts).toMatchObject([
        { kind: 'accepted', nonce: 'n1', count: 1 },
        { kind: 'accepted', count: qop === undefined ? 1 : 2 },
      ])
    }
  })

  test("the topmost that is known: the order is the server's preference (RFC 8760 §2.4)", () => {
    const list = [
      given({ nonce: 'a', algorithm: 'SHA-1' }),
      given({ nonce: 'b', algorithm: 'SHA-512-256', qop: ['auth-x'] }),
      given({ nonce: 'c', algorithm: 'MD5-sess' }),
      given({ nonce: 'd', algorithm: 'SHA-256' }),
    ]
    const { headers } = answered(list)
    expect(headers).toHaveLength(1)
    expect(params(headers[0]!.value)).toMatchObject({ nonce: 'c', algorithm: 'MD5-sess' })
  })

  test('hashes the account does not allow are passed over, and nothing else is answered', () => {
    const only = [{ ...CREDENTIALS[1]!, hashes: ['SHA-256'] as const }] as readonly Credential[]
    const list = [given({ nonce: 'a', algorithm: 'MD5' }), given({ nonce: 'b', algorithm: 'SHA-256-sess' })]
    expect(params(answered(list, NO_AUTH, only).headers[0]!.value)).toMatchObject({ nonce: 'b' })
    const done = answer([given({ algorithm: 'MD5' }), given()], NO_AUTH, only)
    expect(done).toMatchObject({
      error: { kind: 'unsupported', what: 'nothing to answer with: MD5 with qop auth, MD5 with qop auth' },
    })
  })

  test.each(ALGORITHMS)('%s: H(username:realm:password) instead of a password, on both sides', (name) => {
    const known = algorithm(name)!
    const ha1 = new Secret(ha1Of(known, 'alice', 'home', 'pw'))
    const own = [{ realm: 'home', username: 'alice', ha1, hash: known.name }]
    const list = ['MD5', 'SHA-256', 'SHA-512-256'].filter((other) => other !== known.name)
    const { headers } = answered(
      [...list.map((other) => given({ algorithm: other })), given({ algorithm: name })],
      NO_AUTH,
      own,
    )
    expect(verify(headers[0]!.value, REQUEST, { ...verification, kept: () => ({ ha1 }) }).kind).toBe('accepted')
    expect(
      verify(headers[0]!.value, REQUEST, { ...verification, kept: () => ({ password: new Secret('pw') }) }).kind,
    ).toBe('accepted')
  })

  test('auth before auth-int, which is used when it stands alone', () => {
    expect(params(answered([given({ qop: ['auth-int', 'auth'] })]).headers[0]!.value).qop).toBe('auth')
    expect(params(answered([given({ qop: ['auth-int', 'x'] })]).headers[0]!.value).qop).toBe('auth-int')
  })

  test('several realms, proxy and server, each with its own credentials', () => {
    const { headers } = answered([given(), given({ proxy: true, realm: 'away', nonce: 'n2' })])
    expect(headers.map(({ name, value }) => [name, params(value).realm, params(value).username])).toEqual([
      ['Authorization', 'home', 'al\\"ice'],
      ['Proxy-Authorization', 'away', 'any'],
    ])
  })

  test('401 after 407: the retry carries both', () => {
    const proxied = answered([given({ proxy: true, realm: 'away' })])
    const both = answered([given()], proxied.state)
    expect(both.headers.map(({ name, value }) => [name, params(value).nc])).toEqual([
      ['Proxy-Authorization', '00000002'],
      ['Authorization', '00000001'],
    ])
  })

  test('a realm without credentials is left unanswered beside one with', () => {
    const only = [CREDENTIALS[1]!]
    expect(answered([given({ realm: 'away' }), given()], NO_AUTH, only).headers).toHaveLength(1)
  })
})

describe('why not', () => {
  test.each([
    ['no challenge', [], CREDENTIALS, 'no-challenge'],
    ['unknown algorithm', [given({ algorithm: 'SHA-512' })], CREDENTIALS, 'unsupported'],
    ['unknown qop', [given({ qop: ['auth-x'] })], CREDENTIALS, 'unsupported'],
    ['no credentials', [given({ realm: 'away' })], [CREDENTIALS[1]!], 'no-credentials'],
  ])('%s', (_, list, credentials, kind) => {
    expect(failure(answer(list, NO_AUTH, credentials))).toBe(kind)
  })

  test('refused: the same nonce again, or a new one without stale', () => {
    const { state } = answered([given()])
    expect(failure(answer([given()], state))).toBe('rejected')
    expect(failure(answer([given({ stale: true })], state))).toBe('rejected')
    expect(failure(answer([given({ nonce: 'n2' })], state))).toBe('rejected')
  })

  test('stale: once more on the new nonce, counting from one, then no more', () => {
    const first = answered([given()])
    const second = answered([given({ nonce: 'n2', stale: true })], first.state)
    expect(params(second.headers[0]!.value)).toMatchObject({ nonce: 'n2', nc: '00000001' })
    expect(failure(answer([given({ nonce: 'n3', stale: true })], second.state))).toBe('rejected')
  })

  test('a refusal in one realm is final though another could be answered', () => {
    const { state } = answered([given()])
    expect(failure(answer([given({ proxy: true, realm: 'away' }), given()], state))).toBe('rejected')
  })
})

describe('a later request', () => {
  test('goes out authorised; with nothing known it has no header', () => {
    expect(preauthorize(REQUEST, CREDENTIALS, NO_AUTH).headers).toEqual([])
    const { state } = answered([given()])
    expect(params(preauthorize(REQUEST, CREDENTIALS, state).headers[0]!.value).nc).toBe('00000002')
    expect(preauthorize(REQUEST, [], state).headers).toEqual([])
  })

  test.each([
    ['the same host', { uri: 'sip:bob@example.com' }, ['Authorization', 'Proxy-Authorization']],
    ['about the same host, by another hop', { uri: 'sip:bob@example.com', hops: ['p2'] }, ['Authorization']],
    ['about a host of its domain', { uri: 'sip:x@other.org', hops: ['p2'] }, ['Authorization']],
    ['by the same hop', { uri: 'sip:bob@else.org' }, ['Authorization', 'Proxy-Authorization']],
    ['elsewhere: a stranger gets nothing to guess at', { uri: 'sip:eve@10.6.6.6', hops: ['10.6.6.6'] }, []],
  ])('%s', (_, over, names) => {
    const list = [given({ domain: ['other.org'] }), given({ proxy: true, realm: 'away' })]
    const { state } = answered(list)
    const later = { ...REQUEST, method: 'INVITE', ...over }
    expect(preauthorize(later, CREDENTIALS, state).headers.map(({ name }) => name)).toEqual(names)
    expect(preauthorize(later, CREDENTIALS, state).state.sessions).toHaveLength(2)
  })

  test('counts go on across requests that overlap', () => {
    const { state } = answered([given({ proxy: true, realm: 'away' })])
    const one = preauthorize(REQUEST, CREDENTIALS, state)
    const two = preauthorize(REQUEST, CREDENTIALS, one.state)
    const again = answered([given()], { ...one.state, sessions: two.state.sessions })
    expect(again.headers.map(({ name, value }) => [name, params(value).nc])).toEqual([
      ['Proxy-Authorization', '00000004'],
      ['Authorization', '00000001'],
    ])
  })

  test('its old nonce refused, even without stale, says nothing about the password', () => {
    const early = preauthorize(REQUEST, CREDENTIALS, answered([given()]).state)
    const asked = answered([given({ nonce: 'n2' })], early.state)
    expect(params(asked.headers[0]!.value)).toMatchObject({ nonce: 'n2', nc: '00000001' })
    expect(failure(answer([given({ nonce: 'n3' })], asked.state))).toBe('rejected')
    expect(failure(answer([given()], early.state))).toBe('rejected')
  })

  test('states do not grow without bound', () => {
    let state = NO_AUTH
    for (let i = 0; i < 30; i++) state = answered([given({ realm: `r${i}` })], state).state
    expect(state.sessions).toHaveLength(8)
    expect(preauthorize(REQUEST, CREDENTIALS, state).state.tries).toHaveLength(8)
  })
})

describe('names', () => {
  const USER = 'Jäsøn "J" Doe'
  const own = [{ realm: 'home', username: USER, password: PASSWORD }]
  const text = (over: Partial<Challenge>) => answered([given(over)], NO_AUTH, own).headers[0]!.value

  test.each([
    ['quoted, in UTF-8', {}, 'username="J\xc3\xa4s\xc3\xb8n \\"J\\" Doe"', 'J\xc3\xa4s\xc3\xb8n \\"J\\" Doe'],
    [
      'username* where it is known',
      { utf8: true },
      "username*=UTF-8''J%C3%A4s%C3%B8n%20%22J%22%20Doe",
      'J\xc3\xa4s\xc3\xb8n "J" Doe',
    ],
    ['hashed', { userhash: true, utf8: true }, 'userhash=true', 'J\xc3\xa4s\xc3\xb8n "J" Doe'],
  ])('%s', (_, over, written, seen) => {
    const value = text({ algorithm: 'SHA-256', ...over })
    expect(value).toContain(written)
    const asked: string[] = []
    const kept = (name: string) => {
      asked.push(name)
      return { password: PASSWORD }
    }
    expect(verify(value, REQUEST, known({ kept, users: ['bob', USER] })).kind).toBe('accepted')
    expect(asked).toEqual([seen])
  })

  test('hashed, of nobody', () => {
    expect(verify(text({ userhash: true }), REQUEST, known({ users: ['bob'] }))).toEqual({
      kind: 'refused',
      what: 'unknown user',
    })
  })

  test('realms with escapes and in UTF-8', () => {
    const realm = 'caf\xc3\xa9 \\"x\\"'
    const own = [{ realm: 'café "x"', username: 'a', password: PASSWORD }]
    const { headers } = answered([given({ realm })], NO_AUTH, own)
    expect(verify(headers[0]!.value, REQUEST, known({ realm, kept: () => ({ password: PASSWORD }) })).kind).toBe(
      'accepted',
    )
  })
})

describe('the server', () => {
  const value = answered([given()]).headers[0]!.value

  test('its challenges', () => {
    const options = { realm: 'home', nonce: 'n', algorithms: ['SHA-256', 'MD5'], qop: ['auth' as const], stale: true }
    expect(challenge(options)).toEqual([
      'Digest realm="home", nonce="n", algorithm=SHA-256, qop="auth", stale=TRUE',
      'Digest realm="home", nonce="n", algorithm=MD5, qop="auth", stale=TRUE',
    ])
  })

  test.each([
    ['a nonce out of date', {}, { nonce: () => 'stale' as const }, 'stale'],
    ['a nonce it never gave', {}, { nonce: () => 'unknown' as const }, 'stale'],
    ['a count used before', {}, { nonce: () => ({ count: 1 }) }, 'count was used before'],
    ['another password', {}, { kept: () => ({ password: new Secret('x') }) }, 'wrong response'],
    ['another user', {}, { kept: () => undefined }, 'unknown user'],
    ['another realm', {}, { realm: 'away' }, 'another realm'],
    ['another URI', { uri: 'sip:other' }, {}, 'another URI'],
    ['another method', { method: 'INVITE' }, {}, 'wrong response'],
    ['an algorithm not offered', {}, { algorithms: ['SHA-256'] }, 'algorithm was not offered'],
  ])('refuses %s', (_, request, over, what) => {
    const verdict = verify(value, { ...REQUEST, ...request }, known(over))
    expect(verdict.kind === 'refused' ? verdict.what : verdict.kind).toBe(what)
  })

  test.each([
    ['Basic abc', 'not Digest credentials'],
    ['Digest x', 'not Digest credentials'],
    [value.replace(/response="[^"]*"/, 'x=y'), 'a parameter is missing'],
    [value.replace('nc=00000001', 'nc=1'), 'qop without cnonce and nc'],
    [value.replace('qop=auth', 'qop=x'), 'unknown qop'],
  ])('refuses %s', (text, what) => expect(verify(text, REQUEST, known())).toEqual({ kind: 'refused', what }))
})

test('secrets are in no printed state', () => {
  const done = answered([given()])
  expect(JSON.stringify(done)).not.toMatch(/ssword/)
})
