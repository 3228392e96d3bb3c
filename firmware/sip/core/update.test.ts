// Ladders of calls changed by UPDATE (RFC 3311): with an offer, as a refresh of the target, before the answer, and refused.
import { expect } from 'vitest'
import { type Cast, play } from '../../testing/play.ts'

const RINGING = `
  alice → bob   INVITE +
  bob → alice   180 INVITE`
const ANSWERED = `${RINGING}
  bob → alice   200 INVITE +
  alice → bob   ACK`
const ENDED = `
  alice → bob   BYE
  bob → alice   200 BYE`

const byStream = (wire: string) => wire.replaceAll('→', '⇒')

/** A call that ends at 20 s. */
function confirmed({ alice, bob, stage }: Cast): void {
  bob.answers()
  alice.call('call', bob)
  stage.later(20_000, () => alice.end('call'))
}

const held = (cast: Cast) => {
  const { alice, bob } = cast
  confirmed(cast)
  alice.update('call', 'hold of alice', 1000)
  bob.when('REINVITED', ({ id }) => bob.respond(id, 200, 'held by bob', 20))
}
const HELD = `${ANSWERED}
  alice → bob   UPDATE +
  bob → alice   200 UPDATE +
  ${ENDED}`
const asHeld = ({ alice, bob }: Cast) => {
  expect(alice.states('call')).toMatch(/CONFIRMED REINVITING CONFIRMED DISCONNECTING/)
  expect(bob.states('in:1')).toBe('EARLY CONNECTING CONFIRMED REINVITED CONFIRMED DISCONNECTED')
  expect(alice.all('reinvite-result').map(({ status }) => status)).toEqual([200])
  expect(alice.last('session-sdp')).toMatchObject({ role: 'answer', sdp: 'held by bob', inResponse: true })
  expect(bob.last('session-sdp')).toMatchObject({ role: 'offer', sdp: 'hold of alice' })
}
play('an offer by UPDATE', held, HELD, asHeld)
play('an offer by UPDATE over TCP', held, byStream(HELD), asHeld, ['TCP'])

const refreshed = (cast: Cast) => {
  const { alice, bob } = cast
  confirmed(cast)
  alice.update('call', undefined, 1000)
  bob.update('in:1', undefined, 2000)
}
const REFRESHED = `${ANSWERED}
  alice → bob   UPDATE
  bob → alice   200 UPDATE
  bob → alice   UPDATE
  alice → bob   200 UPDATE
  ${ENDED}`
const asRefreshed = ({ alice, bob }: Cast) => {
  expect(alice.states('call')).not.toMatch(/REINVIT/)
  for (const phone of [alice, bob]) expect(phone.all('reinvite-result').map(({ status }) => status)).toEqual([200])
}
play('the target refreshed by both: no state changes', refreshed, REFRESHED, asRefreshed)
play('the target refreshed over TCP', refreshed, byStream(REFRESHED), asRefreshed, ['TCP'])

play(
  'the target refreshed by both while it rings; an offer waits for the answer to the call',
  (cast) => {
    const { alice, bob, stage } = cast
    bob.on('session-incoming', ({ id }) => {
      bob.respond(id, 180, undefined, 50)
      bob.update(id, undefined, 500)
      bob.respond(id, 200, 'answer', 2000)
    })
    alice.call('call', bob)
    alice.update('call', 'too early', 1000)
    alice.update('call', undefined, 1000)
    stage.later(20_000, () => alice.end('call'))
  },
  `${RINGING}
  bob → alice   UPDATE
  alice → bob   200 UPDATE
  alice → bob   UPDATE
  bob → alice   200 UPDATE
  bob → alice   200 INVITE +
  alice → bob   ACK
  ${ENDED}`,
  ({ alice, bob }) => {
    expect(alice.last('rejected')).toMatchObject({ command: 'update', reason: expect.stringContaining('100rel') })
    expect(alice.states('call')).toBe('CALLING EARLY CONNECTING CONFIRMED DISCONNECTING DISCONNECTED')
    for (const phone of [alice, bob]) expect(phone.all('reinvite-result').map(({ status }) => status)).toEqual([200])
  },
)

play(
  'an UPDATE refused leaves the call as it was',
  (cast) => {
    const { alice, bob } = cast
    confirmed(cast)
    alice.update('call', 'video', 1000)
    bob.when('REINVITED', ({ id }) => bob.respond(id, 488, undefined, 20))
  },
  `${ANSWERED}
  alice → bob   UPDATE +
  bob → alice   488 UPDATE
  ${ENDED}`,
  ({ alice }) => {
    expect(alice.last('reinvite-result')).toMatchObject({ status: 488 })
    expect(alice.states('call')).toMatch(/CONFIRMED REINVITING CONFIRMED DISCONNECTING/)
  },
)

play(
  'glare of an UPDATE and a re-INVITE: the second is asked anew',
  (cast) => {
    const { alice, bob } = cast
    confirmed(cast)
    alice.update('call', 'hold of alice', 1000)
    bob.reinvite('in:1', 'hold of bob', 1000)
    alice.on('reinvite-result', ({ status }) => status === 491 && alice.update('call', 'fresh hold of alice'))
    for (const phone of [alice, bob]) phone.when('REINVITED', ({ id }) => phone.respond(id, 200, 'held', 20))
  },
  `${ANSWERED}
  alice → bob   UPDATE +
  bob → alice   INVITE +
  bob → alice   491 UPDATE
  alice → bob   491 INVITE
  bob → alice   ACK
  bob → alice   INVITE +
  alice → bob   200 INVITE +
  bob → alice   ACK
  alice → bob   UPDATE +
  bob → alice   200 UPDATE +
  ${ENDED}`,
  ({ alice, bob }) => {
    expect(alice.all('reinvite-result').map(({ status }) => status)).toEqual([491, 200])
    expect(bob.last('session-sdp')?.sdp).toBe('fresh hold of alice')
  },
)

play(
  'hung up by who sent the UPDATE: nothing is acknowledged',
  (cast) => {
    const { alice } = cast
    confirmed(cast)
    alice.update('call', 'hold', 1000)
    alice.end('call', 1100)
  },
  `${ANSWERED}
  alice → bob   UPDATE +
  alice → bob   BYE
  bob → alice   200 BYE
  bob → alice   487 UPDATE`,
)
