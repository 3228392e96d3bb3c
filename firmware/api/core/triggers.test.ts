// The sixteen triggers of an invitation: each row of the table in docs/core.md as it happens between two engines on loopback.
import { expect, test } from 'vitest'
import { audioSdp, startParty, toldBy } from '../../testing/core.ts'
import { parties, reached, ring, talk } from '../../testing/core-calls.ts'
import { codes, rowsIn } from '../../testing/docs.ts'
import { startPeer } from '../../testing/loopback-peer.ts'
import { Invitation } from './index.ts'

type Call = Awaited<ReturnType<typeof talk>>
type Side = 'out' | 'into'
type Step = (call: Call) => unknown

const calling = async (): Promise<Call> => {
  const both = await parties()
  return { ...both, ...(await ring(both)) }
}
const early = async (): Promise<Call> => {
  const call = await calling()
  call.into.respondToInviteProvisionally()
  await reached(call.alice.engine, call.out, 'EARLY')
  return call
}
const confirmed = async (): Promise<Call> => talk(await parties())
const accept: Step = ({ into }) => {
  into.setOfferedLocalSdp(audioSdp(41_000))
  into.acceptInvite()
}
const reinvite: Step = async ({ out, into, bob }) => {
  out.setOfferedLocalSdp(audioSdp(40_002))
  out.sendReinvite()
  await reached(bob.engine, into, 'REINVITED')
}
const reinviting = async (): Promise<Call> => {
  const call = await confirmed()
  await reinvite(call)
  return call
}
const left = async (): Promise<Call> => {
  const call = await confirmed()
  call.out.disconnect()
  return call
}
/** A peer that ends it instead of answering our re-INVITE: ours answers first. */
const cut = async (): Promise<Call> => {
  const [alice, peer] = [await startParty('alice'), await startPeer()]
  const contact = `Contact: <sip:bob@127.0.0.1:${peer.port}>`
  peer.on('INVITE', (request) => {
    if (request.toTag === undefined) return { status: 200, headers: [contact], body: `${audioSdp()}` }
    peer.ask(request, 'BYE', [])
    return undefined
  })
  const out = new Invitation(alice.credentials, peer.uri('bob'), { engine: alice.engine })
  out.setOfferedLocalSdp(audioSdp())
  out.sendInvite()
  await reached(alice.engine, out, 'CONFIRMED')
  out.setOfferedLocalSdp(audioSdp(40_002))
  out.sendReinvite()
  return { alice, out, bob: alice, into: out }
}
const end =
  (side: Side): Step =>
  (call) =>
    call[side].disconnect()

/** By trigger and state: how a session gets there, what is done, and whose state is looked at. */
const SCENES: Readonly<Record<string, readonly [() => Promise<Call>, Step, Side]>> = {
  '2 NULL': [calling, () => {}, 'out'],
  '3 NULL': [calling, () => {}, 'into'],
  '4 CALLING': [calling, ({ into }) => into.respondToInviteProvisionally(), 'out'],
  '4 EARLY': [early, ({ into }) => into.respondToInviteProvisionally(182), 'out'],
  '5 INCOMING': [calling, ({ into }) => into.respondToInviteProvisionally(), 'into'],
  '5 EARLY': [early, ({ into }) => into.respondToInviteProvisionally(182), 'into'],
  '6 CALLING': [calling, accept, 'out'],
  '7 INCOMING': [calling, accept, 'into'],
  '8 EARLY': [early, accept, 'out'],
  '9 CONNECTING': [calling, accept, 'into'],
  '10 CONFIRMED': [confirmed, reinvite, 'out'],
  '11 REINVITING': [reinviting, ({ into }) => into.respondToReinvite(488), 'out'],
  '12 CONFIRMED': [confirmed, reinvite, 'into'],
  '13 REINVITED': [
    reinviting,
    ({ into }) => {
      into.setOfferedLocalSdp(audioSdp(41_002))
      into.respondToReinvite(200)
    },
    'into',
  ],
  '14 CALLING': [calling, end('out'), 'out'],
  '14 INCOMING': [calling, end('into'), 'into'],
  '14 EARLY': [early, end('out'), 'out'],
  '14 CONNECTING': [
    calling,
    (call) => {
      accept(call)
      call.into.disconnect()
    },
    'into',
  ],
  '14 CONFIRMED': [confirmed, end('into'), 'into'],
  '14 REINVITING': [reinviting, end('out'), 'out'],
  '14 REINVITED': [reinviting, end('into'), 'into'],
  '15 DISCONNECTING': [left, () => {}, 'out'],
  '16 CALLING': [calling, end('into'), 'out'],
  '16 INCOMING': [calling, end('out'), 'into'],
  '16 EARLY': [early, end('into'), 'out'],
  '16 CONFIRMED': [confirmed, end('out'), 'into'],
  '16 REINVITING': [cut, () => {}, 'out'],
  '16 REINVITED': [reinviting, end('out'), 'into'],
}

const REFUSED = [early, end('into'), 'into'] as const

/** As the table has them: trigger, from, to. */
const rows = rowsIn('core.md')
  .filter(({ section, head }) => section === 'Invitation' && head === '')
  .flatMap(({ cells: [trigger = '', from = '', , to = ''] }) =>
    codes(from).map((state) => [trigger, state, codes(to)[0]!] as const),
  )
const known = new Set(rows.map(([, from, to]) => `${from} → ${to}`))
const seen = new Set<string>()

/** Every change a party was told of. */
const changes = (party: Call['alice'], of: Invitation): string[] =>
  toldBy(party, 'invitation-changed-state').flatMap((told) =>
    told.name === 'invitation-changed-state' && told.sender === of
      ? [`${told.data.previousState} → ${told.data.state}`]
      : [],
  )

test('the table has all sixteen, the first of which makes the object', () => {
  const numbers = rowsIn('core.md').flatMap(({ section, head, cells }) =>
    section === 'Invitation' && head === '' ? [Number(cells[0])] : [],
  )
  expect(new Set(numbers)).toEqual(new Set(Array.from({ length: 16 }, (_, i) => i + 1)))
})

test.each(rows)('%s: %s → %s', async (trigger, from, to) => {
  // An incoming one that is EARLY is refused; of an outgoing one the same trigger cancels.
  const scene = to === 'DISCONNECTED' && trigger === '14' && from === 'EARLY' ? REFUSED : SCENES[`${trigger} ${from}`]!
  const [place, act, side] = scene
  const call = await place()
  await act(call)
  const [party, of] = side === 'out' ? [call.alice, call.out] : [call.bob, call.into]
  await expect.poll(() => changes(party, of), { interval: 5 }).toContain(`${from} → ${to}`)
  for (const change of [...changes(call.alice, call.out), ...changes(call.bob, call.into)]) seen.add(change)
})

test('nothing moved that the table does not have', () => {
  expect(seen.size).toBeGreaterThan(20)
  expect([...seen].filter((change) => !known.has(change))).toEqual([])
})
