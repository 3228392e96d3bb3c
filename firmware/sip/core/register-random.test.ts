// Registrations by chance: whatever is asked, lost, silenced and changed in whatever order, in the end it registers, and leaves
// nothing behind.
import { expect, test } from 'vitest'
import { seededRng, unit } from '../../base/rng.ts'
import { ROUGH } from '../../testing/fake-network.ts'
import { INSTANCE, registering } from '../../testing/registering.ts'
import { Stage } from '../../testing/stage.ts'

const DOORS = ['10.0.1.1', '10.0.1.2', '10.0.1.3']
const PROXIES = DOORS.map((address) => `sip:${address}`)
const HOUR = 3_600_000

test.each([
  ['one binding', [[]]],
  ['flows, always', [PROXIES, PROXIES.slice(0, 2)]],
  ['flows, now and then', [[], PROXIES.slice(1), PROXIES]],
])('%s', (_, kinds) => {
  for (let seed = 1; seed <= 20; seed++) {
    const rng = seededRng(seed)
    const pick = <T>(list: readonly T[]): T => list[Math.floor(unit(rng) * list.length)]!
    const outbound = seed % 3 > 0
    const options = { password: 'secret', outbound, maxExpires: 120, nonceUses: 3, gruu: true, flowTimer: 15 }
    const all = registering(options, new Stage(seed, seed % 2 ? ROUGH : undefined), DOORS)
    const { stage, alice, registrar, register, unregister, identity } = all
    const doors = [registrar.peer, ...registrar.doors]
    const ask = () => {
      const keepAlive = pick([
        undefined,
        { kind: 'options', everyMs: 20_000 },
        { kind: 'crlf', everyMs: 10_000 },
      ] as const)
      const asked = {
        instance: INSTANCE,
        gruu: unit(rng) < 0.5,
        outbound: pick(kinds),
        ...(keepAlive ? { keepAlive } : {}),
      }
      register({ now: unit(rng) < 0.5, options: asked, identity: { ...identity, displayName: `${seed}` } })
    }
    const wake = (door: (typeof doors)[number]) =>
      door.on('REGISTER', (request, from) => registrar.register(door, request, from))
    const deeds = [
      ask,
      ask,
      unregister,
      () => alice.unreachable(pick(doors).local),
      () => alice.input({ kind: 'transport-down', transport: 'udp', reason: 'cable' }),
      () => alice.input({ kind: 'transport-up', transport: 'udp', protocol: 'UDP', local: alice.local }),
      () => pick(doors).on('REGISTER', () => {}),
      () => wake(pick(doors)),
      () => {
        const door = pick(doors)
        const status = pick([301, 403, 423, 430, 439, 500, 503])
        door.on('REGISTER', (request, from) => door.reply(request, from, { status }))
      },
    ]
    for (let i = 0; i < 40; i++) {
      pick(deeds)()
      stage.run(stage.now + Math.floor(unit(rng) ** 3 * 100_000))
    }
    doors.forEach(wake)
    for (const door of doors) door.on('OPTIONS', (request, from) => door.reply(request, from, { status: 200 }))
    alice.input({ kind: 'transport-up', transport: 'udp', protocol: 'UDP', local: alice.local })
    ask()
    register({ now: true, options: { instance: INSTANCE, outbound: pick(kinds) } })
    stage.run(stage.now + 2 * HOUR)
    expect([seed, alice.last('registration-state')?.state]).toEqual([seed, 'registered'])
    expect(registrar.bindings.size).toBeGreaterThan(0)
    unregister()
    stage.run(stage.now + HOUR)
    expect([seed, alice.last('registration-state')?.state]).toEqual([seed, 'unregistered'])
    expect([seed, alice.engine.counts()]).toMatchObject([
      seed,
      { registrations: 0, clientTransactions: 0, lookups: 0, timers: 0 },
    ])
  }
})
