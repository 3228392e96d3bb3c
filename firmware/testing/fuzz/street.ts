// A call between two whole phones on a fake network where somebody listens, repeats what was said with changes, and speaks
// in others' names. One round is a few hundred datagrams; at its end everything must have come to rest.
import { seededRng } from '../../base/rng.ts'
import type { Desk } from '../desk.ts'
import { Street, settingsOf } from '../street.ts'
import { below, mutate, oneOf } from './mutate.ts'

const [ALICE, BOB, EVE] = ['10.0.0.1', '10.0.0.2', '10.0.0.9']
/** Longer than anything in SIP lasts by itself with these phones, ms. */
const REST_MS = 400_000

const ACTS: readonly ((desk: Desk) => void)[] = [
  (desk) => desk.lift(),
  (desk) => desk.lift(),
  (desk) => desk.putDown(),
  (desk) => desk.press('101#'),
  (desk) => desk.key('hold'),
  (desk) => desk.key('answer'),
  (desk) => desk.key('end'),
  (desk) => desk.key('redial'),
]

export interface Round {
  readonly datagrams: number
  /** Whether the two talked at some time: a round in which nothing works shows nothing. */
  readonly talked: boolean
}

/** `corpus`: what is repeated with changes beside what the two say. Throws when something does not come to rest. */
export function playRound(seed: number, datagrams: number, corpus: readonly string[]): Round {
  const rng = seededRng(seed)
  const street = new Street(seed)
  const alice = street.desk(ALICE, settingsOf(`sip:100@${BOB}`))
  const bob = street.desk(BOB, settingsOf(`sip:101@${ALICE}`))
  const heard = [...corpus]
  const send = street.network.send.bind(street.network)
  street.network.send = (datagram, now) => {
    heard.push(datagram.data)
    if (heard.length > 60) heard.splice(corpus.length, 1)
    return send(datagram, now)
  }
  street.peer(EVE, () => {})

  alice.lift()
  alice.press('101#')
  street.run(300)
  bob.lift()
  let talked = false
  for (let count = 0; count < datagrams; count++) {
    const from = { address: oneOf(rng, [ALICE, BOB, EVE]), port: 5060 }
    const to = { address: oneOf(rng, [ALICE, BOB]), port: 5060 }
    send({ from, to, data: mutate(rng, heard) }, street.now)
    if (below(rng, 20) === 0) oneOf(rng, ACTS)(oneOf(rng, [alice, bob]))
    street.run(below(rng, 8) === 0 ? below(rng, 3000) : below(rng, 60))
    talked ||= alice.shows().startsWith('in-call') && bob.shows().startsWith('in-call')
  }
  rest(street)
  return { datagrams, talked }
}

function rest(street: Street): void {
  // Whoever rings is sent away: a call that nobody cancels rings as long as its phone lets it.
  for (let calls = 0; calls < 40; calls++) {
    for (const { desk } of street.residents) {
      desk.putDown()
      desk.key('end')
    }
    street.run(100)
  }
  street.run(REST_MS)
  for (const { desk, holds } of street.residents) {
    const state = [
      desk.shows(),
      desk.hears(),
      desk.speaksTo(),
      [...desk.media.ports.keys()],
      desk.media.faults,
      holds(),
    ]
    const expected = ['idle', 'nothing', 'nobody', ['handset'], [], 0]
    if (JSON.stringify(state) !== JSON.stringify(expected))
      throw new Error(`did not come to rest: ${JSON.stringify(state)}`)
  }
}
