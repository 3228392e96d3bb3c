// Fail-over on bad networks and among servers that do whatever they like: nobody is left in a call, nobody is asked twice.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ROUGH } from '../../testing/fake-network.ts'
import { flaws } from '../../testing/ladder.ts'
import { ScriptedPeer } from '../../testing/scripted-peer.ts'
import { Stage } from '../../testing/stage.ts'
import { zone } from '../../testing/zone.ts'
import type { SipRequest } from '../message/message.ts'

const ZONE = zone(`
  _sip._udp.example.com SRV 10 0 5060 one.example.com
  _sip._udp.example.com SRV 20 0 5060 two.example.com
  one.example.com A 10.0.0.11
  two.example.com A 10.0.0.12`)
const branchOf = (request: SipRequest | undefined) => request?.vias[0]?.branch

test('two phones, the way between them by a name whose first server is dead, on a hundred bad networks', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const stage = new Stage(seed, ROUGH)
    stage.icmp = seed % 2 === 0
    stage.zone = ZONE
    const alice = stage.phone('alice', '10.0.0.1')
    const bob = stage.phone('bob', '10.0.0.12')
    bob.answers()
    alice.call('call', 'sip:bob@example.com')
    alice.when('CONFIRMED', ({ id, previous }) => {
      if (previous === 'CONNECTING') alice.end(id, 1000)
    })
    stage.run(200_000)
    expect(flaws(stage)).toEqual([])
    expect(alice.states('call')).toMatch(/DISCONNECTED$/)
  }
})

test('a first server that is slow, and a second that answers, on a hundred bad networks: nobody is left in a call', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const stage = new Stage(seed, ROUGH)
    stage.zone = ZONE
    const alice = stage.phone('alice', '10.0.0.1')
    const slow = stage.phone('slow', '10.0.0.11')
    const bob = stage.phone('bob', '10.0.0.12')
    bob.answers()
    // It hears nothing for a while, then all of what was sent to it since.
    const kept: (() => void)[] = []
    stage.network.bind(slow.local, (datagram) =>
      stage.now < 4000 + 30 * seed ? void kept.push(() => slow.receive(datagram)) : slow.receive(datagram),
    )
    stage.later(4000 + 30 * seed, () => {
      for (const act of kept) act()
    })
    slow.answers()
    alice.call('call', 'sip:bob@example.com')
    alice.end('call', 20_000)
    stage.run(400_000)
    expect(flaws(stage)).toEqual([])
  }
})

test('whatever the servers do: each is tried once at most, in their order, and something always comes of it', () => {
  const behaviour = fc.constantFrom('silent', 'unreachable', '503', '200', '404')
  fc.assert(
    fc.property(
      fc.array(behaviour, { minLength: 1, maxLength: 8 }),
      fc.constantFrom('INVITE', 'MESSAGE'),
      (all, method) => {
        const stage = new Stage()
        const alice = stage.phone('alice', '10.0.0.1')
        stage.hosts.set(
          'many.example.com',
          all.map((_, at) => `10.0.0.${11 + at}`),
        )
        const reached: number[] = []
        for (const [at, does] of all.entries()) {
          if (does === 'unreachable') continue
          const peer = new ScriptedPeer(stage, `p${at}`, `10.0.0.${11 + at}`)
          const branches = new Set<string | undefined>()
          peer.on(method, (request, from) => {
            if (!branches.has(branchOf(request))) reached.push(at)
            branches.add(branchOf(request))
            const headers = [`Contact: <sip:p@10.0.0.${11 + at}>`]
            if (does !== 'silent')
              peer.reply(request, from, { status: Number(does), headers, body: does === '200' ? 'x' : '' })
          })
          peer.on('BYE', (request, from) => peer.reply(request, from, { status: 200 }))
        }
        const target = 'sip:bob@many.example.com:5060'
        const { identity } = alice
        if (method === 'INVITE') alice.call('call', target)
        else
          alice.do({
            kind: 'request',
            id: 'req',
            method,
            session: undefined,
            identity,
            target,
            headers: [],
            body: undefined,
          })
        stage.run(50_000)
        const decides = all.findIndex((does) => does === '200' || does === '404')
        const wanted = all
          .map((_, at) => at)
          .filter((at) => all[at] !== 'unreachable' && (decides < 0 || at <= decides))
        // Those that are silent may use up the time there is.
        expect(reached).toEqual(wanted.slice(0, reached.length))
        if (method === 'INVITE' || all.filter((does) => does === 'silent').length < 4) expect(reached).toEqual(wanted)
        const end = alice.last(method === 'INVITE' ? 'session-state' : 'request-result')
        const expected =
          decides >= 0 ? Number(all[decides]) : all.at(-1) === '503' ? 503 : all.at(-1) === 'silent' ? 408 : 503
        if (reached.length === wanted.length) expect(end?.status).toBe(expected)
        else expect(end?.status).toBe(408)
        alice.end('call')
        stage.run(400_000)
        expect(flaws(stage)).toEqual([])
      },
    ),
    { numRuns: 150 },
  )
})
