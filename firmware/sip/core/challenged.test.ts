// Challenges an application decides about: every kind of request, every word on it, and what happens without one.
import { describe, expect, test } from 'vitest'
import { Secret } from '../../base/secret.ts'
import { Doorman, REALM } from '../../testing/doorman.ts'
import { type NetworkConditions, PERFECT, ROUGH } from '../../testing/fake-network.ts'
import { flaws, ladder } from '../../testing/ladder.ts'
import { Stage } from '../../testing/stage.ts'
import type { SipCommand } from './contract.ts'

const SDP = 'v=0\r\n'
const TARGET = 'sip:bob@10.0.0.2'
const passwordFor = (realm: string, password: string) => ({ realm, username: 'alice', password: new Secret(password) })
const RIGHT = { credentials: [passwordFor('*', 'secret')] }
const WRONG = { credentials: [passwordFor('*', 'guess')] }

function setOut(seed = 1, conditions: NetworkConditions = PERFECT, status: 401 | 407 = 401) {
  const stage = new Stage(seed, conditions)
  const alice = stage.phone('alice', '10.0.0.1', { packages: { presence: 'application/pidf+xml' } })
  const bob = new Doorman(stage, status)
  const identity = { ...alice.identity, challengeMs: 20_000 }
  const answer = (answer: Extract<SipCommand, { kind: 'authorize' }>['answer']) => {
    const asked = alice.last('challenged')
    if (asked === undefined) throw new Error('nobody was asked')
    alice.do({ kind: 'authorize', id: asked.id, answer })
  }
  const call = () => alice.do({ kind: 'invite', id: 'call', identity, target: TARGET, sdp: SDP, headers: [] })
  return { stage, alice, bob, identity, answer, call }
}
type Set = ReturnType<typeof setOut>

const outside = { session: undefined, target: TARGET, headers: [] } as const
const KINDS: Record<string, (set: Set) => SipCommand> = {
  INVITE: ({ identity }) => ({ kind: 'invite', id: 'it', identity, target: TARGET, sdp: SDP, headers: [] }),
  REGISTER: ({ identity }) => ({
    ...{ kind: 'register', id: 'it', identity, registrar: 'sip:10.0.0.2', expires: 600, headers: [], now: true },
  }),
  SUBSCRIBE: ({ identity }) => ({
    ...{ kind: 'subscribe', id: 'it', identity, target: TARGET, event: 'presence', expires: 600 },
    ...{ headers: [], body: undefined },
  }),
  PUBLISH: ({ identity }) => ({
    ...{ kind: 'publish', id: 'it', identity, target: TARGET, event: 'presence', expires: 600, headers: [] },
    body: { contentType: 'application/pidf+xml', content: '<presence/>' },
  }),
  MESSAGE: ({ identity }) => ({
    ...{ kind: 'request', id: 'it', method: 'MESSAGE', identity, ...outside },
    body: { contentType: 'text/plain', content: 'hi' },
  }),
  REFER: ({ identity }) => ({
    ...{ kind: 'refer', id: 'it', identity, ...outside, referTo: 'sip:carol@10.0.0.3' },
    ...{ replaces: undefined, subscribe: false },
  }),
}

describe.each(Object.entries(KINDS))('%s', (method, command) => {
  const asked = (status: 401 | 407 = 401) => {
    const set = setOut(1, PERFECT, status)
    set.alice.do(command(set))
    set.stage.run(1000)
    return set
  }

  test.each([401, 407] as const)('%i is told, and goes out again as the application says', (status) => {
    const { stage, alice, bob, answer } = asked(status)
    const told = alice.all('challenged')
    expect(told).toHaveLength(1)
    expect(told[0]).toMatchObject({ of: 'it', contactUser: 'alice', method, own: 'none', answerMs: 20_000 })
    expect(told[0]?.uri).toBe(bob.peer.requests(method)[0]?.uriText)
    const { proxy, realm, algorithm, stale } = told[0]!.challenges[0]!
    expect({ proxy, realm, algorithm, stale }).toEqual({
      ...{ proxy: status === 407, realm: REALM, algorithm: 'SHA-256', stale: false },
    })
    expect(told[0]?.response.status).toBe(status)
    stage.run(15_000)
    expect([bob.passed, bob.peer.requests(method)]).toEqual([[], [expect.anything()]])
    answer(RIGHT)
    stage.run(16_000)
    expect(bob.passed[0]).toBe(method)
    expect(alice.all('challenged')).toHaveLength(1)
  })

  test('a refused password is asked about again, five times in all', () => {
    const { stage, alice, bob } = asked()
    for (let now = 2000; now < 12_000; now += 1000) {
      const told = alice.all('challenged').at(-1)!
      alice.do({ kind: 'authorize', id: told.id, answer: WRONG })
      stage.run(now)
    }
    const of = alice.all('challenged').map(({ own }) => own)
    expect(of).toEqual(['none', 'refused', 'refused', 'refused', 'refused'])
    expect([bob.passed, bob.peer.requests(method).length]).toEqual([[], 6])
  })

  test.each([
    ['given up', true],
    ['no word for 20 s', false],
  ])('%s: it ends with the response', (_name, says) => {
    const { stage, alice, bob, answer } = asked()
    if (says) answer(undefined)
    stage.run(says ? 1001 : 22_000)
    const ended = alice.events.findLast((event) => 'status' in event && 'id' in event && event.id === 'it')
    expect(ended).toMatchObject({ status: 401, cause: 'authentication' })
    expect(bob.peer.requests(method)).toHaveLength(1)
    answer(RIGHT)
    expect(alice.last('rejected')).toMatchObject({ command: 'authorize', reason: expect.stringMatching(/no such/) })
  })

  test('header fields made elsewhere go out as they are', () => {
    const { stage, bob, answer } = asked()
    answer({ headers: [{ name: 'Authorization', value: 'Bearer token' }] })
    stage.run(2000)
    expect(bob.passed[0]).toBe(method)
    expect(bob.peer.requests(method)[1]?.header('Authorization')).toBe('Bearer token')
  })
})

test.each([
  ['credentials of another realm', { credentials: [passwordFor('elsewhere', 'secret')] }, /no credentials/],
  ['nothing, and nothing is known', { credentials: [] }, /no credentials/],
  ['a header field of another name', { headers: [{ name: 'Route', value: '<sip:x>' }] }, /no Authorization/],
  ['one that cannot be sent', { headers: [{ name: 'Authorization', value: 'a\r\nb' }] }, /cannot be sent/],
] as const)('%s: rejected, and the question stands', (_name, word, reason) => {
  const { stage, alice, bob, answer, call } = setOut()
  call()
  stage.run(1000)
  answer(word)
  expect(alice.last('rejected')).toMatchObject({ command: 'authorize', reason: expect.stringMatching(reason) })
  answer(RIGHT)
  stage.run(2000)
  expect(bob.passed).toEqual(['INVITE'])
})

test('credentials there are wait for the word, too, and answer by none', () => {
  const { stage, alice, bob, answer, identity } = setOut()
  const credentials = [passwordFor(REALM, 'secret')]
  const own = { ...identity, credentials }
  alice.do({ kind: 'invite', id: 'call', identity: own, target: TARGET, sdp: SDP, headers: [] })
  stage.run(5000)
  expect(alice.all('challenged').map((each) => each.own)).toEqual(['fit'])
  answer({ credentials: [] })
  stage.run(6000)
  expect(bob.passed).toEqual(['INVITE'])
})

test('who proves itself is asked about what its credentials do not answer, and what is refused', () => {
  const set = setOut()
  const { stage, alice, bob, answer, identity } = set
  const from = (realm: string, password: string, id: string) => {
    const credentials = [passwordFor(realm, password)]
    alice.do({ ...KINDS.MESSAGE!(set), id, identity: { ...identity, provesItself: true, credentials } } as SipCommand)
  }
  from(REALM, 'secret', 'right')
  stage.run(1000)
  expect([bob.passed, alice.all('challenged')]).toEqual([['MESSAGE'], []])
  from('elsewhere', 'secret', 'unknown')
  from(REALM, 'guess', 'wrong')
  stage.run(2000)
  expect(alice.all('challenged').map(({ of, own }) => [of, own])).toEqual([
    ['unknown', 'none'],
    ['wrong', 'refused'],
  ])
  answer(RIGHT)
  stage.run(3000)
  expect(bob.passed).toEqual(['MESSAGE', 'MESSAGE'])
})

test('a wrong password of the identity is asked about, and another one takes its place for the whole call', () => {
  const { stage, alice, bob, answer, identity } = setOut()
  const credentials = [passwordFor(REALM, 'old')]
  alice.do({ ...KINDS.INVITE!({ identity } as Set), identity: { ...identity, credentials } } as SipCommand)
  stage.run(1000)
  answer({ credentials: [] })
  stage.run(2000)
  expect(alice.last('challenged')?.own).toBe('refused')
  answer(RIGHT)
  stage.run(3000)
  alice.end('it')
  stage.run(60_000)
  // The BYE goes out authorised.
  expect(bob.passed).toEqual(['INVITE', 'BYE'])
  expect(alice.all('challenged')).toHaveLength(2)
  expect(flaws(stage)).toEqual([])
})

test('what was said to a REGISTER is good for calls of the account', () => {
  const { stage, alice, bob, answer, identity, call } = setOut()
  alice.do(KINDS.REGISTER!({ identity } as Set))
  stage.run(1000)
  answer(RIGHT)
  stage.run(2000)
  call()
  stage.run(3000)
  expect(bob.passed).toEqual(['REGISTER', 'INVITE'])
  expect(alice.all('challenged').map(({ of }) => of)).toEqual(['it'])
})

describe('in a session', () => {
  /** Its INVITE was let in by a header field that nothing is kept of. */
  const standing = () => {
    const set = setOut()
    set.call()
    set.stage.run(1000)
    set.answer({ headers: [{ name: 'Authorization', value: 'Bearer token' }] })
    set.stage.run(2000)
    expect(set.alice.last('session-state')?.state).toBe('CONFIRMED')
    return set
  }

  test.each([
    ['INVITE', 'call', (s: Set) => s.alice.reinvite('call', SDP)],
    ['UPDATE', 'call', (s: Set) => s.alice.update('call', SDP)],
    ['BYE', 'call', (s: Set) => s.alice.end('call')],
    [
      ...(['INFO', 'req'] as const),
      ({ alice, identity }: Set) =>
        alice.do({
          ...{ kind: 'request', id: 'req', method: 'INFO', session: 'call', identity, target: TARGET },
          ...{ headers: [], body: undefined },
        }),
    ],
    [
      ...(['REFER', 'req'] as const),
      (set: Set) => set.alice.do({ ...KINDS.REFER!(set), id: 'req', session: 'call' } as SipCommand),
    ],
  ] as const)('%s', (method, of, act) => {
    const set = standing()
    act(set)
    set.stage.run(10_000)
    expect(set.alice.last('challenged')).toMatchObject({ method, of })
    set.answer(RIGHT)
    set.stage.run(11_000)
    expect(set.bob.passed.at(-1)).toBe(method)
    if (method !== 'BYE') set.alice.end('call')
    set.stage.run(90_000)
    expect(set.alice.last('session-state')).toMatchObject({ state: 'DISCONNECTED', status: 200 })
    expect(flaws(set.stage)).toEqual([])
  })

  test('no word on the BYE: the call is over all the same', () => {
    const set = standing()
    set.alice.end('call')
    set.stage.run(90_000)
    expect(set.alice.last('session-state')).toMatchObject({ state: 'DISCONNECTED', status: 401, cause: 'local' })
    expect(flaws(set.stage)).toEqual([])
  })

  test('hung up while a re-INVITE is asked about: that question is over, the BYE has its own', () => {
    const set = standing()
    set.alice.reinvite('call', SDP)
    set.stage.run(3000)
    const of = set.alice.last('challenged')!
    set.alice.end('call')
    set.stage.run(4000)
    set.alice.do({ kind: 'authorize', id: of.id, answer: RIGHT })
    expect(set.alice.last('rejected')?.command).toBe('authorize')
    expect(set.alice.last('challenged')).toMatchObject({ method: 'BYE' })
    set.answer(RIGHT)
    set.stage.run(90_000)
    expect(set.bob.peer.requests('INVITE')).toHaveLength(3)
    expect(set.bob.passed).toEqual(['INVITE', 'BYE'])
    expect(flaws(set.stage)).toEqual([])
  })
})

describe('called off while the word is awaited', () => {
  test.each([
    ['a call', 'INVITE', { kind: 'end', id: 'it', status: undefined, reason: undefined, headers: [] }, 487],
    ['a registration', 'REGISTER', { kind: 'unregister', id: 'it' }, 401],
    ['a subscription', 'SUBSCRIBE', { kind: 'unsubscribe', id: 'it' }, 0],
    ['a publication', 'PUBLISH', { kind: 'unpublish', id: 'it' }, 401],
  ] as const)('%s', (_name, method, end, status) => {
    const set = setOut()
    const { stage, alice, bob, answer } = set
    alice.do(KINDS[method]!(set))
    stage.run(1000)
    alice.do(end)
    expect(alice.events.at(-1)).toMatchObject({ id: 'it', status })
    answer(RIGHT)
    expect(alice.last('rejected')?.command).toBe('authorize')
    stage.run(120_000)
    expect(bob.peer.requests(method)).toHaveLength(1)
    expect(bob.peer.requests('CANCEL')).toHaveLength(0)
    expect(flaws(stage)).toEqual([])
  })

  test('a REFER', () => {
    const set = setOut()
    set.alice.do(KINDS.REFER!(set))
    set.stage.run(1000)
    set.alice.do({ kind: 'end-refer', id: 'it' })
    set.answer(RIGHT)
    set.stage.run(60_000)
    expect(set.bob.peer.requests('REFER')).toHaveLength(1)
    expect(set.alice.engine.counts()).toMatchObject({ requests: 0, timers: 0 })
  })
})

test('other credentials of a registration are the word on what was asked about it', () => {
  const set = setOut()
  const command = KINDS.REGISTER!(set) as Extract<SipCommand, { kind: 'register' }>
  set.alice.do(command)
  set.stage.run(1000)
  const first = set.alice.last('challenged')!
  const identity = { ...set.identity, credentials: RIGHT.credentials }
  set.alice.do({ ...command, identity })
  set.alice.do({ kind: 'authorize', id: first.id, answer: RIGHT })
  expect(set.alice.last('rejected')?.command).toBe('authorize')
  set.stage.run(2000)
  expect(set.alice.last('challenged')).toMatchObject({ own: 'fit' })
  set.answer({ credentials: [] })
  set.stage.run(3000)
  expect(set.alice.last('registration-state')?.state).toBe('registered')
})

test('the NOTIFY of a subscription has its time after the word', () => {
  const set = setOut()
  set.alice.do({ ...KINDS.SUBSCRIBE!(set), identity: { ...set.identity, challengeMs: 60_000 } } as SipCommand)
  set.stage.run(50_000)
  set.answer(RIGHT)
  set.stage.run(51_000)
  expect(set.alice.last('subscription-state')?.state).toBe('ACCEPTED')
})

test('an incoming session says who it is: its BYE is asked about', () => {
  const { stage, alice, bob, identity } = setOut()
  alice.answers(SDP)
  alice.on('session-incoming', ({ id }) => alice.do({ kind: 'identify', id, identity }))
  const invite = [
    'INVITE sip:alice@10.0.0.1 SIP/2.0',
    'Via: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bKa',
    'From: <sip:bob@10.0.0.2>;tag=b',
    'To: <sip:alice@10.0.0.1>',
    'Call-ID: theirs',
    'CSeq: 1 INVITE',
    'Contact: <sip:bob@10.0.0.2>',
    'Content-Type: application/sdp',
    `Content-Length: ${SDP.length}`,
  ]
  bob.peer.send(alice.local, `${invite.join('\r\n')}\r\n\r\n${SDP}`)
  alice.when('CONNECTING', ({ message }) => expect(message).toBeUndefined())
  stage.run(1000)
  const id = alice.last('session-incoming')!.id
  const tag = alice.last('session-incoming')!.localTag
  const ack = ['ACK sip:alice@10.0.0.1 SIP/2.0', 'Via: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bKb', invite[2]]
  const rest = [`To: <sip:alice@10.0.0.1>;tag=${tag}`, 'Call-ID: theirs', 'CSeq: 1 ACK', 'Content-Length: 0']
  bob.peer.send(alice.local, `${[...ack, ...rest].join('\r\n')}\r\n\r\n`)
  stage.run(2000)
  alice.end(id)
  stage.run(3000)
  expect(alice.last('challenged')).toMatchObject({ method: 'BYE', of: id })
  alice.do({ kind: 'authorize', id: alice.last('challenged')!.id, answer: RIGHT })
  stage.run(60_000)
  expect(bob.passed).toEqual(['BYE'])
  expect(flaws(stage)).toEqual([])
})

function played(seed: number, conditions: NetworkConditions) {
  const { stage, alice, bob, call } = setOut(seed, conditions, 407)
  alice.on('challenged', ({ id }) => {
    alice.soon(3000, { kind: 'authorize', id, answer: RIGHT })
  })
  call()
  stage.later(70_000, () => {
    for (const id of alice.live) alice.end(id)
  })
  stage.run(600_000)
  return { stage, bob }
}

test('a call whose password is typed, on a good network and on bad ones', () => {
  const { stage } = played(1, PERFECT)
  expect(stage.wire).toEqual(
    ladder(`
      alice → bob INVITE +
      bob → alice 407 INVITE
      alice → bob ACK
      alice → bob INVITE +
      bob → alice 200 INVITE +
      alice → bob ACK
      alice → bob BYE
      bob → alice 200 BYE`),
  )
  for (let seed = 1; seed <= 50; seed++) expect(flaws(played(seed, ROUGH).stage)).toEqual([])
})
