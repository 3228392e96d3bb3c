// Challenges an account has no proof for, as lines.
import { expect, test } from 'vitest'
import { Secret } from '../base/secret.ts'
import { challenges } from '../sip/auth/challenge.ts'
import type { SipEvent } from '../sip/core/contract.ts'
import { parseMessage } from '../sip/message/parse.ts'
import { uaScript } from '../testing/ua-script.ts'

function asked(change: Partial<Extract<SipEvent, { kind: 'challenged' }>> = {}) {
  const ua = uaScript()
  ua.account('a', { challenges: 'ask' })
  const [register] = ua.sent.filter(({ kind }) => kind === 'register')
  const { identity } = register as Extract<typeof register, { kind: 'register' }>
  ua.call('o')
  ua.state('o', 'CALLING')
  ua.lines()
  const lines = [
    'SIP/2.0 407 Who?',
    'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1',
    'From: <sip:a@b>;tag=1',
    'To: <sip:b@b>',
  ]
  const digest = 'Proxy-Authenticate: Digest realm="Gr\xc3\xbc\xc3\x9fe", nonce="n", qop="auth", algorithm=SHA-256'
  const text = [...lines, 'Call-ID: 1', 'CSeq: 1 INVITE', digest, 'Content-Length: 0', '', ''].join('\r\n')
  const response = parseMessage(text)
  if (!response.ok || response.value.kind !== 'response') throw new Error('bad response in a test')
  const { contactUser } = identity
  ua.sip({
    ...{ kind: 'challenged', id: 'c1', of: 'o', contactUser, method: 'INVITE', uri: 'sip:bob@b', own: 'none' },
    ...{ challenges: challenges(response.value), response: response.value, answerMs: 60_000 },
    ...change,
  })
  return { ua, identity }
}

test('an account that asks says so of its registration and its calls, and proves itself where it can', () => {
  const { ua, identity } = asked()
  expect(identity).toMatchObject({ challengeMs: 60_000, provesItself: true })
  expect(ua.sent.find(({ kind }) => kind === 'invite')).toMatchObject({ identity: { challengeMs: 60_000 } })
  ua.account('a', { challenges: 'end' })
  const registers = ua.sent.filter(({ kind }) => kind === 'register')
  expect(registers).toHaveLength(2)
  expect(registers[1]).not.toHaveProperty('identity.challengeMs')
})

test('what is asked is told with the call it is of, and the word goes on as it is', () => {
  const { ua } = asked()
  expect(ua.lines()).toEqual(['app challenge c1 for a o INVITE 407 Grüße none'])
  expect(ua.heard.at(-1)).toMatchObject({
    challenges: [{ realm: 'Grüße', algorithm: 'SHA-256', proxy: true, stale: false, nonce: 'n', qop: ['auth'] }],
    ...{ uri: 'sip:bob@b', default: 'refuse', answerMs: 60_000 },
  })
  const answer = { credentials: [{ realm: '*', username: 'x', password: new Secret('y') }] }
  ua.app({ kind: 'authorize', challenge: 'c1', answer })
  expect(ua.sent.at(-1)).toEqual({ kind: 'authorize', id: 'c1', answer })
  ua.lines()
  ua.sip({ kind: 'rejected', command: 'authorize', id: 'c1', reason: 'no credentials for the realm' })
  expect(ua.lines()).toEqual(['app refused authorize c1: no credentials for the realm'])
})

test('of a registration: without a call', () => {
  const { ua } = asked({ of: 'a#1', method: 'REGISTER', own: 'refused' })
  expect(ua.lines()).toEqual(['app challenge c1 for a - REGISTER 407 Grüße refused'])
})

test('of an account that is gone: nobody is asked', () => {
  const { ua } = asked({ contactUser: 'gone' })
  expect(ua.lines()).toEqual(['sip authorize c1'])
  expect(ua.sent.at(-1)).toEqual({ kind: 'authorize', id: 'c1', answer: undefined })
})
