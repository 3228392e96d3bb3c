// The engine's life: options, order of notifications, ports, logs, traces, and what observers do.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { audioSdp, startParty, toldBy } from '../../testing/core.ts'
import { startPeer } from '../../testing/loopback-peer.ts'
import {
  CoreError,
  Credentials,
  Engine,
  Invitation,
  type NotificationName,
  Registration,
  RtpTransport,
  SipUri,
  StackError,
  sendMessage,
} from './index.ts'

const lifeOf = (told: readonly { readonly name: NotificationName }[]) =>
  told.map(({ name }) => name).filter((name) => /-(start|end|fail)$/.test(name))

test('the defaults are those of the document', () => {
  expect(Engine.defaultStartOptions).toMatchObject({
    ...{ autoSound: true, localIp: undefined, localUdpPort: 0, localTcpPort: 0, localTlsPort: 0 },
    ...{ tlsVerifyServer: true, tlsCaFile: undefined, ecTailLength: 50, logLevel: 5, traceSip: false },
    ...{ sampleRate: 32, playbackDtmf: true, rtpPortRange: [40_000, 40_100] },
  })
  expect(Engine.defaultStartOptions.userAgent).toMatch(/^Offhook\//)
  expect(Engine.defaultStartOptions.events.presence).toEqual(['application/pidf+xml'])
})

test('applications have one, tests as many as they like', () => {
  expect(Engine.shared()).toBe(Engine.shared())
  expect(new Engine()).not.toBe(Engine.shared())
})

test.each([
  [{ sampleRate: 44 }, 'sampleRate'],
  [{ localIp: '0.0.0.0' }, 'localIp'],
  [{ localIp: 'localhost' }, 'localIp'],
  [{ localUdpPort: 70_000 }, 'localUdpPort'],
  [{ rtpPortRange: [5000, 4000] }, 'rtpPortRange'],
  [{ codecs: ['g711', 'mp3'] }, 'mp3'],
  [{ userAgents: 'x' }, 'userAgents'],
  [{ traceSip: 1 }, 'traceSip'],
  [{ events: { presence: [] } }, 'events'],
  [{ localTcpPort: 'tcp' }, 'localTcpPort'],
  [{ requestMethods: ['BYE'] }, 'BYE'],
  [{ requestMethods: 'INFO' }, 'requestMethods'],
  [{ unsolicitedEvents: [1] }, 'unsolicitedEvents'],
  [{ maxSessions: 0 }, 'maxSessions'],
  [{ mediaDscp: 64 }, 'mediaDscp'],
  [{ jitter: { minMs: 90, maxMs: 40 } }, 'jitter'],
  [{ ptime: 25 }, 'ptime'],
])('an option that cannot be is named: %j', async (options, name) => {
  const engine = new Engine()
  await expect(engine.start(options as never)).rejects.toThrow(name)
  expect(engine.state).toBe('new')
})

test('one life in order, each step once, and no second', async () => {
  const { engine, told } = await startParty('alice')
  expect(engine.state).toBe('running')
  engine.notifications.addObserver(() => expect(engine.parseSipUri('sip:a@b').user).toBe('a'), {
    name: 'engine-will-end',
  })
  await expect(engine.start()).rejects.toThrow(/running/)
  await engine.stop()
  await Promise.resolve()
  expect(lifeOf(told)).toEqual(['engine-will-start', 'engine-did-start', 'engine-will-end', 'engine-did-end'])
  expect(told.at(-1)?.name).toBe('engine-did-end')
  await expect(engine.start()).rejects.toThrow(/stopped/)
  await expect(engine.stop()).rejects.toThrow(/stopped/)
  for (const { sender, timestamp } of told) {
    expect(sender).toBe(engine)
    expect(timestamp).toBeInstanceOf(Date)
  }
})

test('a port that is taken: did-fail, an error with the errno, and it may be started elsewhere', async () => {
  const { engine: first } = await startParty('alice')
  const engine = new Engine()
  const failed = engine.notifications.next('engine-did-fail')
  const localUdpPort = first.localUdpPort as number
  const options = { localIp: '127.0.0.1', autoSound: false, localTlsPort: null }
  const error = await engine.start({ ...options, localUdpPort }).catch((thrown) => thrown)
  expect(error).toBeInstanceOf(StackError)
  expect(error).toBeInstanceOf(CoreError)
  expect(error).toMatchObject({ code: 'system', status: 98, operation: 'Engine.start' })
  expect((await failed).data.reason).toBe(`udp 127.0.0.1:${localUdpPort}: EADDRINUSE`)
  await expect(engine.start({ ...options, localTcpPort: first.localTcpPort })).rejects.toThrow(/tcp: EADDRINUSE/)
  await engine.start(options)
  await engine.stop()
})

test('TCP on the number UDP has; what is bound is told', async () => {
  const { engine } = await startParty('alice', { localTcpPort: 'udp' })
  const port = engine.localUdpPort
  expect(engine.localTcpPort).toBe(port)
  expect(engine.transports).toEqual([
    { transport: 'udp', name: 'udp', address: '127.0.0.1', port },
    { transport: 'tcp', name: 'tcp', address: '127.0.0.1', port },
  ])
  expect(new Engine().transports).toEqual([])
})

test('sessions beyond the limit: ours are refused, theirs get 486', async () => {
  const [alice, bob] = [await startParty('alice', { maxSessions: 2 }), await startParty('bob', { maxSessions: 1 })]
  const call = () => {
    const out = new Invitation(alice.credentials, bob.uri, { route: bob.route, engine: alice.engine })
    out.setOfferedLocalSdp(audioSdp())
    out.sendInvite()
    return out
  }
  call()
  const second = call()
  const { data } = await alice.engine.notifications.next('invitation-changed-state', {
    sender: second,
    where: ({ state }) => state === 'DISCONNECTED',
  })
  expect(data.code).toBe(486)
  call()
  expect(call).toThrow(/too many sessions/)
})

describe('another address', () => {
  test('registrations and new media go there; what was bound for media stays', async () => {
    const { engine } = await startParty('alice')
    const peer = await startPeer()
    peer.on('REGISTER', (request) => ({ status: 200, headers: [`Contact: ${request.header('Contact')}`] }))
    const credentials = new Credentials(peer.uri('alice'), { token: 'tok' })
    const registration = new Registration(credentials, { engine, route: peer.route })
    const registered = () =>
      engine.notifications.next('registration-changed-state', { where: ({ state }) => state === 'registered' })
    const first = registered()
    registration.register()
    await first
    const before = new RtpTransport({ engine, init: true })
    await engine.notifications.next('rtp-transport-did-initialize', { sender: before })
    const second = registered()
    engine.move('127.0.0.2')
    expect(engine.localIp).toBe('127.0.0.2')
    expect((await second).data.contactUri).toMatch(/^sip:tok@127\.0\.0\.2:/)
    const after = new RtpTransport({ engine, init: true })
    await engine.notifications.next('rtp-transport-did-initialize', { sender: after })
    expect([before.localRtpAddress, after.localRtpAddress]).toEqual(['127.0.0.1', '127.0.0.2'])
  })

  test('that cannot be had: all is as it was', async () => {
    const { engine } = await startParty('alice')
    const { transports } = engine
    expect(() => engine.move('192.0.2.1')).toThrow(/EADDRNOTAVAIL/)
    expect(() => engine.move('nowhere')).toThrow(/localIp/)
    expect(engine.localIp).toBe('127.0.0.1')
    expect(engine.transports).toEqual(transports)
  })
})

test('transports: none means silence, a new port answers and the old one does not', async () => {
  const { engine } = await startParty('alice', { localTcpPort: null })
  expect(engine.localTcpPort).toBeNull()
  const before = engine.localUdpPort as number
  const answers = async (port: number) => {
    const socket = createSocket('udp4')
    const options = [
      `OPTIONS sip:alice@127.0.0.1:${port} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${await new Promise<number>((bound) => socket.bind(0, '127.0.0.1', () => bound(socket.address().port)))};branch=z9hG4bK1`,
      ...['From: <sip:x@127.0.0.1>;tag=1', 'To: <sip:alice@127.0.0.1>', 'Call-ID: 1', 'CSeq: 1 OPTIONS'],
      ...['Contact: <sip:x@127.0.0.1>', 'Max-Forwards: 70', 'Content-Length: 0', '', ''],
    ].join('\r\n')
    const came = Promise.race([
      once(socket, 'message').then(([data]) => String(data).split('\r\n')),
      new Promise<undefined>((late) => setTimeout(() => late(undefined), 300)),
    ])
    socket.send(options, port, '127.0.0.1')
    const answer = await came
    socket.close()
    return answer
  }
  expect((await answers(before))?.[0]).toBe('SIP/2.0 200 OK')
  engine.userAgent = 'Changed/1'
  expect(await answers(before)).toContain('Server: Changed/1')
  engine.setLocalUdpPort(null)
  expect(engine.localUdpPort).toBeNull()
  expect(await answers(before)).toBeUndefined()
  const { engine: other } = await startParty('bob')
  expect(() => engine.setLocalUdpPort(other.localUdpPort)).toThrow(StackError)
  expect(engine.localUdpPort).toBeNull()
  engine.setLocalUdpPort(before)
  expect((await answers(before))?.[0]).toBe('SIP/2.0 200 OK')
})

test('the log by level, the trace as on the wire, both switched while it runs', async () => {
  const [alice, bob] = [await startParty('alice', { logLevel: 1 }), await startParty('bob', { traceSip: true })]
  const levels: number[] = []
  alice.engine.notifications.addObserver(({ data }) => void levels.push(data.level), { name: 'engine-log' })
  const send = async () => {
    const answered = alice.engine.notifications.next('engine-got-message-response')
    sendMessage(alice.credentials, bob.uri, 'text/plain', 'hello', { engine: alice.engine, route: bob.route })
    await answered
  }
  await send()
  const traced = toldBy(bob, 'engine-sip-trace').flatMap((told) =>
    told.name === 'engine-sip-trace' ? [told.data] : [],
  )
  expect(traced).toMatchObject([
    {
      direction: 'received',
      from: { address: '127.0.0.1', port: alice.engine.localUdpPort },
      to: { port: bob.engine.localUdpPort },
    },
    { direction: 'sent', from: { port: bob.engine.localUdpPort }, to: { port: alice.engine.localUdpPort } },
  ])
  expect(traced[0]?.message).toMatch(/^MESSAGE sip:bob@.*hello$/s)
  expect(traced[1]?.message).toMatch(/^SIP\/2\.0 200 OK/)
  bob.engine.traceSip = false
  await send()
  expect(toldBy(bob, 'engine-sip-trace')).toHaveLength(2)
  expect(toldBy(alice, 'engine-sip-trace')).toHaveLength(0)
  expect(levels).toEqual([])
  alice.engine.logLevel = 5
  alice.engine.setLocalUdpPort(null)
  await Promise.resolve()
  expect(levels).toContain(2)
  expect(() => (alice.engine.logLevel = 6)).toThrow(/logLevel: expected 0–5/)
})

describe('observers', () => {
  test('by name they hear every object, by sender one, without a filter all; removed they hear nothing', async () => {
    const { engine, credentials, uri, route } = await startParty('alice')
    const center = engine.notifications
    const heard: string[] = []
    const all = { handleNotification: () => void heard.push('all') }
    const ends = [
      center.addObserver(() => void heard.push('name'), { name: 'engine-got-message' }),
      center.addObserver(() => void heard.push('sender'), { sender: engine }),
      center.addObserver(() => void heard.push('other sender'), { sender: credentials }),
    ]
    center.addObserver(all)
    const message = async () => {
      const both = Promise.all([center.next('engine-got-message'), center.next('engine-got-message-response')])
      sendMessage(credentials, uri, 'text/plain', 'x', { engine, route })
      await both
    }
    await message()
    expect(heard.filter((who) => who === 'name')).toHaveLength(1)
    expect(heard.filter((who) => who === 'sender').length).toBeGreaterThanOrEqual(2)
    expect(heard.filter((who) => who === 'all').length).toBeGreaterThanOrEqual(2)
    expect(heard).not.toContain('other sender')
    for (const end of ends) end()
    center.removeObserver(all)
    heard.length = 0
    await message()
    expect(heard).toEqual([])
  })

  test('one that throws is told of with its stack, and everybody else goes on', async () => {
    const { engine, credentials, uri, route } = await startParty('alice')
    const fault = engine.notifications.next('engine-got-exception')
    engine.notifications.addObserver(
      function clumsy() {
        throw new Error('oops')
      },
      { name: 'engine-got-message' },
    )
    const answered = engine.notifications.next('engine-got-message-response')
    sendMessage(credentials, uri, 'text/plain', 'x', { engine, route })
    expect((await fault).data.traceback).toMatch(/Error: oops\n.*clumsy/s)
    expect((await answered).data.code).toBe(200)
    expect(engine.state).toBe('running')
  })
})

test('each call of detectNatType is told of once, with the kind or why there is none', async () => {
  const { engine, told } = await startParty('alice')
  engine.detectNatType('127.0.0.1', 9)
  engine.detectNatType('no.such.host.invalid')
  await expect
    .poll(() => told.filter(({ name }) => name === 'engine-detected-nat-type').length, { timeout: 8000 })
    .toBe(2)
  const found = told.flatMap((each) => (each.name === 'engine-detected-nat-type' ? [each.data] : []))
  expect(found.find(({ stunServerPort }) => stunServerPort === 9)).toEqual({
    ...{ succeeded: true, natType: 'blocked', stunServerAddress: '127.0.0.1', stunServerPort: 9 },
  })
  const other = found.find(({ stunServerPort }) => stunServerPort === 3478)
  expect(other).toMatchObject({ succeeded: false, stunServerAddress: 'no.such.host.invalid' })
  expect(other).not.toHaveProperty('natType')
})

test('a fault inside is told of with its stack, and the engine lives on', async () => {
  const { engine, credentials, uri, route } = await startParty('alice')
  const stack = engine.running('test')
  stack.claim('planted', function planted() {
    throw new Error('inside')
  })
  const told = engine.notifications.next('engine-got-exception')
  const identity = {
    aor: uri.address,
    displayName: '',
    contactUser: 'x',
    credentials: [],
    routes: [],
    transport: undefined,
  }
  stack.command('test', {
    ...{ kind: 'request', id: 'planted', method: 'OPTIONS', session: undefined, identity, target: uri.address },
    ...{ headers: [], body: undefined },
  })
  expect((await told).data.traceback).toMatch(/Error: inside\n.*planted/s)
  const answered = engine.notifications.next('engine-got-message-response')
  sendMessage(credentials, uri, 'text/plain', 'x', { engine, route })
  expect((await answered).data.code).toBe(200)
})

test('event packages: what is known cannot be changed', async () => {
  const { engine } = await startParty('alice', { events: { conference: ['application/conference-info+xml'] } })
  expect(() => engine.addEvent('conference', ['text/plain'])).toThrow(/known/)
  engine.addEvent('x-door', ['text/plain', 'text/html'])
  expect(engine.events['x-door']).toEqual(['text/plain', 'text/html'])
  expect(() => engine.addEvent('x-door', ['text/plain'])).toThrow(CoreError)
})

test('what needs a running engine says so', () => {
  const engine = new Engine()
  const uri = new SipUri({ host: '127.0.0.1' })
  expect(() => sendMessage(new Credentials(uri), uri, 'text/plain', '', { engine })).toThrow(/runs; await its start/)
})
