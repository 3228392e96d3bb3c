// Random scripts and random bytes: nothing throws, states stay in order, and everything comes to rest.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seededRng, unit } from '../../base/rng.ts'
import { ms } from '../../base/time.ts'
import { PERFECT, ROUGH } from '../../testing/fake-network.ts'
import { FakeRegistrar } from '../../testing/fake-registrar.ts'
import { flaws } from '../../testing/ladder.ts'
import type { Phone } from '../../testing/phone.ts'
import { CONFIG, Stage } from '../../testing/stage.ts'
import type { SipConfig, SipOutput } from './contract.ts'
import { createSipEngine } from './engine.ts'

/** Does something to a phone that may or may not make sense at that moment. */
function stir(phone: Phone, other: Phone, draw: () => number, n: number): void {
  const ids = [...phone.live, 'a', 'b', 'none']
  const id = ids[Math.floor(draw() * ids.length)] as string
  const status = [180, 183, 200, 200, 302, 486, 603, 99, 700][Math.floor(draw() * 9)] as number
  const sdp = draw() < 0.3 ? undefined : `sdp ${n}`
  const headers: never[] = []
  const { identity } = phone
  switch (Math.floor(draw() * 12)) {
    case 0:
    case 1:
      phone.call(`${'ab'[Math.floor(draw() * 2)]}`, other, sdp)
      break
    case 2:
    case 3:
      phone.respond(id, status, sdp)
      break
    case 4:
      phone.end(id)
      break
    case 5:
      phone.reinvite(id, sdp)
      break
    case 6:
      phone.do({ kind: 'ack', id, sdp: `ack ${n}` })
      break
    case 7:
      phone.do({
        kind: 'request',
        id: `req${n}`,
        method: 'INFO',
        session: id,
        identity,
        target: '',
        headers,
        body: undefined,
      })
      break
    case 8:
      for (const { id: request } of phone.all('request-incoming'))
        phone.do({ kind: 'reply', id: request, status: 200, reason: undefined, headers, body: undefined })
      break
    case 9:
      phone.input({ kind: 'unreachable', transport: 'udp', to: other.local, errno: 'ECONNREFUSED' })
      break
    case 10:
      phone.update(id, sdp)
      break
    case 11:
      phone.do({ kind: 'answer-offer', id, sdp })
  }
}

const timer = { mode: 'always', expires: 90, minSe: 90 } as const
const TERMS: readonly Partial<SipConfig>[] = [
  {},
  { terms: { reliable: 'supported', timer } },
  { terms: { reliable: 'required', timer: { ...timer, mode: 'required' } } },
]

test.each([
  ['a perfect network', PERFECT],
  ['a bad network', ROUGH],
])('two phones stirred at random on %s', (_name, conditions) => {
  for (let seed = 1; seed <= 300; seed++) {
    const stage = new Stage(seed, conditions)
    const config = TERMS[seed % TERMS.length]
    const phones = [stage.phone('alice', '10.0.0.1', config), stage.phone('bob', '10.0.0.2', config)] as const
    const rng = seededRng(seed + 7000)
    const draw = () => unit(rng)
    for (const phone of phones)
      phone.on('session-sdp', ({ id, role, inResponse }) => {
        if (role === 'offer' && inResponse && draw() < 0.7) phone.soon(draw() * 100, { kind: 'ack', id, sdp: 'late' })
      })
    // Every other time there are calls to be stirred, not only attempts.
    if (seed % 2 === 0) for (const phone of phones) phone.answers()
    for (let n = 0; n < 60; n++) {
      const turn = draw() < 0.5 ? 0 : 1
      stage.later(draw() * 30_000, () => stir(phones[turn], phones[1 - turn] as Phone, draw, n))
    }
    for (let at = 100_000; at <= 200_000; at += 50_000)
      stage.later(at, () => {
        for (const phone of phones) for (const id of phone.live) phone.end(id)
      })
    stage.run(600_000)
    expect(flaws(stage).filter((flaw) => !/ req\d+:/.test(flaw))).toEqual([])
  }
})

test('commands that make no sense are rejected, in any state, and change nothing', () => {
  const stage = new Stage()
  const alice = stage.phone('alice', '10.0.0.1')
  const { identity } = alice
  const headers = [{ name: 'X-Evil', value: 'a\r\nVia: b' }]
  alice.do({ kind: 'invite', id: 'a', identity, target: 'sip:b@10.0.0.2', sdp: undefined, headers })
  alice.do({ kind: 'invite', id: 'in:1', identity, target: 'sip:b@10.0.0.2', sdp: undefined, headers: [] })
  alice.do({ kind: 'invite', id: 'a', identity, target: 'not a uri', sdp: undefined, headers: [] })
  alice.do({
    kind: 'invite',
    id: 'a',
    identity: { ...identity, aor: '%' },
    target: 'sip:b@c',
    sdp: undefined,
    headers: [],
  })
  alice.do({ kind: 'register', id: 'r', identity, registrar: 'tel:1', expires: 60, headers: [], now: false })
  alice.do({ kind: 'unregister', id: 'r' })
  alice.do({ kind: 'ack', id: 'a', sdp: '' })
  alice.do({
    kind: 'request',
    id: 'q',
    method: 'BYE',
    session: undefined,
    identity,
    target: 'sip:b@c',
    headers: [],
    body: undefined,
  })
  expect(alice.events.map((event) => event.kind)).toEqual(Array(8).fill('rejected'))
  expect(stage.wire).toEqual([])
  expect(flaws(stage)).toEqual([])
})

/** Messages of a real call and registration, to be damaged. */
function samples(): string[] {
  const stage = new Stage(5)
  const texts: string[] = []
  const alice = stage.phone('alice', '10.0.0.1', TERMS[2])
  const bob = stage.phone('bob', '10.0.0.2', TERMS[2])
  const registrar = new FakeRegistrar(stage, '10.0.0.5')
  const { send } = stage
  stage.send = (from, to, data) => {
    texts.push(data)
    send.call(stage, from, to, data)
  }
  bob.answers()
  const { identity } = alice
  alice.do({ kind: 'register', id: 'reg', identity, registrar: 'sip:10.0.0.5', expires: 600, headers: [], now: false })
  alice.call('call', bob)
  alice.end('call', 1000)
  stage.run(5000)
  expect(registrar.bindings.size).toBe(1)
  return texts
}

test('no datagram makes the engine throw', () => {
  const texts = samples()
  expect(texts.length).toBeGreaterThan(7)
  const damage = fc.record({
    text: fc.constantFrom(...texts),
    cuts: fc.array(
      fc.record({
        at: fc.nat(1000),
        drop: fc.nat(8),
        put: fc.oneof(
          fc.constantFrom(
            '',
            '\0',
            '%0d%0a',
            '%00',
            '%3e',
            '\r\n',
            '\r',
            '"',
            '<',
            ';',
            ',',
            ':',
            '\xff',
            ';rport',
            ' ',
            '@',
            '[::1]',
          ),
          fc.string({ maxLength: 5 }),
        ),
      }),
      { maxLength: 5 },
    ),
  })
  const limits = { sessions: 10_000, transactions: 100_000 }
  const engine = createSipEngine({ ...CONFIG, ...TERMS[1], limits }, seededRng(3))
  let now = 0
  let answered = 0
  const local = { address: '10.0.0.2', port: 5060 }
  engine.handle({ kind: 'transport-up', transport: 'udp', protocol: 'UDP', local }, ms(0), [])
  /** Takes a datagram, rings, takes the call or refuses it, answers requests. */
  const receive = (data: string) => {
    const out: SipOutput[] = []
    engine.handle({ kind: 'datagram', transport: 'udp', from: { address: '10.0.0.1', port: 5060 }, data }, ms(now), out)
    engine.wake(ms(now), out)
    for (const { kind, id } of out.filter((o) => o.kind === 'session-incoming' || o.kind === 'request-incoming')) {
      const common = { id, reason: undefined, headers: [] }
      if (kind === 'request-incoming')
        engine.handle({ kind: 'reply', ...common, status: 200, body: undefined }, ms(now), out)
      else
        for (const status of [180, answered % 2 === 0 ? 200 : 486])
          engine.handle({ kind: 'respond', ...common, status, sdp: status === 200 ? 'sdp' : undefined }, ms(now), out)
      if (answered % 4 === 0) engine.handle({ kind: 'end', ...common, status: undefined }, ms(now), out)
      answered++
    }
  }
  fc.assert(
    fc.property(damage, ({ text, cuts }) => {
      // Another transaction each time, else all but the first are taken for retransmissions.
      let data = text.replace(/branch=\w+/, `branch=z9hG4bK${now}`).replace(/Call-ID: \w+/, `Call-ID: c${now}`)
      for (const { at, drop, put } of cuts)
        data = data.slice(0, at) + put.replace(/[^\0-\xff]/g, '?') + data.slice(at + drop)
      now += 10
      receive(data)
    }),
    { numRuns: 8000 },
  )
  // What is said back of a message must not break the answer, whatever it contained.
  expect(answered).toBeGreaterThan(100)
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      receive(text.replace(/[^\0-\xff]/g, '?'))
    }),
    { numRuns: 2000 },
  )
})
