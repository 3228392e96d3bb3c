// UPDATE to peers that challenge, put off, forget or do not take it (RFC 3311 §5), and when it makes no sense.
import { expect, test } from 'vitest'
import { Secret } from '../../base/secret.ts'
import { flaws } from '../../testing/ladder.ts'
import { ScriptedPeer } from '../../testing/scripted-peer.ts'
import { Stage } from '../../testing/stage.ts'
import { challenge } from '../auth/server.ts'

type Answer = Parameters<ScriptedPeer['reply']>[2]

const ALLOW = 'Allow: INVITE, ACK, BYE, UPDATE'
const CONTACT = 'Contact: <sip:peer@10.0.0.9>'
const OK = { status: 200, headers: [CONTACT], body: 'answer' }

/** A peer that rings at once, answers after `ringing` ms if at all, and gives one of `answers` to each UPDATE, undefined: none. */
function setOut(answers: readonly (Answer | undefined)[] = [], allow = ALLOW, ringing: number | undefined = 0) {
  const stage = new Stage()
  const alice = stage.phone('alice', '10.0.0.1')
  const peer = new ScriptedPeer(stage, 'peer', '10.0.0.9')
  const headers = [CONTACT, allow]
  peer.on('INVITE', (request, from) => {
    peer.reply(request, from, { status: 180, headers })
    if (ringing !== undefined) stage.later(ringing, () => peer.reply(request, from, { ...OK, headers }))
  })
  peer.on('BYE', (request, from) => peer.reply(request, from, { status: 200 }))
  let at = 0
  peer.on('UPDATE', (request, from) => {
    const answer = answers[at++]
    if (answer) peer.reply(request, from, answer)
  })
  const credentials = [{ realm: 'r', username: 'alice', password: new Secret('secret') }]
  const identity = { ...alice.identity, credentials }
  alice.do({ kind: 'invite', id: 'call', identity, target: 'sip:peer@10.0.0.9', sdp: 'offer', headers: [] })
  const results = () => alice.all('reinvite-result').map(({ status }) => status)
  const seqs = () => ['INVITE', 'UPDATE', 'BYE'].map((method) => peer.requests(method).map(({ cseq }) => cseq.number))
  return { stage, alice, peer, results, seqs }
}

const digest = challenge({ realm: 'r', nonce: 'n1', algorithms: ['MD5'], qop: ['auth'], stale: false })
const CHALLENGE = { status: 401, headers: digest.map((value) => `WWW-Authenticate: ${value}`) }
const later = (seconds: number) => ({ status: 500, headers: [`Retry-After: ${seconds}`] })

// What the peer answers to one UPDATE after the other; what is told; the CSeq numbers of INVITE, UPDATE and BYE.
test.each<[string, (Answer | undefined)[], number[], number[][]]>([
  ['taken', [OK], [200], [[1], [2], [3]]],
  ['challenged', [CHALLENGE, OK], [200], [[1], [2, 3], [4]]],
  ['asked to wait', [later(10), OK], [200], [[1], [2, 3], [4]]],
  ['asked to wait for long', [later(11), OK], [500], [[1], [2], [3]]],
  ['failed without a word on when', [{ status: 500 }, OK], [500], [[1], [2], [3]]],
  ['in the way of theirs', [{ status: 491 }, OK], [200], [[1], [2, 3], [4]]],
  ['refused for ever', Array(9).fill({ status: 491 }), [491], [[1], [2, 3, 4, 5, 6, 7, 8, 9], [10]]],
  ['not implemented', [{ status: 501 }], [501], [[1], [2], [3]]],
])('%s, with an offer and without', (_name, answers, status, numbers) => {
  for (const sdp of ['new offer', undefined]) {
    const { stage, alice, results, seqs } = setOut(answers)
    alice.update('call', sdp, 500)
    alice.end('call', 100_000)
    stage.run(600_000)
    expect(results()).toEqual(status)
    expect(seqs()).toEqual(numbers)
    const within = sdp === undefined ? '' : 'REINVITING CONFIRMED '.repeat(Math.max(1, expectedTries(answers)))
    expect(alice.states('call')).toBe(`CALLING EARLY CONNECTING CONFIRMED ${within}DISCONNECTING DISCONNECTED`)
    expect(flaws(stage)).toEqual([])
  }
})
/** Each that is put off leaves REINVITING in between; a challenge does not. */
const expectedTries = (answers: readonly (Answer | undefined)[]): number => {
  const off = answers.findIndex(
    (a) => !(a?.status === 491 || (a?.status === 500 && a.headers?.[0] === 'Retry-After: 10')),
  )
  return off < 0 ? 8 : off + 1
}

test('a 2xx without an answer leaves the session as it was: 488', () => {
  const { stage, alice, results } = setOut([{ status: 200, headers: [CONTACT] }])
  alice.update('call', 'new offer', 500)
  alice.end('call', 1000)
  stage.run(600_000)
  expect(results()).toEqual([488])
  expect(flaws(stage)).toEqual([])
})

test.each([
  [{ status: 481 }, 481, 'remote', 0],
  [{ status: 408 }, 408, 'remote', 1],
  [undefined, 408, 'timeout', 1],
])('answered by %j: the call is over', (answer, status, cause, byes) => {
  for (const sdp of ['new offer', undefined]) {
    const { stage, alice, peer, results } = setOut([answer])
    alice.update('call', sdp, 500)
    stage.run(600_000)
    expect(alice.last('session-state')).toMatchObject({ state: 'DISCONNECTED', status, cause })
    expect(peer.requests('BYE')).toHaveLength(byes)
    expect(results()).toEqual([])
    expect(flaws(stage)).toEqual([])
  }
})

test('the target: ours is in the UPDATE, theirs in its 2xx', () => {
  const { stage, alice, peer } = setOut([{ status: 200, headers: ['Contact: <sip:moved@10.0.0.9>'] }])
  alice.update('call', undefined, 500)
  alice.end('call', 1000)
  stage.run(600_000)
  const [update] = peer.requests('UPDATE')
  expect(update).toMatchObject({ body: '', uriText: 'sip:peer@10.0.0.9' })
  expect(update?.header('Contact')).toMatch(/^<sip:alice@10\.0\.0\.1/)
  expect(update?.header('Allow')).toContain('UPDATE')
  expect(peer.requests('BYE')[0]?.uriText).toBe('sip:moved@10.0.0.9')
})

test.each<[string, (Answer | undefined)[], number[], number]>([
  ['taken', [OK], [200], 5000],
  ['refused', [{ status: 481 }], [481], 5000],
  ['lost', [undefined, OK], [200], 5000],
  ['never answered', [], [408], 40_000],
  ['put off until the call is answered', [later(10), OK], [200], 5000],
])('while it rings %s: the call goes on, and so does the numbering', (_name, answers, status, ringing) => {
  const { stage, alice, results, seqs } = setOut(answers, ALLOW, ringing)
  alice.update('call', undefined, 500)
  alice.end('call', 100_000)
  stage.run(600_000)
  expect(results()).toEqual(status)
  const [, updates = [], byes = []] = seqs()
  expect(Math.min(...byes)).toBeGreaterThan(Math.max(...updates))
  expect(alice.states('call')).toBe('CALLING EARLY CONNECTING CONFIRMED DISCONNECTING DISCONNECTED')
  expect(flaws(stage)).toEqual([])
})

test('called off while an UPDATE is put off', () => {
  const { stage, alice, peer, results } = setOut([later(1), OK], ALLOW, undefined)
  peer.on('CANCEL', (request, from) => peer.reply(request, from, { status: 200 }))
  alice.update('call', undefined, 500)
  alice.end('call', 600)
  stage.run(600_000)
  expect(peer.requests('UPDATE')).toHaveLength(1)
  expect(results()).toEqual([])
  expect(flaws(stage)).toEqual([])
})

test('forked: no UPDATE while it rings at more than one', () => {
  const { stage, alice, peer } = setOut([], ALLOW, undefined)
  peer.on('INVITE', (request, from) => {
    for (const tag of ['one', 'two']) peer.reply(request, from, { status: 180, tag, headers: [CONTACT] })
    stage.later(2000, () => peer.reply(request, from, { status: 486, tag: 'one' }))
  })
  alice.update('call', undefined, 500)
  stage.run(600_000)
  expect(alice.last('rejected')).toMatchObject({ command: 'update', reason: 'no early dialog, or more than one' })
})

test('a peer whose Allow does not have it gets none', () => {
  const { stage, alice, peer } = setOut([OK], 'Allow: INVITE, ACK, BYE')
  alice.update('call', 'new offer', 500)
  alice.end('call', 1000)
  stage.run(600_000)
  expect(alice.last('rejected')).toMatchObject({ reason: 'UPDATE is not in the Allow of the peer' })
  expect(peer.requests('UPDATE')).toEqual([])
})

test('a peer that has not said what it takes gets one', () => {
  const { stage, alice, results } = setOut([OK], 'X-Nothing: said')
  alice.update('call', 'new offer', 500)
  alice.end('call', 1000)
  stage.run(600_000)
  expect(results()).toEqual([200])
})

test('where it makes no sense it is rejected', () => {
  const { stage, alice, peer } = setOut([undefined], ALLOW, 1000)
  const reasons = () => alice.all('rejected').map(({ reason }) => reason)
  const update = (sdp: string | undefined, id = 'call') => alice.do({ kind: 'update', id, sdp, headers: [] })
  update(undefined, 'none')
  update(undefined)
  stage.run(500)
  update('offer')
  stage.run(2000)
  update('offer')
  update(undefined)
  alice.do({ kind: 'reinvite', id: 'call', sdp: 'offer', headers: [] })
  alice.end('call', 100)
  stage.later(100, () => update(undefined))
  stage.run(600_000)
  update(undefined)
  expect(reasons()).toEqual([
    'no such session',
    'no UPDATE in CALLING',
    'no offer by UPDATE before the first is answered reliably: that takes 100rel',
    'no UPDATE in REINVITING',
    'no re-INVITE in REINVITING',
    'no UPDATE in DISCONNECTING',
    'no such session',
  ])
  expect(peer.requests('INVITE')).toHaveLength(1)
})

test('one at a time: a refresh under way is waited for', () => {
  const { stage, alice } = setOut([undefined])
  stage.run(500)
  alice.do({ kind: 'update', id: 'call', sdp: undefined, headers: [] })
  for (const kind of ['update', 'reinvite'] as const) alice.do({ kind, id: 'call', sdp: 'offer', headers: [] })
  const reason = 'an earlier re-INVITE or UPDATE is not through'
  expect(alice.all('rejected')).toMatchObject([{ reason }, { reason }])
})
