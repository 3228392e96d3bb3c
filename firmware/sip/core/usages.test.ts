// What a refusal inside a dialog ends (RFC 5057 §5.1): the request alone, the call, or the call and the transfers in its dialog.
import { describe, expect, test } from 'vitest'
import { ScriptedPeer } from '../../testing/scripted-peer.ts'
import { Stage } from '../../testing/stage.ts'
import { scopeOf } from '../usage/scope.ts'

/** Alice in a call with a peer that refuses `method` with `status`, and has taken a REFER of hers that is not through. */
function talking(method: string, status: number) {
  const stage = new Stage()
  const alice = stage.phone('alice', '10.0.0.1', { refer: true })
  const peer = new ScriptedPeer(stage, 'peer', '10.0.0.2')
  peer.on('INVITE', (request, from) => {
    if (request.toTag !== undefined && method === 'INVITE') return peer.reply(request, from, { status })
    peer.reply(request, from, { status: 200, headers: ['Contact: <sip:peer@10.0.0.2>'], body: 'v=0\r\n' })
  })
  for (const other of ['REFER', 'INFO', 'MESSAGE', 'OPTIONS', 'UPDATE', 'BYE'])
    peer.on(other, (request, from) =>
      peer.reply(request, from, { status: other === method ? status : other === 'REFER' ? 202 : 200 }),
    )
  alice.call('call', 'sip:peer@10.0.0.2', 'v=0\r\n')
  stage.run(1000)
  const refer = {
    session: 'call',
    identity: alice.identity,
    target: '',
    referTo: 'sip:c@x',
    replaces: undefined,
  } as const
  alice.do({ kind: 'refer', id: 'refer', ...refer, subscribe: true, headers: [] })
  stage.run(2000)
  const ask = {
    id: 'asked',
    session: 'call',
    identity: alice.identity,
    target: '',
    headers: [],
    body: undefined,
  } as const
  if (method === 'INVITE') alice.reinvite('call', 'v=0\r\n')
  else if (method === 'UPDATE') alice.update('call', undefined)
  else if (method !== 'REFER') alice.do({ kind: 'request', method, ...ask })
  stage.run(6000)
  return {
    call: alice.last('session-state')?.state,
    transfer: alice.last('refer-progress')?.final === true ? 'over' : 'goes on',
    alice,
    stage,
  }
}

describe.each(['INVITE', 'UPDATE', 'INFO', 'MESSAGE'])('%s', (method) => {
  test.each([404, 410, 416, 482, 484, 485, 502, 604])('%i: nothing in this dialog leads anywhere', (status) => {
    const { call, transfer, alice } = talking(method, status)
    expect([call, transfer]).toEqual(['DISCONNECTED', 'over'])
    expect(alice.last('refer-progress')).toMatchObject({ by: 'notify', status, cause: 'remote' })
    expect(alice.last('session-state')).toMatchObject({ status, cause: 'remote' })
  })
  test('481: the call is no more, the transfer is', () => {
    const { call, transfer } = talking(method, 481)
    expect([call, transfer]).toEqual(['DISCONNECTED', 'goes on'])
  })
  test.each([400, 403, 405, 415, 420, 480, 486, 488, 500, 501, 503, 603])('%i: only this one', (status) => {
    const { call, transfer } = talking(method, status)
    expect([call, transfer]).toEqual(['CONFIRMED', 'goes on'])
  })
})

test.each([404, 410, 480, 484, 603])('REFER %i speaks of whom to call: the call stays', (status) => {
  const { call, transfer } = talking('REFER', status)
  expect([call, transfer]).toEqual(['CONFIRMED', 'over'])
})

test('408 to what changes the call ends it, and BYE is sent; to others it may be a message that was lost', () => {
  const { call, alice } = talking('INVITE', 408)
  expect(call).toBe('DISCONNECTED')
  expect(alice.last('session-state')).toMatchObject({ status: 408 })
  expect(talking('INFO', 408).call).toBe('CONFIRMED')
})

test.each([
  [481, 'usage'],
  [489, 'usage'],
  [403, 'usage'],
  [404, 'dialog'],
  [500, 'request'],
  [400, 'request'],
] as const)('NOTIFY %i: %s', (status, scope) => expect(scopeOf(status, 'NOTIFY')).toBe(scope))
