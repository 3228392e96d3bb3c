// Ladders of calls changed while they last: hold by re-INVITE both ways, glare, refusals (RFC 3261 §14).
import { expect } from 'vitest'
import { type Cast, play } from '../../testing/play.ts'

const ANSWERED = `
  alice → bob   INVITE +
  bob → alice   180 INVITE
  bob → alice   200 INVITE +
  alice → bob   ACK
`
const ENDED = `
  alice → bob   BYE
  bob → alice   200 BYE`

/** A call that ends at 20 s. */
function confirmed({ alice, bob, stage }: Cast): void {
  bob.answers()
  alice.call('call', bob)
  stage.later(20_000, () => alice.end('call'))
}

play(
  'hold by the caller',
  (cast) => {
    const { alice, bob } = cast
    confirmed(cast)
    alice.reinvite('call', 'hold of alice', 1000)
    bob.when('REINVITED', ({ id }) => bob.respond(id, 200, 'held by bob', 20))
  },
  `${ANSWERED}
  alice → bob   INVITE +
  bob → alice   200 INVITE +
  alice → bob   ACK
  ${ENDED}`,
  ({ alice, bob }) => {
    expect(alice.states('call')).toMatch(/CONFIRMED REINVITING CONFIRMED DISCONNECTING/)
    expect(bob.states('in:1')).toBe('EARLY CONNECTING CONFIRMED REINVITED CONFIRMED DISCONNECTED')
    expect(alice.last('reinvite-result')).toMatchObject({ status: 200 })
    expect(alice.last('session-sdp')).toMatchObject({ role: 'answer', sdp: 'held by bob' })
    expect(bob.last('session-sdp')).toMatchObject({ role: 'offer', sdp: 'hold of alice', inResponse: false })
  },
)

play(
  'hold by the callee',
  (cast) => {
    const { alice, bob } = cast
    confirmed(cast)
    bob.when('CONFIRMED', ({ previous, id }) => previous === 'CONNECTING' && bob.reinvite(id, 'hold of bob', 500))
    alice.when('REINVITED', ({ id }) => alice.respond(id, 200, 'held by alice', 20))
  },
  `${ANSWERED}
  bob → alice   INVITE +
  alice → bob   200 INVITE +
  bob → alice   ACK
  ${ENDED}`,
  ({ bob }) => expect(bob.last('reinvite-result')).toMatchObject({ status: 200 }),
)

play(
  'a re-INVITE refused leaves the call as it was',
  (cast) => {
    const { alice, bob } = cast
    confirmed(cast)
    alice.reinvite('call', 'video', 1000)
    bob.when('REINVITED', ({ id }) => bob.respond(id, 488, undefined, 20))
  },
  `${ANSWERED}
  alice → bob   INVITE +
  bob → alice   488 INVITE
  alice → bob   ACK
  ${ENDED}`,
  ({ alice }) => expect(alice.last('reinvite-result')).toMatchObject({ status: 488 }),
)

play(
  'a re-INVITE without offer: theirs comes in the 2xx, ours goes in the ACK',
  (cast) => {
    const { alice, bob } = cast
    confirmed(cast)
    alice.reinvite('call', undefined, 1000)
    bob.when('REINVITED', ({ id }) => bob.respond(id, 200, 'fresh offer', 20))
    alice.on(
      'session-sdp',
      ({ id, role }) => role === 'offer' && alice.soon(0, { kind: 'ack', id, sdp: 'fresh answer' }),
    )
  },
  `${ANSWERED}
  alice → bob   INVITE
  bob → alice   200 INVITE +
  alice → bob   ACK +
  ${ENDED}`,
  ({ alice, bob }) => {
    expect(bob.last('session-sdp')).toMatchObject({ role: 'answer', sdp: 'fresh answer' })
    expect(alice.last('reinvite-result')).toMatchObject({ status: 200 })
  },
)

play(
  'glare: the second is asked anew, as the first has changed what it would offer',
  (cast) => {
    const { alice, bob } = cast
    confirmed(cast)
    alice.reinvite('call', 'hold of alice', 1000)
    bob.soon(1000, { kind: 'reinvite', id: 'in:1', sdp: 'hold of bob', headers: [] })
    alice.on('reinvite-result', ({ status }) => status === 491 && alice.reinvite('call', 'fresh hold of alice'))
    for (const phone of [alice, bob]) phone.when('REINVITED', ({ id }) => phone.respond(id, 200, 'held', 20))
  },
  `${ANSWERED}
  alice → bob   INVITE +
  bob → alice   INVITE +
  bob → alice   491 INVITE
  alice → bob   491 INVITE
  alice → bob   ACK
  bob → alice   ACK
  bob → alice   INVITE +
  alice → bob   200 INVITE +
  bob → alice   ACK
  alice → bob   INVITE +
  bob → alice   200 INVITE +
  alice → bob   ACK
  ${ENDED}`,
  ({ alice, bob }) => {
    expect(alice.all('reinvite-result').map(({ status }) => status)).toEqual([491, 200])
    expect(bob.all('reinvite-result').map(({ status }) => status)).toEqual([200])
    expect(bob.last('session-sdp')?.sdp).toBe('fresh hold of alice')
  },
)

play(
  'hung up by the other side while a re-INVITE waits for its answer',
  (cast) => {
    const { alice, bob } = cast
    confirmed(cast)
    alice.reinvite('call', 'hold', 1000)
    bob.when('REINVITED', ({ id }) => bob.end(id, 20))
  },
  `${ANSWERED}
  alice → bob   INVITE +
  bob → alice   487 INVITE
  bob → alice   BYE
  alice → bob   ACK
  alice → bob   200 BYE`,
)

play(
  'hung up by who sent the re-INVITE',
  (cast) => {
    const { alice } = cast
    confirmed(cast)
    alice.reinvite('call', 'hold', 1000)
    alice.end('call', 1100)
  },
  `${ANSWERED}
  alice → bob   INVITE +
  alice → bob   BYE
  bob → alice   200 BYE
  bob → alice   487 INVITE
  alice → bob   ACK`,
)
