// Ladders of calls given up by the caller, in each phase (RFC 3261 §9).
import { expect, test } from 'vitest'
import { flaws, ladder } from '../../testing/ladder.ts'
import { play } from '../../testing/play.ts'
import { Stage } from '../../testing/stage.ts'

play(
  'CANCEL while it rings',
  ({ alice, bob }) => {
    bob.on('session-incoming', ({ id }) => bob.respond(id, 180))
    alice.when('EARLY', ({ id }) => alice.end(id, 500))
    alice.call('call', bob)
  },
  `
  alice → bob   INVITE +
  bob → alice   180 INVITE
  alice → bob   CANCEL
  bob → alice   200 CANCEL
  bob → alice   487 INVITE
  alice → bob   ACK`,
  ({ alice, bob }) => {
    expect(alice.states('call')).toBe('CALLING EARLY DISCONNECTING DISCONNECTED')
    expect(alice.last('session-state')).toMatchObject({ status: 487, cause: 'local' })
    expect(bob.last('session-state')).toMatchObject({ status: 487, cause: 'remote' })
  },
)

play(
  'CANCEL before anything was heard waits for a provisional response',
  ({ alice, bob }) => {
    bob.on('session-incoming', ({ id }) => bob.respond(id, 180, undefined, 150))
    alice.call('call', bob)
    alice.end('call', 5)
  },
  `
  alice → bob   INVITE +
  bob → alice   180 INVITE
  alice → bob   CANCEL
  bob → alice   200 CANCEL
  bob → alice   487 INVITE
  alice → bob   ACK`,
  ({ alice }) => expect(alice.states('call')).toBe('CALLING DISCONNECTING DISCONNECTED'),
)

play(
  'CANCEL crosses the 2xx: the call is acknowledged and ended',
  ({ alice, bob }) => {
    bob.on('session-incoming', ({ id }) => {
      bob.respond(id, 180)
      bob.respond(id, 200, 'answer of bob', 505)
    })
    alice.when('EARLY', ({ id }) => alice.end(id, 490))
    alice.call('call', bob)
  },
  `
  alice → bob   INVITE +
  bob → alice   180 INVITE
  alice → bob   CANCEL
  bob → alice   200 INVITE +
  bob → alice   200 CANCEL
  alice → bob   ACK
  alice → bob   BYE
  bob → alice   200 BYE`,
  ({ alice, bob }) => {
    expect(alice.states('call')).toBe('CALLING EARLY DISCONNECTING DISCONNECTED')
    expect(bob.states('in:1')).toBe('EARLY CONNECTING CONFIRMED DISCONNECTED')
  },
)

play(
  'CANCEL wanted, but the first thing heard is the 2xx',
  ({ alice, bob }) => {
    bob.on('session-incoming', ({ id }) => bob.respond(id, 200, 'answer of bob'))
    alice.call('call', bob)
    alice.end('call', 5)
  },
  `
  alice → bob   INVITE +
  bob → alice   200 INVITE +
  alice → bob   ACK
  alice → bob   BYE
  bob → alice   200 BYE`,
)

play(
  'CANCEL wanted, but refused first',
  ({ alice, bob }) => {
    bob.on('session-incoming', ({ id }) => bob.respond(id, 486))
    alice.call('call', bob)
    alice.end('call', 5)
  },
  `
  alice → bob   INVITE +
  bob → alice   486 INVITE
  alice → bob   ACK`,
  ({ alice }) => expect(alice.last('session-state')).toMatchObject({ status: 486, cause: 'local' }),
)

test('CANCEL that never has an effect: given up 64·T1 later (§9.1)', () => {
  const stage = new Stage()
  const alice = stage.phone('alice', '10.0.0.1')
  const from = stage.peer('old', '10.0.0.9', ({ data }) => {
    if (!data.startsWith('INVITE')) return
    const head = data.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq):/.test(line))
    stage.send(from, alice.local, ['SIP/2.0 180 Ringing', ...head, 'Content-Length: 0', '', ''].join('\r\n'))
  })
  alice.call('call', 'sip:old@10.0.0.9')
  alice.end('call', 1000)
  stage.run(600_000)
  expect(stage.wire.filter((line) => line.endsWith('CANCEL'))).toHaveLength(11)
  expect(alice.last('session-state')).toMatchObject({ state: 'DISCONNECTED', status: 408, cause: 'local' })
  expect(flaws(stage)).toEqual([])
})

test('ended while the name is still being looked up: nothing is sent', () => {
  const stage = new Stage()
  const alice = stage.phone('alice', '10.0.0.1')
  stage.hosts.set('example.com', ['10.0.0.9'])
  alice.call('call', 'sip:bob@example.com')
  alice.end('call', 0)
  stage.run(600_000)
  expect(stage.wire).toEqual(ladder(''))
  expect(alice.states('call')).toBe('CALLING DISCONNECTING DISCONNECTED')
  expect(flaws(stage)).toEqual([])
})
