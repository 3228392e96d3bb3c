// Fail-over per transaction (RFC 3263 §4.3): ladders of what reaches which server, and what becomes of those given up.
import { expect, test } from 'vitest'
import { flaws, ladder } from '../../testing/ladder.ts'
import { ScriptedPeer } from '../../testing/scripted-peer.ts'
import { Stage } from '../../testing/stage.ts'
import { zone } from '../../testing/zone.ts'
import type { SipRequest } from '../message/message.ts'

const ZONE = zone(`
  _sip._udp.example.com SRV 10 0 5060 one.example.com
  _sip._udp.example.com SRV 20 0 5060 two.example.com
  one.example.com A 10.0.0.11
  two.example.com A 10.0.0.12
  alone.example.com A 10.0.0.11`)

function setOut(stage = new Stage()) {
  stage.zone = ZONE
  const alice = stage.phone('alice', '10.0.0.1')
  const one = new ScriptedPeer(stage, 'one', '10.0.0.11')
  const two = new ScriptedPeer(stage, 'two', '10.0.0.12')
  for (const peer of [one, two])
    for (const method of ['BYE', 'CANCEL'])
      peer.on(method, (request, from) => peer.reply(request, from, { status: 200 }))
  const takes = (peer: ScriptedPeer, tag: string) => ({
    ...{ status: 200, tag, body: 'answer' },
    headers: [`Contact: <sip:${tag}@${peer.local.address}>`],
  })
  const ask = (id: string, method = 'MESSAGE', target = 'sip:bob@example.com') =>
    alice.do({
      ...{ kind: 'request', id, method, session: undefined, identity: alice.identity, target },
      ...{ headers: [], body: undefined },
    })
  const result = () => alice.last('request-result')
  return { stage, alice, one, two, takes, ask, result }
}

const BOB = 'sip:bob@example.com'
const branchOf = (request: SipRequest | undefined) => request?.vias[0]?.branch

test('a silent server has four seconds; then the same INVITE goes to the next with a new branch', () => {
  const { stage, alice, one, two, takes } = setOut()
  two.on('INVITE', (request, from) => two.reply(request, from, takes(two, 'two')))
  alice.call('call', BOB)
  alice.end('call', 6000)
  stage.run(600_000)
  expect(stage.wire).toEqual(
    ladder(`
      alice → one   INVITE +
      alice → one   INVITE +
      alice → one   INVITE +
      alice → one   INVITE +
      alice → two   INVITE +
      two → alice   200 INVITE +
      alice → two   ACK
      alice → two   BYE
      two → alice   200 BYE`),
  )
  expect(stage.timed[4]).toMatch(/^40\d\d /)
  const [first, second] = [one.requests('INVITE')[0], two.requests('INVITE')[0]]
  expect([second?.callId, second?.cseq, second?.fromTag]).toEqual([first?.callId, first?.cseq, first?.fromTag])
  expect(branchOf(second)).not.toBe(branchOf(first))
  expect(alice.all('session-state').find(({ state }) => state === 'CONNECTING')?.tries).toEqual([
    { server: 'UDP 10.0.0.11:5060', what: 'no answer' },
  ])
  expect(flaws(stage)).toEqual([])
})

test('the only server has the 32 s of timer B', () => {
  const { stage, alice, one } = setOut()
  alice.call('call', 'sip:bob@alone.example.com')
  stage.run(31_999)
  expect(alice.states('call')).toBe('CALLING')
  stage.run(600_000)
  expect(one.received).toHaveLength(7)
  expect(alice.last('session-state')).toMatchObject({
    ...{ state: 'DISCONNECTED', status: 408, cause: 'timeout' },
    tries: [{ server: 'UDP 10.0.0.11:5060', what: 'no answer' }],
  })
})

test('a provisional response is a sign of life: nobody else is tried', () => {
  const { stage, alice, one, two, takes } = setOut()
  one.on('INVITE', (request, from) => {
    one.reply(request, from, { status: 100 })
    stage.later(20_000, () => one.reply(request, from, takes(one, 'one')))
  })
  alice.call('call', BOB)
  alice.end('call', 25_000)
  stage.run(600_000)
  expect(two.received).toHaveLength(0)
  expect(alice.states('call')).toBe('CALLING CONNECTING CONFIRMED DISCONNECTING DISCONNECTED')
  expect(flaws(stage)).toEqual([])
})

test('given up, it rings after all: it is cancelled as soon as it says so', () => {
  const { stage, alice, one, two, takes } = setOut()
  let invited: () => void = () => {}
  one.on('INVITE', (request, from) => {
    if (one.requests('INVITE').length === 1) stage.later(5000, () => one.reply(request, from, { status: 180 }))
    invited = () => one.reply(request, from, { status: 487 })
  })
  one.on('CANCEL', (request, from) => {
    one.reply(request, from, { status: 200 })
    invited()
  })
  two.on('INVITE', (request, from) => stage.later(2000, () => two.reply(request, from, takes(two, 'two'))))
  alice.call('call', BOB)
  alice.end('call', 10_000)
  stage.run(600_000)
  const late = stage.wire.slice(stage.wire.indexOf('one → alice 180 INVITE'))
  expect(late.slice(0, 5)).toEqual(
    ladder(`
      one → alice   180 INVITE
      alice → one   CANCEL
      one → alice   200 CANCEL
      one → alice   487 INVITE
      alice → one   ACK`),
  )
  expect(branchOf(one.requests('CANCEL')[0])).toBe(branchOf(one.requests('INVITE')[0]))
  expect(alice.states('call')).toBe('CALLING CONNECTING CONFIRMED DISCONNECTING DISCONNECTED')
  expect(flaws(stage)).toEqual([])
})

test.each([
  ['before the other server', 4500],
  ['after the other server', 8000],
  ['when all is over', 20_000],
])('given up, it takes the call %s: acknowledged and ended there', (_when, delay) => {
  const { stage, alice, one, two, takes } = setOut()
  one.on('INVITE', (request, from) => {
    if (one.requests('INVITE').length === 1) stage.later(delay, () => one.reply(request, from, takes(one, 'one')))
  })
  two.on('INVITE', (request, from) => stage.later(2000, () => two.reply(request, from, takes(two, 'two'))))
  alice.call('call', BOB)
  alice.end('call', 10_000)
  stage.run(600_000)
  expect(one.received.slice(-2).map((each) => each.cseq.method)).toEqual(['ACK', 'BYE'])
  expect(two.received.map((each) => each.cseq.method).slice(-2)).toEqual(['ACK', 'BYE'])
  expect(alice.states('call')).toBe('CALLING CONNECTING CONFIRMED DISCONNECTING DISCONNECTED')
  expect(flaws(stage)).toEqual([])
})

test('given up, it takes the call although no other did: acknowledged and ended', () => {
  const { stage, alice, one, two, takes } = setOut()
  one.on('INVITE', (request, from) => {
    if (one.requests('INVITE').length === 1) stage.later(9000, () => one.reply(request, from, takes(one, 'one')))
  })
  two.on('INVITE', (request, from) => two.reply(request, from, { status: 486 }))
  alice.call('call', BOB)
  stage.run(600_000)
  expect(one.received.slice(-2).map((each) => each.cseq.method)).toEqual(['ACK', 'BYE'])
  expect(alice.last('session-state')).toMatchObject({ state: 'DISCONNECTED', status: 486 })
  expect(flaws(stage)).toEqual([])
})

test('CANCEL follows the branch that lives', () => {
  const { stage, alice, one, two } = setOut()
  let busy: () => void = () => {}
  two.on('INVITE', (request, from) => {
    two.reply(request, from, { status: 180 })
    busy = () => two.reply(request, from, { status: 487 })
  })
  two.on('CANCEL', (request, from) => {
    two.reply(request, from, { status: 200 })
    busy()
  })
  alice.call('call', BOB)
  alice.end('call', 6000)
  stage.run(600_000)
  expect(one.requests('CANCEL')).toHaveLength(0)
  expect(branchOf(two.requests('CANCEL')[0])).toBe(branchOf(two.requests('INVITE')[0]))
  expect(alice.last('session-state')).toMatchObject({ state: 'DISCONNECTED', status: 487, cause: 'local' })
  expect(flaws(stage)).toEqual([])
})

test('ICMP: the next at once, and the first is left alone until its time is up', () => {
  const { stage, alice, two, ask, result } = setOut()
  stage.network.unbind({ address: '10.0.0.11', port: 5060 })
  two.on('MESSAGE', (request, from) => two.reply(request, from, { status: 200 }))
  ask('req1')
  stage.run(200)
  expect(result()).toMatchObject({ status: 200, tries: [{ server: 'UDP 10.0.0.11:5060', what: 'unreachable' }] })
  ask('req2')
  stage.run(29_000)
  expect(stage.wire.filter((line) => line.startsWith('alice → one'))).toHaveLength(1)
  expect(result()).not.toHaveProperty('tries')
  const one = new ScriptedPeer(stage, 'one', '10.0.0.11')
  one.on('MESSAGE', (request, from) => one.reply(request, from, { status: 200 }))
  stage.run(31_000)
  ask('req3')
  stage.run(32_000)
  expect(one.requests('MESSAGE')).toHaveLength(1)
  expect(alice.engine.counts().clientTransactions).toBe(1)
})

test('503: the next server, and Retry-After keeps the first out for as long as it asks', () => {
  const { stage, one, two, ask, result } = setOut()
  one.on('MESSAGE', (request, from) => one.reply(request, from, { status: 503, headers: ['Retry-After: 100'] }))
  two.on('MESSAGE', (request, from) => two.reply(request, from, { status: 200 }))
  ask('req1')
  stage.run(1000)
  expect(result()).toMatchObject({ status: 200, tries: [{ server: 'UDP 10.0.0.11:5060', what: '503 Scripted' }] })
  stage.run(99_000)
  ask('req2')
  stage.run(101_000)
  expect(one.requests('MESSAGE')).toHaveLength(1)
  ask('req3')
  stage.run(102_000)
  expect(one.requests('MESSAGE')).toHaveLength(2)
})

test('503 from all: the last one is the answer', () => {
  const { stage, one, two, ask, result } = setOut()
  for (const peer of [one, two]) peer.on('MESSAGE', (request, from) => peer.reply(request, from, { status: 503 }))
  ask('req1')
  stage.run(1000)
  expect(result()).toMatchObject({ status: 503, cause: 'remote' })
  expect(result()?.tries?.map(({ server }) => server)).toEqual(['UDP 10.0.0.11:5060', 'UDP 10.0.0.12:5060'])
})

test('any other refusal is an answer', () => {
  const { stage, one, two, ask, result } = setOut()
  one.on('MESSAGE', (request, from) => one.reply(request, from, { status: 500 }))
  ask('req1')
  stage.run(1000)
  expect([result()?.status, two.received.length]).toEqual([500, 0])
})

test('what somebody behind the server may have to answer is waited for longer, and its silence is not held against the server', () => {
  const { stage, alice, one, two, ask, result, takes } = setOut()
  two.on('MESSAGE', (request, from) => two.reply(request, from, { status: 200 }))
  one.on('INVITE', (request, from) => one.reply(request, from, takes(one, 'one')))
  ask('req1')
  stage.run(7999)
  expect(result()).toBeUndefined()
  stage.run(8100)
  expect(result()).toMatchObject({ status: 200, tries: [{ what: 'no answer' }] })
  alice.call('call', BOB)
  stage.run(9000)
  expect(alice.states('call')).toBe('CALLING CONNECTING CONFIRMED')
})

test('a dialog stays with the server it was made by, and goes to another when that one dies', () => {
  const { stage, alice, one, two, takes } = setOut()
  stage.zone = new Map([...ZONE, ...zone('_sip._udp.pair.example.com SRV 10 0 5060 one.example.com')])
  const recorded = {
    ...takes(two, 'two'),
    headers: ['Contact: <sip:bob@10.9.9.9>', 'Record-Route: <sip:example.com;lr>'],
  }
  one.on('INVITE', (request, from) => one.reply(request, from, { status: 503 }))
  two.on('INVITE', (request, from) => two.reply(request, from, recorded))
  two.on('INFO', (request, from) => two.reply(request, from, { status: 200 }))
  one.on('INFO', (request, from) => one.reply(request, from, { status: 200 }))
  alice.call('call', BOB)
  const info = { method: 'INFO', session: 'call', identity: alice.identity, target: '', headers: [], body: undefined }
  // The first server is as good as ever after half a minute; the dialog does not move.
  alice.soon(60_000, { kind: 'request', id: 'req1', ...info })
  stage.run(61_000)
  expect([one.requests('INFO').length, two.requests('INFO').length]).toEqual([0, 1])
  expect(two.requests('ACK')).toHaveLength(1)
  stage.network.unbind({ address: '10.0.0.12', port: 5060 })
  alice.soon(0, { kind: 'request', id: 'req2', ...info })
  alice.soon(40_000, { kind: 'request', id: 'req3', ...info })
  stage.run(110_000)
  expect(one.requests('INFO')).toHaveLength(2)
})

test('a re-INVITE whose first server answers late is acknowledged, and the call goes on', () => {
  const { stage, alice, one, two, takes } = setOut()
  const recorded = {
    ...takes(one, 'bob'),
    headers: ['Contact: <sip:bob@10.9.9.9>', 'Record-Route: <sip:example.com;lr>'],
  }
  one.on('INVITE', (request, from) => {
    if (request.toTag === undefined) one.reply(request, from, recorded)
    else if (one.requests('INVITE').length === 2) stage.later(5000, () => one.reply(request, from, recorded))
  })
  alice.call('call', BOB)
  alice.reinvite('call', 'hold', 1000)
  alice.end('call', 60_000)
  stage.run(30_000)
  expect(one.received.map((each) => each.cseq.method).at(-1)).toBe('ACK')
  expect(two.requests('INVITE').length).toBeGreaterThan(0)
  expect(alice.states('call')).toBe('CALLING CONNECTING CONFIRMED REINVITING CONFIRMED')
  expect(alice.all('reinvite-result').map(({ status }) => status)).toEqual([200])
  stage.run(600_000)
  expect(flaws(stage)).toEqual([])
})

test('a name without servers says which record is missing', () => {
  const { stage, ask, result } = setOut()
  ask('req1', 'MESSAGE', 'sip:bob@nowhere.example')
  stage.run(1000)
  expect(result()).toMatchObject({
    ...{ status: 503, cause: 'resolution' },
    reason: 'Service Unavailable: no A record for nowhere.example: no such name',
  })
})
