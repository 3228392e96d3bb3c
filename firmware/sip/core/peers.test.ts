// Calls to peers that fork, challenge, vanish or do not exist (RFC 3261 §13.2.2.4, §22; RFC 3263 §4.3).
import { expect, test } from 'vitest'
import { Secret } from '../../base/secret.ts'
import { flaws, ladder } from '../../testing/ladder.ts'
import { ScriptedPeer } from '../../testing/scripted-peer.ts'
import { Stage } from '../../testing/stage.ts'
import { challenge } from '../auth/server.ts'

function setOut() {
  const stage = new Stage()
  const alice = stage.phone('alice', '10.0.0.1')
  const peer = new ScriptedPeer(stage, 'peer', '10.0.0.9')
  const ok = (tag: string) => ({
    status: 200,
    tag,
    headers: [`Contact: <sip:${tag}@10.0.0.9>`],
    body: `answer of ${tag}`,
  })
  peer.on('BYE', (request, from) => peer.reply(request, from, { status: 200 }))
  return { stage, alice, peer, ok }
}

test('forked: the first 2xx is the call, another one is acknowledged and ended', () => {
  const { stage, alice, peer, ok } = setOut()
  peer.on('INVITE', (request, from) => {
    peer.reply(request, from, { ...ok('one'), status: 180, body: '' })
    peer.reply(request, from, { ...ok('two'), status: 183 })
    stage.later(500, () => peer.reply(request, from, ok('one')))
    stage.later(700, () => peer.reply(request, from, ok('two')))
    stage.later(1200, () => peer.reply(request, from, ok('two')))
    stage.later(1300, () => peer.reply(request, from, ok('one')))
  })
  alice.call('call', 'sip:peer@10.0.0.9')
  alice.end('call', 3000)
  stage.run(600_000)
  expect(stage.wire).toEqual(
    ladder(`
      alice → peer   INVITE +
      peer → alice   180 INVITE
      peer → alice   183 INVITE +
      peer → alice   200 INVITE +
      alice → peer   ACK
      peer → alice   200 INVITE +
      alice → peer   ACK
      alice → peer   BYE
      peer → alice   200 BYE
      peer → alice   200 INVITE +
      alice → peer   ACK
      peer → alice   200 INVITE +
      alice → peer   ACK
      alice → peer   BYE
      peer → alice   200 BYE`),
  )
  expect(peer.requests('BYE').map(({ uriText }) => uriText)).toEqual(['sip:two@10.0.0.9', 'sip:one@10.0.0.9'])
  expect(alice.all('session-sdp').map(({ sdp }) => sdp)).toEqual(['answer of two', 'answer of one'])
  expect(alice.states('call')).toBe('CALLING EARLY EARLY CONNECTING CONFIRMED DISCONNECTING DISCONNECTED')
  expect(flaws(stage)).toEqual([])
})

test('a 2xx repeated after the call was ended is still acknowledged', () => {
  const { stage, alice, peer, ok } = setOut()
  peer.on('INVITE', (request, from) => {
    peer.reply(request, from, ok('one'))
    stage.later(2000, () => peer.reply(request, from, ok('one')))
  })
  alice.call('call', 'sip:peer@10.0.0.9')
  alice.end('call', 500)
  stage.run(600_000)
  expect(stage.wire.slice(-3)).toEqual(
    ladder(`
      peer → alice   200 BYE
      peer → alice   200 INVITE +
      alice → peer   ACK`),
  )
})

test('INVITE and BYE are challenged: answered with what the challenge asks for, the ACK with the credentials of the INVITE', () => {
  const { stage, alice, peer, ok } = setOut()
  const asks = challenge({ realm: 'r', nonce: 'n1', algorithms: ['MD5'], qop: ['auth'], stale: false })
  const headers = asks.map((value) => `Proxy-Authenticate: ${value}`)
  peer.on('INVITE', (request, from) =>
    peer.reply(request, from, request.header('Proxy-Authorization') ? ok('one') : { status: 407, headers }),
  )
  peer.on('BYE', (request, from) =>
    peer.reply(request, from, { status: request.header('Proxy-Authorization') ? 200 : 407, headers }),
  )
  const credentials = [{ realm: 'r', username: 'alice', password: new Secret('secret') }]
  const identity = { ...alice.identity, credentials }
  alice.do({ kind: 'invite', id: 'call', identity, target: 'sip:peer@10.0.0.9', sdp: 'offer', headers: [] })
  alice.end('call', 500)
  stage.run(600_000)
  expect(stage.wire).toEqual(
    ladder(`
      alice → peer   INVITE +
      peer → alice   407 INVITE
      alice → peer   ACK
      alice → peer   INVITE +
      peer → alice   200 INVITE +
      alice → peer   ACK
      alice → peer   BYE
      peer → alice   200 BYE`),
  )
  const [, second] = peer.requests('INVITE')
  const ack = peer.requests('ACK').at(-1)
  expect(second?.cseq.number).toBe(2)
  expect(ack?.header('Proxy-Authorization')).toBe(second?.header('Proxy-Authorization'))
  expect(peer.requests('BYE')[0]?.header('Proxy-Authorization')).toContain('nc=00000002')
  expect(flaws(stage)).toEqual([])
})

test('credentials refused', () => {
  const { stage, alice, peer } = setOut()
  peer.on('INVITE', (request, from) => peer.reply(request, from, { status: 401 }))
  alice.call('call', 'sip:peer@10.0.0.9')
  stage.run(600_000)
  expect(alice.last('session-state')).toMatchObject({ state: 'DISCONNECTED', status: 401, cause: 'authentication' })
})

test('nobody there: ICMP ends the call at once', () => {
  const { stage, alice } = setOut()
  alice.call('call', 'sip:peer@10.0.0.77')
  stage.run(100)
  expect(alice.last('session-state')).toMatchObject({ state: 'DISCONNECTED', status: 503, cause: 'transport' })
  expect(flaws(stage)).toEqual([])
})

test('silence: INVITE seven times, 408 after 32 s', () => {
  const { stage, alice, peer } = setOut()
  alice.call('call', 'sip:peer@10.0.0.9')
  stage.run(31_999)
  expect(alice.states('call')).toBe('CALLING')
  stage.run(32_000)
  expect(alice.last('session-state')).toMatchObject({ state: 'DISCONNECTED', status: 408, cause: 'timeout' })
  const times = stage.timed.map((line) => Number(line.split(' ')[0]))
  expect(times).toEqual([0, 500, 1500, 3500, 7500, 15500, 31500])
  expect(peer.requests('INVITE').map(({ cseq }) => cseq.number)).toHaveLength(7)
})

test('a name with three addresses: refused by ICMP, by 503, taken by the third', () => {
  const { stage, alice, ok } = setOut()
  const second = new ScriptedPeer(stage, 'second', '10.0.0.12')
  const third = new ScriptedPeer(stage, 'third', '10.0.0.13')
  second.on('INVITE', (request, from) => second.reply(request, from, { status: 503 }))
  third.on('INVITE', (request, from) =>
    third.reply(request, from, { ...ok('t'), headers: ['Contact: <sip:t@10.0.0.13>'] }),
  )
  third.on('BYE', (request, from) => third.reply(request, from, { status: 200 }))
  stage.names.set('10.0.0.11:5060', 'first')
  stage.hosts.set('pbx.example', ['10.0.0.11', '10.0.0.12', '10.0.0.13'])
  alice.call('call', 'sip:bob@pbx.example')
  alice.end('call', 1000)
  stage.run(600_000)
  expect(stage.wire).toEqual(
    ladder(`
      alice → first    INVITE +
      alice → second   INVITE +
      second → alice   503 INVITE
      alice → second   ACK
      alice → third    INVITE +
      third → alice    200 INVITE +
      alice → third    ACK
      alice → third    BYE
      third → alice    200 BYE`),
  )
  expect(alice.states('call')).toBe('CALLING CONNECTING CONFIRMED DISCONNECTING DISCONNECTED')
  expect(flaws(stage)).toEqual([])
})

test('a name that does not resolve, one that never gets an answer, a scheme we cannot route', () => {
  const { stage, alice } = setOut()
  alice.call('one', 'sip:bob@nowhere.example')
  alice.call('two', 'sips:bob@10.0.0.9')
  alice.call('three', 'sip:bob@10.0.0.9;transport=tcp')
  stage.hosts.set('slow.example', 'silence')
  alice.call('four', 'sip:bob@slow.example')
  stage.run(14_999)
  expect(alice.states('four')).toBe('CALLING')
  stage.run(15_000)
  const ends = alice.all('session-state').filter(({ state }) => state === 'DISCONNECTED')
  expect(ends.map(({ id, status, cause }) => [id, status, cause])).toEqual([
    ['two', 503, 'transport'],
    ['three', 503, 'transport'],
    ['one', 503, 'resolution'],
    ['four', 503, 'resolution'],
  ])
  expect(flaws(stage)).toEqual([])
})

test('a peer that sends no description in its 2xx is hung up on', () => {
  const { stage, alice, peer } = setOut()
  peer.on('INVITE', (request, from) =>
    peer.reply(request, from, { status: 200, headers: ['Contact: <sip:peer@10.0.0.9>'] }),
  )
  alice.call('call', 'sip:peer@10.0.0.9')
  stage.run(600_000)
  expect(stage.wire).toEqual(
    ladder(`
      alice → peer   INVITE +
      peer → alice   200 INVITE
      alice → peer   ACK
      alice → peer   BYE
      peer → alice   200 BYE`),
  )
  expect(alice.last('session-state')).toMatchObject({ cause: 'protocol' })
})

test('routes: pre-loaded with lr, then the route set of the 2xx, loose and strict', () => {
  const { stage, alice, peer, ok } = setOut()
  const { headers } = ok('one')
  const recorded = ['Record-Route: <sip:10.0.0.9;lr>, <sip:far.example;lr>', 'Record-Route: <sip:10.0.0.9:5060;old>']
  peer.on('INVITE', (request, from) => peer.reply(request, from, { ...ok('one'), headers: [...headers, ...recorded] }))
  const identity = { ...alice.identity, routes: ['sip:10.0.0.9'] }
  alice.do({ kind: 'invite', id: 'call', identity, target: 'sip:bob@far.example', sdp: 'offer', headers: [] })
  alice.end('call', 500)
  stage.run(600_000)
  expect(peer.requests('INVITE')[0]?.headers('Route')).toEqual(['<sip:10.0.0.9;lr>'])
  expect(peer.requests('INVITE')[0]?.uriText).toBe('sip:bob@far.example')
  const bye = peer.requests('BYE')[0]
  expect(bye?.uriText).toBe('sip:10.0.0.9:5060;old')
  expect(bye?.headers('Route')).toEqual(['<sip:far.example;lr>', '<sip:10.0.0.9;lr>', '<sip:one@10.0.0.9>'])
})

test('a re-INVITE the peer does not know any more ends the call (481), one it is silent about too', () => {
  for (const status of [481, undefined]) {
    const { stage, alice, peer, ok } = setOut()
    peer.on('INVITE', (request, from) => {
      if (request.toTag === undefined) peer.reply(request, from, ok('one'))
      else if (status !== undefined) peer.reply(request, from, { status })
    })
    alice.call('call', 'sip:peer@10.0.0.9')
    alice.reinvite('call', 'hold', 500)
    stage.run(600_000)
    expect(alice.last('session-state')).toMatchObject({
      state: 'DISCONNECTED',
      previous: 'REINVITING',
      status: status ?? 408,
      cause: status === undefined ? 'timeout' : 'remote',
    })
    expect(peer.requests('BYE')).toHaveLength(status === undefined ? 1 : 0)
    expect(flaws(stage)).toEqual([])
  }
})

test('a late offer answered after seconds: the 2xx repeated meanwhile is ignored, other forks are ended', () => {
  const { stage, alice, peer, ok } = setOut()
  peer.on('INVITE', (request, from) => {
    for (const at of [0, 500, 1500]) stage.later(at, () => peer.reply(request, from, ok('one')))
    stage.later(700, () => peer.reply(request, from, ok('two')))
  })
  const { identity } = alice
  alice.do({ kind: 'invite', id: 'call', identity, target: 'sip:p@10.0.0.9', sdp: undefined, headers: [] })
  alice.soon(2000, { kind: 'ack', id: 'call', sdp: 'late' })
  stage.run(3000)
  expect(peer.requests('ACK').map(({ toTag, body }) => [toTag, body])).toEqual([
    ['two', ''],
    ['one', 'late'],
  ])
  expect(peer.requests('BYE').map(({ toTag }) => toTag)).toEqual(['two'])
  expect(alice.states('call')).toBe('CALLING CONNECTING CONFIRMED')
})

test('a late offer that is never answered: acknowledged and ended after 32 s', () => {
  const { stage, alice, peer, ok } = setOut()
  peer.on('INVITE', (request, from) => peer.reply(request, from, ok('one')))
  const { identity } = alice
  alice.do({ kind: 'invite', id: 'call', identity, target: 'sip:p@10.0.0.9', sdp: undefined, headers: [] })
  stage.run(600_000)
  expect(stage.wire.slice(-3)).toEqual(['alice → peer ACK', 'alice → peer BYE', 'peer → alice 200 BYE'])
  expect(alice.last('session-state')).toMatchObject({ state: 'DISCONNECTED', status: 408, cause: 'timeout' })
  expect(flaws(stage)).toEqual([])
})

test('requests inside the call are numbered on from the INVITE, and one that finds no dialog (481) ends the session', () => {
  const { stage, alice, peer, ok } = setOut()
  peer.on('INVITE', (request, from) => {
    peer.reply(request, from, ok('one'))
  })
  peer.on('INFO', (request, from) =>
    peer.reply(request, from, { status: peer.requests('INFO').length > 1 ? 481 : 200 }),
  )
  alice.call('call', 'sip:peer@10.0.0.9')
  const { identity } = alice
  const info = { session: 'call', method: 'INFO', identity, target: '', headers: [], body: undefined }
  alice.soon(100, { kind: 'request', id: 'req1', ...info })
  alice.soon(200, { kind: 'request', id: 'req2', ...info })
  stage.run(600_000)
  expect(peer.received.map(({ cseq }) => `${cseq.number} ${cseq.method}`)).toEqual([
    '1 INVITE',
    '1 ACK',
    '2 INFO',
    '3 INFO',
  ])
  expect(alice.last('session-state')).toMatchObject({ state: 'DISCONNECTED', status: 481, cause: 'remote' })
  expect(alice.last('session-state')).toBe(alice.events.at(-1))
  expect(flaws(stage)).toEqual([])
})

test('the transport goes down and none comes up: what is unanswered fails', () => {
  const { stage, alice, peer } = setOut()
  peer.on('INVITE', (request, from) => peer.reply(request, from, { status: 180 }))
  alice.call('call', 'sip:peer@10.0.0.9')
  stage.run(1000)
  alice.input({ kind: 'transport-down', transport: 'udp', reason: 'cable' })
  stage.run(20_000)
  expect(alice.last('session-state')).toMatchObject({ state: 'DISCONNECTED', status: 503, cause: 'transport' })
  stage.run(60_000)
  expect(flaws(stage)).toEqual([])
})

test('given up before any of two addresses has answered: the second is not tried', () => {
  const { stage, alice, peer } = setOut()
  const second = new ScriptedPeer(stage, 'second', '10.0.0.12')
  stage.hosts.set('pbx.example', ['10.0.0.9', '10.0.0.12'])
  alice.call('call', 'sip:bob@pbx.example')
  alice.end('call', 1000)
  stage.run(3999)
  expect(alice.states('call')).toBe('CALLING DISCONNECTING')
  stage.run(600_000)
  expect([peer.received.length, second.received.length]).toEqual([4, 0])
  expect(alice.last('session-state')).toMatchObject({ state: 'DISCONNECTED', status: 408, cause: 'local' })
  expect(flaws(stage)).toEqual([])
})
