// More requests within 32 s (timer J) than there is room for: those answered make room, and sent again are answered again.
import { expect, test } from 'vitest'
import { byHand, CONTACT } from '../../testing/by-hand.ts'

const ROOM = 8
/** A phone that answers each MESSAGE with 202; `message` sends the nth, or sends it again. */
function answering(room = ROOM) {
  const hand = byHand({ limits: { sessions: 1, transactions: room } })
  const { bob, send } = hand
  const heard: string[] = []
  bob.on('request-incoming', ({ id, request }) => {
    heard.push(request.callId)
    bob.do({
      kind: 'reply',
      id,
      status: 202,
      reason: undefined,
      headers: [{ name: 'X-Kept', value: request.callId }],
      body: undefined,
    })
  })
  const message = (n: number) => send({ method: 'MESSAGE', callId: `m${n}`, branch: `z9hG4bKm${n}` })
  const kept = () => bob.engine.counts().serverTransactions
  return { ...hand, heard, message, kept }
}

test('a burst is answered, not refused, and no more is kept than there is room for', () => {
  const { message, status, heard, kept } = answering()
  for (let n = 0; n < 1000; n++) expect(status(message(n))).toEqual([202])
  expect(heard).toHaveLength(1000)
  expect(kept()).toBe(ROOM)
})

test('a request of the burst that comes again gets the same answer again, and is heard once', () => {
  const { message, heard } = answering()
  const first = Array.from({ length: 100 }, (_, n) => message(n).map(({ text }) => text))
  // Those that made room as well as those that did not have to, oldest and newest first.
  for (const n of [0, 1, 50, 91, 92, 99, 0]) expect(message(n).map(({ text }) => text)).toEqual(first[n])
  expect(heard).toHaveLength(100)
})

test('of those that made room 256 are remembered; the one before is a new request', () => {
  const { message, status, heard } = answering()
  const count = ROOM + 256 + 1
  for (let n = 0; n < count; n++) message(n)
  expect(status(message(1))).toEqual([202])
  expect(heard).toHaveLength(count)
  expect(status(message(0))).toEqual([202])
  expect(heard).toHaveLength(count + 1)
})

test('nothing is kept 32 s after the last answer, neither transactions nor answers', () => {
  const { message, heard, kept, stage } = answering()
  for (let n = 0; n < 3 * ROOM; n++) message(n)
  stage.run(stage.now + 33_000)
  expect(kept()).toBe(0)
  message(0)
  expect(heard).toHaveLength(3 * ROOM + 1)
})

test('what is not answered yet does not make room: then 503', () => {
  const { send, status, bob, stage } = byHand({ limits: { sessions: 1, transactions: 2 } })
  const open = (callId: string) => send({ method: 'MESSAGE', callId })
  expect(status(open('a'))).toEqual([])
  expect(status(open('b'))).toEqual([])
  expect(status(open('c'))).toEqual([503])
  bob.do({ kind: 'reply', id: 'in:1', status: 200, reason: undefined, headers: [], body: undefined })
  stage.run(stage.now + 20)
  expect(status(open('d'))).toEqual([])
  expect(bob.last('request-incoming')?.request.callId).toBe('d')
})

test('an INVITE answered with 2xx is no room: sent again it does not ring anew', () => {
  const { send, status, bob, message, kept } = answering(2)
  bob.on('session-incoming', ({ id }) => bob.respond(id, 200, 'answer'))
  const invite = () =>
    send({ method: 'INVITE', branch: 'z9hG4bKcall', headers: CONTACT, body: 'offer', callId: 'call' })
  expect(status(invite())).toEqual([200])
  for (let n = 0; n < 20; n++) expect(status(message(n)).at(-1)).toBe(202)
  invite()
  expect(bob.all('session-incoming')).toHaveLength(1)
  expect(kept()).toBe(2)
})

test('a refusal that made room is said again, to an ACK nothing', () => {
  const { send, status, message } = answering(1)
  const invite = (method: string) => send({ method, branch: 'z9hG4bKbad', callId: 'bad' })
  expect(status(invite('INVITE'))).toEqual([400])
  message(1)
  message(2)
  expect(status(invite('INVITE'))).toEqual([400])
  expect(status(invite('ACK'))).toEqual([])
})
