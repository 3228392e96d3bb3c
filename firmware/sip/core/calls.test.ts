// Ladders of calls: set up, refused, ended (RFC 3261 §13, §15).
import { expect } from 'vitest'
import { play } from '../../testing/play.ts'

const ANSWERED = `
  alice → bob   INVITE +
  bob → alice   180 INVITE
  bob → alice   200 INVITE +
  alice → bob   ACK
`

play(
  'a call answered, ended by the caller',
  ({ alice, bob }) => {
    bob.answers()
    alice.when('CONFIRMED', ({ id }) => alice.end(id, 1000))
    alice.call('call', bob)
  },
  `${ANSWERED}
  alice → bob   BYE
  bob → alice   200 BYE`,
  ({ alice, bob }) => {
    expect(alice.states('call')).toBe('CALLING EARLY CONNECTING CONFIRMED DISCONNECTING DISCONNECTED')
    expect(bob.states('in:1')).toBe('EARLY CONNECTING CONFIRMED DISCONNECTED')
    expect(alice.last('session-state')).toMatchObject({ status: 200, cause: 'local' })
    expect(bob.last('session-state')).toMatchObject({ status: 200, cause: 'remote' })
    expect(bob.last('session-incoming')).toMatchObject({ sdp: 'offer of alice' })
    expect(alice.all('session-sdp')).toEqual([
      { kind: 'session-sdp', id: 'call', role: 'answer', sdp: 'answer of bob', by: 'INVITE', inResponse: true },
    ])
  },
)

play(
  'an invitation that holds for five seconds, and nobody answers',
  ({ alice, bob }) => {
    bob.on('session-incoming', ({ id }) => bob.respond(id, 180, undefined, 50))
    const headers = [{ name: 'Expires', value: '5' }]
    alice.do({
      kind: 'invite',
      id: 'call',
      identity: alice.identity,
      target: `sip:bob@${bob.local.address}`,
      sdp: 'offer',
      headers,
    })
  },
  `
  alice → bob   INVITE +
  bob → alice   180 INVITE
  bob → alice   487 INVITE
  alice → bob   ACK`,
  ({ alice, bob }) => {
    expect(bob.last('session-state')).toMatchObject({ status: 487, cause: 'timeout' })
    expect(alice.last('session-state')).toMatchObject({ status: 487, cause: 'remote' })
  },
)

play(
  'an invitation that holds for five seconds, and is answered in time',
  ({ alice, bob }) => {
    bob.answers()
    alice.when('CONFIRMED', ({ id }) => alice.end(id, 10_000))
    const headers = [{ name: 'Expires', value: '5' }]
    alice.do({
      kind: 'invite',
      id: 'call',
      identity: alice.identity,
      target: `sip:bob@${bob.local.address}`,
      sdp: 'offer',
      headers,
    })
  },
  `${ANSWERED}
  alice → bob   BYE
  bob → alice   200 BYE`,
)

play(
  'a call with a location beside its offer',
  ({ alice, bob }) => {
    bob.answers()
    alice.when('CONFIRMED', ({ id }) => alice.end(id, 1000))
    const location = {
      contentType: 'application/pidf+xml',
      headers: [{ name: 'Content-ID', value: '<1>' }],
      content: 'here',
    }
    const offer = {
      identity: alice.identity,
      target: `sip:bob@${bob.local.address}`,
      sdp: 'offer of alice',
      headers: [],
    }
    alice.do({ kind: 'invite', id: 'call', ...offer, parts: [location] })
  },
  `${ANSWERED}
  alice → bob   BYE
  bob → alice   200 BYE`,
  ({ bob }) => {
    const incoming = bob.last('session-incoming')
    expect(incoming?.sdp).toBe('offer of alice')
    expect(incoming?.request.header('Content-Type')).toMatch(/^multipart\/mixed;boundary=part-[0-9a-f]{16}$/)
    expect(incoming?.request.body).toContain('Content-ID: <1>\r\n\r\nhere\r\n')
  },
)

play(
  'a call answered, ended by the callee',
  ({ alice, bob }) => {
    bob.answers()
    bob.when('CONFIRMED', ({ id }) => bob.end(id, 1000))
    alice.call('call', bob)
  },
  `${ANSWERED}
  bob → alice   BYE
  alice → bob   200 BYE`,
  ({ alice, bob }) => {
    expect(bob.last('session-state')).toMatchObject({ cause: 'local' })
    expect(alice.last('session-state')).toMatchObject({ cause: 'remote' })
  },
)

play(
  'both hang up at once',
  ({ alice, bob }) => {
    bob.answers()
    alice.when('CONFIRMED', ({ id }) => alice.end(id, 1010))
    bob.when('CONFIRMED', ({ id }) => bob.end(id, 1000))
    alice.call('call', bob)
  },
  `${ANSWERED}
  alice → bob   BYE
  bob → alice   BYE
  bob → alice   200 BYE
  alice → bob   200 BYE`,
  ({ alice, bob }) => {
    expect(alice.last('session-state')).toMatchObject({ cause: 'local' })
    expect(bob.last('session-state')).toMatchObject({ cause: 'local' })
  },
)

play(
  'the callee hangs up before the ACK is there: BYE waits for it',
  ({ alice, bob }) => {
    bob.on('session-incoming', ({ id }) => {
      bob.respond(id, 200, 'answer of bob')
      bob.end(id)
    })
    alice.call('call', bob)
  },
  `
  alice → bob   INVITE +
  bob → alice   200 INVITE +
  alice → bob   ACK
  bob → alice   BYE
  alice → bob   200 BYE`,
  ({ bob }) => expect(bob.states('in:1')).toBe('CONNECTING DISCONNECTING DISCONNECTED'),
)

play(
  'busy',
  ({ alice, bob }) => {
    bob.on('session-incoming', ({ id }) => bob.respond(id, 486))
    alice.call('call', bob)
  },
  `
  alice → bob   INVITE +
  bob → alice   486 INVITE
  alice → bob   ACK`,
  ({ alice, bob }) => {
    expect(alice.last('session-state')).toMatchObject({ state: 'DISCONNECTED', status: 486, cause: 'remote' })
    expect(bob.last('session-state')).toMatchObject({ state: 'DISCONNECTED', status: 486, cause: 'local' })
  },
)

play(
  'refused after ringing, by the end of the session',
  ({ alice, bob }) => {
    bob.on('session-incoming', ({ id }) => {
      bob.respond(id, 180)
      bob.end(id, 500)
    })
    alice.call('call', bob)
  },
  `
  alice → bob   INVITE +
  bob → alice   180 INVITE
  bob → alice   603 INVITE
  alice → bob   ACK`,
)

play(
  'nothing said for 200 ms: 100 Trying',
  ({ alice, bob }) => {
    bob.on('session-incoming', ({ id }) => bob.respond(id, 404, undefined, 1000))
    alice.call('call', bob)
  },
  `
  alice → bob   INVITE +
  bob → alice   100 INVITE
  bob → alice   404 INVITE
  alice → bob   ACK`,
  ({ alice }) => expect(alice.states('call')).toBe('CALLING DISCONNECTED'),
)

play(
  'early media: the answer is shown in a 183 and again in the 2xx, reported once',
  ({ alice, bob }) => {
    bob.on('session-incoming', ({ id }) => {
      bob.respond(id, 183, 'early answer')
      bob.respond(id, 200, undefined, 400)
    })
    alice.when('CONFIRMED', ({ id }) => alice.end(id, 100))
    alice.call('call', bob)
  },
  `
  alice → bob   INVITE +
  bob → alice   183 INVITE +
  bob → alice   200 INVITE +
  alice → bob   ACK
  alice → bob   BYE
  bob → alice   200 BYE`,
  ({ alice }) => {
    expect(alice.all('session-sdp').map(({ sdp }) => sdp)).toEqual(['early answer'])
    expect(alice.events.slice(1, 3).map(({ kind }) => kind)).toEqual(['session-sdp', 'session-state'])
  },
)

play(
  'late offer: in the 2xx, answered in the ACK',
  ({ alice, bob }) => {
    bob.answers('offer of bob')
    alice.on('session-sdp', ({ id }) => alice.soon(30, { kind: 'ack', id, sdp: 'answer of alice' }))
    bob.when('CONFIRMED', ({ id }) => bob.end(id, 500))
    alice.do({
      kind: 'invite',
      id: 'call',
      identity: alice.identity,
      target: 'sip:bob@10.0.0.2',
      sdp: undefined,
      headers: [],
    })
  },
  `
  alice → bob   INVITE
  bob → alice   180 INVITE
  bob → alice   200 INVITE +
  alice → bob   ACK +
  bob → alice   BYE
  alice → bob   200 BYE`,
  ({ alice, bob }) => {
    expect(alice.last('session-sdp')).toMatchObject({ role: 'offer', sdp: 'offer of bob', inResponse: true })
    expect(bob.last('session-sdp')).toMatchObject({ role: 'answer', sdp: 'answer of alice', inResponse: false })
  },
)

play(
  'a call that rings for two minutes gives a sign of life each minute',
  ({ alice, bob }) => {
    bob.on('session-incoming', ({ id }) => {
      bob.respond(id, 180)
      bob.respond(id, 480, undefined, 125_000)
    })
    alice.call('call', bob)
  },
  `
  alice → bob   INVITE +
  bob → alice   180 INVITE
  bob → alice   180 INVITE
  bob → alice   180 INVITE
  bob → alice   480 INVITE
  alice → bob   ACK`,
)
