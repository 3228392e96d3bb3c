// Subscriptions through the user agent and the real engine, in virtual time: a scripted notifier keeps voice mail.
import { expect, test } from 'vitest'
import { seededRng } from '../base/rng.ts'
import type { SipEvent } from '../sip/core/contract.ts'
import type { SipRequest } from '../sip/message/message.ts'
import { ScriptedPeer } from '../testing/scripted-peer.ts'
import { Stage } from '../testing/stage.ts'
import { ALICE, UA_CONFIG } from '../testing/ua-script.ts'
import type { UaCommand, UaEvent, UaInput, UaOutput } from './contract.ts'
import { createUserAgent } from './user-agent.ts'

const EVENTS: readonly SipEvent['kind'][] = ['subscription-state', 'subscription-notify', 'rejected']
const AS_ASKED: Extract<UaCommand, { kind: 'subscribe' }> = {
  kind: 'subscribe',
  subscription: 'mail',
  account: 'a',
  target: 'sip:mail@10.0.0.5',
  event: 'message-summary',
  expires: 600,
  headers: [],
}

function setOut(reply: { readonly status: number; readonly headers?: readonly string[] } = { status: 200 }) {
  const stage = new Stage()
  const phone = stage.phone('alice', '10.0.0.1', {
    packages: { 'message-summary': 'application/simple-message-summary' },
  })
  const ua = createUserAgent(UA_CONFIG, seededRng(1))
  const heard: UaEvent[] = []
  const feed = (input: UaInput) => {
    const out: UaOutput[] = []
    ua.handle(input, stage.now, out)
    for (const output of out) {
      if (output.to === 'app') heard.push(output.event)
      if (output.to === 'sip') phone.do(output.command)
    }
  }
  for (const kind of EVENTS) phone.on(kind, (event) => feed({ from: 'sip', event }))
  const app = (command: UaCommand) => feed({ from: 'app', command })

  const peer = new ScriptedPeer(stage, 'mail', '10.0.0.5')
  let last: SipRequest | undefined
  let seq = 0
  peer.on('SUBSCRIBE', (request, from) => {
    last = request
    const asked = request.header('Expires')
    peer.reply(request, from, { headers: [`Expires: ${asked}`, 'Contact: <sip:10.0.0.5>'], ...reply })
    if (reply.status < 300) stage.later(20, () => notify(asked === '0' ? 'terminated;reason=timeout' : 'active'))
  })
  const notify = (state: string, body = '') => {
    const head = [
      `NOTIFY ${last?.header('Contact')?.replace(/^<|>.*$/g, '')} SIP/2.0`,
      `Via: SIP/2.0/UDP 10.0.0.5;branch=z9hG4bKn${++seq}`,
      `From: <sip:mail@10.0.0.5>;tag=peer`,
      ...[`To: ${last?.header('From')}`, `Call-ID: ${last?.callId}`, `CSeq: ${seq} NOTIFY`],
      ...['Contact: <sip:10.0.0.5>', 'Event: message-summary', `Subscription-State: ${state}`],
      ...(body === '' ? [] : ['Content-Type: application/simple-message-summary']),
    ]
    peer.send(phone.local, `${head.join('\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
  }
  app({ kind: 'set-account', account: 'a', config: { ...ALICE, registrar: undefined } })
  const subscribe = (change: Partial<typeof AS_ASKED> = {}) => app({ ...AS_ASKED, ...change })
  const told = () =>
    heard.flatMap((e) => {
      if (e.kind === 'subscription-state')
        return `${e.state} ${e.status}${e.retryMs === undefined ? '' : ' again'}${e.final ? ' final' : ''}`
      if (e.kind === 'subscription-notify') return `${e.contentType}: ${e.body}`
      return e.kind === 'refused' ? `refused ${e.command} ${e.subject}: ${e.reason}` : []
    })
  return { stage, phone, peer, app, subscribe, notify, heard, told }
}

test('active, told of, refreshed, given up', () => {
  const { stage, phone, peer, app, subscribe, notify, told, heard } = setOut()
  subscribe({ headers: [{ name: 'X-Box', value: '7' }] })
  stage.later(100, () => notify('active;expires=600', 'Messages-Waiting: yes'))
  stage.run(595_000)
  const [first, refresh] = peer.requests('SUBSCRIBE')
  expect(first?.header('X-Box')).toBe('7')
  expect(first?.header('Accept')).toBe('application/simple-message-summary')
  expect(refresh?.toTag).toBe('peer')
  app({ kind: 'unsubscribe', subscription: 'mail' })
  stage.run(640_000)
  expect(told()).toEqual([
    ...['SENT 0', 'ACCEPTED 200', 'ACTIVE 0', 'application/simple-message-summary: Messages-Waiting: yes'],
    'TERMINATED 0 final',
  ])
  expect(heard[0]).toMatchObject({ subscription: 'mail', account: 'a', previous: 'NULL' })
  expect(phone.engine.counts()).toMatchObject({ subscriptions: 0, timers: 0 })
  app({ kind: 'unsubscribe', subscription: 'mail' })
  expect(told().at(-1)).toBe('refused unsubscribe mail: unknown subscription')
})

test('ended there for good, the name is free; ended for now, it is tried anew, until given up', () => {
  const { stage, app, subscribe, notify, told, peer } = setOut()
  subscribe()
  stage.later(100, () => notify('terminated;reason=rejected'))
  stage.run(1000)
  expect(told().at(-1)).toBe('TERMINATED 0 final')
  subscribe({ target: 'sip:other@10.0.0.5' })
  stage.later(100, () => notify('terminated;reason=probation;retry-after=60'))
  stage.run(2000)
  expect(told().at(-1)).toBe('TERMINATED 0 again')
  stage.run(63_000)
  expect(told().at(-1)).toBe('ACTIVE 0')
  expect(peer.requests('SUBSCRIBE')).toHaveLength(3)
  app({ kind: 'unsubscribe', subscription: 'mail' })
  stage.run(64_000)
  expect(told().at(-1)).toBe('TERMINATED 0 final')
})

test('given up while it waits to be tried again: nothing more is sent', () => {
  const { stage, app, subscribe, told, peer, phone } = setOut({ status: 503, headers: ['Retry-After: 30'] })
  subscribe()
  stage.run(1000)
  app({ kind: 'unsubscribe', subscription: 'mail' })
  stage.run(100_000)
  expect(told()).toEqual(['SENT 0', 'TERMINATED 503 again', 'TERMINATED 0 final'])
  expect(peer.requests('SUBSCRIBE')).toHaveLength(1)
  expect(phone.engine.counts()).toMatchObject({ subscriptions: 0, timers: 0 })
})

test('a subscription refused there', () => {
  const { stage, subscribe, told } = setOut({ status: 489 })
  subscribe()
  stage.run(1000)
  expect(told()).toEqual(['SENT 0', 'TERMINATED 489 final'])
})

test('an account that goes ends what it has subscribed to', () => {
  const { stage, app, subscribe, told, peer } = setOut()
  subscribe()
  stage.run(1000)
  app({ kind: 'remove-account', account: 'a' })
  stage.run(2000)
  expect(peer.requests('SUBSCRIBE').at(-1)?.header('Expires')).toBe('0')
  expect(told().at(-1)).toBe('TERMINATED 0 final')
})

test('the same again refreshes at once; something else under that name is refused', () => {
  const { stage, subscribe, told, peer } = setOut()
  subscribe()
  stage.run(1000)
  subscribe({ expires: 900 })
  subscribe({ target: 'sip:other@10.0.0.5' })
  stage.run(2000)
  expect(peer.requests('SUBSCRIBE').map((request) => request.header('Expires'))).toEqual(['600', '900'])
  expect(told().at(-1)).toBe('refused subscribe mail: name in use')
})

test.each<[string, Partial<typeof AS_ASKED>, string]>([
  ['a package not configured', { event: 'presence' }, 'no such event package'],
  ['a package by the name of a property', { event: 'constructor' }, 'no such event package'],
  ['no time', { expires: 0 }, 'expires must be positive'],
  ['an unknown account', { account: 'b' }, 'unknown account'],
  ['no address', { target: '' }, 'no number'],
  ['a header that is none', { headers: [{ name: 'X\r\nY', value: '' }] }, 'not a header field: "X\\r\\nY"'],
  ['a name of the engine', { subscription: 'in:1' }, 'not a name for a subscription'],
])('%s is refused, and leaves nothing', (_name, change, why) => {
  const { stage, subscribe, told, peer } = setOut()
  subscribe(change)
  expect(told()).toEqual([`refused subscribe ${change.subscription ?? 'mail'}: ${why}`])
  subscribe()
  stage.run(1000)
  expect(told().slice(1)).toEqual(['SENT 0', 'ACCEPTED 200', 'ACTIVE 0'])
  expect(peer.requests('SUBSCRIBE')).toHaveLength(1)
})

test('128 at once', () => {
  const { subscribe, told } = setOut()
  for (let i = 0; i < 129; i++) subscribe({ subscription: `s${i}` })
  expect(told().filter((line) => line !== 'SENT 0')).toEqual(['refused subscribe s128: too many subscriptions'])
})
