// INVITEs that name a call there is: Join (RFC 3911), Replaces early-only (RFC 3891 §3), and both.
import { expect, test } from 'vitest'
import { Stage } from '../../testing/stage.ts'

function setOut(supported: readonly string[] = ['replaces', 'join']) {
  const stage = new Stage()
  const [alice, bob] = ['alice', 'bob'].map((name, n) => stage.phone(name, `10.0.0.${n + 1}`, { supported }))
  if (!alice || !bob) throw new Error('no cast')
  const named = (header: string, more = '') => {
    const state = alice.all('session-state').findLast(({ message }) => message?.toTag !== undefined)
    const { callId = '', fromTag = '', toTag = '' } = state?.message ?? {}
    return { name: header, value: `${callId};to-tag=${toTag};from-tag=${fromTag}${more}` }
  }
  const again = (headers: readonly { name: string; value: string }[]) => {
    const { identity } = alice
    alice.do({ kind: 'invite', id: 'again', identity, target: 'sip:bob@10.0.0.2', sdp: 'o', headers })
    stage.run(stage.now + 1000)
    return bob.all('session-incoming').find(({ id }) => id !== 'in:1')
  }
  const refusal = () => alice.all('session-state').find(({ id, state }) => id === 'again' && state === 'DISCONNECTED')
  return { stage, alice, bob, named, again, refusal }
}

test('joins an answered call', () => {
  const { stage, alice, bob, named, again } = setOut()
  bob.answers()
  alice.call('call', bob)
  stage.run(1000)
  expect(again([named('Join')])).toMatchObject({ joins: 'in:1' })
})

test.each([
  ['an early one', 'Join', '', 481],
  ['an early one that is replaced by who did not make it', 'Replaces', '', 481],
])('%s cannot be named by %s', (_name, header, more, status) => {
  const { stage, alice, bob, named, again, refusal } = setOut()
  bob.on('session-incoming', ({ id }) => bob.respond(id, 180))
  alice.call('call', bob)
  stage.run(1000)
  expect(again([named(header, more)])).toBeUndefined()
  expect(refusal()?.status).toBe(status)
})

test('early-only finds an answered call busy', () => {
  const { stage, alice, bob, named, again, refusal } = setOut()
  bob.answers()
  alice.call('call', bob)
  stage.run(1000)
  expect(again([named('Replaces', ';early-only')])).toBeUndefined()
  expect(refusal()?.status).toBe(486)
})

test('both at once, and one of nothing', () => {
  const { stage, alice, bob, named, again, refusal } = setOut()
  bob.answers()
  alice.call('call', bob)
  stage.run(1000)
  expect(again([named('Join'), named('Replaces')])).toBeUndefined()
  expect(refusal()?.status).toBe(400)
  const nothing = setOut()
  expect(nothing.again([{ name: 'Join', value: 'x@y;to-tag=1;from-tag=2' }])).toBeUndefined()
  expect(nothing.refusal()?.status).toBe(481)
})

test('where join is not known the call is one like others', () => {
  const { stage, alice, bob, named, again } = setOut([])
  bob.answers()
  alice.call('call', bob)
  stage.run(1000)
  const incoming = again([named('Join')])
  expect(incoming?.request.header('Join')).toBeDefined()
  expect(incoming?.joins).toBeUndefined()
})
