// Calls of ours that are not answered yet when our address goes: called off where they ring, and called anew from the next one.
import { expect, test } from 'vitest'
import { showAddress } from '../../base/address.ts'
import { type NetworkConditions, PERFECT, ROUGH } from '../../testing/fake-network.ts'
import { flaws, ladder } from '../../testing/ladder.ts'
import type { Phone } from '../../testing/phone.ts'
import { ScriptedPeer } from '../../testing/scripted-peer.ts'
import { Stage } from '../../testing/stage.ts'
import type { SipRequest } from '../message/message.ts'

const SDP = 'v=0\r\n'

/** The cable is out. */
function leave(stage: Stage, phone: Phone): void {
  stage.network.unbind(phone.local)
  phone.input({ kind: 'transport-down', transport: 'udp', reason: 'address changed' })
}

/** And in again, elsewhere. */
function arrive(stage: Stage, phone: Phone, address: string): void {
  const local = { address, port: 5060 }
  Object.assign(phone, { local })
  stage.names.set(showAddress(local), 'alice again')
  phone.bind('UDP')
}

function move(stage: Stage, phone: Phone, address = '10.0.0.7'): void {
  leave(stage, phone)
  arrive(stage, phone, address)
}

/** A peer with one line: it rings until it is called off, and takes the call 400 ms after it began to ring, the second time. */
function setOut(rings = true) {
  const stage = new Stage()
  const alice = stage.phone('alice', '10.0.0.1')
  const peer = new ScriptedPeer(stage, 'bob', '10.0.0.2')
  const headers = ['Contact: <sip:bob@10.0.0.2>']
  let ringing: SipRequest | undefined
  peer.on('INVITE', (request, from) => {
    if (ringing) return peer.reply(request, from, { status: 486 })
    ringing = request
    const tag = `t${request.cseq.number}`
    if (rings) peer.reply(request, from, { status: 180, tag, headers })
    const take = () => ringing && peer.reply(request, from, { status: 200, tag, headers, body: SDP })
    if (request.cseq.number > 1) stage.later(400, take)
  })
  peer.on('CANCEL', (request, from) => {
    const before = ringing
    ringing = undefined
    peer.reply(request, from, { status: before ? 200 : 481 })
    if (before) peer.reply(before, { address: '10.0.0.1', port: 5060 }, { status: 487, tag: 't1' })
  })
  peer.on('BYE', (request, from) => peer.reply(request, from, { status: 200 }))
  alice.call('call', 'sip:bob@10.0.0.2', SDP)
  stage.run(200)
  return { stage, alice, peer }
}

test.each([
  ['while it rings', true, 'CALLING EARLY CALLING EARLY CONNECTING CONFIRMED DISCONNECTING DISCONNECTED'],
  ['before anything was heard', false, 'CALLING CALLING CONNECTING CONFIRMED DISCONNECTING DISCONNECTED'],
])('%s: called off with the Via of before, called anew with a new one', (_name, rings, states) => {
  const { stage, alice, peer } = setOut(rings)
  move(stage, alice)
  stage.run(5000)
  alice.end('call')
  stage.run(120_000)
  expect(alice.states('call')).toBe(states)
  expect(alice.last('session-state')).toMatchObject({ status: 200, cause: 'local' })
  const invites = peer.requests('INVITE')
  const [cancel] = peer.requests('CANCEL')
  expect(invites.map(({ cseq }) => cseq.number)).toEqual([1, 2])
  expect(new Set(invites.map(({ callId, fromTag }) => `${callId} ${fromTag}`)).size).toBe(1)
  expect(cancel?.vias[0]?.branch).toBe(invites[0]?.vias[0]?.branch)
  expect([cancel, ...invites].map((each) => each?.vias[0]?.host)).toEqual(['10.0.0.1', '10.0.0.1', '10.0.0.7'])
  expect(invites[1]?.header('Contact')).toContain('10.0.0.7')
  expect(flaws(stage)).toEqual([])
})

test('the next address comes later: called anew then; without one it ends', () => {
  const { stage, alice, peer } = setOut()
  leave(stage, alice)
  stage.run(5000)
  expect(alice.last('session-state')?.state).toBe('EARLY')
  arrive(stage, alice, '10.0.0.8')
  stage.run(7000)
  expect([alice.last('session-state')?.state, peer.requests('INVITE').length]).toEqual(['CONFIRMED', 2])

  const lost = setOut()
  leave(lost.stage, lost.alice)
  lost.stage.run(15_000)
  expect(lost.alice.last('session-state')).toMatchObject({ state: 'DISCONNECTED', status: 503, cause: 'transport' })
  lost.stage.run(60_000)
  expect(lost.peer.requests('INVITE')).toHaveLength(1)
  expect(flaws(lost.stage)).toEqual([])
})

test('what is offered by then goes out anew, and CALLING says so; what has gone out stays as it is', () => {
  const { stage, alice, peer } = setOut()
  leave(stage, alice)
  alice.do({ kind: 'offer', id: 'call', sdp: 'v=0\r\ns=there\r\n' })
  arrive(stage, alice, '10.0.0.7')
  stage.run(5000)
  expect(peer.requests('INVITE').map(({ body }) => body)).toEqual([SDP, 'v=0\r\ns=there\r\n'])
  const calling = alice.events.flatMap((event) =>
    event.kind === 'session-state' && event.state === 'CALLING' ? [event.sdp] : [],
  )
  expect(calling).toEqual([undefined, 'v=0\r\ns=there\r\n'])
  expect(alice.last('session-state')?.state).toBe('CONFIRMED')
  alice.do({ kind: 'offer', id: 'call', sdp: SDP })
  expect(alice.last('rejected')).toMatchObject({ reason: 'no INVITE of ours waits for its answer in CONFIRMED' })
  alice.end('call')
  stage.run(120_000)
  expect(flaws(stage)).toEqual([])
})

test('whoever lets them offer has no offer to renew, with other parts in the INVITE or without', () => {
  const { alice } = setOut()
  const { identity } = alice
  const parts = [{ contentType: 'text/plain', content: 'here', headers: [] }]
  const late = {
    kind: 'invite',
    id: 'late',
    identity,
    target: 'sip:bob@10.0.0.2',
    sdp: undefined,
    headers: [],
    parts,
  } as const
  alice.do(late)
  alice.do({ kind: 'offer', id: 'late', sdp: SDP })
  expect(alice.last('rejected')).toMatchObject({ command: 'offer', id: 'late', reason: 'the INVITE has no offer' })
})

test('moved twice', () => {
  const { stage, alice, peer } = setOut()
  move(stage, alice)
  stage.run(201)
  move(stage, alice, '10.0.0.9')
  stage.run(6000)
  expect(alice.last('session-state')?.state).toBe('CONFIRMED')
  expect(peer.requests('INVITE').at(-1)?.vias[0]?.host).toBe('10.0.0.9')
  alice.end('call')
  stage.run(120_000)
  expect(flaws(stage)).toEqual([])
})

test.each([
  ['without an address', (stage: Stage, alice: Phone) => leave(stage, alice)],
  [
    'while it is called off',
    (stage: Stage, alice: Phone) => {
      move(stage, alice)
      stage.run(201)
    },
  ],
])('given up %s: it does not ring on there', (_name, away) => {
  const { stage, alice, peer } = setOut()
  away(stage, alice)
  alice.do({ kind: 'end', id: 'call', status: undefined, reason: undefined, headers: [] })
  expect(alice.last('session-state')).toMatchObject({ state: 'DISCONNECTED', status: 487, cause: 'local' })
  if (alice.local.address === '10.0.0.1') arrive(stage, alice, '10.0.0.8')
  stage.run(120_000)
  expect(peer.requests('CANCEL').length).toBeGreaterThan(0)
  expect(peer.requests('INVITE')).toHaveLength(1)
  expect(flaws(stage)).toEqual([])
})

test('a call that stands only loses what is under way', () => {
  const { stage, alice } = setOut()
  move(stage, alice)
  stage.run(3000)
  alice.reinvite('call', SDP)
  stage.run(3001)
  move(stage, alice, '10.0.0.9')
  stage.run(3010)
  expect(alice.last('reinvite-result')).toMatchObject({ status: 503 })
  expect(alice.last('session-state')?.state).toBe('CONFIRMED')
})

function played(seed: number, conditions: NetworkConditions, at: number) {
  const stage = new Stage(seed, conditions)
  const [alice, bob] = [stage.phone('alice', '10.0.0.1'), stage.phone('bob', '10.0.0.2')]
  bob.on('session-incoming', ({ id }) => {
    bob.respond(id, 180, undefined, 50)
    bob.respond(id, 200, 'answer of bob', 1500)
  })
  alice.call('call', bob)
  stage.later(at, () => move(stage, alice))
  for (const late of [100_000, 140_000, 180_000])
    stage.later(late, () => {
      for (const phone of stage.phones) for (const id of phone.live) phone.end(id)
    })
  stage.run(600_000)
  return { stage, alice }
}

test('between two phones, on a good network and on bad ones', () => {
  const { stage } = played(1, PERFECT, 500)
  expect(stage.wire.slice(0, 9)).toEqual(
    ladder(`
      alice → bob       INVITE +
      bob → alice       180 INVITE
      alice again → bob CANCEL
      bob → alice again 200 CANCEL
      bob → alice       487 INVITE
      alice again → bob INVITE +
      bob → alice again 180 INVITE
      bob → alice       487 INVITE
      bob → alice       487 INVITE`),
  )
  for (let seed = 1; seed <= 40; seed++)
    for (const at of [5, 70, 500]) {
      const rough = played(seed, seed === 1 ? PERFECT : ROUGH, at)
      expect(flaws(rough.stage)).toEqual([])
      if (seed === 1) expect(rough.alice.states('call')).toContain('CONFIRMED')
    }
})
