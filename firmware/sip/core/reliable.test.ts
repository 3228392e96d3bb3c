// Ladders of calls whose provisional responses are reliable (RFC 3262): offers and answers in every legal place, order, loss.
import { expect } from 'vitest'
import { type Cast, play } from '../../testing/play.ts'
import { NO_TERMS } from '../usage/invite/terms.ts'
import type { SessionTerms } from './contract.ts'

const RELIABLE: SessionTerms = { ...NO_TERMS, reliable: 'supported' }
const REQUIRED: SessionTerms = { ...NO_TERMS, reliable: 'required' }

const reliably = (
  name: string,
  act: (cast: Cast) => void,
  wire: string,
  check?: (cast: Cast) => void,
  terms = RELIABLE,
) => play(name, act, wire, check, ['UDP'], { terms })

const ENDED = `
  alice → bob   BYE
  bob → alice   200 BYE`

/** What each side has heard of descriptions, in order. */
const heard = ({ alice, bob }: Cast) =>
  [alice, bob].map((phone) => phone.all('session-sdp').map(({ role, sdp, by }) => `${by}: ${role}: ${sdp}`))

const early = (cast: Cast) => {
  const { alice, bob, stage } = cast
  bob.on('session-incoming', ({ id }) => {
    bob.respond(id, 180, undefined, 50)
    bob.respond(id, 183, 'answer', 100)
    bob.respond(id, 200, 'answer', 1000)
  })
  alice.call('call', bob)
  stage.later(20_000, () => alice.end('call'))
}
const EARLY = `
  alice → bob   INVITE +
  bob → alice   180 INVITE
  bob → alice   183 INVITE +
  alice → bob   PRACK
  bob → alice   200 PRACK
  bob → alice   200 INVITE
  alice → bob   ACK
  ${ENDED}`
const asEarly = (cast: Cast) => {
  expect(heard(cast)).toEqual([['INVITE: answer: answer'], []])
  expect(cast.alice.states('call')).toBe('CALLING EARLY EARLY CONNECTING CONFIRMED DISCONNECTING DISCONNECTED')
  expect(cast.bob.states('in:1')).toBe('EARLY EARLY CONNECTING CONFIRMED DISCONNECTED')
}
reliably('the answer in a reliable response: not said again in the 2xx', early, EARLY, asEarly)
play('the same over TCP', early, EARLY.replaceAll('→', '⇒'), asEarly, ['TCP'], { terms: RELIABLE })

reliably(
  'required: every response is reliable, each waits for the PRACK of the one before',
  (cast) => {
    const { alice, bob, stage } = cast
    bob.on('session-incoming', ({ id }) => {
      bob.respond(id, 180, undefined, 50)
      bob.respond(id, 182, undefined, 51)
      bob.respond(id, 183, 'answer', 52)
      bob.respond(id, 200, undefined, 53)
    })
    alice.call('call', bob)
    stage.later(20_000, () => alice.end('call'))
  },
  `
  alice → bob   INVITE +
  bob → alice   180 INVITE
  alice → bob   PRACK
  bob → alice   200 PRACK
  bob → alice   182 INVITE
  alice → bob   PRACK
  bob → alice   200 PRACK
  bob → alice   183 INVITE +
  alice → bob   PRACK
  bob → alice   200 PRACK
  bob → alice   200 INVITE
  alice → bob   ACK
  ${ENDED}`,
  (cast) => {
    expect(heard(cast)).toEqual([['INVITE: answer: answer'], []])
    const statuses = cast.alice.all('session-state').flatMap(({ state, status }) => (state === 'EARLY' ? [status] : []))
    expect(statuses).toEqual([180, 182, 183])
  },
  REQUIRED,
)

reliably(
  'the offer in a reliable response, the answer in its PRACK',
  (cast) => {
    const { alice, bob, stage } = cast
    bob.on('session-incoming', ({ id }) => {
      bob.respond(id, 183, 'offer of bob', 50)
      bob.respond(id, 200, undefined, 500)
    })
    alice.on('session-sdp', ({ id }) => alice.soon(100, { kind: 'ack', id, sdp: 'answer of alice' }))
    alice.do({
      kind: 'invite',
      id: 'call',
      identity: alice.identity,
      target: 'sip:bob@10.0.0.2',
      sdp: undefined,
      headers: [],
    })
    stage.later(20_000, () => alice.end('call'))
  },
  `
  alice → bob   INVITE
  bob → alice   183 INVITE +
  alice → bob   PRACK +
  bob → alice   200 PRACK
  bob → alice   200 INVITE
  alice → bob   ACK
  ${ENDED}`,
  (cast) => expect(heard(cast)).toEqual([['INVITE: offer: offer of bob'], ['PRACK: answer: answer of alice']]),
)

reliably(
  'answered before the PRACK has come: the 2xx waits for it',
  (cast) => {
    const { alice, bob, stage } = cast
    bob.on('session-incoming', ({ id }) => {
      bob.respond(id, 183, 'answer', 50)
      bob.respond(id, 200, 'answer', 51)
    })
    alice.call('call', bob)
    stage.later(20_000, () => alice.end('call'))
  },
  EARLY.replace('  bob → alice   180 INVITE\n', ''),
  (cast) => {
    expect(cast.bob.all('rejected')).toEqual([])
    expect(heard(cast)).toEqual([['INVITE: answer: answer'], []])
  },
)

const offered = (cast: Cast) => {
  const { alice, bob, stage } = cast
  bob.on('session-incoming', ({ id }) => {
    bob.respond(id, 183, 'answer', 50)
    bob.respond(id, 200, 'answer', 3000)
  })
  for (const phone of [alice, bob])
    phone.on('session-sdp', ({ id, role, by, sdp }) => {
      if (role === 'offer' && by === 'UPDATE') phone.soon(20, { kind: 'answer-offer', id, sdp: `answer to ${sdp}` })
    })
  alice.call('call', bob)
  alice.update('call', 'hold of alice', 500)
  bob.update('in:1', 'hold of bob', 1000)
  stage.later(20_000, () => alice.end('call'))
}
reliably(
  'offers by UPDATE of both before the call is answered',
  offered,
  `
  alice → bob   INVITE +
  bob → alice   183 INVITE +
  alice → bob   PRACK
  bob → alice   200 PRACK
  alice → bob   UPDATE +
  bob → alice   200 UPDATE +
  bob → alice   UPDATE +
  alice → bob   200 UPDATE +
  bob → alice   200 INVITE
  alice → bob   ACK
  ${ENDED}`,
  (cast) => {
    const { alice, bob } = cast
    expect(heard(cast)).toEqual([
      ['INVITE: answer: answer', 'UPDATE: answer: answer to hold of alice', 'UPDATE: offer: hold of bob'],
      ['UPDATE: offer: hold of alice', 'UPDATE: answer: answer to hold of bob'],
    ])
    expect(alice.states('call')).toBe('CALLING EARLY CONNECTING CONFIRMED DISCONNECTING DISCONNECTED')
    for (const phone of [alice, bob]) expect(phone.all('reinvite-result').map(({ status }) => status)).toEqual([200])
  },
)

reliably(
  'UPDATEs of both at once before the call is answered: 491, and again after a while',
  (cast) => {
    const { alice, bob, stage } = cast
    offered(cast)
    alice.update('call', 'again of alice', 1500)
    bob.update('in:1', 'again of bob', 1500)
    stage.later(15_000, () => {})
  },
  `
  alice → bob   INVITE +
  bob → alice   183 INVITE +
  alice → bob   PRACK
  bob → alice   200 PRACK
  alice → bob   UPDATE +
  bob → alice   200 UPDATE +
  bob → alice   UPDATE +
  alice → bob   200 UPDATE +
  alice → bob   UPDATE +
  bob → alice   UPDATE +
  bob → alice   491 UPDATE
  alice → bob   491 UPDATE
  bob → alice   UPDATE +
  alice → bob   200 UPDATE +
  bob → alice   200 INVITE
  alice → bob   ACK
  ${ENDED}`,
  ({ alice, bob }) => {
    // Of before what bob has offered since: to be asked anew.
    expect(alice.all('reinvite-result').map(({ status }) => status)).toEqual([200, 491])
    expect(bob.all('reinvite-result').map(({ status }) => status)).toEqual([200, 200])
  },
)

reliably(
  'refused before the PRACK has come: nothing is repeated any more',
  (cast) => {
    const { alice, bob } = cast
    bob.on('session-incoming', ({ id }) => {
      bob.respond(id, 183, 'answer', 50)
      bob.respond(id, 486, undefined, 51)
    })
    alice.call('call', bob)
  },
  `
  alice → bob   INVITE +
  bob → alice   183 INVITE +
  bob → alice   486 INVITE
  alice → bob   PRACK
  alice → bob   ACK
  bob → alice   481 PRACK`,
  ({ alice }) => expect(alice.last('session-state')).toMatchObject({ state: 'DISCONNECTED', status: 486 }),
)

reliably(
  'called off while a reliable response waits for its PRACK',
  (cast) => {
    const { alice, bob } = cast
    bob.on('session-incoming', ({ id }) => {
      bob.respond(id, 183, 'answer', 50)
    })
    alice.call('call', bob)
    alice.end('call', 500)
  },
  `
  alice → bob   INVITE +
  bob → alice   183 INVITE +
  alice → bob   PRACK
  bob → alice   200 PRACK
  alice → bob   CANCEL
  bob → alice   200 CANCEL
  bob → alice   487 INVITE
  alice → bob   ACK`,
)
