// Ladders of subscriptions (RFC 6665 §4.1): against a scripted notifier.
import { expect, test } from 'vitest'
import { ladder } from '../../testing/ladder.ts'
import { ScriptedPeer } from '../../testing/scripted-peer.ts'
import { Stage } from '../../testing/stage.ts'
import type { SipRequest } from '../message/message.ts'

function setOut(
  answer: { readonly status: number; readonly headers?: readonly string[] } = { status: 200 },
  eager = false,
) {
  const stage = new Stage()
  const alice = stage.phone('alice', '10.0.0.1', {
    packages: { 'message-summary': 'application/simple-message-summary' },
  })
  const peer = new ScriptedPeer(stage, 'server', '10.0.0.5')
  let first: SipRequest | undefined
  let seq = 0
  peer.on('SUBSCRIBE', (request, from) => {
    first ??= request
    const asked = request.header('Expires')
    if (eager) notify('active;expires=600', 'x')
    // Each SUBSCRIBE asks for a NOTIFY (§4.2.1.2).
    else if (request.toTag !== undefined && asked !== '0') stage.later(20, () => notify('active;expires=600'))
    peer.reply(request, from, { headers: [`Expires: ${asked}`, 'Contact: <sip:10.0.0.5>'], ...answer })
  })
  const notify = (state: string, body = '', { tag = 'peer', event = 'message-summary', of = first } = {}) => {
    const lines = [
      `NOTIFY sip:alice@10.0.0.1 SIP/2.0`,
      `Via: SIP/2.0/UDP 10.0.0.5;branch=z9hG4bKn${++seq}`,
      `From: <sip:server@10.0.0.5>;tag=${tag}`,
      `To: ${of?.header('From')}`,
      `Call-ID: ${of?.callId}`,
      `CSeq: ${seq} NOTIFY`,
      'Contact: <sip:10.0.0.5>',
      `Event: ${event}`,
      `Subscription-State: ${state}`,
      ...(body === '' ? [] : ['Content-Type: application/simple-message-summary']),
    ]
    peer.send(alice.local, `${lines.join('\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
  }
  alice.do({
    ...{ kind: 'subscribe', id: 'mwi', identity: alice.identity, target: 'sip:10.0.0.5', event: 'message-summary' },
    ...{ expires: 600, headers: [], body: undefined },
  })
  const states = () =>
    alice.all('subscription-state').map(({ state, status, retryMs }) => `${state} ${status}${retryMs ? ' again' : ''}`)
  const answers = () =>
    stage.wire.filter((line) => line.endsWith('NOTIFY') && line.startsWith('alice')).map((l) => l.split(' ')[3])
  return { stage, alice, peer, notify, states, answers }
}

test('active, refreshed in its dialog, ended: each with its NOTIFY', () => {
  const { stage, alice, notify, states, peer } = setOut()
  stage.later(100, () => notify('pending;expires=600'))
  stage.later(200, () => notify('active;expires=600', 'Messages-Waiting: yes'))
  stage.run(595_000)
  expect(peer.requests('SUBSCRIBE')).toHaveLength(2)
  expect(peer.requests('SUBSCRIBE')[1]).toMatchObject({ toTag: 'peer', cseq: { number: 2 } })
  expect(peer.requests('SUBSCRIBE')[0]?.header('Accept')).toBe('application/simple-message-summary')
  alice.do({ kind: 'unsubscribe', id: 'mwi' })
  stage.later(100, () => notify('terminated;reason=timeout'))
  stage.run(700_000)
  expect(peer.requests('SUBSCRIBE')[2]?.header('Expires')).toBe('0')
  expect(states()).toEqual(['SENT 0', 'ACCEPTED 200', 'PENDING 0', 'ACTIVE 0', 'TERMINATED 0'])
  expect(alice.all('subscription-notify').map(({ body }) => body)).toEqual(['', 'Messages-Waiting: yes', '', ''])
  expect(alice.engine.counts()).toMatchObject({ subscriptions: 0, timers: 0 })
})

test('NOTIFY before the 2xx; another fork and another event are refused', () => {
  const { stage, notify, states, answers } = setOut({ status: 200 }, true)
  stage.later(500, () => notify('active', 'y', { tag: 'fork' }))
  stage.later(600, () => notify('active', 'z', { event: 'presence' }))
  stage.run(2000)
  expect(states()).toEqual(['SENT 0', 'ACTIVE 0'])
  expect(answers()).toEqual(['200', '481', '489'])
})

test.each([
  ['rejected', 'TERMINATED 0'],
  ['deactivated', 'TERMINATED 0 again'],
  ['probation;retry-after=60', 'TERMINATED 0 again'],
])('ended there: %s', (reason, expected) => {
  const { stage, notify, states } = setOut()
  stage.later(100, () => notify(`terminated;reason=${reason}`))
  stage.run(1000)
  expect(states().at(-1)).toBe(expected)
})

test.each([
  [{ status: 404 }, 'TERMINATED 404'],
  [{ status: 481 }, 'TERMINATED 481'],
  [{ status: 503, headers: ['Retry-After: 30'] }, 'TERMINATED 503 again'],
  [{ status: 200 }, 'TERMINATED 408 again'],
])('%o, and no NOTIFY', (answer, expected) => {
  const { stage, states } = setOut(answer)
  stage.run(33_000)
  expect(states()).toContain(expected)
})

test('unsubscribed before anything came: their NOTIFY gets 481', () => {
  const { stage, alice, notify, states, answers } = setOut()
  alice.do({ kind: 'unsubscribe', id: 'mwi' })
  stage.later(100, () => notify('active'))
  stage.run(60_000)
  expect(states()).toEqual(['SENT 0', 'TERMINATED 0'])
  expect(answers()).toEqual(['481'])
  expect(stage.wire.slice(0, 2)).toEqual(ladder('alice → server SUBSCRIBE\n server → alice 200 SUBSCRIBE'))
  expect(alice.engine.counts()).toMatchObject({ subscriptions: 0, timers: 0 })
})

// RFC 6665 §4.1.2.2: a notifier that was started anew knows nothing of it.
test.each([
  [481, ['TERMINATED 481 again', 'SENT 0', 'ACCEPTED 200', 'ACTIVE 0']],
  [489, ['TERMINATED 489']],
])('a refresh is refused with %i', (status, then) => {
  const { stage, peer, notify, states } = setOut()
  stage.later(100, () => notify('active;expires=600'))
  stage.run(1000)
  const before = states().length
  let forgotten: SipRequest | undefined
  peer.on('SUBSCRIBE', (request, from) => {
    if (forgotten === undefined) {
      forgotten = request
      peer.reply(request, from, { status })
      return
    }
    const asked = request.header('Expires')
    peer.reply(request, from, { status: 200, headers: [`Expires: ${asked}`, 'Contact: <sip:10.0.0.5>'] })
    stage.later(20, () => notify('active;expires=600', '', { of: request }))
  })
  stage.run(601_000)
  expect(states().slice(before)).toEqual(then)
  const asked = peer.requests('SUBSCRIBE').slice(1, 3)
  expect(forgotten?.toTag).toBe('peer')
  if (status !== 481) return
  expect(asked[1]?.toTag).toBeUndefined()
  expect(asked[1]?.callId).not.toBe(forgotten?.callId)
})
