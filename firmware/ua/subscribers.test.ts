// Subscribers through the user agent: what the application hears and may say, and what becomes of them with their account.
import { expect, test } from 'vitest'
import { request, uaScript } from '../testing/ua-script.ts'

const body = { contentType: 'application/pidf+xml', content: 'open' }

function setOut(accounts = true) {
  const ua = uaScript()
  if (accounts) ua.account()
  const from = { address: '10.0.0.9', port: 5060 }
  const subscribe = request('SUBSCRIBE', ['Event: presence', 'Expires: 600'], '')
  ua.lines()
  ua.sip({ kind: 'subscriber-incoming', id: 'in:1', request: subscribe, event: 'presence', expires: 600, from })
  const answer = (status = 200) =>
    ua.app({
      kind: 'answer-subscriber',
      subscriber: 'in:1',
      status,
      reason: undefined,
      headers: [],
      state: 'active',
      body,
    })
  const tell = (state: 'active' | 'terminated' = 'active') =>
    ua.app({ kind: 'notify', subscriber: 'in:1', state, reason: undefined, retryAfter: undefined, headers: [], body })
  const state = (now: 'active' | 'terminated') =>
    ua.sip({ kind: 'subscriber-state', id: 'in:1', state: now, reason: '', cause: 'local' })
  return { ua, answer, tell, state }
}

test('of a lone account, at the address the host has now', () => {
  const { ua } = setOut(false)
  ua.account('a', { registrar: undefined })
  ua.app({ kind: 'move', mediaAddress: '192.0.2.7' })
  const from = { address: '10.0.0.9', port: 5060 }
  for (const [id, to] of [
    ['in:2', '192.0.2.1'],
    ['in:3', '192.0.2.7'],
  ] as const) {
    const subscribe = request('SUBSCRIBE', ['Event: presence'], '', to)
    ua.sip({ kind: 'subscriber-incoming', id, request: subscribe, event: 'presence', expires: 600, from })
  }
  expect(ua.lines().slice(-2)).toEqual([
    'sip answer-subscriber in:2 404 active -',
    'app subscriber in:3 for a presence 600',
  ])
})

test('heard, answered, told, over', () => {
  const { ua, answer, tell, state } = setOut()
  expect(ua.heard.at(-1)).toMatchObject({
    ...{
      kind: 'subscriber-incoming',
      subscriber: 'in:1',
      account: 'a',
      event: 'presence',
      expires: 600,
      answerMs: 30_000,
    },
    peer: { number: 'bob', display: 'Bob' },
  })
  answer()
  state('active')
  tell()
  tell('terminated')
  state('terminated')
  expect(ua.lines()).toEqual([
    'app subscriber in:1 for a presence 600',
    'sip answer-subscriber in:1 200 active open',
    'app in:1 -> active local',
    'sip notify in:1 active open',
    'sip notify in:1 terminated open',
    'app in:1 -> terminated local',
  ])
  tell()
  expect(ua.lines().at(-1)).toBe('app refused notify in:1: unknown subscriber')
})

test('nobody’s: 404 without a word', () => {
  const { ua } = setOut(false)
  expect(ua.lines().at(-1)).toBe('sip answer-subscriber in:1 404 active -')
})

test('refused by the application: nothing more of it', () => {
  const { ua, answer, tell } = setOut()
  answer(603)
  tell()
  expect(ua.lines().slice(-2)).toEqual([
    'sip answer-subscriber in:1 603 active open',
    'app refused notify in:1: unknown subscriber',
  ])
})

test('its account goes: refused when it waits, told when it was taken', () => {
  const waiting = setOut()
  waiting.ua.app({ kind: 'remove-account', account: 'a' })
  expect(waiting.ua.lines()).toContain('sip answer-subscriber in:1 404 active -')
  const taken = setOut()
  taken.answer()
  taken.ua.app({ kind: 'remove-account', account: 'a' })
  expect(taken.ua.lines()).toContain('sip notify in:1 terminated -')
})

test('too late: the engine has given it up', () => {
  const { ua, answer, tell } = setOut()
  answer()
  ua.sip({ kind: 'rejected', command: 'answer-subscriber', id: 'in:1', reason: 'no such subscription' })
  expect(ua.lines().at(-1)).toBe('app refused answer-subscriber in:1: no such subscription')
  tell()
  expect(ua.lines().at(-1)).toBe('app refused notify in:1: unknown subscriber')
})
