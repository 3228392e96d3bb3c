// Ladders of registrations (RFC 3261 §10.2, §22).
import { expect, test } from 'vitest'
import { Secret } from '../../base/secret.ts'
import { ROUGH } from '../../testing/fake-network.ts'
import { FakeRegistrar } from '../../testing/fake-registrar.ts'
import { flaws, ladder } from '../../testing/ladder.ts'
import { registering } from '../../testing/registering.ts'
import { Stage } from '../../testing/stage.ts'

const HOUR = 3_600_000

const TRIED = `
  alice → registrar   REGISTER
  registrar → alice   401 REGISTER
`
const DONE = `
  alice → registrar   REGISTER
  registrar → alice   200 REGISTER
`

test('registers with credentials, refreshes without being asked again, un-registers', () => {
  const { stage, registrar, alice, register, unregister, states } = registering({ password: 'secret' })
  register()
  stage.run(1000)
  expect(alice.last('registration-state')).toEqual({
    kind: 'registration-state',
    id: 'reg',
    state: 'registered',
    previous: 'registering',
    status: 200,
    reason: 'Scripted',
    cause: undefined,
    contact: 'sip:alice@10.0.0.1:5060',
    contacts: ['sip:other@10.9.9.9', 'sip:alice@10.0.0.1:5060'],
    expires: 600,
    retryMs: undefined,
    server: 'UDP 10.0.0.5:5060',
  })
  stage.run(600_000)
  unregister()
  stage.run(700_000)
  expect(stage.wire).toEqual(ladder(TRIED + DONE + DONE + DONE))
  expect(states()).toEqual(['registering 0', 'registered 200', 'registered 200', 'unregistering 0', 'unregistered 200'])
  expect(registrar.bindings.size).toBe(0)
  const [first, , refresh] = registrar.peer.requests('REGISTER')
  expect(refresh?.callId).toBe(first?.callId)
  expect(registrar.peer.requests('REGISTER').map(({ cseq }) => cseq.number)).toEqual([1, 2, 3, 4])
  expect(flaws(stage)).toEqual([])
})

test('refreshes a tenth to a fifth before the end, never at the same moment', () => {
  const times = new Set<number>()
  for (let seed = 1; seed <= 20; seed++) {
    const { stage, register } = registering({}, new Stage(seed))
    register()
    stage.run(595_000)
    expect(stage.wire).toEqual(ladder(DONE + DONE))
    const at = Number(stage.timed[2]?.split(' ')[0])
    expect(at).toBeGreaterThanOrEqual(480_000)
    expect(at).toBeLessThanOrEqual(540_100)
    times.add(at)
  }
  expect(times.size).toBeGreaterThan(15)
})

test('423: asks for what the registrar wants at least', () => {
  const { stage, register, states, registrar } = registering({ minExpires: 1800 })
  register()
  stage.run(2000)
  expect(stage.wire).toEqual(
    ladder(`
      alice → registrar   REGISTER
      registrar → alice   423 REGISTER
      ${DONE}`),
  )
  expect(registrar.peer.requests('REGISTER')[1]?.header('Expires')).toBe('1800')
  expect(states()).toEqual(['registering 0', 'registered 200'])
})

test('the interval granted counts, not the one asked for', () => {
  const { stage, register } = registering({ maxExpires: 60 })
  register()
  stage.run(56_000)
  expect(stage.wire).toEqual(ladder(DONE + DONE))
})

test('a stale nonce is replaced without a word to the user', () => {
  const { stage, register, states } = registering({ password: 'secret', nonceUses: 1, maxExpires: 60 })
  register()
  stage.run(56_000)
  expect(stage.wire).toEqual(ladder(TRIED + DONE + TRIED + DONE))
  expect(states()).toEqual(['registering 0', 'registered 200', 'registered 200'])
})

test('a wrong password, or an unknown user: twice more minutes later, then not by itself; again when somebody asks', () => {
  for (const status of [401, 403, 404]) {
    const { stage, registrar, alice, register, unregister, requests } = registering({ password: 'other' })
    if (status !== 401)
      registrar.peer.on('REGISTER', (request, from) => registrar.peer.reply(request, from, { status }))
    const each = status === 401 ? 2 : 1
    register()
    stage.run(120_000)
    expect(requests()).toHaveLength(each)
    stage.run(24 * HOUR)
    expect(requests()).toHaveLength(3 * each)
    const refused = alice.all('registration-state').filter(({ state }) => state === 'unregistered')
    expect(refused.map((each) => [each.status, each.cause, each.retryMs !== undefined])).toEqual([
      [status, status === 401 ? 'authentication' : 'remote', true],
      [status, status === 401 ? 'authentication' : 'remote', true],
      [status, status === 401 ? 'authentication' : 'remote', false],
    ])
    register({ now: true })
    stage.run(24 * HOUR + 1000)
    expect(requests()).toHaveLength(4 * each)
    alice.input({ kind: 'transport-up', transport: 'udp', protocol: 'UDP', local: alice.local })
    stage.run(24 * HOUR + 2000)
    expect(requests()).toHaveLength(5 * each)
    unregister()
    stage.run(24 * HOUR + 50_000)
    expect(flaws(stage)).toEqual([])
  }
})

test('credentials that were good outlive a registrar that has lost its users: ever less often, an hour apart at most', () => {
  const { stage, registrar, alice, register, requests } = registering({ password: 'secret' })
  register()
  stage.run(1000)
  registrar.options = { password: 'gone' }
  stage.run(12 * HOUR)
  const waits = alice.all('registration-state').flatMap(({ retryMs }) => (retryMs === undefined ? [] : [retryMs]))
  expect(Math.max(...waits)).toBeLessThanOrEqual(HOUR)
  expect(waits.at(-1)).toBeGreaterThanOrEqual(HOUR / 2)
  expect(requests().length).toBeLessThan(60)
  registrar.options = { password: 'secret' }
  stage.run(14 * HOUR)
  expect(alice.last('registration-state')).toMatchObject({ state: 'registered' })
})

test('a wrong password: two requests, then not for minutes', () => {
  const { stage, alice, register } = registering({ password: 'other' })
  register()
  stage.run(140_000)
  expect(stage.wire).toEqual(ladder(TRIED + TRIED))
  expect(alice.last('registration-state')).toMatchObject({
    state: 'unregistered',
    status: 401,
    cause: 'authentication',
  })
  expect(alice.last('registration-state')?.retryMs).toBeGreaterThanOrEqual(150_000)
})

test('the right password given later is taken at once', () => {
  const { stage, alice, register } = registering({ password: 'other' })
  register()
  stage.run(10_000)
  const credentials = [{ realm: '*', username: 'alice', password: new Secret('other') }]
  register({ identity: { ...alice.identity, credentials }, now: true })
  stage.run(20_000)
  expect(alice.last('registration-state')).toMatchObject({ state: 'registered' })
})

test('silence: 408 after 32 s, tried again at growing intervals, until it answers', () => {
  const { stage, registrar, alice, register } = registering()
  registrar.silent = true
  register()
  stage.run(HOUR)
  const tries = alice.all('registration-state').filter(({ state }) => state === 'unregistered')
  for (const { status, cause, retryMs } of tries) {
    expect([status, cause]).toEqual([408, 'timeout'])
    expect(retryMs).toBeGreaterThanOrEqual(2000)
    expect(retryMs).toBeLessThanOrEqual(300_000)
  }
  expect(tries[0]?.retryMs).toBeLessThanOrEqual(4000)
  expect(Math.max(...tries.map(({ retryMs }) => retryMs ?? 0))).toBeGreaterThan(100_000)
  registrar.silent = false
  stage.run(HOUR + 400_000)
  expect(alice.last('registration-state')).toMatchObject({ state: 'registered' })
})

test('a registrar that is not there (ICMP), then is', () => {
  const stage = new Stage()
  const alice = stage.phone('alice', '10.0.0.1')
  const command = {
    id: 'reg',
    identity: alice.identity,
    registrar: 'sip:10.0.0.5',
    expires: 600,
    headers: [],
    now: false,
  }
  alice.do({ kind: 'register', ...command })
  stage.run(100)
  expect(alice.last('registration-state')).toMatchObject({ state: 'unregistered', status: 503, cause: 'transport' })
  new FakeRegistrar(stage, '10.0.0.5')
  stage.run(10_000)
  expect(alice.last('registration-state')).toMatchObject({ state: 'registered' })
})

test('a name that does not resolve', () => {
  const { stage, alice, register } = registering()
  register({ registrar: 'sip:nowhere.example' })
  stage.run(100)
  expect(alice.last('registration-state')).toMatchObject({ status: 503, cause: 'resolution' })
  expect(stage.wire).toEqual([])
})

test('no transport yet: registers as soon as there is one', () => {
  const { stage, alice, register } = registering()
  alice.input({ kind: 'transport-down', transport: 'udp', reason: 'cable' })
  register()
  stage.run(1000)
  expect(alice.last('registration-state')).toMatchObject({ state: 'unregistered', status: 503, cause: 'transport' })
  alice.input({ kind: 'transport-up', transport: 'udp', protocol: 'UDP', local: alice.local })
  stage.run(2000)
  expect(alice.last('registration-state')).toMatchObject({ state: 'registered' })
})

test('Retry-After is kept', () => {
  const { stage, registrar, alice, register } = registering()
  registrar.peer.on('REGISTER', (request, from) =>
    registrar.peer.reply(request, from, { status: 503, headers: ['Retry-After: 120 (later)'] }),
  )
  register()
  stage.run(119_000)
  expect(stage.wire).toHaveLength(2)
  expect(alice.last('registration-state')?.retryMs).toBe(120_000)
})

test('un-registering while the first REGISTER is under way', () => {
  const { stage, registrar, register, unregister, states } = registering()
  register()
  unregister()
  stage.run(100_000)
  expect(stage.wire).toEqual(ladder(DONE + DONE))
  expect(states()).toEqual(['registering 0', 'unregistering 0', 'unregistered 200'])
  expect(registrar.bindings.size).toBe(0)
  expect(flaws(stage)).toEqual([])
})

test('un-registering and registering again in one breath', () => {
  const { stage, registrar, alice, register, unregister } = registering()
  register()
  stage.run(1000)
  unregister()
  register()
  stage.run(100_000)
  expect(stage.wire).toEqual(ladder(DONE + DONE + DONE))
  expect(alice.last('registration-state')).toMatchObject({ state: 'registered' })
  expect(registrar.bindings.size).toBe(1)
})

test('registers, refreshes and un-registers over a bad network', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const { stage, alice, register, unregister } = registering(
      { password: 'secret', maxExpires: 120 },
      new Stage(seed, ROUGH),
    )
    register()
    stage.run(900_000)
    expect(alice.all('registration-state').some(({ state }) => state === 'registered')).toBe(true)
    unregister()
    stage.run(1_200_000)
    expect(alice.last('registration-state')).toMatchObject({ state: 'unregistered' })
    expect(flaws(stage)).toEqual([])
  }
})

test('a call that came in authenticates its own BYE with the credentials of the account it came to, but not to a stranger', () => {
  const { stage, registrar, alice, register } = registering({ password: 'secret' })
  register()
  stage.run(1000)
  const bob = stage.phone('bob', '10.0.0.2')
  alice.answers()
  alice.when('CONFIRMED', ({ id }) => alice.end(id, 100))
  bob.call('call', alice)
  registrar.peer.on('BYE', (request, from) => registrar.peer.reply(request, from, { status: 200 }))
  registrar.peer.send(
    alice.local,
    [
      'INVITE sip:alice@10.0.0.1 SIP/2.0',
      'Via: SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bKcall',
      'From: <sip:carol@example.com>;tag=c',
      'To: <sip:alice@example.com>',
      'Call-ID: through-the-registrar',
      'CSeq: 1 INVITE',
      'Contact: <sip:carol@10.0.0.5>',
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n'),
  )
  registrar.peer.on('ACK', () => {})
  stage.later(400, () => {
    const ok = registrar.peer.received.find(
      (m) => m.kind === 'response' && m.status === 200 && m.cseq.method === 'INVITE',
    )
    registrar.peer.send(
      alice.local,
      [
        'ACK sip:alice@10.0.0.1 SIP/2.0',
        'Via: SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bKack',
        'From: <sip:carol@example.com>;tag=c',
        `To: ${ok?.header('To')}`,
        'Call-ID: through-the-registrar',
        'CSeq: 1 ACK',
        'Content-Length: 0',
        '',
        '',
      ].join('\r\n'),
    )
  })
  stage.run(5000)
  expect(registrar.peer.requests('REGISTER')).toHaveLength(2)
  expect(registrar.peer.requests('BYE').map((bye) => bye.header('Authorization'))).toEqual([
    expect.stringContaining('username="alice"'),
  ])
  expect(bob.states('call')).toContain('DISCONNECTED')
  expect(bob.last('session-state')?.message?.header('Authorization')).toBeUndefined()
})
