// Ladders of calls that are sent on by 3xx (RFC 3261 §8.1.3.4).
import { describe, expect, test } from 'vitest'
import { type NetworkConditions, PERFECT, ROUGH } from '../../testing/fake-network.ts'
import { flaws, ladder } from '../../testing/ladder.ts'
import { ScriptedPeer } from '../../testing/scripted-peer.ts'
import { Stage } from '../../testing/stage.ts'
import { parseMessage } from '../message/parse.ts'
import { parseUri, printUri } from '../message/uri.ts'
import { Redirection } from '../usage/invite/redirection.ts'

const SDP = 'v=0\r\n'

/** Alice calls `first`; a peer answers each user as `script` says: a 200, a refusal, or Contacts of a 302. */
function setOut(script: Readonly<Record<string, number | readonly string[]>>, target = 'sip:first@10.0.0.2') {
  const stage = new Stage()
  const alice = stage.phone('alice', '10.0.0.1')
  const peer = new ScriptedPeer(stage, 'peer', '10.0.0.2')
  peer.on('INVITE', (request, from) => {
    const user = /^sips?:([^@]*)@/.exec(request.uriText)?.[1] ?? ''
    const what = script[user] ?? 404
    const tag = `of-${user}`
    if (what === 200)
      peer.reply(request, from, { status: 200, tag, headers: [`Contact: <sip:${user}@10.0.0.2>`], body: SDP })
    else if (typeof what === 'number') peer.reply(request, from, { status: what, tag })
    else peer.reply(request, from, { status: 302, tag, headers: what })
  })
  peer.on('BYE', (request, from) => peer.reply(request, from, { status: 200 }))
  const follow = () =>
    alice.on('session-redirected', ({ id, targets }) => {
      const uris = targets.map(({ uri }) => `sip:${uri.user}@${uri.host}`)
      alice.soon(0, { kind: 'redirect', id, targets: uris })
    })
  const call = { id: 'call', identity: alice.identity, target, sdp: SDP, headers: [], asksOn: true } as const
  const begin = () => alice.do({ kind: 'invite', ...call })
  const called = () => peer.requests('INVITE').map(({ uriText }) => uriText.replace('@10.0.0.2', ''))
  return { stage, alice, peer, follow, begin, called, call }
}
const to = (user: string, more = '') => `Contact: <sip:${user}@10.0.0.2>${more}`

test('goes by q, past who is busy, to who answers; the same call all the way', () => {
  const { stage, alice, peer, follow, begin, called } = setOut({
    first: [to('late', ';q=0.1'), to('busy', ';q=0.9'), 'Diversion: <sip:first@x>;reason=unconditional'],
    busy: 486,
    late: 200,
  })
  follow()
  begin()
  stage.run(5000)
  alice.end('call')
  stage.run(60_000)
  expect(called()).toEqual(['sip:first', 'sip:busy', 'sip:late'])
  const invites = peer.requests('INVITE')
  expect(new Set(invites.map(({ callId, fromTag }) => `${callId} ${fromTag}`)).size).toBe(1)
  expect(new Set(invites.map((each) => each.header('To')))).toEqual(new Set(['<sip:first@10.0.0.2>']))
  expect(invites.map(({ cseq }) => cseq.number)).toEqual([1, 2, 3])
  expect(invites.map((each) => each.header('Diversion'))).toEqual([
    undefined,
    '<sip:first@x>;reason=unconditional',
    undefined,
  ])
  expect(alice.states('call')).toBe('CALLING CALLING CALLING CONNECTING CONFIRMED DISCONNECTING DISCONNECTED')
  const again = alice.all('session-state').filter(({ target }) => target !== undefined)
  expect(again.map(({ status, target }) => [status, target])).toEqual([
    [302, 'sip:busy@10.0.0.2'],
    [486, 'sip:late@10.0.0.2'],
  ])
  expect(flaws(stage)).toEqual([])
})

test.each([
  ['to itself', { first: [to('first')] }, ['sip:first'], 302],
  ['in a circle', { first: [to('second')], second: [to('first')] }, ['sip:first', 'sip:second'], 302],
  ['to who will not have it anywhere', { first: [to('a'), to('b')], a: 603, b: 200 }, ['sip:first', 'sip:a'], 603],
  ['to nobody who can be called', { first: ['Contact: <mailto:a@b>'] }, ['sip:first'], 302],
  ['with a Contact nobody can read', { first: ['Contact: <sip:a@'] }, ['sip:first'], 302],
])('sent on %s', (_name, script, users, status) => {
  const { stage, alice, follow, begin, called } = setOut(script)
  follow()
  begin()
  stage.run(60_000)
  expect(called()).toEqual(users)
  expect(alice.last('session-state')).toMatchObject({ state: 'DISCONNECTED', status, cause: 'remote' })
  expect(flaws(stage)).toEqual([])
})

test('on and on: ten places in all', () => {
  const script = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`u${n}`, [to(`u${n + 1}`)]]))
  const { stage, alice, follow, begin, called } = setOut(script, 'sip:u0@10.0.0.2')
  follow()
  begin()
  stage.run(60_000)
  expect(called()).toHaveLength(10)
  expect(alice.last('session-state')).toMatchObject({ state: 'DISCONNECTED', status: 302 })
})

test('a secure call is not made an insecure one', () => {
  const uri = parseUri('sips:first@x')
  const read = parseMessage(
    'SIP/2.0 302 Moved\r\nVia: SIP/2.0/TLS h;branch=z9hG4bK1\r\nFrom: <sips:a@x>;tag=1\r\nTo: <sips:first@x>;tag=2\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\nContact: <sip:a@x>, <sips:b@x>\r\n\r\n',
  )
  if (!uri.ok || !read.ok || read.value.kind !== 'response') throw new Error('no 302')
  const targets = new Redirection(uri.value).targets(read.value)
  expect(targets.map((target) => printUri(target.uri))).toEqual(['sips:b@x'])
})

test('305 and 380 send nobody on', () => {
  for (const status of [305, 380]) {
    const other = setOut({})
    other.peer.on('INVITE', (request, from) => other.peer.reply(request, from, { status, headers: [to('second')] }))
    other.begin()
    other.stage.run(60_000)
    expect(other.alice.last('session-redirected')).toBeUndefined()
    expect(other.alice.last('session-state')).toMatchObject({ state: 'DISCONNECTED', status })
  }
})

describe('the word on it', () => {
  const asked = () => {
    const set = setOut({ first: [to('second')], second: 200 })
    set.begin()
    set.stage.run(1000)
    return set
  }
  test.each([
    ['none in 30 s', undefined, 302, 'remote'],
    ['nowhere', { kind: 'redirect', id: 'call', targets: [] }, 302, 'remote'],
    [
      'the caller gives up',
      { kind: 'end', id: 'call', status: undefined, reason: undefined, headers: [] },
      487,
      'local',
    ],
  ] as const)('%s', (_name, command, status, cause) => {
    const { stage, alice, called } = asked()
    if (command) alice.do(command)
    stage.run(29_000)
    expect(alice.states('call').endsWith('DISCONNECTED')).toBe(command !== undefined)
    stage.run(90_000)
    expect(alice.last('session-state')).toMatchObject({ state: 'DISCONNECTED', status, cause })
    expect(called()).toEqual(['sip:first'])
    expect(flaws(stage)).toEqual([])
  })

  test('is waited for as long as the application says', () => {
    const { stage, alice, call } = setOut({ first: [to('second')], second: 200 })
    alice.do({ kind: 'invite', ...call, redirectMs: 3000 })
    stage.run(2900)
    expect(alice.states('call').endsWith('DISCONNECTED')).toBe(false)
    stage.run(4000)
    expect(alice.last('session-state')).toMatchObject({ state: 'DISCONNECTED', status: 302, cause: 'remote' })
  })

  test('makes sense only then, and with SIP URIs', () => {
    const { alice, stage } = asked()
    alice.do({ kind: 'redirect', id: 'call', targets: ['mailto:a@b'] })
    expect(alice.last('rejected')).toMatchObject({ command: 'redirect', reason: 'the target is no SIP URI' })
    alice.do({ kind: 'redirect', id: 'call', targets: [] })
    alice.do({ kind: 'redirect', id: 'call', targets: [] })
    expect(alice.last('rejected')).toMatchObject({ command: 'redirect', reason: 'no such session' })
    stage.run(60_000)
  })
})

test('without asking it ends', () => {
  const { stage, alice, call } = setOut({ first: [to('second')], second: 200 })
  alice.do({ kind: 'invite', ...call, asksOn: false })
  stage.run(60_000)
  expect(alice.last('session-state')).toMatchObject({ state: 'DISCONNECTED', status: 302 })
})

test('header fields in the URI: harmless ones go along', () => {
  const uri =
    '<sip:second@10.0.0.2?Subject=Hello&Replaces=a%3Bto-tag%3Db%3Bfrom-tag%3Dc&From=%3Csip:boss@x%3E&Route=%3Csip:e@x%3E>'
  const { stage, alice, peer, begin } = setOut({ first: [`Contact: ${uri}`], second: 486 })
  alice.on('session-redirected', ({ id }) => alice.soon(0, { kind: 'redirect', id, targets: [uri.slice(1, -1)] }))
  begin()
  stage.run(60_000)
  const [, second] = peer.requests('INVITE')
  expect(second?.uriText).toBe('sip:second@10.0.0.2')
  expect(second?.header('Subject')).toBe('Hello')
  expect(second?.header('Replaces')).toBe('a;to-tag=b;from-tag=c')
  expect([second?.header('Route'), second?.header('From')?.includes('boss')]).toEqual([undefined, false])
})

function sentOn(seed: number, conditions: NetworkConditions) {
  const stage = new Stage(seed, conditions)
  const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name, n) => stage.phone(name, `10.0.0.${n + 1}`))
  if (!alice || !bob || !carol) throw new Error('no cast')
  bob.on('session-incoming', ({ id }) => {
    const headers = [{ name: 'Contact', value: '<sip:carol@10.0.0.3>' }]
    bob.soon(20, { kind: 'respond', id, status: 302, reason: undefined, sdp: undefined, headers })
  })
  carol.answers()
  alice.on('session-redirected', ({ id }) => alice.do({ kind: 'redirect', id, targets: ['sip:carol@10.0.0.3'] }))
  const { identity } = alice
  alice.do({ kind: 'invite', id: 'call', identity, target: 'sip:bob@10.0.0.2', sdp: SDP, headers: [], asksOn: true })
  stage.later(70_000, () => {
    for (const id of alice.live) alice.end(id)
  })
  stage.later(110_000, () => {
    for (const phone of stage.phones) for (const id of phone.live) phone.end(id)
  })
  stage.run(600_000)
  return stage
}

test('from one phone to the other, on a good network and on bad ones', () => {
  const stage = sentOn(1, PERFECT)
  expect(stage.wire).toEqual(
    ladder(`
      alice → bob   INVITE +
      bob → alice   302 INVITE
      alice → bob   ACK
      alice → carol INVITE +
      carol → alice 180 INVITE
      carol → alice 200 INVITE +
      alice → carol ACK
      alice → carol BYE
      carol → alice 200 BYE`),
  )
  for (let seed = 1; seed <= 50; seed++) expect(flaws(sentOn(seed, ROUGH))).toEqual([])
})
