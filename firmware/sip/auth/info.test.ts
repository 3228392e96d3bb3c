// Authentication-Info: the next nonce is used, the server's proof is checked against the server's own half.
import { describe, expect, test } from 'vitest'
import { seededRng } from '../../base/rng.ts'
import { Secret } from '../../base/secret.ts'
import type { SipResponse } from '../message/message.ts'
import { parseMessage } from '../message/parse.ts'
import { authorize, NO_AUTH, preauthorize } from './authorize.ts'
import { type Challenge, parseAuth } from './challenge.ts'
import { learn } from './info.ts'
import { info, verify } from './server.ts'

const REQUEST = { method: 'REGISTER', uri: 'sip:home', body: '', hops: ['home'] }
const CREDENTIALS = [{ realm: '*', username: 'alice', password: new Secret('pw') }]
const NAMES = ['MD5', 'MD5-sess', 'SHA-256-sess', 'SHA-512-256'] as const
const response = (body: string, ...lines: string[]): SipResponse => {
  const head = ['SIP/2.0 200 OK', 'Via: SIP/2.0/UDP h', 'From: <sip:a@b>;tag=1', 'To: <sip:a@b>', 'Call-ID: x']
  const result = parseMessage([...head, 'CSeq: 1 REGISTER', ...lines, '', body].join('\r\n'))
  if (!result.ok || result.value.kind !== 'response') throw new Error('not a response')
  return result.value
}
const given = (over: Partial<Challenge>): Challenge => ({
  ...{ proxy: false, realm: 'home', nonce: 'n1', opaque: undefined, stale: false, algorithm: undefined, qop: ['auth'] },
  ...{ userhash: false, utf8: false, domain: [], ...over },
})
function sent(...list: Partial<Challenge>[]) {
  const done = authorize(list.map(given), REQUEST, CREDENTIALS, seededRng(1), NO_AUTH)
  if (!done.ok) throw new Error(done.error.what)
  return done.value
}
function infoFor(value: string, body: string, nextNonce?: string, password = 'pw') {
  const verdict = verify(value, REQUEST, {
    ...{ realm: 'home', algorithms: NAMES, nonce: () => ({ count: 0 }) },
    kept: () => ({ password: new Secret(password) }),
  })
  if (verdict.kind !== 'accepted') throw new Error(verdict.kind)
  return info(verdict, body, nextNonce)
}
const param = (value: string, name: string) => {
  const parsed = parseAuth(value)
  return parsed.ok ? parsed.value[0]!.params.get(name) : undefined
}

describe.each(NAMES)('%s', (algorithm) => {
  test.each([[['auth']], [['auth-int']], [undefined]])(
    'qop %j: the proof holds, the next request takes the next nonce',
    (qop) => {
      const { headers, state } = sent({ algorithm, qop })
      const value = infoFor(headers[0]!.value, 'body', 'n2')
      const learned = learn(response('body', `Authentication-Info: ${value}`), REQUEST, state)
      expect(learned.unproven).toBeUndefined()
      const next = preauthorize(REQUEST, CREDENTIALS, learned.state).headers[0]!.value
      expect([param(next, 'nonce'), param(next, 'nc')]).toEqual(['n2', qop && '00000001'])
      // A -sess goes on with the key of its first nonce: whoever knows only the password cannot tell (RFC 7616 §3.4.2).
      if (!algorithm.endsWith('-sess')) expect(infoFor(next, '')).toContain('rspauth')
    },
  )
})

test('a wrong proof is told, its nonce not used and the session forgotten', () => {
  const { headers, state } = sent({ qop: ['auth-int'] })
  const value = infoFor(headers[0]!.value, 'body', 'n2')
  const learned = learn(response('another', `Authentication-Info: ${value}`), REQUEST, state)
  expect(learned.unproven).toBe('home')
  expect(learned.state.sessions).toEqual([])
})

test('of several proxies, the one whose cnonce it is; without a cnonce nobody, when there are several', () => {
  const { headers, state } = sent({ proxy: true }, { proxy: true, realm: 'away', nonce: 'a1' }, { nonce: 's1' })
  const cnonce = param(headers[1]!.value, 'cnonce')
  const nonces = (line: string) =>
    learn(response('', line), REQUEST, state).state.sessions.map(({ challenge }) => challenge.nonce)
  expect(nonces(`Proxy-Authentication-Info: nextnonce="a2", cnonce="${cnonce}"`)).toEqual(['n1', 'a2', 's1'])
  expect(nonces('Proxy-Authentication-Info: nextnonce="a2"')).toEqual(['n1', 'a1', 's1'])
  expect(nonces('Authentication-Info: nextnonce="s2"')).toEqual(['n1', 'a1', 's2'])
})

test.each(['', 'nextnonce', 'Digest nextnonce="x"', 'rspauth="'])('%j teaches nothing', (line) => {
  const { state } = sent({})
  expect(learn(response('', `Authentication-Info: ${line}`), REQUEST, state)).toEqual({ state, unproven: undefined })
})
