// Reliable provisional responses to our INVITE (RFC 3262 §4, §5): acknowledged in order, once each, also when it is forked.
import { expect, test } from 'vitest'
import type { SocketAddress } from '../../base/address.ts'
import { Secret } from '../../base/secret.ts'
import { flaws, ladder } from '../../testing/ladder.ts'
import { ScriptedPeer } from '../../testing/scripted-peer.ts'
import { Stage } from '../../testing/stage.ts'
import { challenge } from '../auth/server.ts'
import type { SipRequest } from '../message/message.ts'
import { NO_TERMS } from '../usage/invite/terms.ts'
import type { SessionTerms } from './contract.ts'

const OK = { status: 200, headers: ['Contact: <sip:peer@10.0.0.9>'] }

/** A call to a peer that does `rings` with the INVITE. */
function calling(
  rings: (request: SipRequest, from: SocketAddress, peer: ScriptedPeer, stage: Stage) => void,
  { reliable = 'supported' as SessionTerms['reliable'], late = false } = {},
) {
  const stage = new Stage()
  const alice = stage.phone('alice', '10.0.0.1', { terms: { ...NO_TERMS, reliable } })
  const peer = new ScriptedPeer(stage, 'peer', '10.0.0.9')
  peer.on('INVITE', (request, from) => rings(request, from, peer, stage))
  for (const method of ['PRACK', 'BYE', 'CANCEL', 'UPDATE'])
    peer.on(method, (request, from) => peer.reply(request, from, OK))
  const credentials = [{ realm: 'r', username: 'alice', password: new Secret('secret') }]
  const identity = { ...alice.identity, credentials }
  alice.do({
    kind: 'invite',
    id: 'call',
    identity,
    target: 'sip:peer@10.0.0.9',
    sdp: late ? undefined : 'offer',
    headers: [],
  })
  const racks = () => peer.requests('PRACK').map((prack) => prack.header('RAck'))
  return { stage, alice, peer, racks }
}

const ring = (rseq: number, body = '', tag = 'peer', status = 183) => ({
  status,
  tag,
  body,
  headers: [`Contact: <sip:${tag}@10.0.0.9>`, 'Require: 100rel', `RSeq: ${rseq}`],
})

test.each([
  ['off', undefined, undefined],
  ['supported', '100rel', undefined],
  ['required', '100rel', '100rel'],
] as const)('%s is said in the INVITE', (reliable, supports, requires) => {
  const { alice, peer, stage } = calling(() => {}, { reliable })
  stage.run(100)
  const [invite] = peer.requests('INVITE')
  expect([invite?.header('Supported'), invite?.header('Require')]).toEqual([supports, requires])
  alice.end('call')
})

test('each is acknowledged once, in its order: what comes again, or too early, is not', () => {
  const { stage, alice, peer, racks } = calling((request, from, peer, stage) => {
    const at = (delay: number, reply: Parameters<ScriptedPeer['reply']>[2]) =>
      stage.later(delay, () => peer.reply(request, from, reply))
    at(0, ring(7, 'answer'))
    at(100, ring(7, 'answer'))
    at(200, ring(9, 'not yet'))
    at(300, ring(8))
    at(400, ring(9))
    at(500, ring(8))
    at(1000, OK)
  })
  alice.end('call', 3000)
  stage.run(600_000)
  expect(racks()).toEqual(['7 1 INVITE', '8 1 INVITE', '9 1 INVITE'])
  expect(peer.requests('PRACK').map(({ cseq, uriText }) => `${cseq.number} ${uriText}`)).toEqual([
    '2 sip:peer@10.0.0.9',
    '3 sip:peer@10.0.0.9',
    '4 sip:peer@10.0.0.9',
  ])
  expect(alice.all('session-sdp').map(({ sdp }) => sdp)).toEqual(['answer'])
  expect(alice.states('call')).toBe('CALLING EARLY EARLY EARLY CONNECTING CONFIRMED DISCONNECTING DISCONNECTED')
  expect(peer.requests('BYE')[0]?.cseq.number).toBe(5)
  expect(flaws(stage)).toEqual([])
})

test('once the answer came reliably, another description in the 2xx is none (RFC 3261 §13.2.1)', () => {
  const { stage, alice } = calling((request, from, peer, stage) => {
    peer.reply(request, from, ring(1, 'answer'))
    stage.later(100, () => peer.reply(request, from, ring(2, 'another', 'peer', 180)))
    stage.later(200, () => peer.reply(request, from, { ...OK, body: 'a third' }))
  })
  alice.end('call', 3000)
  stage.run(600_000)
  expect(alice.all('session-sdp').map(({ sdp }) => sdp)).toEqual(['answer'])
  expect(flaws(stage)).toEqual([])
})

test('without a tag, or without a number, a response is not reliable', () => {
  const { stage, alice, racks } = calling((request, from, peer) => {
    const head = request.headers('Via').map((via) => `Via: ${via}`)
    const rest = [`From: ${request.header('From')}`, `To: ${request.header('To')}`, `Call-ID: ${request.callId}`]
    const lines = ['SIP/2.0 180 Ringing', ...head, ...rest, 'CSeq: 1 INVITE', 'Require: 100rel', 'RSeq: 1', '', '']
    peer.send(from, lines.join('\r\n'))
    peer.reply(request, from, { ...ring(1), headers: ['Require: 100rel'] })
    peer.reply(request, from, { ...ring(1), headers: ['Require: 100rel', 'RSeq: 0'] })
    peer.reply(request, from, { ...ring(1), headers: ['RSeq: 1'] })
  })
  alice.end('call', 1000)
  stage.run(500)
  expect(racks()).toEqual([])
  expect(alice.states('call')).toBe('CALLING EARLY EARLY EARLY EARLY')
})

test('the PRACK is challenged: answered, and the numbering goes on', () => {
  const asks = challenge({ realm: 'r', nonce: 'n1', algorithms: ['MD5'], qop: ['auth'], stale: false })
  const headers = asks.map((value) => `Proxy-Authenticate: ${value}`)
  const { stage, alice, peer, racks } = calling((request, from, peer, stage) => {
    peer.reply(request, from, ring(1, 'answer'))
    stage.later(1000, () => peer.reply(request, from, OK))
  })
  peer.on('PRACK', (request, from) =>
    peer.reply(request, from, request.header('Proxy-Authorization') ? OK : { status: 407, headers }),
  )
  alice.end('call', 3000)
  stage.run(600_000)
  expect(racks()).toEqual(['1 1 INVITE', '1 1 INVITE'])
  expect(peer.requests('BYE')[0]?.cseq.number).toBe(4)
  expect(flaws(stage)).toEqual([])
})

test.each([
  ['refused', { status: 481 }],
  ['never answered', undefined],
])('a PRACK %s is no end of the call: the INVITE decides', (_name, reply) => {
  const { stage, alice, peer } = calling((request, from, peer, stage) => {
    peer.reply(request, from, ring(1, 'answer'))
    stage.later(1000, () => peer.reply(request, from, OK))
  })
  const said: string[] = []
  alice.logs = ({ what }) => said.push(what)
  peer.on('PRACK', (request, from) => reply && peer.reply(request, from, reply))
  alice.end('call', 40_000)
  stage.run(600_000)
  expect(alice.states('call')).toBe('CALLING EARLY CONNECTING CONFIRMED DISCONNECTING DISCONNECTED')
  expect(said).toContain(reply ? 'PRACK refused' : 'PRACK not answered')
  expect(flaws(stage)).toEqual([])
})

test('an UPDATE waits for the PRACK to be answered', () => {
  const { stage, alice, peer } = calling((request, from, peer, stage) => {
    peer.reply(request, from, ring(1, 'answer'))
    stage.later(5000, () => peer.reply(request, from, OK))
  })
  peer.on('PRACK', (request, from) => stage.later(1000, () => peer.reply(request, from, OK)))
  alice.update('call', 'new offer', 100)
  alice.end('call', 8000)
  stage.run(600_000)
  const sent = stage.timed.filter((line) => /alice → peer (PRACK|UPDATE)/.test(line)).map((line) => line.split(' ')[4])
  expect(sent.filter((method, at) => method !== sent[at - 1])).toEqual(['PRACK', 'UPDATE'])
  expect(flaws(stage)).toEqual([])
})

test('forked: each branch has numbers and an answer of its own; that of who takes the call counts', () => {
  const { stage, alice, racks, peer } = calling((request, from, peer, stage) => {
    peer.reply(request, from, ring(5, 'answer of one', 'one'))
    stage.later(100, () => peer.reply(request, from, ring(90, 'answer of two', 'two')))
    stage.later(200, () => peer.reply(request, from, ring(6, '', 'one')))
    stage.later(300, () => peer.reply(request, from, { ...ring(0, '', 'one'), status: 200 }))
    stage.later(400, () => peer.reply(request, from, { ...ring(0, '', 'two'), status: 200 }))
  })
  alice.update('call', 'offer to whom', 250)
  alice.end('call', 3000)
  stage.run(600_000)
  expect(racks()).toEqual(['5 1 INVITE', '90 1 INVITE', '6 1 INVITE'])
  expect(alice.all('session-sdp').map(({ sdp }) => sdp)).toEqual(['answer of one', 'answer of two', 'answer of one'])
  expect(alice.last('rejected')).toMatchObject({ reason: 'no early dialog, or more than one' })
  expect(peer.requests('ACK')).toHaveLength(2)
  expect(peer.requests('BYE').map(({ uriText }) => uriText)).toEqual(['sip:two@10.0.0.9', 'sip:one@10.0.0.9'])
  expect(flaws(stage)).toEqual([])
})

test('forked, and each branch makes an offer: one after the other is answered', () => {
  const { stage, alice, peer, racks } = calling(
    (request, from, peer, stage) => {
      // Each again after T1, as it has no PRACK.
      for (const delay of [0, 500, 1500]) {
        stage.later(delay, () => peer.reply(request, from, ring(1, 'offer of one', 'one')))
        stage.later(delay + 5, () => peer.reply(request, from, ring(1, 'offer of two', 'two')))
      }
      stage.later(3000, () => peer.reply(request, from, { ...ring(0, '', 'two'), status: 200 }))
    },
    { late: true },
  )
  alice.on('session-sdp', ({ id, sdp }) => alice.soon(300, { kind: 'ack', id, sdp: `answer to ${sdp}` }))
  alice.end('call', 5000)
  stage.run(600_000)
  expect(racks()).toHaveLength(2)
  expect(peer.requests('PRACK').map(({ body }) => body)).toEqual(['answer to offer of one', 'answer to offer of two'])
  expect(peer.requests('ACK').map(({ body }) => body)).toEqual([''])
  expect(flaws(stage)).toEqual([])
})

test('forked: one takes the call with an offer of its own while that of another waits for its answer', () => {
  const { stage, alice, peer } = calling(
    (request, from, peer, stage) => {
      peer.reply(request, from, ring(1, 'offer of one', 'one'))
      stage.later(100, () => peer.reply(request, from, { ...ring(0, 'offer of two', 'two'), status: 200 }))
    },
    { late: true },
  )
  alice.on('session-sdp', ({ id, sdp }) => alice.soon(300, { kind: 'ack', id, sdp: `answer to ${sdp}` }))
  alice.end('call', 3000)
  stage.run(600_000)
  expect(peer.requests('PRACK').map(({ body }) => body)).toEqual(['answer to offer of one'])
  expect(peer.requests('ACK').map(({ body, uriText }) => `${uriText}: ${body}`)).toEqual([
    'sip:two@10.0.0.9: answer to offer of two',
  ])
  expect(peer.requests('BYE').map(({ uriText }) => uriText)).toEqual(['sip:two@10.0.0.9'])
  expect(flaws(stage)).toEqual([])
})

test('their 2xx does not wait for our answer to the offer before: PRACK first, then the ACK; or the end', () => {
  for (const answers of [true, false]) {
    const { stage, alice, peer } = calling(
      (request, from, peer, stage) => {
        peer.reply(request, from, ring(1, 'offer of peer'))
        stage.later(100, () => peer.reply(request, from, OK))
      },
      { late: true },
    )
    if (answers) alice.soon(500, { kind: 'ack', id: 'call', sdp: 'answer' })
    alice.end('call', answers ? 3000 : 500)
    stage.run(600_000)
    expect(stage.wire).toEqual(
      ladder(`
        alice → peer   INVITE
        peer → alice   183 INVITE +
        peer → alice   200 INVITE
        ${answers ? 'alice → peer   PRACK +' : ''}
        alice → peer   ACK
        ${answers ? 'peer → alice   200 PRACK' : ''}
        alice → peer   BYE
        peer → alice   200 BYE`),
    )
    expect(peer.requests('ACK')[0]?.body).toBe('')
    expect(flaws(stage)).toEqual([])
  }
})

test('their UPDATE with an offer before the first exchange is through is 491, afterwards it is asked about', () => {
  const { stage, alice, peer } = calling((request, from, peer, stage) => {
    const update = (cseq: number) =>
      peer.send(
        from,
        [
          `UPDATE sip:alice@10.0.0.1 SIP/2.0`,
          `Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKup${cseq}`,
          `From: ${request.header('To')};tag=peer`,
          `To: ${request.header('From')}`,
          `Call-ID: ${request.callId}`,
          `CSeq: ${cseq} UPDATE`,
          'Contact: <sip:peer@10.0.0.9>',
          'Content-Type: application/sdp',
          'Content-Length: 9',
          '',
          'new offer',
        ].join('\r\n'),
      )
    peer.reply(request, from, ring(1))
    stage.later(100, () => update(1))
    stage.later(200, () => peer.reply(request, from, ring(2, 'answer')))
    stage.later(300, () => update(2))
    stage.later(400, () => update(3))
    stage.later(1000, () => peer.reply(request, from, OK))
  })
  alice.on(
    'session-sdp',
    ({ id, role }) => role === 'offer' && alice.soon(200, { kind: 'answer-offer', id, sdp: 'ok' }),
  )
  alice.end('call', 3000)
  stage.run(600_000)
  const answers = peer.received.flatMap((m) => (m.kind === 'response' && m.cseq.method === 'UPDATE' ? [m.status] : []))
  expect(answers).toEqual([491, 500, 200])
  expect(alice.states('call')).toBe('CALLING EARLY EARLY CONNECTING CONFIRMED DISCONNECTING DISCONNECTED')
  expect(flaws(stage)).toEqual([])
})

test.each([
  [{ status: 420, headers: ['Unsupported: 100rel'] }, 420],
  [{ status: 421, headers: ['Require: 100rel'] }, 421],
])('refused with %j: told, not tried again', (reply, status) => {
  const { stage, alice, peer } = calling((request, from, peer) => peer.reply(request, from, reply), {
    reliable: status === 420 ? 'required' : 'off',
  })
  stage.run(600_000)
  expect(alice.last('session-state')).toMatchObject({ state: 'DISCONNECTED', status, cause: 'remote' })
  expect(peer.requests('INVITE')).toHaveLength(1)
  expect(flaws(stage)).toEqual([])
})
