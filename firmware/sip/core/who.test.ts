// Whose word on who somebody is counts, and a peer that becomes another one (RFC 3325 §5, RFC 4916 §4.4).
import { expect, test } from 'vitest'
import { ScriptedPeer } from '../../testing/scripted-peer.ts'
import { Stage } from '../../testing/stage.ts'

const fields = (method: string, seq: number, more: readonly string[]) =>
  [
    `${method} sip:alice@10.0.0.1 SIP/2.0`,
    `Via: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bK${seq}`,
    'Call-ID: one',
    `CSeq: ${seq} ${method}`,
    'Contact: <sip:bob@10.0.0.2>',
    ...more,
  ].join('\r\n')

function ringing(trusted: readonly string[]) {
  const stage = new Stage()
  const alice = stage.phone('alice', '10.0.0.1', { strangers: { policy: 'accept', trusted } })
  const bob = new ScriptedPeer(stage, 'bob', '10.0.0.2')
  const body = 'v=0\r\n'
  const head = ['From: "Bob" <sip:bob@x>;tag=b', 'To: <sip:alice@x>', 'Content-Type: application/sdp']
  bob.send(alice.local, `${fields('INVITE', 1, head)}\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
  stage.run(100)
  return { stage, alice, bob }
}

test.each([
  ['trusted', ['10.0.0.2'], true],
  ['a stranger', [], undefined],
])('an INVITE of %s', (_name, trusted, told) => {
  expect(ringing(trusted).alice.last('session-incoming')?.trusted).toBe(told)
})

test('the server that answers a registration is trusted from then on, for responses and requests', () => {
  const stage = new Stage()
  const alice = stage.phone('alice', '10.0.0.1')
  const server = new ScriptedPeer(stage, 'server', '10.0.0.9')
  server.on('INVITE', (request, from) => server.reply(request, from, { status: 180 }))
  const call = (id: string) =>
    alice.do({ kind: 'invite', id, identity: alice.identity, target: 'sip:b@10.0.0.9', sdp: 'o', headers: [] })
  call('before')
  stage.run(100)
  expect(alice.last('session-state')).toMatchObject({ id: 'before', status: 180 })
  expect(alice.last('session-state')?.trusted).toBeUndefined()
  server.on('REGISTER', (request, from) =>
    server.reply(request, from, { status: 200, headers: [`Contact: ${request.header('Contact')};expires=60`] }),
  )
  const registrar = { registrar: 'sip:10.0.0.9', expires: 60, headers: [], now: true }
  alice.do({ kind: 'register', id: 'r', identity: alice.identity, ...registrar })
  stage.run(200)
  call('after')
  stage.run(300)
  expect(alice.last('session-state')).toMatchObject({ id: 'after', status: 180, trusted: true })
})

test('an UPDATE without an offer is told; requests of ours then go to whom it says (RFC 4916 §4.4.2)', () => {
  const { stage, alice, bob } = ringing(['10.0.0.2'])
  alice.respond('in:1', 200, 'answer')
  bob.on('BYE', (request, from) => bob.reply(request, from, { status: 200 }))
  stage.run(200)
  const tag = bob.received.at(-1)?.toTag
  const dialog = [`To: <sip:alice@x>;tag=${tag}`, 'Content-Length: 0', '', '']
  bob.send(alice.local, fields('ACK', 1, ['From: "Bob" <sip:bob@x>;tag=b', ...dialog]))
  bob.send(alice.local, fields('UPDATE', 2, ['From: "Carol" <sip:carol@x>;tag=b', ...dialog]))
  stage.run(300)
  expect(alice.last('session-refreshed')).toMatchObject({ id: 'in:1', trusted: true })
  expect(alice.last('session-refreshed')?.message.from.display).toBe('Carol')
  alice.end('in:1')
  stage.run(400)
  expect(bob.requests('BYE')[0]?.header('To')).toBe('"Carol" <sip:carol@x>;tag=b')
})
