// Ladders of transfers: REFER and its NOTIFYs (RFC 3515, RFC 4488), Replaces (RFC 3891).
import { expect, test } from 'vitest'
import { type NetworkConditions, PERFECT, ROUGH } from '../../testing/fake-network.ts'
import { flaws, ladder } from '../../testing/ladder.ts'
import type { Phone } from '../../testing/phone.ts'
import { Stage } from '../../testing/stage.ts'
import type { SipCommand } from './contract.ts'

const CONFIG = { refer: true, supported: ['replaces'] }

function setOut(seed = 1, conditions: NetworkConditions = PERFECT) {
  const stage = new Stage(seed, conditions)
  const [alice, bob, carol] = [1, 2, 3].map((n) =>
    stage.phone(['alice', 'bob', 'carol'][n - 1]!, `10.0.0.${n}`, CONFIG),
  ) as [Phone, Phone, Phone]
  const refer = (more: Partial<Extract<SipCommand, { kind: 'refer' }>> = {}) =>
    alice.do({
      ...{ kind: 'refer', id: 'req', session: 'call', identity: alice.identity, target: '' },
      ...{ referTo: 'sip:carol@10.0.0.3', replaces: undefined, subscribe: true, headers: [], ...more },
    })
  /** Does as it is told: calls, tells how it goes, and hangs the first call up when it is through. */
  const obeys = (phone: Phone) => {
    phone.on('refer-incoming', ({ id, referTo, replaces }) => {
      phone.soon(0, { kind: 'reply', id, status: 202, reason: undefined, headers: [], body: undefined })
      const headers = replaces === undefined ? [] : [{ name: 'Replaces', value: replaces }]
      const { identity } = phone
      phone.soon(10, { kind: 'invite', id: 'new', identity, target: referTo, sdp: 'offer', headers })
      phone.on('session-state', ({ id: session, state, status, previous }) => {
        if (session !== 'new' || status === 0) return
        if (state === 'EARLY' || (state === 'CONFIRMED' && previous === 'CONNECTING') || state === 'DISCONNECTED')
          phone.soon(0, { kind: 'refer-notify', id, status, reason: undefined })
      })
    })
  }
  const progress = () =>
    alice.all('refer-progress').map(({ by, status, final }) => `${by} ${status}${final ? '.' : ''}`)
  return { stage, alice, bob, carol, refer, obeys, progress }
}

function transfer(cast: ReturnType<typeof setOut>): void {
  const { stage, alice, bob, carol, refer, obeys } = cast
  bob.answers()
  carol.answers()
  obeys(bob)
  alice.call('call', bob)
  stage.later(1000, () => refer())
  alice.on('refer-progress', ({ final }) => final && alice.end('call', 10))
  for (const phone of [alice, bob, carol])
    stage.later(90_000, () => {
      for (const id of phone.live) phone.end(id)
    })
}

test('blind transfer: the call is told of until it stands', () => {
  const cast = setOut()
  transfer(cast)
  cast.stage.run(300_000)
  expect(cast.stage.wire.slice(4, 18)).toEqual(
    ladder(`
      alice → bob   REFER
      bob → alice   202 REFER
      bob → alice   NOTIFY +
      bob → carol   INVITE +
      alice → bob   200 NOTIFY
      carol → bob   180 INVITE
      bob → alice   NOTIFY +
      alice → bob   200 NOTIFY
      carol → bob   200 INVITE +
      bob → carol   ACK
      bob → alice   NOTIFY +
      alice → bob   200 NOTIFY
      alice → bob   BYE
      bob → alice   200 BYE`),
  )
  expect(cast.progress()).toEqual(['response 202', 'notify 100', 'notify 180', 'notify 200.'])
  expect(flaws(cast.stage)).toEqual([])
})

test('blind transfer (loss, duplication, reordering)', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const cast = setOut(seed, ROUGH)
    transfer(cast)
    cast.stage.run(600_000)
    expect(cast.alice.all('refer-progress').filter(({ final }) => final).length, `seed ${seed}`).toBeLessThanOrEqual(1)
    expect(flaws(cast.stage)).toEqual([])
  }
})

test('attended transfer: the new call takes the place of the consultation', () => {
  const { stage, alice, bob, carol, refer, obeys, progress } = setOut()
  bob.answers()
  obeys(bob)
  carol.on('session-incoming', ({ id, replaces }) => {
    carol.respond(id, 200, 'answer')
    if (replaces !== undefined) carol.end(replaces, 100)
  })
  alice.call('call', bob)
  alice.soon(1000, {
    ...{ kind: 'invite', id: 'consult', identity: alice.identity, target: 'sip:carol@10.0.0.3', sdp: 'o', headers: [] },
  })
  stage.later(2000, () => refer({ referTo: '', replaces: 'consult' }))
  alice.end('call', 5000)
  bob.end('new', 6000)
  stage.run(300_000)
  expect(carol.last('session-incoming')).toMatchObject({ id: 'in:2', replaces: 'in:1' })
  expect(alice.states('consult')).toMatch(/CONFIRMED DISCONNECTED$/)
  expect(progress()).toEqual(['response 202', 'notify 100', 'notify 200.'])
  expect(flaws(stage)).toEqual([])
})

test('Replaces that matches nothing is 481, twice or malformed 400', () => {
  for (const [values, status] of [
    [['x@y;to-tag=1;from-tag=2'], 481],
    [['x@y;to-tag=1'], 400],
    [['x@y;to-tag=1;from-tag=2', 'x@y;to-tag=1;from-tag=2'], 400],
  ] as const) {
    const { stage, alice, bob } = setOut()
    const headers = values.map((value) => ({ name: 'Replaces', value }))
    alice.do({ kind: 'invite', id: 'c', identity: alice.identity, target: 'sip:b@10.0.0.2', sdp: 'o', headers })
    stage.run(100_000)
    expect(alice.last('session-state')?.status).toBe(status)
    expect(bob.events).toEqual([])
    expect(flaws(stage)).toEqual([])
  }
})

test('a REFER nobody answers is declined after 30 s', () => {
  const { stage, alice, bob, refer, progress } = setOut()
  bob.answers()
  alice.call('call', bob)
  stage.later(1000, () => refer())
  alice.end('call', 60_000)
  stage.run(300_000)
  expect(progress()).toEqual(['response 603.'])
  expect(flaws(stage)).toEqual([])
})

test('without a subscription the response is all (RFC 4488)', () => {
  const { stage, alice, bob, refer, obeys, progress } = setOut()
  bob.answers()
  obeys(bob)
  alice.call('call', bob)
  stage.later(1000, () => refer({ subscribe: false, referTo: 'sip:nobody@10.0.0.9' }))
  alice.end('call', 60_000)
  stage.run(300_000)
  expect(progress()).toEqual(['response 202.'])
  expect(stage.wire.some((line) => line.includes('NOTIFY'))).toBe(false)
  expect(flaws(stage)).toEqual([])
})

test('outside a dialog', () => {
  const { stage, alice, bob, carol, refer, obeys, progress } = setOut()
  carol.answers()
  obeys(bob)
  refer({ session: undefined, target: 'sip:bob@10.0.0.2' })
  bob.end('new', 10_000)
  stage.run(300_000)
  expect(progress()).toEqual(['response 202', 'notify 100', 'notify 180', 'notify 200.'])
  expect(alice.last('rejected')).toBeUndefined()
  expect(flaws(stage)).toEqual([])
})

test('nothing heard for the life of the subscription: 408', () => {
  const { stage, alice, bob, refer, progress } = setOut()
  bob.answers()
  bob.on('refer-incoming', ({ id }) =>
    bob.soon(0, { kind: 'reply', id, status: 202, reason: undefined, headers: [], body: undefined }),
  )
  alice.call('call', bob)
  stage.later(1000, () => refer())
  alice.end('call', 2000)
  stage.run(600_000)
  expect(progress()).toEqual(['response 202', 'notify 100', 'notify 408.'])
  expect(flaws(stage)).toEqual([])
})
