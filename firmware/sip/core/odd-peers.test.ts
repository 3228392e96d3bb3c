// Peers that do not keep to the book: each has the outcome of the RFC, and none leaves anything behind.
import { expect, test } from 'vitest'
import type { SocketAddress } from '../../base/address.ts'
import { byHand, CONTACT, header } from '../../testing/by-hand.ts'
import { flaws } from '../../testing/ladder.ts'
import { ScriptedPeer } from '../../testing/scripted-peer.ts'
import { Stage } from '../../testing/stage.ts'
import type { SipRequest } from '../message/message.ts'

const HERE = ['Contact: <sip:peer@10.0.0.9>']
const OK = { status: 200, headers: HERE, body: 'answer' }

/** A response without a tag, as a server of RFC 2543 sends them. */
const untagged = (request: SipRequest, status: number, body: string) =>
  [
    `SIP/2.0 ${status} Untagged`,
    ...request.headers('Via').map((via) => `Via: ${via}`),
    `From: ${request.header('From')}`,
    `To: ${request.header('To')}`,
    `Call-ID: ${request.callId}`,
    `CSeq: ${request.cseq.number} INVITE`,
    ...HERE,
    ...(body === '' ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n')

/** A call of alice's to a peer that does `answers` with each INVITE; it ends after 5 s. */
function calling(answers: (request: SipRequest, from: SocketAddress, peer: ScriptedPeer, stage: Stage) => void) {
  const stage = new Stage()
  const alice = stage.phone('alice', '10.0.0.1')
  const peer = new ScriptedPeer(stage, 'peer', '10.0.0.9')
  peer.on('INVITE', (request, from) => answers(request, from, peer, stage))
  peer.on('BYE', (request, from) => peer.reply(request, from, { status: 200 }))
  alice.call('call', 'sip:peer@10.0.0.9')
  alice.end('call', 5000)
  return { stage, alice, peer }
}
const sdps = (phone: { all: Stage['phones'][number]['all'] }) => phone.all('session-sdp').map(({ sdp }) => sdp)

// What the peer sends, in order; the states it leads to, what is reported of descriptions, who the BYE goes to.
test.each<[string, Parameters<typeof calling>[0], string, string[]]>([
  [
    'a description in an untagged 180, then an answer',
    (request, from, peer) => {
      peer.send(from, untagged(request, 180, 'preview'))
      peer.reply(request, from, OK)
    },
    'CALLING EARLY CONNECTING CONFIRMED',
    ['preview', 'answer'],
  ],
  [
    'one answer in the 180, another in the 200: without 100rel the first was a preview (RFC 6337 §3.1.1)',
    (request, from, peer) => {
      peer.reply(request, from, { ...OK, status: 180, body: 'first' })
      peer.reply(request, from, OK)
    },
    'CALLING EARLY CONNECTING CONFIRMED',
    ['first', 'answer'],
  ],
  [
    'a 180 and a 183 that come after the 200',
    (request, from, peer) => {
      peer.reply(request, from, OK)
      peer.reply(request, from, { ...OK, status: 180, body: '' })
      peer.reply(request, from, { ...OK, status: 183, body: 'late' })
    },
    'CALLING CONNECTING CONFIRMED',
    ['answer'],
  ],
  [
    'a refusal after the 200',
    (request, from, peer) => {
      peer.reply(request, from, OK)
      peer.reply(request, from, { status: 486, tag: 'other' })
    },
    'CALLING CONNECTING CONFIRMED',
    ['answer'],
  ],
  [
    'an untagged 200 (RFC 3261 §12.1.2)',
    (request, from, peer) => peer.send(from, untagged(request, 200, 'answer')),
    'CALLING CONNECTING CONFIRMED',
    ['answer'],
  ],
  [
    'a 200 without a Contact',
    (request, from, peer) => peer.reply(request, from, { ...OK, headers: [] }),
    'CALLING CONNECTING CONFIRMED',
    ['answer'],
  ],
])('%s', (_name, answers, states, descriptions) => {
  const { stage, alice, peer } = calling(answers)
  stage.run(600_000)
  expect(alice.states('call')).toBe(`${states} DISCONNECTING DISCONNECTED`)
  expect(sdps(alice)).toEqual(descriptions)
  const [bye] = peer.requests('BYE')
  expect(bye?.uriText).toBe('sip:peer@10.0.0.9')
  expect(bye?.toTag).toBe(peer.requests('ACK').at(-1)?.toTag)
  expect(flaws(stage)).toEqual([])
})

test('a 2xx after CANCEL was answered: acknowledged, and ended with BYE', () => {
  const { stage, alice, peer } = calling((request, from, peer, stage) => {
    peer.reply(request, from, { ...OK, status: 180, body: '' })
    peer.on('CANCEL', (cancel, to) => {
      peer.reply(cancel, to, { status: 200 })
      stage.later(3000, () => peer.reply(request, from, OK))
    })
  })
  stage.run(600_000)
  expect(alice.states('call')).toBe('CALLING EARLY DISCONNECTING DISCONNECTED')
  expect([peer.requests('ACK').length, peer.requests('BYE').length]).toEqual([1, 1])
  expect(flaws(stage)).toEqual([])
})

test('a re-INVITE answered without a description: what was agreed stays (488)', () => {
  let first = true
  const { stage, alice } = calling((request, from, peer) => {
    peer.reply(request, from, first ? OK : { ...OK, body: '' })
    first = false
  })
  alice.reinvite('call', 'hold', 1000)
  stage.run(600_000)
  expect(alice.all('reinvite-result').map(({ status }) => status)).toEqual([488])
  expect(sdps(alice)).toEqual(['answer'])
  expect(flaws(stage)).toEqual([])
})

test('BYE before the ACK: the call is over, its 200 is not repeated', () => {
  const { send, status, bob, stage } = byHand()
  bob.on('session-incoming', ({ id }) => bob.respond(id, 200, 'answer'))
  const [ok] = send({ method: 'INVITE', headers: CONTACT, body: 'offer' })
  const to = header(ok?.text, 'To') ?? ''
  expect(status(send({ method: 'BYE', to, cseq: 2 }))).toEqual([200])
  send({ method: 'ACK', to })
  stage.run(600_000)
  expect(bob.states('in:1')).toBe('CONNECTING DISCONNECTED')
  expect(stage.wire.filter((line) => line.endsWith('200 INVITE +'))).toHaveLength(1)
  expect(flaws(stage)).toEqual([])
})

test('an ACK with a description nobody waits for is an ACK', () => {
  const { send, bob } = byHand()
  bob.on('session-incoming', ({ id }) => bob.respond(id, 200, 'answer'))
  const [ok] = send({ method: 'INVITE', headers: CONTACT, body: 'offer' })
  send({ method: 'ACK', to: header(ok?.text, 'To') ?? '', headers: CONTACT, body: 'another offer' })
  expect(bob.states('in:1')).toBe('CONNECTING CONFIRMED')
  expect(sdps(bob)).toEqual([])
})

test('a peer whose numbering began anew after a restart: 500 with Retry-After until it is past what was (RFC 3261 §12.2.2)', () => {
  const { send, status, confirmed, bob } = byHand()
  const to = confirmed()
  expect(status(send({ to, cseq: 50 }))).toEqual([200])
  const [old] = send({ to, method: 'BYE', cseq: 1 })
  expect([status([old!]), header(old?.text, 'Retry-After') !== undefined]).toEqual([[500], true])
  expect(bob.states('in:1')).toMatch(/CONFIRMED$/)
  expect(status(send({ to, method: 'BYE', cseq: 51 }))).toEqual([200])
})
