// Outbound (RFC 5626): a flow through each proxy, which of them serve, and how one that dies comes back.
import { describe, expect, test } from 'vitest'
import { ROUGH } from '../../testing/fake-network.ts'
import { flaws } from '../../testing/ladder.ts'
import { INSTANCE, registering } from '../../testing/registering.ts'
import { Stage } from '../../testing/stage.ts'

const DOORS = ['10.0.1.1', '10.0.1.2', '10.0.1.3']
const PROXIES = DOORS.map((address) => `sip:${address}`)
const HOUR = 3_600_000

function flowing(options: Parameters<typeof registering>[0] = {}, stage = new Stage(), proxies = PROXIES.slice(0, 2)) {
  const all = registering({ outbound: true, ...options }, stage, DOORS)
  const { alice, registrar, register } = all
  const start = () => register({ options: { instance: INSTANCE, outbound: proxies } })
  /** `++-`: which flows stand. */
  const flows = () =>
    alice
      .last('registration-state')
      ?.flows?.map(({ registered }) => (registered ? '+' : '-'))
      .join('')
  const door = (n: number) => registrar.doors[n - 1]!
  /** That proxy says nothing any more. */
  const silence = (n: number) => door(n).on('REGISTER', () => {})
  const revive = (n: number) => door(n).on('REGISTER', (request, from) => registrar.register(door(n), request, from))
  const call = (id: string) => {
    alice.input({
      kind: 'invite',
      id,
      identity: all.identity,
      target: 'sip:bob@example.com',
      sdp: 'offer',
      headers: [],
    })
    stage.run(stage.now + 50)
  }
  return { ...all, start, flows, door, silence, revive, call }
}

test('a flow through each proxy, the next when the one before stands; one Call-ID and one numbering', () => {
  const { stage, alice, registrar, start, flows, requests, states, unregister } = flowing(
    { password: 'secret' },
    new Stage(),
    PROXIES,
  )
  start()
  stage.run(2000)
  expect(flows()).toBe('+++')
  expect(states()).toEqual(['registering 0', 'registered 200', 'registered 200', 'registered 200'])
  expect(alice.last('registration-state')?.flows).toEqual(
    PROXIES.map((proxy, i) => ({ regId: i + 1, proxy: `${proxy};lr`, registered: true, status: 200 })),
  )
  expect(requests()).toHaveLength(4)
  for (const request of requests()) {
    const n = /reg-id=(\d)/.exec(request.header('Contact') ?? '')?.[1]
    expect(request.header('Contact')).toContain(`+sip.instance="<${INSTANCE}>";reg-id=${n}`)
    expect(request.header('Supported')).toBe('path, outbound')
    expect(request.headers('Route')).toEqual([`<${PROXIES[Number(n) - 1]};lr>`])
    expect(request.uriText).toBe('sip:10.0.0.5')
  }
  expect(new Set(requests().map(({ callId }) => callId)).size).toBe(1)
  expect(new Set(requests().map(({ cseq }) => cseq.number)).size).toBe(4)
  expect([...registrar.bindings.keys()]).toEqual([1, 2, 3].map((n) => `<${INSTANCE}> ${n}`))
  unregister()
  stage.run(50_000)
  expect(registrar.bindings.size).toBe(0)
  expect(alice.last('registration-state')).toMatchObject({ state: 'unregistered', status: 200 })
  expect(alice.engine.counts()).toMatchObject({ registrations: 0 })
  expect(flaws(stage)).toEqual([])
})

test('requests go by the first flow that stands, with ob in our Contact; what comes by any is taken', () => {
  const { stage, alice, registrar, start, silence, flows, door, call } = flowing({
    serviceRoute: '<sip:home.example.com;lr>',
  })
  alice.answers()
  start()
  stage.run(1000)
  call('one')
  const [invite] = door(1).requests('INVITE')
  expect(invite?.headers('Route')).toEqual(['<sip:10.0.1.1;lr>', '<sip:home.example.com;lr>'])
  expect(invite?.header('Contact')).toBe('<sip:alice@10.0.0.1:5060;ob>')
  // The first one dies: noticed when its datagrams find nobody.
  silence(1)
  alice.unreachable(door(1).local)
  stage.run(2000)
  expect(flows()).toBe('-+')
  expect(alice.last('registration-state')).toMatchObject({ state: 'registered', status: 503, cause: 'transport' })
  call('two')
  // The first call has found its way there, too.
  expect(
    new Set(
      door(2)
        .requests('INVITE')
        .map(({ callId }) => callId),
    ).size,
  ).toBe(2)
  expect(
    new Set(
      door(1)
        .requests('INVITE')
        .map(({ callId }) => callId),
    ).size,
  ).toBe(1)
  expect(door(2).requests('INVITE').at(-1)?.headers('Route')[0]).toBe('<sip:10.0.1.2;lr>')
  for (const n of [1, 2]) {
    door(n).send(
      alice.local,
      [
        'INVITE sip:alice@10.0.0.1 SIP/2.0',
        `Via: SIP/2.0/UDP ${DOORS[n - 1]};branch=z9hG4bK${n}`,
        'From: <sip:carol@example.com>;tag=c',
        'To: <sip:alice@example.com>',
        `Call-ID: by${n}`,
        'CSeq: 1 INVITE',
        'Contact: <sip:carol@10.0.0.9>',
        'Content-Length: 0',
        '',
        '',
      ].join('\r\n'),
    )
  }
  stage.run(2100)
  expect(alice.all('session-incoming').map(({ request }) => request.callId)).toEqual(['by1', 'by2'])
  expect(registrar.bindings.size).toBe(2)
})

describe('a request whose flow leads nowhere goes by the next', () => {
  const invites = ({ door }: ReturnType<typeof flowing>, n: number) => door(n).requests('INVITE')

  test('silence: after four seconds, as a request of its own; the application hears of nothing but the outcome', () => {
    const all = flowing({ serviceRoute: '<sip:home.example.com;lr>' })
    const { stage, alice, registrar, start, call, door } = all
    start()
    stage.run(1000)
    door(2).on('INVITE', (request, from) => door(2).reply(request, from, { status: 486 }))
    call('one')
    stage.run(10_000)
    expect(invites(all, 1)[0]?.headers('Route')).toEqual(['<sip:10.0.1.1;lr>', '<sip:home.example.com;lr>'])
    const [second, ...more] = invites(all, 2)
    expect(more).toEqual([])
    expect(second?.headers('Route')).toEqual(['<sip:10.0.1.2;lr>', '<sip:home.example.com;lr>'])
    expect(second?.body).toBe('offer')
    expect(second?.callId).toBe(invites(all, 1)[0]?.callId)
    expect(second!.cseq.number).toBeGreaterThan(invites(all, 1)[0]!.cseq.number)
    expect(alice.states('one')).toBe('CALLING DISCONNECTED')
    expect(alice.last('session-state')).toMatchObject({ status: 486, cause: 'remote' })
    expect(registrar.peer.requests('INVITE')).toEqual([])
  })

  test('ICMP: at once; refused by 503: at once; a refusal is the answer', () => {
    for (const [how, by] of [
      ['icmp', 2],
      [503, 2],
      [403, 1],
    ] as const) {
      const all = flowing()
      const { stage, alice, start, call, door } = all
      start()
      stage.run(1000)
      door(1).on('INVITE', (request, from) => {
        if (how === 'icmp') alice.unreachable(door(1).local)
        else door(1).reply(request, from, { status: how })
      })
      door(2).on('INVITE', (request, from) => door(2).reply(request, from, { status: 486 }))
      call('one')
      stage.run(stage.now + 500)
      expect([how, invites(all, 2).length]).toEqual([how, by === 2 ? 1 : 0])
      expect(alice.last('session-state')).toMatchObject({ status: by === 2 ? 486 : 403 })
    }
  })

  test('before any flow stands, too', () => {
    const all = flowing()
    const { stage, registrar, start, call, door, alice } = all
    registrar.silent = true
    door(2).on('INVITE', (request, from) => door(2).reply(request, from, { status: 486 }))
    start()
    call('emergency')
    stage.run(6000)
    expect(invites(all, 2)).toHaveLength(1)
    expect(alice.last('session-state')).toMatchObject({ status: 486 })
  })

  test('when all lead nowhere, that is told once', () => {
    const all = flowing()
    const { stage, start, call, alice } = all
    start()
    stage.run(1000)
    call('one')
    stage.run(60_000)
    expect(invites(all, 1).length).toBeGreaterThan(0)
    expect(invites(all, 2).length).toBeGreaterThan(0)
    expect(alice.states('one')).toBe('CALLING DISCONNECTED')
    expect(alice.last('session-state')).toMatchObject({ status: 408, cause: 'timeout' })
  })
})

describe('recovery (§4.5)', () => {
  const tries = (of: ReturnType<typeof flowing>, n: number) =>
    of.stage.timed.flatMap((line) => (line.includes(`alice → edge${n} REGISTER`) ? [Number(line.split(' ')[0])] : []))
  /** Retransmissions aside. */
  const begun = (times: readonly number[]) => times.filter((at, i) => i === 0 || at - times[i - 1]! > 5000)

  test('a flow that stood is made anew at once, then at 90–180 s and on while another stands', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const all = flowing({}, new Stage(seed))
      all.start()
      all.stage.run(10_000)
      all.silence(1)
      all.alice.unreachable(all.door(1).local)
      all.stage.run(3 * HOUR)
      const [, anew, ...later] = begun(tries(all, 1))
      expect(anew! - 10_000).toBeLessThan(100)
      const waits = later.map((at, i) => at - (later[i - 1] ?? anew!) - 32_000)
      expect(waits[0]).toBeGreaterThanOrEqual(90_000)
      expect(waits[0]).toBeLessThanOrEqual(180_100)
      expect(waits[1]).toBeGreaterThanOrEqual(180_000)
      expect(waits[1]).toBeLessThanOrEqual(360_100)
      expect(waits.at(-1)).toBeGreaterThanOrEqual(900_000)
      expect(Math.max(...waits)).toBeLessThanOrEqual(1_800_100)
      all.revive(1)
      all.stage.run(4 * HOUR)
      expect(all.flows()).toBe('++')
    }
  })

  test('none stands: 30–60 s; the first that comes back serves', () => {
    const all = flowing()
    all.silence(1)
    all.silence(2)
    all.start()
    all.stage.run(600_000)
    const [first, second] = begun(tries(all, 1))
    expect(second! - first! - 32_000).toBeGreaterThanOrEqual(30_000)
    expect(second! - first! - 32_000).toBeLessThanOrEqual(60_100)
    const told = all.alice.all('registration-state').filter(({ state }) => state === 'unregistered')
    for (const { status, cause, retryMs } of told) expect([status, cause, retryMs! > 0]).toEqual([408, 'timeout', true])
    all.revive(2)
    all.stage.run(2 * HOUR)
    expect(all.flows()).toBe('-+')
    expect(all.alice.last('registration-state')?.state).toBe('registered')
  })

  test.each([430, 503])('%i to a refresh is the end of that flow alone', (status) => {
    const { stage, alice, door, revive, start, flows } = flowing({ maxExpires: 120 })
    start()
    stage.run(1000)
    door(2).on('REGISTER', (request, from) => door(2).reply(request, from, { status }))
    stage.run(125_000)
    expect(flows()).toBe('+-')
    expect(
      alice.all('registration-state').some(({ state, status: its }) => state === 'registered' && its === status),
    ).toBe(true)
    revive(2)
    stage.run(400_000)
    expect(flows()).toBe('++')
  })
})

describe('who does not know Outbound', () => {
  test('the registrar: one binding is made, the other proxy stands by', () => {
    const { stage, registrar, door, silence, start, flows, alice } = flowing({ outbound: false, maxExpires: 120 })
    start()
    stage.run(1000)
    expect(flows()).toBe('+-')
    expect([...registrar.bindings.keys()]).toEqual(['sip:alice@10.0.0.1:5060'])
    expect(door(2).received).toEqual([])
    silence(1)
    stage.run(200_000)
    expect(flows()).toBe('-+')
    expect(alice.last('registration-state')?.state).toBe('registered')
  })

  test('the first hop (439): another one, or a binding as before', () => {
    const only = flowing({}, new Stage(), PROXIES.slice(0, 1))
    const refuse = (all: ReturnType<typeof flowing>) =>
      all.door(1).on('REGISTER', (request, from) => {
        if (request.header('Contact')?.includes('reg-id')) all.door(1).reply(request, from, { status: 439 })
        else all.registrar.register(all.door(1), request, from)
      })
    refuse(only)
    only.start()
    only.stage.run(1000)
    expect(only.alice.last('registration-state')).toMatchObject({ state: 'registered' })
    expect(only.requests().map((each) => each.header('Supported'))).toEqual(['path, outbound', 'path'])

    const two = flowing()
    refuse(two)
    two.start()
    two.stage.run(1000)
    expect(two.alice.last('registration-state')).toMatchObject({ state: 'registered' })
  })

  test('a wrong password is not tried at each proxy', () => {
    const { stage, requests, start } = flowing({ password: 'other' })
    start()
    stage.run(60_000)
    expect(requests()).toHaveLength(2)
  })
})

describe('kept alive', () => {
  test('over UDP a CRLF at 80–100 % of the Flow-Timer, or every 24–29 s', () => {
    for (const [flowTimer, least, most] of [
      [10, 8000, 10_000],
      [undefined, 23_200, 29_000],
    ] as const) {
      const { stage, alice, start } = flowing(
        flowTimer === undefined ? {} : { flowTimer },
        new Stage(),
        PROXIES.slice(0, 1),
      )
      start()
      stage.run(300_000)
      const times = stage.keepAlives
      expect(times.length).toBeGreaterThan(8)
      const gaps = times.map((at, i) => at - (times[i - 1] ?? times[0]!)).slice(1)
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(least)
      expect(Math.max(...gaps)).toBeLessThanOrEqual(most)
      alice.do({ kind: 'unregister', id: 'reg' })
      const before = times.length
      stage.run(400_000)
      expect(times.length).toBe(before)
    }
  })
})

test('proxies taken away and added: their flows go and come', () => {
  const { stage, registrar, register, flows, start } = flowing()
  start()
  stage.run(1000)
  register({ options: { instance: INSTANCE, outbound: [PROXIES[0]!, PROXIES[2]!] }, now: true })
  stage.run(3000)
  expect(flows()).toBe('++')
  expect(registrar.doors[1]?.requests('REGISTER').at(-1)?.header('Expires')).toBe('0')
  expect(registrar.doors[2]?.requests('REGISTER')).toHaveLength(1)
  register({ now: true })
  stage.run(4000)
  expect(registrar.peer.requests('REGISTER').at(-1)?.header('Contact')).not.toContain('reg-id')
})

test('over a bad network: all flows stand in the end, all go', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const { stage, alice, start, flows, unregister } = flowing(
      { password: 'secret', maxExpires: 120, flowTimer: 20 },
      new Stage(seed, ROUGH),
    )
    start()
    stage.run(HOUR)
    expect([
      seed,
      alice.all('registration-state').some((event) => event.flows?.every(({ registered }) => registered)),
    ]).toEqual([seed, true])
    expect([seed, flows()?.includes('+')]).toEqual([seed, true])
    unregister()
    stage.run(1.2 * HOUR)
    expect(alice.last('registration-state')).toMatchObject({ state: 'unregistered' })
    expect(alice.engine.counts()).toMatchObject({ registrations: 0, clientTransactions: 0, timers: 0 })
    expect(flaws(stage)).toEqual([])
  }
})
