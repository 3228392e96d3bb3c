// When a registration acts and when it waits: its states and what comes into them, what each refusal costs, a crowd at the door.
import { describe, expect, test } from 'vitest'
import { registering } from '../../testing/registering.ts'
import { Stage } from '../../testing/stage.ts'

const HOUR = 3_600_000

describe('state × input', () => {
  const STATES = {
    registering: ({ register }: ReturnType<typeof registering>) => register(),
    registered: ({ register, stage }: ReturnType<typeof registering>) => {
      register()
      stage.run(1000)
    },
    unregistering: ({ register, unregister, stage }: ReturnType<typeof registering>) => {
      register()
      stage.run(1000)
      unregister()
    },
    waiting: ({ register, stage, registrar }: ReturnType<typeof registering>) => {
      registrar.options = { password: 'other' }
      register()
      stage.run(1000)
      registrar.options = {}
    },
  }
  const INPUTS = {
    nothing: () => {},
    register: ({ register }: ReturnType<typeof registering>) => register(),
    'register now': ({ register }: ReturnType<typeof registering>) => register({ now: true }),
    unregister: ({ unregister }: ReturnType<typeof registering>) => unregister(),
    'transport up': ({ alice }: ReturnType<typeof registering>) =>
      alice.input({ kind: 'transport-up', transport: 'udp', protocol: 'UDP', local: alice.local }),
    'transport down': ({ alice }: ReturnType<typeof registering>) =>
      alice.input({ kind: 'transport-down', transport: 'udp', reason: 'cable' }),
    unreachable: ({ alice, registrar }: ReturnType<typeof registering>) => alice.unreachable(registrar.peer.local),
  }

  /** Requests sent from then on (`+` binds, `-` takes away), and the state half a second later. */
  test.each<[keyof typeof STATES, Record<keyof typeof INPUTS, string>]>([
    [
      'registering',
      {
        nothing: ' registered',
        register: ' registered',
        'register now': '+ registered',
        unregister: '- unregistered',
        'transport up': ' registered',
        'transport down': ' unregistered',
        unreachable: ' unregistered',
      },
    ],
    [
      'registered',
      {
        nothing: ' registered',
        register: ' registered',
        'register now': '+ registered',
        unregister: '- unregistered',
        'transport up': '+ registered',
        'transport down': ' registered',
        unreachable: ' registered',
      },
    ],
    [
      'unregistering',
      {
        nothing: ' unregistered',
        register: '+ registered',
        'register now': '+ registered',
        unregister: ' unregistered',
        'transport up': ' unregistered',
        'transport down': ' unregistered',
        unreachable: ' unregistered',
      },
    ],
    [
      'waiting',
      {
        nothing: ' unregistered',
        register: '+ registered',
        'register now': '+ registered',
        unregister: ' unregistered',
        'transport up': '+ registered',
        'transport down': ' unregistered',
        unreachable: ' unregistered',
      },
    ],
  ])('%s', (state, row) => {
    const found = Object.keys(row).map((input) => {
      const all = registering()
      STATES[state](all)
      all.stage.run(all.stage.now)
      const before = all.requests().length + (state.endsWith('ing') && state !== 'waiting' ? 1 : 0)
      INPUTS[input as keyof typeof INPUTS](all)
      all.stage.run(all.stage.now + 500)
      const sent = all.requests().slice(before)
      const signs = sent.map((each) => (each.header('Expires') === '0' ? '-' : '+')).join('')
      return [input, `${signs} ${all.alice.last('registration-state')?.state}`]
    })
    expect(Object.fromEntries(found)).toEqual(row)
  })
})

describe('a final response and the wait after it', () => {
  const [SHORT, LONG] = [
    [2000, 4000],
    [150_000, 300_000],
  ]
  test.each([
    ...[408, 430, 480, 500, 503, 599].map((status) => [status, SHORT, 'remote'] as const),
    ...[400, 406, 413, 421, 429, 439, 488, 600].map((status) => [status, LONG, 'remote'] as const),
    ...[403, 404, 405, 410, 416, 420, 484, 485, 603, 604, 606].map((status) => [status, LONG, 'remote'] as const),
    ...[401, 407].map((status) => [status, LONG, 'authentication'] as const),
  ])('%i', (status, [least, most], cause) => {
    const { stage, registrar, alice, register } = registering()
    registrar.peer.on('REGISTER', (request, from) => registrar.peer.reply(request, from, { status }))
    register()
    stage.run(1000)
    const told = alice.last('registration-state')
    expect(told).toMatchObject({ state: 'unregistered', status, cause })
    expect(told?.retryMs).toBeGreaterThanOrEqual(least!)
    expect(told?.retryMs).toBeLessThanOrEqual(most!)
  })
})

describe('a crowd at the door', () => {
  const options = { retry: { spreadMs: 60_000 } }
  const first = (act: (all: ReturnType<typeof registering>) => void, seed: number) => {
    const all = registering({}, new Stage(seed))
    act(all)
    all.register({ options })
    all.stage.run(40_000)
    const { alice, requests } = all
    const [told] = alice.all('registration-state').filter(({ state }) => state === 'unregistered')
    return { at: requests()[0], wait: told?.retryMs ?? 0, ...all }
  }

  test('the first try is never held back; after silence or 5xx the next comes anywhere in the window', () => {
    for (const act of [
      ({ registrar }: ReturnType<typeof registering>) => {
        registrar.silent = true
      },
      ({ registrar }: ReturnType<typeof registering>) =>
        registrar.peer.on('REGISTER', (request, from) => registrar.peer.reply(request, from, { status: 503 })),
    ]) {
      const waits = Array.from({ length: 60 }, (_, seed) => first(act, seed + 1).wait)
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(2000)
      expect(Math.max(...waits)).toBeLessThanOrEqual(64_000)
      for (const from of [0, 1, 2, 3])
        expect(waits.filter((wait) => Math.floor((wait - 2000) / 15_500) === from).length).toBeGreaterThan(5)
    }
  })

  test('a phone alone, or without a network yet, does not wait for anybody', () => {
    const alone = first(() => {}, 1)
    expect(alone.stage.timed[0]).toMatch(/^0 alice → registrar REGISTER/)
    expect(alone.alice.last('registration-state')).toMatchObject({ state: 'registered' })
    const down = (all: ReturnType<typeof registering>) =>
      all.alice.input({ kind: 'transport-down', transport: 'udp', reason: 'cable' })
    expect(first(down, 1).wait).toBeLessThanOrEqual(4000)
  })

  test('what has stood before comes back as ever', () => {
    const { stage, registrar, alice, register } = registering({ maxExpires: 60 })
    register({ options })
    stage.run(1000)
    registrar.silent = true
    stage.run(100_000)
    const waits = alice.all('registration-state').flatMap(({ retryMs }) => (retryMs === undefined ? [] : [retryMs]))
    expect(waits[0]).toBeLessThanOrEqual(4000)
  })
})

test('waits as asked for', () => {
  const { stage, registrar, alice, register } = registering()
  registrar.peer.on('REGISTER', (request, from) => registrar.peer.reply(request, from, { status: 500 }))
  register({ options: { retry: { firstMs: 100, longestMs: 5000, refusedMs: HOUR } } })
  stage.run(HOUR / 4)
  const waits = alice.all('registration-state').flatMap(({ retryMs }) => (retryMs === undefined ? [] : [retryMs]))
  expect(waits[0]).toBeLessThanOrEqual(200)
  expect(Math.max(...waits)).toBeLessThanOrEqual(5000)
  registrar.peer.on('REGISTER', (request, from) => registrar.peer.reply(request, from, { status: 403 }))
  stage.run(HOUR)
  expect(alice.last('registration-state')).toMatchObject({ status: 403, retryMs: HOUR })
})
