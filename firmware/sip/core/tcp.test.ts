// Ladders over TCP (RFC 3261 §18): calls, large requests, connections refused, gone, deaf and flooded.
import { expect, test } from 'vitest'
import type { StreamEnd } from '../../testing/fake-streams.ts'
import { flaws, ladder } from '../../testing/ladder.ts'
import { play } from '../../testing/play.ts'
import { Stage } from '../../testing/stage.ts'
import { zone } from '../../testing/zone.ts'

const TCP = ['TCP'] as const
const BOTH = ['UDP', 'TCP'] as const
const LARGE = 'v'.repeat(1300)

play(
  'a call over TCP: nothing is sent twice',
  ({ stage, alice, bob }) => {
    bob.answers()
    alice.call('call', 'sip:bob@10.0.0.2;transport=tcp')
    stage.later(20_000, () => alice.end('call'))
  },
  `
  alice ⇒ bob   INVITE +
  bob ⇒ alice   180 INVITE
  bob ⇒ alice   200 INVITE +
  alice ⇒ bob   ACK
  alice ⇒ bob   BYE
  bob ⇒ alice   200 BYE`,
  ({ alice, bob }) => {
    expect(alice.states('call')).toMatch(/^CALLING EARLY CONNECTING CONFIRMED DISCONNECTING DISCONNECTED$/)
    expect(bob.last('session-incoming')?.request.header('Contact')).toContain(';transport=tcp>')
    expect(bob.last('session-incoming')?.request.vias[0]).toMatchObject({ transport: 'TCP', port: 5060 })
  },
  TCP,
)

play(
  'hung up by the callee, who opens a connection of its own',
  ({ stage, alice, bob }) => {
    bob.answers()
    alice.call('call', bob)
    stage.later(20_000, () => bob.end('in:1'))
  },
  `
  alice ⇒ bob   INVITE +
  bob ⇒ alice   180 INVITE
  bob ⇒ alice   200 INVITE +
  alice ⇒ bob   ACK
  bob ⇒ alice   BYE
  alice ⇒ bob   200 BYE`,
  ({ alice }) => expect(alice.flows.size).toBe(2),
  TCP,
)

play(
  'refused and cancelled',
  ({ alice, bob }) => {
    bob.on('session-incoming', ({ id }) => bob.respond(id, id === 'in:1' ? 486 : 180, undefined, 20))
    alice.call('busy', bob)
    alice.when('DISCONNECTED', ({ id }) => id === 'busy' && alice.call('other', bob))
    alice.when('EARLY', () => alice.end('other', 50))
  },
  `
  alice ⇒ bob   INVITE +
  bob ⇒ alice   486 INVITE
  alice ⇒ bob   ACK
  alice ⇒ bob   INVITE +
  bob ⇒ alice   180 INVITE
  alice ⇒ bob   CANCEL
  bob ⇒ alice   200 CANCEL
  bob ⇒ alice   487 INVITE
  alice ⇒ bob   ACK`,
  undefined,
  TCP,
)

play(
  'what is too large for a datagram goes by stream (§18.1.1), the rest where the Contact of the answer says',
  ({ stage, alice, bob }) => {
    bob.answers()
    alice.call('call', bob, LARGE)
    stage.later(20_000, () => alice.end('call'))
  },
  `
  alice ⇒ bob   INVITE +
  bob ⇒ alice   180 INVITE
  bob ⇒ alice   200 INVITE +
  alice ⇒ bob   ACK
  alice ⇒ bob   BYE
  bob ⇒ alice   200 BYE`,
  ({ bob }) => {
    expect(bob.last('session-incoming')?.request.vias[0]?.transport).toBe('TCP')
    expect(bob.last('session-incoming')?.request.header('Contact')).toBe('<sip:alice@10.0.0.1:5060>')
  },
  BOTH,
)

test('a large request goes by datagram where no stream is taken, and the next one at once', () => {
  const stage = new Stage()
  const alice = stage.phone('alice', '10.0.0.1', {}, BOTH)
  const bob = stage.phone('bob', '10.0.0.2')
  bob.on('session-incoming', ({ id }) => bob.respond(id, 486))
  alice.call('one', bob, LARGE)
  stage.run(40_000)
  alice.call('two', bob, LARGE)
  stage.run(80_000)
  const refused = ladder(`
    alice → bob   INVITE +
    bob → alice   486 INVITE
    alice → bob   ACK`)
  expect(stage.wire).toEqual([...refused, ...refused])
  expect(stage.timed[0]).toMatch(/^20 /)
  expect(stage.timed[3]).toMatch(/^40000 /)
  expect(flaws(stage)).toEqual([])
})

test('a connection refused tries the next address, then 503', () => {
  const stage = new Stage()
  const alice = stage.phone('alice', '10.0.0.1', {}, TCP)
  const bob = stage.phone('bob', '10.0.0.2', {}, TCP)
  bob.on('session-incoming', ({ id }) => bob.respond(id, 486))
  stage.hosts.set('example.com', ['10.0.0.8', '10.0.0.2'])
  stage.hosts.set('nowhere.com', ['10.0.0.8'])
  alice.call('one', 'sip:bob@example.com;transport=tcp')
  alice.call('two', 'sip:bob@nowhere.com;transport=tcp')
  stage.run(10_000)
  const outcome = alice.all('session-state').filter(({ state }) => state === 'DISCONNECTED')
  expect(outcome.map(({ id, status, cause }) => [id, status, cause])).toEqual([
    ['two', 503, 'transport'],
    ['one', 486, 'remote'],
  ])
  expect(flaws(stage)).toEqual([])
})

test('a response goes by a new connection to the sent-by when its own is gone (§18.2.2)', () => {
  const stage = new Stage()
  const alice = stage.phone('alice', '10.0.0.1', {}, TCP)
  const bob = stage.phone('bob', '10.0.0.2', {}, TCP)
  bob.on('session-incoming', ({ id }) => {
    bob.respond(id, 180, undefined, 50)
    bob.respond(id, 200, 'answer', 5000)
  })
  alice.call('call', bob)
  stage.later(2000, () => stage.streams.breakAll('ECONNRESET'))
  alice.end('call', 10_000)
  stage.run(80_000)
  expect(alice.states('call')).toBe('CALLING EARLY CONNECTING CONFIRMED DISCONNECTING DISCONNECTED')
  expect(flaws(stage)).toEqual([])
})

test.each([
  ['by its records, one after the other', 'edge.example.com', '10.0.0.21:5070'],
  ['by a name with a port', 'edge.example.com:5080', '10.0.0.22:5080'],
  ['by an address', '10.0.0.23', '10.0.0.23:5060'],
])(
  'a response whose sender cannot be connected to where it came from goes to the sent-by, %s (RFC 3263 §5)',
  (_how, sentBy, there) => {
    const stage = new Stage()
    stage.zone = zone(`
    _sip._tcp.edge.example.com SRV 10 0 5070 gone.example.com
    _sip._tcp.edge.example.com SRV 20 0 5070 back.example.com
    gone.example.com A 10.0.0.20
    back.example.com A 10.0.0.21
    edge.example.com A 10.0.0.22`)
    const bob = stage.phone('bob', '10.0.0.2', {}, TCP)
    bob.on('session-incoming', ({ id }) => {
      bob.respond(id, 180, undefined, 2000)
      bob.respond(id, 200, 'answer', 3000)
    })
    const heard: string[] = []
    const [address = '', port] = there.split(':')
    stage.streams.listen({ address, port: Number(port) }, () => ({ data: (data) => heard.push(data), down: () => {} }))
    const from = { address: '10.0.0.9', port: 40_000 }
    const up = (end: StreamEnd) => {
      const head = ['INVITE sip:bob@10.0.0.2;transport=tcp SIP/2.0', `Via: SIP/2.0/TCP ${sentBy};branch=z9hG4bK1`]
      const rest = ['From: <sip:a@example.com>;tag=1', 'To: <sip:bob@example.com>', 'Call-ID: 1', 'CSeq: 1 INVITE']
      end.write([...head, ...rest, 'Contact: <sip:a@10.0.0.9>', 'Content-Length: 0', '', ''].join('\r\n'))
      stage.later(1000, () => end.close())
      return { data: () => {}, down: () => {} }
    }
    stage.streams.connect(from, bob.local, up, () => {})
    stage.run(10_000)
    expect(heard.join('')).toMatch(/^SIP\/2.0 180 [\s\S]*SIP\/2.0 200 OK/)
  },
)

test('keep-alives every 30 s; a flow that has answered before and does not now is dead, and a request finds another way', () => {
  const stage = new Stage()
  const alice = stage.phone('alice', '10.0.0.1', {}, TCP)
  const bob = stage.phone('bob', '10.0.0.2', {}, TCP)
  bob.on('session-incoming', ({ id }) => bob.respond(id, 486))
  alice.call('one', bob)
  stage.run(65_000)
  expect(alice.engine.counts().flows).toBe(1)
  stage.streams.breakAll(undefined)
  stage.run(101_000)
  expect(alice.engine.counts().flows).toBe(0)
  alice.call('two', bob)
  stage.run(140_000)
  expect(stage.wire.filter((line) => line === 'bob ⇒ alice 486 INVITE')).toHaveLength(2)
})

test('a request that times out on a deaf connection lets go of it', () => {
  const stage = new Stage()
  const alice = stage.phone('alice', '10.0.0.1', {}, TCP)
  const bob = stage.phone('bob', '10.0.0.2', {}, TCP)
  bob.on('session-incoming', ({ id }) => bob.respond(id, 486))
  alice.call('one', bob)
  stage.run(1000)
  stage.streams.breakAll(undefined)
  alice.call('two', bob)
  stage.run(34_000)
  expect(alice.last('session-state')).toMatchObject({ id: 'two', state: 'DISCONNECTED', status: 408 })
  expect(alice.engine.counts().flows).toBe(0)
})

/** Two phones with a connection that has answered pings, quiet for a while. */
function acquainted() {
  const stage = new Stage()
  const alice = stage.phone('alice', '10.0.0.1', {}, TCP)
  const bob = stage.phone('bob', '10.0.0.2', {}, TCP)
  bob.on('session-incoming', ({ id }) => bob.respond(id, 486))
  alice.call('one', bob)
  stage.run(75_000)
  return { stage, alice, bob }
}
const invites = (stage: Stage) => stage.timed.filter((line) => line.endsWith('alice ⇒ bob INVITE +'))

test('a quiet connection is asked before it gets a request: alive, it costs one round trip', () => {
  const { stage, alice, bob } = acquainted()
  alice.call('two', bob)
  stage.run(80_000)
  expect(invites(stage).map((line) => Number.parseInt(line, 10))).toEqual([20, 75_022])
  expect(alice.connects).toHaveLength(1)
  expect(alice.last('session-state')).toMatchObject({ id: 'two', status: 486 })
})

test('a quiet connection that died without a word is found out before it is used; the request goes by a new one', () => {
  const { stage, alice, bob } = acquainted()
  stage.streams.breakAll(undefined)
  alice.call('two', bob)
  stage.run(84_000)
  expect(invites(stage)).toHaveLength(1)
  stage.run(90_000)
  expect(invites(stage).map((line) => Number.parseInt(line, 10))).toEqual([20, 85_020])
  expect(bob.all('session-incoming')).toHaveLength(2)
  expect(alice.last('session-state')).toMatchObject({ id: 'two', state: 'DISCONNECTED', status: 486 })
})

test('a connection reset under a request: the same request once more by a new one, which the callee takes for the same', () => {
  const { stage, alice, bob } = acquainted()
  // Bob has it; his answer is not on its way yet.
  bob.on('session-incoming', ({ id }) => id === 'in:2' && stage.streams.breakAll('ECONNRESET'))
  alice.call('two', bob)
  stage.run(90_000)
  expect(invites(stage)).toHaveLength(3)
  expect(bob.all('session-incoming')).toHaveLength(2)
  expect(alice.last('session-state')).toMatchObject({ id: 'two', state: 'DISCONNECTED', status: 486 })
})

test('what is in flight when a connection dies and nobody is there any more fails at once', () => {
  const { stage, alice, bob } = acquainted()
  alice.call('two', bob)
  alice.do({
    ...{ kind: 'request', id: 'req', method: 'OPTIONS', session: undefined, identity: alice.identity },
    ...{ target: 'sip:bob@10.0.0.2', headers: [], body: undefined },
  })
  stage.streams.refuse(bob.local)
  stage.later(1, () => stage.streams.breakAll('ECONNRESET'))
  stage.run(75_100)
  const failed = { status: 503, cause: 'transport', reason: 'Service Unavailable: ECONNREFUSED' }
  expect(alice.last('session-state')).toMatchObject({ id: 'two', state: 'DISCONNECTED', ...failed })
  expect(alice.last('request-result')).toMatchObject({ id: 'req', ...failed })
})
