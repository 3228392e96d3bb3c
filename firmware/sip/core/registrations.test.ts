// What registrations ask for and learn beyond a binding: Path, Service-Route, GRUU, leftovers, redirections.
import { describe, expect, test } from 'vitest'
import { INSTANCE, registering } from '../../testing/registering.ts'
import { ScriptedPeer } from '../../testing/scripted-peer.ts'

const contact = (text: string | undefined) => /<([^>]*)>/.exec(text ?? '')?.[1]

test('our Contact with a preference and parameters of its own', () => {
  const { stage, alice, register, requests } = registering()
  register({ options: { q: 0.52, contactParams: { '+sip.src': undefined, methods: 'INVITE, BYE' } } })
  stage.run(1000)
  expect(requests()[0]?.header('Contact')).toMatch(/>;expires=\d+;q=0\.52;\+sip\.src;methods="INVITE, BYE"$/)
  for (const options of [{ q: 1.1 }, { contactParams: { q: '1' } }, { contactParams: { 'a b': '1' } }]) {
    register({ options })
    expect(alice.last('rejected')?.command).toBe('register')
  }
  for (const name of ['x\r\n', 'é']) {
    register({ options: { contactParams: { x: `${name}\n` } } })
    expect(alice.all('rejected').at(-1)?.reason).toContain('Contact')
  }
})

describe('Path and Service-Route', () => {
  const SERVICE = '<sip:edge.example.com;lr>, <sip:home.example.com;lr>'
  function setOut(options: Parameters<typeof registering>[0]) {
    const all = registering(options)
    const edge = new ScriptedPeer(all.stage, 'edge', '10.0.0.7')
    all.stage.hosts.set('edge.example.com', ['10.0.0.7'])
    all.stage.hosts.set('new.example.com', ['10.0.0.7'])
    const call = (id: string, headers: { name: string; value: string }[] = []) => {
      all.alice.input({
        kind: 'invite',
        id,
        identity: all.identity,
        target: 'sip:bob@example.com',
        sdp: 'offer',
        headers,
      })
      all.stage.run(all.stage.now + 100)
      return edge.requests('INVITE').at(-1)
    }
    return { ...all, edge, call }
  }

  test('asked for, shown, and the route of what follows, but not of REGISTER', () => {
    const { stage, alice, register, requests, call } = setOut({
      path: '<sip:p1.example.com;lr>',
      serviceRoute: SERVICE,
    })
    register({ expires: 60 })
    stage.run(1000)
    expect(alice.last('registration-state')).toMatchObject({
      path: ['<sip:p1.example.com;lr>'],
      serviceRoute: SERVICE.split(', '),
    })
    expect(call('one')?.headers('Route')).toEqual(SERVICE.split(', '))
    stage.run(60_000)
    expect(requests().length).toBeGreaterThan(1)
    for (const request of requests()) {
      expect(request.header('Supported')).toContain('path')
      expect(request.header('Route')).toBeUndefined()
    }
  })

  test('replaced by each answer, gone with the registration', () => {
    const { stage, registrar, edge, alice, register, unregister, call } = setOut({
      serviceRoute: SERVICE,
      maxExpires: 60,
    })
    register()
    stage.run(1000)
    registrar.options = { serviceRoute: '<sip:new.example.com;lr>', maxExpires: 60 }
    stage.run(60_000)
    expect(call('two')?.headers('Route')).toEqual(['<sip:new.example.com;lr>'])
    unregister()
    stage.run(61_000)
    expect(alice.last('registration-state')).not.toHaveProperty('serviceRoute')
    const target = 'sip:bob@10.0.0.7'
    alice.input({ kind: 'invite', id: 'three', identity: alice.identity, target, sdp: 'offer', headers: [] })
    stage.run(62_000)
    const routes = edge.requests('INVITE').flatMap((each) => (each.uriText === target ? [each.header('Route')] : []))
    expect(routes[0]).toBeUndefined()
    expect(routes.length).toBeGreaterThan(0)
  })

  test('a strict router of old in it', () => {
    const { stage, register, call } = setOut({ serviceRoute: '<sip:edge.example.com>' })
    register()
    stage.run(1000)
    const invite = call('one')
    expect([invite?.uriText, invite?.headers('Route')]).toEqual(['sip:edge.example.com', ['<sip:bob@example.com>']])
  })

  test('behind our own outbound proxy, which is not named twice', () => {
    for (const [service, expected] of [
      ['<sip:home.example.com;lr>', ['<sip:10.0.0.7;lr>', '<sip:home.example.com;lr>']],
      ['<sip:10.0.0.7;lr;x=1>, <sip:home.example.com;lr>', ['<sip:10.0.0.7;lr;x=1>', '<sip:home.example.com;lr>']],
    ] as const) {
      const { stage, edge, registrar, identity, register, call } = setOut({ serviceRoute: service })
      edge.on('REGISTER', (request, from) => registrar.register(edge, request, from))
      register({ identity: { ...identity, routes: ['sip:10.0.0.7'] } })
      stage.run(1000)
      expect(edge.requests('REGISTER')[0]?.headers('Route')).toEqual(['<sip:10.0.0.7;lr>'])
      expect(call('one')?.headers('Route')).toEqual(expected)
    }
  })

  test('not followed when so asked', () => {
    const { stage, alice, register, call } = setOut({ serviceRoute: SERVICE })
    register({ options: { serviceRoute: false } })
    stage.run(1000)
    expect(call('one')).toBeUndefined()
    expect(alice.last('registration-state')?.serviceRoute).toEqual(SERVICE.split(', '))
  })
})

describe('GRUU', () => {
  const PUBLIC = 'sip:alice@example.com;gr=urn:uuid:f81d4fae'
  const ask = { options: { instance: INSTANCE, gruu: true } }

  test('asked for with the instance, and used as Contact of what makes dialogs; REGISTER names the place', () => {
    const { stage, alice, identity, register, requests } = registering({ gruu: true })
    const bob = stage.phone('bob', '10.0.0.2')
    bob.answers()
    alice.answers()
    register(ask)
    stage.run(1000)
    const [first] = requests()
    expect(first?.header('Supported')).toBe('path, gruu')
    expect(first?.header('Contact')).toBe(`<sip:alice@10.0.0.1:5060>;expires=600;+sip.instance="<${INSTANCE}>"`)
    expect(alice.last('registration-state')).toMatchObject({
      publicGruu: PUBLIC,
      temporaryGruu: 'sip:t1@example.com;gr',
    })
    alice.input({ kind: 'invite', id: 'out', identity, target: 'sip:bob@10.0.0.2', sdp: 'offer', headers: [] })
    stage.run(2000)
    expect(contact(bob.last('session-incoming')?.request.header('Contact'))).toBe(PUBLIC)
    bob.call('in', alice)
    stage.run(3000)
    const answer = bob.all('session-state').findLast(({ message }) => message !== undefined)?.message
    expect(contact(answer?.header('Contact'))).toBe(PUBLIC)
    stage.run(590_000)
    expect(contact(requests().at(-1)?.header('Contact'))).toBe('sip:alice@10.0.0.1:5060')
  })

  test('the temporary one for who does not want to be known, in every request of the dialog', () => {
    const { stage, alice, identity, register } = registering({ gruu: true })
    const bob = stage.phone('bob', '10.0.0.2')
    bob.answers()
    register(ask)
    stage.run(1000)
    const anonymous = { ...identity, aor: 'sip:anonymous@anonymous.invalid', displayName: 'Anonymous' }
    alice.input({ kind: 'invite', id: 'a', identity: anonymous, target: 'sip:bob@10.0.0.2', sdp: 'offer', headers: [] })
    const privacy = [{ name: 'Privacy', value: 'id' }]
    alice.input({ kind: 'invite', id: 'b', identity, target: 'sip:bob@10.0.0.2', sdp: 'offer', headers: privacy })
    stage.run(2000)
    const seen = bob.all('session-incoming').map(({ request }) => contact(request.header('Contact')))
    expect(seen).toEqual(['sip:t1@example.com;gr', 'sip:t1@example.com;gr'])
    alice.reinvite('a', 'again')
    stage.run(3000)
    const reinvite = bob.all('session-state').find(({ state }) => state === 'REINVITED')
    expect(contact(reinvite?.message?.header('Contact'))).toBe('sip:t1@example.com;gr')
  })

  test.each([
    ['a registrar without it', {}, ask],
    ['not asked for', { gruu: true }, { options: { instance: INSTANCE } }],
    ['no instance', { gruu: true }, { options: { gruu: true } }],
  ])('%s: the Contact is the place', (_, options, more) => {
    const { stage, alice, identity, register, requests } = registering(options)
    const bob = stage.phone('bob', '10.0.0.2')
    register(more)
    stage.run(1000)
    if (!('gruu' in more.options) || !('instance' in more.options))
      expect(requests()[0]?.header('Supported')).toBe('path')
    alice.input({ kind: 'invite', id: 'out', identity, target: 'sip:bob@10.0.0.2', sdp: 'offer', headers: [] })
    stage.run(2000)
    expect(contact(bob.last('session-incoming')?.request.header('Contact'))).toBe('sip:alice@10.0.0.1:5060')
  })
})

describe('what is left of us', () => {
  const bound = (uri: string, params = '') => `Contact: <${uri}>;expires=500${params}`
  const ours = `;+sip.instance="<${INSTANCE}>"`

  test('before the last start is taken away by the instance, others are left alone', () => {
    const { stage, registrar, register } = registering()
    registrar.peer.on('REGISTER', (request, from) =>
      registrar.peer.reply(request, from, {
        status: 200,
        headers: [
          `Contact: ${request.header('Contact')}`,
          bound('sip:old@10.0.0.1:5060', ours),
          bound('sip:older@10.0.0.66', `${ours};reg-id=7`),
          bound('sip:desk@10.0.0.2', ';+sip.instance="<urn:uuid:another>"'),
          bound('sip:soft@10.0.0.3'),
        ],
      }),
    )
    register({ options: { instance: INSTANCE } })
    stage.run(1000)
    const [, removal, ...more] = registrar.peer.requests('REGISTER')
    expect(more).toEqual([])
    expect(removal?.headers('Contact')).toEqual([
      '<sip:old@10.0.0.1:5060>;expires=0',
      `<sip:older@10.0.0.66>;+sip.instance="<${INSTANCE}>";reg-id=7;expires=0`,
    ])
    expect(removal?.header('Expires')).toBeUndefined()
  })

  test('at another address of this one, without any instance', () => {
    const { stage, registrar, alice, register } = registering()
    register()
    stage.run(1000)
    const moved = { address: '10.0.0.11', port: 5060 }
    stage.network.bind(moved, (datagram) => alice.receive(datagram))
    alice.input({ kind: 'transport-up', transport: 'udp', protocol: 'UDP', local: moved })
    stage.run(2000)
    expect([...registrar.bindings.keys()]).toEqual(['sip:alice@10.0.0.11:5060'])
    expect(alice.last('registration-state')).toMatchObject({ state: 'registered', contact: 'sip:alice@10.0.0.11:5060' })
  })

  test('without an instance nothing is', () => {
    const { stage, registrar, register } = registering()
    registrar.peer.on('REGISTER', (request, from) =>
      registrar.peer.reply(request, from, { status: 200, headers: [bound('sip:old@10.0.0.1:5060', ours)] }),
    )
    register()
    stage.run(1000)
    expect(registrar.peer.requests('REGISTER')).toHaveLength(1)
  })
})

describe('3xx', () => {
  const elsewhere = (uri: string) => ({ status: 302, headers: [`Contact: <${uri}>`] })

  test('the registrar is elsewhere, also for refreshes, until that one fails', () => {
    const { stage, registrar, alice, register } = registering({ maxExpires: 60 })
    const other = new ScriptedPeer(stage, 'other', '10.0.0.6')
    other.on('REGISTER', (request, from) => registrar.register(other, request, from))
    registrar.peer.on('REGISTER', (request, from) => registrar.peer.reply(request, from, elsewhere('sip:10.0.0.6;x=y')))
    register()
    stage.run(100_000)
    expect(alice.last('registration-state')).toMatchObject({ state: 'registered' })
    expect(other.requests('REGISTER').map(({ uriText }) => uriText)).toEqual(
      other.requests('REGISTER').map(() => 'sip:10.0.0.6;x=y'),
    )
    expect([registrar.peer.received.length, other.received.length > 1]).toEqual([1, true])
    other.on('REGISTER', (request, from) => other.reply(request, from, { status: 500 }))
    registrar.peer.on('REGISTER', (request, from) => registrar.register(registrar.peer, request, from))
    stage.run(200_000)
    expect(registrar.peer.received.length).toBeGreaterThan(1)
    expect(alice.last('registration-state')).toMatchObject({ state: 'registered' })
  })

  test.each([
    ['round and round', 'sip:10.0.0.5', 4],
    ['nowhere', 'tel:+123', 1],
  ])('%s: told, and tried again later', (_, uri, sent) => {
    const { stage, registrar, alice, register, requests } = registering()
    registrar.peer.on('REGISTER', (request, from) => registrar.peer.reply(request, from, elsewhere(uri)))
    register()
    stage.run(10_000)
    expect(requests()).toHaveLength(sent)
    expect(alice.last('registration-state')).toMatchObject({ state: 'unregistered', status: 302 })
    expect(alice.last('registration-state')?.retryMs).toBeGreaterThan(100_000)
  })
})

test('several accounts at once keep apart: credentials, numbering, what they learn', () => {
  const { stage, registrar, alice, identity, register } = registering({ password: 'secret' })
  register()
  const other = { ...identity, aor: 'sip:ann@example.com', contactUser: 'ann' }
  register({ id: 'two', identity: other })
  register({ id: 'three', identity: { ...other, aor: 'sip:joe@example.com', contactUser: 'joe', credentials: [] } })
  stage.run(2000)
  const last = (id: string) => alice.all('registration-state').findLast((event) => event.id === id)?.state
  expect([last('reg'), last('two'), last('three')]).toEqual(['registered', 'registered', 'unregistered'])
  const byCall = Map.groupBy(registrar.peer.requests('REGISTER'), ({ callId }) => callId)
  expect(byCall.size).toBe(3)
  for (const requests of byCall.values())
    expect(requests.map(({ cseq }) => cseq.number)).toEqual(requests.map((_, i) => i + 1))
  alice.do({ kind: 'unregister', id: 'reg' })
  stage.run(3000)
  expect([...registrar.bindings.keys()]).toEqual(['sip:ann@10.0.0.1:5060'])
})

test.each([
  [{ options: { outbound: ['sip:10.0.0.7'] } }, 'Outbound needs an instance'],
  [{ options: { instance: 'urn:uuid:1' } }, 'the instance is no urn:uuid'],
  [{ options: { instance: INSTANCE, outbound: ['tel:1'] } }, 'a route is no SIP URI'],
  [{ options: { instance: INSTANCE, outbound: Array(5).fill('sip:10.0.0.7') } }, 'more than 4 outbound proxies'],
])('%j is refused: %s', (more, reason) => {
  const { alice, register, stage } = registering()
  register(more)
  stage.run(1000)
  expect(alice.last('rejected')).toMatchObject({ command: 'register', reason })
  expect(stage.wire).toEqual([])
})
