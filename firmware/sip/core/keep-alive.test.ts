// A registrar that dies is noticed within half a minute, another takes its place, and the registration returns (RFC 3263 §4.3).
import { expect, test } from 'vitest'
import { ROUGH } from '../../testing/fake-network.ts'
import { FakeRegistrar } from '../../testing/fake-registrar.ts'
import { flaws } from '../../testing/ladder.ts'
import { Stage } from '../../testing/stage.ts'
import { zone } from '../../testing/zone.ts'
import type { SipCommand } from './contract.ts'

const OPTIONS = { kind: 'options', everyMs: 20_000 } as const
const HOUR = 3_600_000

function setOut(keepAlive: 'options' | 'crlf' | 'off' = 'options', stage = new Stage(), records = PAIR) {
  stage.zone = zone(records)
  const alice = stage.phone('alice', '10.0.0.1')
  const registrars = ['10.0.0.11', '10.0.0.12'].map((address, at) => {
    const registrar = new FakeRegistrar(stage, address)
    stage.names.set(`${address}:5060`, at === 0 ? 'one' : 'two')
    registrar.peer.on('OPTIONS', (request, from) => {
      if (!registrar.silent) registrar.peer.reply(request, from, { status: 405 })
    })
    registrar.peer.on('MESSAGE', (request, from) => {
      if (!registrar.silent) registrar.peer.reply(request, from, { status: 200 })
    })
    return registrar
  })
  const [one, two] = registrars as [FakeRegistrar, FakeRegistrar]
  const options = keepAlive === 'off' ? {} : { options: { keepAlive: { kind: keepAlive, everyMs: OPTIONS.everyMs } } }
  const register = (more: Partial<Extract<SipCommand, { kind: 'register' }>> = {}) =>
    alice.do({
      ...{ kind: 'register', id: 'reg', identity: alice.identity, registrar: 'sip:example.com' },
      ...{ expires: 3600, headers: [], now: false, ...options, ...more },
    })
  const ask = (id: string) =>
    alice.do({
      ...{ kind: 'request', id, method: 'MESSAGE', session: undefined, identity: alice.identity },
      ...{ target: 'sip:bob@example.com', headers: [], body: undefined },
    })
  const told = () =>
    alice
      .all('registration-state')
      .map(({ state, status, cause, server }) =>
        [state, status, cause, server?.slice(-7, -5)].filter((each) => each !== undefined).join(' '),
      )
  const count = (registrar: FakeRegistrar, method: string) => registrar.peer.requests(method).length
  return { stage, alice, one, two, register, ask, told, count }
}

const PAIR = `
  _sip._udp.example.com SRV 10 0 5060 one.example.com
  _sip._udp.example.com SRV 20 0 5060 two.example.com
  one.example.com A 10.0.0.11
  two.example.com A 10.0.0.12`
const ALIKE = PAIR.replace('SRV 20', 'SRV 10')

test('asked every twenty seconds or a little less, whatever it answers', () => {
  const { stage, one, register, told, count } = setOut()
  register()
  stage.run(600_000)
  expect(told()).toEqual(['registering 0', 'registered 200 11'])
  expect(count(one, 'OPTIONS')).toBeGreaterThanOrEqual(30)
  expect(count(one, 'OPTIONS')).toBeLessThanOrEqual(37)
  const probes = one.peer.requests('OPTIONS')
  expect(probes[0]?.uriText).toBe('sip:example.com')
  expect(new Set(probes.map(({ callId }) => callId)).size).toBe(probes.length)
})

test('a server that asks for credentials lives too: nothing is sent again, and nothing complained of', () => {
  const { stage, alice, one, register, told, count } = setOut()
  const complaints: string[] = []
  alice.logs = ({ what }) => void complaints.push(what)
  one.peer.on('OPTIONS', (request, from) =>
    one.peer.reply(request, from, { status: 407, headers: ['Proxy-Authenticate: Digest realm="x", nonce="n"'] }),
  )
  register()
  stage.run(200_000)
  expect(count(one, 'OPTIONS')).toBeLessThanOrEqual(12)
  expect([told(), complaints]).toEqual([['registering 0', 'registered 200 11'], []])
})

test('it dies in silence: noticed in half a minute, registered with the other one, which is said with the cause', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { stage, alice, one, two, register, told } = setOut('options', new Stage(seed))
    register()
    stage.run(60_000)
    one.silent = true
    stage.run(90_000)
    expect(told()).toEqual([
      ...['registering 0', 'registered 200 11'],
      ...['unregistered 408 timeout', 'registering 0', 'registered 200 12'],
    ])
    const dead = alice.all('registration-state').find(({ state }) => state === 'unregistered')
    expect(dead).toMatchObject({ retryMs: 0, tries: [{ server: 'UDP 10.0.0.11:5060', what: 'no answer' }] })
    expect(two.bindings.size).toBe(1)
  }
})

test('it dies with a word (ICMP): noticed with the next keep-alive', () => {
  const { stage, one, register, told } = setOut()
  register()
  stage.run(60_000)
  stage.network.unbind(one.peer.local)
  stage.run(80_100)
  expect(told().slice(2)).toEqual(['unregistered 503 transport', 'registering 0', 'registered 200 12'])
})

test('it comes back: the registration returns by itself, and calls have gone where it was all the while', () => {
  const { stage, one, two, register, ask, told, count } = setOut()
  register()
  stage.run(10_000)
  ask('req1')
  stage.run(60_000)
  one.silent = true
  stage.run(90_000)
  ask('req2')
  stage.run(100_000)
  one.silent = false
  // Even while the first server is as good as any again, until the registration has moved.
  stage.run(150_000)
  ask('req3')
  stage.run(160_000)
  expect(told().slice(2)).toEqual([
    ...['unregistered 408 timeout', 'registering 0', 'registered 200 12', 'registered 200 11'],
  ])
  expect([count(one, 'MESSAGE'), count(two, 'MESSAGE')]).toEqual([2, 1])
  const before = count(one, 'OPTIONS')
  stage.run(200_000)
  expect(count(one, 'OPTIONS')).toBeGreaterThan(before)
})

test('it stays dead: it is tried less and less often, and nobody notices', () => {
  const { stage, one, two, register, ask, told, count } = setOut()
  register()
  stage.run(60_000)
  one.silent = true
  stage.run(60_000 + HOUR)
  expect(told().filter((each) => each.startsWith('un'))).toHaveLength(1)
  const tried = new Set(one.peer.requests('REGISTER').map(({ vias }) => vias[0]?.branch)).size - 1
  expect(tried).toBeGreaterThan(5)
  expect(tried).toBeLessThan(13)
  ask('req1')
  stage.run(61_000 + HOUR)
  expect([count(one, 'MESSAGE'), count(two, 'MESSAGE')]).toEqual([0, 1])
})

test('servers that are alike: there is nothing to return to', () => {
  const { stage, alice, one, two, register, told } = setOut('options', new Stage(), ALIKE)
  register()
  stage.run(1000)
  const home = alice.last('registration-state')?.server === 'UDP 10.0.0.11:5060' ? one : two
  home.silent = true
  stage.run(60_000)
  home.silent = false
  stage.run(3 * HOUR)
  const servers = new Set(
    told()
      .slice(4)
      .map((each) => each.slice(-2)),
  )
  expect(servers).toEqual(new Set([home === one ? '12' : '11']))
})

test('a call that finds it dead has it asked at once', () => {
  const { stage, alice, one, register, told, count } = setOut()
  register()
  while (count(one, 'OPTIONS') === 0) stage.run(stage.now + 100)
  stage.run(stage.now + 1000)
  one.silent = true
  alice.call('call', 'sip:bob@example.com')
  // Four seconds for the call, four for the OPTIONS; by itself it would have been asked fifteen after the last one.
  stage.run(stage.now + 8200)
  expect(told().slice(2)).toEqual(['unregistered 408 timeout', 'registering 0', 'registered 200 12'])
})

test('the network was gone and is back: the preferred server is not blamed for that', () => {
  const { stage, alice, register, told } = setOut()
  stage.network.conditions = { ...stage.network.conditions, loss: 1 }
  register()
  stage.run(32_000 + 500)
  expect(told().slice(0, 2)).toEqual(['registering 0', 'unregistered 408 timeout'])
  stage.network.conditions = { ...stage.network.conditions, loss: 0 }
  alice.input({ kind: 'transport-down', transport: 'udp', reason: 'address gone' })
  alice.input({ kind: 'transport-up', transport: 'udp', protocol: 'UDP', local: alice.local })
  stage.run(33_500)
  expect(told().at(-1)).toBe('registered 200 11')
})

test('the only server: unregistered at once, registered when it is back', () => {
  const { stage, one, register, told } = setOut('options', new Stage(), PAIR.replace(/^.*SRV 20.*$/m, ''))
  register()
  stage.run(60_000)
  one.silent = true
  stage.run(90_000)
  expect(told().slice(2)).toEqual(['unregistered 408 timeout', 'registering 0'])
  stage.run(150_000)
  one.silent = false
  stage.run(400_000)
  expect(told().at(-1)).toBe('registered 200 11')
})

test('503 to a refresh: the other one, and back when its Retry-After is over', () => {
  const { stage, one, register, told } = setOut('off')
  register({ expires: 100 })
  stage.run(1000)
  one.peer.on('REGISTER', (request, from) =>
    one.peer.reply(request, from, { status: 503, headers: ['Retry-After: 200'] }),
  )
  stage.run(99_000)
  expect(told()).toEqual(['registering 0', 'registered 200 11', 'registered 200 12'])
  one.peer.on('REGISTER', (request, from) => one.register(one.peer, request, from))
  stage.run(270_000)
  expect(told().at(-1)).toBe('registered 200 12')
  stage.run(400_000)
  expect(told().at(-1)).toBe('registered 200 11')
})

test('CRLF over UDP keeps a NAT open and asks nothing', () => {
  const { stage, one, register, told } = setOut('crlf')
  register()
  let pings = 0
  const { send } = stage
  stage.send = (from, to, data) => (data === '\r\n\r\n' ? void pings++ : send.call(stage, from, to, data))
  stage.run(600_000)
  expect(pings).toBeGreaterThanOrEqual(29)
  one.silent = true
  stage.run(1_200_000)
  expect(told()).toEqual(['registering 0', 'registered 200 11'])
})

test.each(['options', 'crlf'] as const)('over TCP a connection that has died in silence is noticed by %s', (kind) => {
  const stage = new Stage()
  stage.zone = zone(PAIR.replaceAll('_udp', '_tcp'))
  const alice = stage.phone('alice', '10.0.0.1', {}, ['TCP'])
  for (const [name, address] of [
    ['one', '10.0.0.11'],
    ['two', '10.0.0.12'],
  ] as const) {
    const registrar = stage.phone(name, address, { applicationMethods: ['REGISTER'] }, ['TCP'])
    registrar.on('request-incoming', ({ id, request }) => {
      const headers = [{ name: 'Contact', value: `${request.header('Contact')}` }]
      registrar.do({ kind: 'reply', id, status: 200, reason: undefined, headers, body: undefined })
    })
  }
  alice.do({
    ...{ kind: 'register', id: 'reg', identity: alice.identity, registrar: 'sip:example.com', expires: 3600 },
    ...{ headers: [], now: false, options: { keepAlive: { kind, everyMs: 20_000 } } },
  })
  stage.run(50_000)
  expect(alice.last('registration-state')).toMatchObject({ state: 'registered', server: 'TCP 10.0.0.11:5060' })
  // Nothing comes through any more, nobody is told, and nobody is there to be connected to.
  stage.streams.breakAll(undefined)
  stage.streams.vanish({ address: '10.0.0.11', port: 5060 })
  stage.run(kind === 'options' ? 85_000 : 95_000)
  expect(alice.last('registration-state')).toMatchObject({ state: 'registered', server: 'TCP 10.0.0.12:5060' })
  const dead = alice.all('registration-state').filter(({ state }) => state === 'unregistered')
  expect(dead.map(({ cause }) => cause)).toEqual(kind === 'options' ? ['timeout'] : [])
})

test('off: nothing is sent between the refreshes', () => {
  const { stage, register, alice } = setOut('off')
  register()
  stage.run(HOUR * 0.75)
  expect(stage.wire).toHaveLength(2)
  expect(alice.engine.counts().timers).toBe(1)
})

test('un-registering ends the watch', () => {
  const { stage, alice, register } = setOut()
  register()
  stage.run(19_999)
  alice.do({ kind: 'unregister', id: 'reg' })
  stage.run(HOUR)
  expect(flaws(stage)).toEqual([])
  expect(stage.wire.at(-1)).toBe('one → alice 200 REGISTER')
})

test('more often than once a second is refused', () => {
  const { alice, register } = setOut()
  register({ options: { keepAlive: { kind: 'options', everyMs: 999 } } })
  expect(alice.last('rejected')).toMatchObject({
    command: 'register',
    reason: 'a keep-alive more often than once a second',
  })
})

test('on a hundred bad networks: false alarms are few, and it is always registered again within a minute', () => {
  let alarms = 0
  for (let seed = 1; seed <= 100; seed++) {
    const { stage, alice, register } = setOut('options', new Stage(seed, { ...ROUGH, loss: 0.1 }))
    register()
    stage.run(600_000)
    const states = alice.all('registration-state')
    alarms += states.filter(({ state }) => state === 'unregistered').length
    expect(states.some(({ state }) => state === 'registered')).toBe(true)
    stage.network.conditions = { ...ROUGH, loss: 0 }
    stage.run(660_000)
    expect(alice.last('registration-state')).toMatchObject({ state: 'registered' })
    alice.do({ kind: 'unregister', id: 'reg' })
    stage.run(800_000)
    expect(flaws(stage)).toEqual([])
  }
  // A tenth of all datagrams lost: four tries of OPTIONS fail together once in some eight hundred times.
  expect(alarms).toBeLessThan(15)
})
