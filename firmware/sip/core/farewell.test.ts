// What becomes of the CANCEL or BYE that ends a session: answered, overtaken, refused, or not answered at all.
import { describe, expect, test } from 'vitest'
import { type NetworkConditions, PERFECT, ROUGH } from '../../testing/fake-network.ts'
import { flaws } from '../../testing/ladder.ts'
import { ScriptedPeer } from '../../testing/scripted-peer.ts'
import { Stage } from '../../testing/stage.ts'
import type { SipRequest } from '../message/message.ts'

const SDP = 'v=0\r\n'
const CONTACT = ['Contact: <sip:bob@10.0.0.2>']

/** Alice calls a script. What it does with each is said by the test. */
function setOut() {
  const stage = new Stage()
  const alice = stage.phone('alice', '10.0.0.1')
  const peer = new ScriptedPeer(stage, 'bob', '10.0.0.2')
  const answers = (method: string, status: number, body = '') =>
    peer.on(method, (request, from) => peer.reply(request, from, { status, headers: CONTACT, body }))
  const refuse = (status: number) => {
    const [invite] = peer.requests('INVITE')
    peer.reply(invite as SipRequest, alice.local, { status, headers: CONTACT, body: status === 200 ? SDP : '' })
  }
  alice.call('call', 'sip:bob@10.0.0.2', SDP)
  const told = () =>
    alice.events.flatMap((e) => {
      if (e.kind === 'session-farewell')
        return [`${e.method} ${e.status} ${e.cause ?? '-'} ${e.message?.cseq.method ?? '-'}`]
      return e.kind === 'session-state' && e.state === 'DISCONNECTED' ? [`DISCONNECTED ${e.status} ${e.cause}`] : []
    })
  return { stage, alice, peer, answers, refuse, told }
}
type Set = ReturnType<typeof setOut>

/** In what state, and what the peer does from then on; the second at which it is all over. */
const CASES: Readonly<Record<string, readonly [begin: number, act: (set: Set) => void, number, ...string[]]>> = {
  'BYE, answered': [200, ({ answers }) => answers('BYE', 200), 1, 'BYE 200 - BYE', 'DISCONNECTED 200 local'],
  'BYE, refused': [200, ({ answers }) => answers('BYE', 481), 1, 'BYE 481 - BYE', 'DISCONNECTED 481 local'],
  'BYE, no answer': [200, () => {}, 33, 'BYE 408 timeout -', 'DISCONNECTED 408 local'],
  'BYE, nobody there any more': [
    ...([200, ({ stage, peer }: Set) => stage.network.unbind(peer.local), 1] as const),
    ...['BYE 503 transport -', 'DISCONNECTED 503 local'],
  ],
  'BYE, crossing theirs': [
    200,
    ({ peer, alice }) => {
      const [ack] = peer.requests('ACK')
      const lines = ['BYE sip:alice@10.0.0.1 SIP/2.0', 'Via: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bKx']
      const names = [`From: ${ack?.header('To')}`, `To: ${ack?.header('From')}`, `Call-ID: ${ack?.callId}`]
      peer.send(alice.local, [...lines, ...names, 'CSeq: 9 BYE', 'Content-Length: 0', '', ''].join('\r\n'))
    },
    ...([1, 'BYE 200 - BYE', 'DISCONNECTED 200 local'] as const),
  ],
  'CANCEL, answered, then the INVITE': [
    180,
    ({ answers, refuse, stage }) => {
      answers('CANCEL', 200)
      stage.later(400, () => refuse(487))
    },
    ...([1, 'CANCEL 200 - CANCEL', 'DISCONNECTED 487 local'] as const),
  ],
  'CANCEL, the INVITE is over before it is answered': [
    180,
    ({ refuse, stage }) => stage.later(400, () => refuse(487)),
    ...([1, 'CANCEL 487 - INVITE', 'DISCONNECTED 487 local'] as const),
  ],
  'CANCEL, known to nobody': [
    ...([180, ({ answers }: Set) => answers('CANCEL', 481), 33] as const),
    ...['CANCEL 481 - CANCEL', 'DISCONNECTED 408 local'],
  ],
  'CANCEL, no answer at all': [180, () => {}, 33, 'CANCEL 408 timeout -', 'DISCONNECTED 408 local'],
  'CANCEL that never goes out, as nobody answers': [
    100,
    () => {},
    33,
    'CANCEL 408 timeout -',
    'DISCONNECTED 408 local',
  ],
  'CANCEL, too late': [
    180,
    ({ answers, refuse, stage }) => {
      answers('BYE', 200)
      stage.later(100, () => refuse(200))
    },
    ...([2, 'CANCEL 200 - INVITE', 'BYE 200 - BYE', 'DISCONNECTED 200 local'] as const),
  ],
}

test.each(Object.entries(CASES))('%s', (_name, [begin, act, seconds, ...expected]) => {
  const set = setOut()
  const { stage, alice, refuse, told } = set
  stage.run(200)
  if (begin > 100) refuse(begin)
  stage.run(300)
  expect(alice.last('session-state')?.state).toBe({ 100: 'CALLING', 180: 'EARLY', 200: 'CONFIRMED' }[begin])
  act(set)
  alice.end('call')
  stage.run(1000 * seconds)
  expect(told()).toEqual(expected)
  stage.run(120_000)
  expect(told()).toEqual(expected)
  expect(flaws(stage)).toEqual([])
})

describe('none is told', () => {
  test('of an INVITE that had not left', () => {
    const { stage, told, alice } = setOut()
    stage.run(10)
    const target = 'sip:bob@nowhere.example'
    stage.hosts.set('nowhere.example', 'silence')
    alice.do({ kind: 'invite', id: 'b', identity: alice.identity, target, sdp: SDP, headers: [] })
    alice.end('b')
    stage.run(20)
    expect(told()).toEqual(['DISCONNECTED 487 local'])
  })

  test('of the BYE of a call that broke', () => {
    const { stage, peer, told, alice } = setOut()
    peer.on('INVITE', (request, from) => {
      if (request.toTag === undefined) peer.reply(request, from, { status: 200, headers: CONTACT, body: SDP })
      else peer.reply(request, from, { status: 408 })
    })
    stage.run(1000)
    alice.reinvite('call', SDP)
    stage.run(60_000)
    expect(peer.requests('BYE').length).toBeGreaterThan(0)
    expect(told()).toEqual(['DISCONNECTED 408 remote'])
  })
})

function played(seed: number, conditions: NetworkConditions, endAt: number) {
  const stage = new Stage(seed, conditions)
  const [alice, bob] = [stage.phone('alice', '10.0.0.1'), stage.phone('bob', '10.0.0.2')]
  bob.answers()
  alice.call('call', bob)
  alice.end('call', endAt)
  stage.later(110_000, () => {
    for (const phone of stage.phones) for (const id of phone.live) phone.end(id)
  })
  stage.run(600_000)
  return { stage, alice }
}

test.each([120, 260, 5000])(
  'given up after %i ms, on good networks and bad ones: told once of each that went out',
  (endAt) => {
    for (let seed = 1; seed <= 40; seed++) {
      const { stage, alice } = played(seed, seed === 1 ? PERFECT : ROUGH, endAt)
      expect(flaws(stage)).toEqual([])
      const told = alice.all('session-farewell').map(({ method }) => method)
      expect(new Set(told).size).toBe(told.length)
      const sent = ['CANCEL', 'BYE'].filter((method) => stage.wire.includes(`alice → bob ${method}`))
      expect(told).toEqual(expect.arrayContaining(sent))
    }
  },
)
