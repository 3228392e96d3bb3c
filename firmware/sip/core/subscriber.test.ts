// Subscriptions of others (RFC 6665 §4.2): two engines, one subscribes and one tells, on a perfect network and on bad ones.
import { describe, expect, test } from 'vitest'
import { ROUGH } from '../../testing/fake-network.ts'
import { ladder } from '../../testing/ladder.ts'
import { ScriptedPeer } from '../../testing/scripted-peer.ts'
import { Stage } from '../../testing/stage.ts'

const PIDF = 'application/pidf+xml'
const body = (content: string) => ({ contentType: PIDF, content })

function setOut(stage = new Stage(), { answers = true, expires = 600 } = {}) {
  const alice = stage.phone('alice', '10.0.0.1', { packages: { presence: PIDF } })
  const bob = stage.phone('bob', '10.0.0.2', { notifies: { presence: PIDF, dialog: 'application/dialog-info+xml' } })
  const reply = (status: number, state: 'pending' | 'active' = 'active', content = 'first') => {
    const { id } = bob.last('subscriber-incoming')!
    const more = { reason: undefined, headers: [], state, body: body(content) }
    bob.do({ kind: 'answer-subscriber', id, status, ...more })
  }
  if (answers) bob.on('subscriber-incoming', () => stage.later(50, () => reply(200)))
  const tell = (content: string, state: 'pending' | 'active' | 'terminated' = 'active', reason?: string) => {
    const { id } = bob.last('subscriber-incoming')!
    bob.do({ kind: 'notify', id, state, reason, retryAfter: undefined, headers: [], body: body(content) })
  }
  const subscribe = (event = 'presence', seconds = expires) =>
    alice.do({
      ...{ kind: 'subscribe', id: 'sub', identity: alice.identity, target: `sip:bob@${bob.local.address}`, event },
      ...{ expires: seconds, headers: [], body: undefined },
    })
  const heard = () => alice.all('subscription-notify').map((event) => event.body)
  const theirs = () =>
    bob.all('subscriber-state').map(({ state, reason, cause }) => `${state} ${reason} ${cause}`.replace('  ', ' '))
  const ours = () => alice.all('subscription-state').map(({ state }) => state)
  const atRest = () => {
    expect(bob.engine.counts()).toMatchObject({
      subscribers: 0,
      timers: 0,
      serverTransactions: 0,
      clientTransactions: 0,
    })
  }
  return { stage, alice, bob, reply, tell, subscribe, heard, theirs, ours, atRest }
}

test('subscribed, told, refreshed with what is so, ended by the subscriber', () => {
  const { stage, alice, bob, tell, subscribe, heard, theirs, ours, atRest } = setOut()
  subscribe()
  stage.later(1000, () => tell('second'))
  stage.run(590_000)
  expect(bob.last('subscriber-incoming')).toMatchObject({
    event: 'presence',
    expires: 600,
    from: { address: '10.0.0.1' },
  })
  expect(heard()).toEqual(['first', 'second', 'second'])
  alice.do({ kind: 'unsubscribe', id: 'sub' })
  stage.run(660_000)
  expect(heard().at(-1)).toBe('second')
  expect(theirs()).toEqual(['active local', 'terminated timeout local'])
  expect(ours().at(-1)).toBe('TERMINATED')
  expect(stage.wire.slice(0, 6)).toEqual(
    ladder(`
      alice → bob SUBSCRIBE
      bob → alice 200 SUBSCRIBE
      bob → alice NOTIFY +
      alice → bob 200 NOTIFY
      bob → alice NOTIFY +
      alice → bob 200 NOTIFY`),
  )
  atRest()
})

test('pending, then active, then ended here with a reason', () => {
  const { stage, reply, tell, subscribe, theirs, ours, atRest } = setOut(new Stage(), { answers: false })
  subscribe()
  stage.later(100, () => reply(200, 'pending'))
  stage.later(500, () => tell('now', 'active'))
  stage.later(900, () => tell('gone', 'terminated', 'noresource'))
  stage.run(60_000)
  expect(theirs()).toEqual(['pending local', 'active local', 'terminated noresource local'])
  expect(ours()).toEqual(['SENT', 'ACCEPTED', 'PENDING', 'ACTIVE', 'TERMINATED'])
  atRest()
})

test('asked once: told once', () => {
  const { stage, alice, bob, heard, theirs, atRest } = setOut()
  const to = { identity: alice.identity, target: `sip:bob@${bob.local.address}` }
  const headers = [
    { name: 'Event', value: 'presence' },
    { name: 'Expires', value: '0' },
  ]
  alice.do({ kind: 'request', id: 'fetch', method: 'SUBSCRIBE', session: undefined, ...to, headers, body: undefined })
  stage.run(100_000)
  expect(theirs()).toEqual(['terminated timeout local'])
  expect(stage.wire.filter((line) => line === 'bob → alice NOTIFY +')).toHaveLength(1)
  expect(heard()).toEqual([])
  atRest()
})

describe('refused', () => {
  test.each<[string, string, number, number]>([
    ['an unknown package', 'weather', 600, 489],
    ['too short', 'presence', 10, 423],
  ])('%s', (_, event, seconds, status) => {
    const { stage, alice, bob, atRest } = setOut()
    const to = { identity: alice.identity, target: `sip:bob@${bob.local.address}` }
    const headers = [
      { name: 'Event', value: event },
      { name: 'Expires', value: String(seconds) },
    ]
    alice.do({ kind: 'request', id: 'r', method: 'SUBSCRIBE', session: undefined, ...to, headers, body: undefined })
    stage.run(60_000)
    expect(alice.last('request-result')).toMatchObject({ status })
    const response = alice.last('request-result')?.response
    if (status === 489) expect(response?.header('Allow-Events')).toBe('presence, dialog')
    else expect(response?.header('Min-Expires')).toBe('60')
    atRest()
  })

  test('by the application, and without its word', () => {
    const first = setOut(new Stage(), { answers: false })
    first.subscribe()
    first.stage.later(100, () => first.reply(603))
    first.stage.run(60_000)
    expect(first.alice.all('subscription-state').at(-1)).toMatchObject({ state: 'TERMINATED', status: 603 })
    first.atRest()
    const second = setOut(new Stage(), { answers: false })
    second.subscribe()
    second.stage.run(31_000)
    expect(second.alice.all('subscription-state').at(-1)).toMatchObject({ state: 'TERMINATED', status: 403 })
    second.reply(200)
    expect(second.bob.last('rejected')).toMatchObject({ reason: 'no such subscription' })
  })
})

describe('a subscriber that is a script', () => {
  function scripted(onNotify: (n: number) => number | 'silence') {
    const stage = new Stage()
    const bob = stage.phone('bob', '10.0.0.2', { notifies: { presence: PIDF } })
    bob.on('subscriber-incoming', ({ id }) => {
      const more = { reason: undefined, headers: [], body: body('first') }
      bob.do({ kind: 'answer-subscriber', id, status: 200, state: 'active', ...more })
    })
    const peer = new ScriptedPeer(stage, 'peer', '10.0.0.5')
    const seen = new Map<string, number | 'silence'>()
    peer.on('NOTIFY', (request, from) => {
      const branch = request.vias[0]!.branch ?? ''
      const status = seen.get(branch) ?? onNotify(seen.size + 1)
      seen.set(branch, status)
      if (status !== 'silence') peer.reply(request, from, { status })
    })
    const subscribe = (seq: number, to: string, expires: number, event = 'presence') =>
      peer.send(
        bob.local,
        [
          'SUBSCRIBE sip:bob@10.0.0.2 SIP/2.0',
          `Via: SIP/2.0/UDP 10.0.0.5;branch=z9hG4bKs${seq}`,
          'From: <sip:peer@10.0.0.5>;tag=p',
          `To: ${to}`,
          'Call-ID: sub',
          `CSeq: ${seq} SUBSCRIBE`,
          'Contact: <sip:peer@10.0.0.5>',
          `Event: ${event}`,
          `Expires: ${expires}`,
          'Content-Length: 0',
          '',
          '',
        ].join('\r\n'),
      )
    const to = () => peer.requests('NOTIFY')[0]?.header('From') ?? ''
    const ends = () => bob.all('subscriber-state').map(({ state, cause }) => `${state} ${cause}`)
    const statuses = () => peer.received.flatMap((m) => (m.kind === 'response' ? [m.status] : []))
    const told = () => peer.requests('NOTIFY').map((r) => r.header('Subscription-State'))
    subscribe(1, '<sip:bob@10.0.0.2>', 100)
    stage.run(1000)
    return { stage, bob, peer, subscribe, to, ends, statuses, told }
  }

  test('its time runs out', () => {
    const { stage, bob, ends, told } = scripted(() => 200)
    stage.run(200_000)
    expect(told()).toEqual(['active;expires=100', 'terminated;reason=timeout'])
    expect(ends()).toEqual(['active local', 'terminated local'])
    expect(bob.engine.counts()).toMatchObject({ subscribers: 0, timers: 0 })
  })

  test('refreshed, out of order, too short, of another event, after the end', () => {
    const { stage, subscribe, to, statuses, told } = scripted(() => 200)
    subscribe(3, to(), 200)
    stage.run(2000)
    subscribe(2, to(), 200)
    stage.run(3000)
    subscribe(4, to(), 5)
    stage.run(4000)
    subscribe(5, to(), 100, 'dialog')
    stage.run(5000)
    subscribe(6, to(), 0)
    stage.run(6000)
    subscribe(7, to(), 100)
    stage.run(7000)
    expect(statuses()).toEqual([200, 200, 500, 423, 481, 200, 481])
    expect(told()).toEqual(['active;expires=100', 'active;expires=200', 'terminated;reason=timeout'])
  })

  test.each<[number | 'silence', string]>([
    [481, 'remote'],
    [500, 'remote'],
    ['silence', 'timeout'],
  ])('NOTIFY answered by %s ends it', (status, cause) => {
    const { stage, bob, ends } = scripted(() => status)
    stage.run(90_000)
    expect(ends()).toEqual(['active local', `terminated ${cause}`])
    expect(bob.engine.counts()).toMatchObject({ subscribers: 0, timers: 0 })
  })

  test('while a NOTIFY waits for its answer the newest alone waits behind it', () => {
    const { stage, bob, peer } = scripted((n) => (n === 1 ? 'silence' : 200))
    const { id } = bob.last('subscriber-incoming')!
    const tell = (content: string) =>
      bob.do({
        ...{ kind: 'notify', id, state: 'active', reason: undefined, retryAfter: undefined },
        headers: [],
        body: body(content),
      })
    tell('second')
    tell('third')
    const first = peer.requests('NOTIFY')[0]!
    stage.run(1500)
    peer.reply(first, bob.local, { status: 200 })
    stage.run(3000)
    expect([...new Set(peer.requests('NOTIFY').map((r) => r.body))]).toEqual(['first', 'third'])
  })
})

test('commands that make no sense', () => {
  const { stage, bob, reply, subscribe } = setOut(new Stage(), { answers: false })
  const why = () => bob.last('rejected')?.reason
  subscribe()
  stage.run(500)
  const { id } = bob.last('subscriber-incoming')!
  const telling = { state: 'active', reason: undefined, retryAfter: undefined, headers: [], body: undefined } as const
  bob.do({ kind: 'notify', id, ...telling })
  expect(why()).toBe('that SUBSCRIBE has no answer yet')
  bob.do({
    kind: 'answer-subscriber',
    id,
    status: 180,
    reason: undefined,
    headers: [],
    state: 'active',
    body: undefined,
  })
  expect(why()).toBe('no such status for this request')
  reply(200)
  reply(200)
  expect(why()).toBe('that SUBSCRIBE has its answer')
  bob.do({ kind: 'notify', id, ...telling, reason: 'Because I say' })
  expect(why()).toBe('a reason that cannot be sent')
  bob.do({ kind: 'notify', id, ...telling, state: 'terminated' })
  bob.do({ kind: 'notify', id, ...telling })
  expect(why()).toBe('that subscription has ended')
  bob.do({ kind: 'notify', id: 'nobody', ...telling })
  expect(why()).toBe('no such subscription')
})

test('under loss, duplication and reordering the last word arrives, and both come to rest', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const { stage, alice, bob, tell, subscribe, heard } = setOut(new Stage(seed, ROUGH))
    subscribe()
    for (let n = 1; n <= 5; n++) stage.later(20_000 * n, () => bob.engine.counts().subscribers > 0 && tell(`word ${n}`))
    stage.run(400_000)
    if (bob.engine.counts().subscribers > 0) expect([heard().at(-1), seed]).toEqual(['word 5', seed])
    alice.do({ kind: 'unsubscribe', id: 'sub' })
    stage.run(2_000_000)
    expect([bob.engine.counts(), seed]).toMatchObject([{ subscribers: 0, timers: 0 }, seed])
    expect([alice.engine.counts(), seed]).toMatchObject([{ subscriptions: 0, timers: 0 }, seed])
  }
})
