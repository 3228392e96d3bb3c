// Calls of ours that are sent on, by what the account says; and calls we send on.
import { describe, expect, test } from 'vitest'
import { parseNameAddr } from '../sip/message/name-addr.ts'
import { isSip } from '../sip/message/uri.ts'
import { invite, sdp, uaScript } from '../testing/ua-script.ts'
import type { AccountConfig } from './contract.ts'

function redirected(redirects: AccountConfig['redirects']) {
  const ua = uaScript()
  ua.account('a', redirects === undefined ? {} : { redirects })
  ua.call('o')
  ua.state('o', 'CALLING')
  ua.lines()
  const targets = ['"Carol" <sip:carol@x>;q=0.5', '<sip:dan@x>'].map((text) => {
    const read = parseNameAddr(text)
    if (!read.ok || !isSip(read.value.uri)) throw new Error(text)
    return { ...read.value, uri: read.value.uri, q: 0.5 }
  })
  const message = { status: 302, headers: () => [], header: () => undefined } as never
  ua.sip({ kind: 'session-redirected', id: 'o', targets, message })
  return ua
}
const ASKED = 'app o redirect 302 sip:carol@x sip:dan@x refuse 5000'

describe('the account', () => {
  test.each([
    ['follows', undefined, ['sip redirect o sip:carol@x sip:dan@x']],
    ['follows when told so', 'follow', ['sip redirect o sip:carol@x sip:dan@x']],
    ['asks', 'ask', [ASKED]],
  ] as const)('%s', (_name, policy, lines) => expect(redirected(policy).lines()).toEqual(lines))

  test('refuses: the engine is told with the INVITE', () => {
    const ua = uaScript()
    ua.account('a', { redirects: 'refuse' })
    ua.call('o')
    expect(ua.sent.find((each) => each.kind === 'invite')?.asksOn).toBe(false)
  })
})

describe('asked', () => {
  test.each([
    ['all', undefined, ['sip redirect o sip:carol@x sip:dan@x']],
    ['one', ['sip:dan@x'], ['sip redirect o sip:dan@x']],
    ['none', [], ['sip redirect o -']],
    ['another', ['sip:eve@x'], ['app refused redirect o: not one of the targets: sip:eve@x']],
  ])('%s', (_name, targets, lines) => {
    const ua = redirected('ask')
    ua.lines()
    ua.app({ kind: 'redirect', call: 'o', targets })
    expect(ua.lines()).toEqual(lines)
  })

  test('not answered in time, or answered twice', () => {
    const ua = redirected('ask')
    ua.lines()
    expect(ua.deadline()).toBe(5000)
    ua.wake(5000)
    ua.app({ kind: 'redirect', call: 'o', targets: undefined })
    expect(ua.lines()).toEqual(['sip redirect o -', 'app refused redirect o: nobody sends it on'])
  })

  test('the call ends meanwhile', () => {
    const ua = redirected('ask')
    ua.state('o', 'DISCONNECTED', 487, 'local')
    ua.lines()
    ua.wake(5000)
    expect(ua.lines()).toEqual([])
  })
})

test('who is called then is told', () => {
  const ua = redirected('follow')
  ua.lines()
  const state = { previous: 'CALLING', status: 302, reason: '', cause: 'remote', message: undefined } as const
  ua.sip({ kind: 'session-state', id: 'o', state: 'CALLING', ...state, target: 'sip:carol@x' })
  expect(ua.lines()).toEqual(['app o is  carol by Contact', 'app o calling -> calling 302 remote'])
})

test('a call sent on from one of our accounts to another is for that one', () => {
  const ua = uaScript()
  ua.account('a')
  ua.account('b', { aor: 'sip:bob@example.com' })
  ua.lines()
  ua.incoming('in:1', sdp(), invite('sip:bob@example.com', '<sip:alice@example.com>'))
  expect(ua.lines()).toContain('app incoming in:1 for b from Bob bob')
})

describe('a call that comes is sent on', () => {
  const forward = (to: readonly string[], reason = 'unconditional') => {
    const ua = uaScript()
    ua.account()
    ua.incoming('in:1', sdp())
    ua.lines()
    ua.app({ kind: 'forward', call: 'in:1', to, reason })
    const sent = ua.sent.find((each) => each.kind === 'respond')
    return sent ? [sent.status, ...sent.headers.map(({ name, value }) => `${name}: ${value}`)] : ua.lines()
  }
  test('to one', () =>
    expect(forward(['102'], 'user-busy')).toEqual([
      302,
      'Contact: <sip:102@example.com>',
      'Diversion: <sip:alice@example.com>;reason=user-busy',
    ]))
  test('to several, best first', () =>
    expect(forward(['102', 'sip:bob@x']).slice(1, 3)).toEqual([
      'Contact: <sip:102@example.com>;q=1.0',
      'Contact: <sip:bob@x>;q=0.9',
    ]))
  test.each([
    [[], 'unconditional', '1 to 8 addresses'],
    [['102'], 'no answer', 'the reason is no token'],
    [['sip:@'], 'unconditional', 'not a SIP address'],
  ])('not to %j for %s', (to, reason, why) => expect(forward(to, reason)).toEqual([`app refused forward in:1: ${why}`]))
})
