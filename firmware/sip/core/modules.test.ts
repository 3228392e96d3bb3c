// Modules of the application: what they see at each stage, what they change, answer and drop, and what happens when they fail.
import { describe, expect, test } from 'vitest'
import { Stage } from '../../testing/stage.ts'
import { PRIORITY, type SipModule } from './contract/module.ts'

const FROM = { address: '10.0.0.9', port: 5060 }

function setOut(...modules: SipModule[]) {
  const stage = new Stage()
  const bob = stage.phone('bob', '10.0.0.2')
  for (const module of modules) expect(bob.engine.addModule(module)).toEqual({ ok: true, value: undefined })
  const answers: string[] = []
  stage.network.bind(FROM, ({ data }) => answers.push(data))
  const send = (method: string, n = 1, more: readonly string[] = []) => {
    const lines = [
      `${method} sip:bob@10.0.0.2 SIP/2.0`,
      `Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK${method}${n}`,
      'From: <sip:carol@example.com>;tag=f',
      'To: <sip:bob@example.com>',
      `Call-ID: ${method}${n}`,
      `CSeq: 1 ${method}`,
      ...more,
    ]
    bob.receive({ from: FROM, to: bob.local, data: [...lines, 'Content-Length: 0', '', ''].join('\r\n') })
    stage.run(stage.now + 20)
  }
  const statuses = () => answers.map((text) => Number(text.slice(8, 11)))
  return { stage, bob, send, answers, statuses }
}

const watcher = (name: string, priority: number, seen: string[]): SipModule => ({
  ...{ name, priority },
  onRequest: ({ method }) => void seen.push(`${name} ${method}`),
  onResponse: ({ status }) => void seen.push(`${name} ${status}`),
})

describe('requests', () => {
  test('each stage sees what reaches it, in order of priority', () => {
    const seen: string[] = []
    const { send, statuses } = setOut(
      watcher('last', 127, seen),
      watcher('first', PRIORITY.transport, seen),
      watcher('middle', PRIORITY.proxy, seen),
      watcher('application', PRIORITY.application, seen),
    )
    send('OPTIONS')
    expect(seen.splice(0)).toEqual(['first OPTIONS', 'middle OPTIONS'])
    send('PING')
    expect(seen.splice(0)).toEqual(['first PING', 'middle PING', 'application PING', 'last PING'])
    send('MESSAGE')
    send('MESSAGE')
    expect(seen).toEqual(['first MESSAGE', 'middle MESSAGE', 'application MESSAGE', 'last MESSAGE', 'first MESSAGE'])
    expect(statuses()).toEqual([200, 405])
  })

  test('an unknown method answered by a module leaves no transaction', () => {
    const { send, answers, bob } = setOut({
      ...{ name: 'ping', priority: PRIORITY.application },
      onRequest: ({ method }) =>
        method === 'PING'
          ? { kind: 'answer', status: 200, headers: [{ name: 'X-Pong', value: '1' }], body: 'hi' }
          : undefined,
    })
    send('PING')
    expect(answers[0]).toMatch(
      /^SIP\/2\.0 200 OK\r\n.*To: <sip:bob@example\.com>;tag=\w+\r\n.*X-Pong: 1\r\n.*\r\n\r\nhi$/s,
    )
    expect(bob.engine.counts().serverTransactions).toBe(0)
    send('PING')
    expect(answers[1]).toBe(answers[0])
  })

  test('a module in front answers OPTIONS instead of the engine', () => {
    const { send, statuses } = setOut({
      ...{ name: 'options', priority: PRIORITY.proxy },
      onRequest: ({ method }) => (method === 'OPTIONS' ? { kind: 'answer', status: 486 } : undefined),
    })
    send('OPTIONS')
    expect(statuses()).toEqual([486])
  })

  test('dropped, as if it had not come', () => {
    const { send, answers } = setOut({ name: 'wall', priority: 0, onRequest: () => ({ kind: 'drop' }) })
    send('OPTIONS')
    expect(answers).toEqual([])
  })

  test('changed before the application sees it', () => {
    const { send, bob } = setOut({
      ...{ name: 'mark', priority: PRIORITY.proxy },
      onRequest: ({ method, uriText, fields }) => ({
        kind: 'change',
        request: { method, uri: uriText, headers: [...fields, { name: 'X-Seen', value: 'yes' }], body: 'new' },
      }),
    })
    send('MESSAGE')
    const { request } = bob.last('request-incoming')!
    expect([request.header('X-Seen'), request.body]).toEqual(['yes', 'new'])
  })

  test('a call of ours is not unclaimed', () => {
    const seen: string[] = []
    const { send } = setOut(watcher('application', PRIORITY.application, seen))
    send('INVITE', 1, ['Contact: <sip:carol@10.0.0.9>'])
    send('CANCEL', 1)
    expect(seen).toEqual([])
  })
})

describe('faults of a module are told and change nothing', () => {
  test.each<[string, SipModule['onRequest'], RegExp]>([
    [
      'thrown',
      () => {
        throw new TypeError('oops')
      },
      /oops/,
    ],
    ['no status', () => ({ kind: 'answer', status: 42 }), /answered OPTIONS with 42/],
    [
      'no request',
      () => ({ kind: 'change', request: { method: 'X', uri: 'sip:a', headers: [], body: '' } }),
      /made no request/,
    ],
    ['a line break', () => ({ kind: 'change', request: { method: 'X', uri: 'a\r\nb', headers: [], body: '' } }), /./],
  ])('%s', (_, onRequest, fault) => {
    const { send, statuses, bob } = setOut({ name: 'faulty', priority: 0, ...(onRequest && { onRequest }) })
    const logged: string[] = []
    bob.logs = (record) => logged.push(`${record.fields?.module}: ${record.what}`)
    send('OPTIONS')
    expect(statuses()).toEqual([200])
    expect(logged[0]).toMatch(/^faulty: /)
    expect(logged[0]).toMatch(fault)
  })
})

describe('responses and what goes out', () => {
  const call = (module: SipModule) => {
    const stage = new Stage()
    const alice = stage.phone('alice', '10.0.0.1')
    const bob = stage.phone('bob', '10.0.0.2')
    expect(alice.engine.addModule(module).ok).toBe(true)
    bob.answers()
    alice.when('CONFIRMED', ({ id }) => alice.end(id, 1000))
    alice.call('call', bob)
    stage.run(stage.now + 60_000)
    return { stage, alice, bob }
  }

  test('seen on the way in, each', () => {
    const seen: string[] = []
    call(watcher('first', 0, seen))
    expect(seen).toEqual(['first 180', 'first 200', 'first 200'])
  })

  test('changed on the way in', () => {
    const { alice } = call({
      ...{ name: 'kind', priority: 0 },
      onResponse: ({ status, fields, body }) =>
        status === 180
          ? { kind: 'change', response: { status: 183, reason: 'Patience', headers: fields, body } }
          : undefined,
    })
    expect(alice.all('session-state').find(({ state }) => state === 'EARLY')).toMatchObject({
      status: 183,
      reason: 'Patience',
    })
  })

  test('changed on the way out, every time', () => {
    const { bob } = call({
      ...{ name: 'stamp', priority: PRIORITY.application },
      onSend: (message) =>
        message.kind === 'request'
          ? {
              kind: 'change',
              message: {
                method: message.method,
                uri: message.uriText,
                headers: [
                  ...message.fields.filter(({ name }) => name !== 'Content-Length'),
                  { name: 'X-Stamp', value: '1' },
                ],
                body: message.body,
              },
            }
          : undefined,
    })
    expect(bob.last('session-incoming')?.request.header('X-Stamp')).toBe('1')
  })

  test('dropped on the way out: the call fails as by the network', () => {
    const { alice, bob } = call({ name: 'mute', priority: 0, onSend: () => ({ kind: 'drop' }) })
    expect(alice.last('session-state')).toMatchObject({ status: 408, cause: 'timeout' })
    expect(bob.events).toEqual([])
  })

  test('a request sent once: no transaction, no repeats, its response is for modules', () => {
    const stage = new Stage()
    const alice = stage.phone('alice', '10.0.0.1')
    const bob = stage.phone('bob', '10.0.0.2')
    const seen: string[] = []
    expect(alice.engine.addModule(watcher('application', PRIORITY.application, seen)).ok).toBe(true)
    const to = { session: undefined, identity: alice.identity, target: `sip:bob@${bob.local.address}`, headers: [] }
    alice.do({ kind: 'request', id: 'once', method: 'OPTIONS', ...to, body: undefined, stateless: true })
    expect(alice.engine.counts()).toMatchObject({ clientTransactions: 0, requests: 0, timers: 0 })
    stage.run(stage.now + 60_000)
    expect(stage.wire).toEqual(['alice → bob OPTIONS', 'bob → alice 200 OPTIONS'])
    expect([seen, alice.events]).toEqual([['application 200'], []])
  })

  test('a response nobody waits for can be claimed', () => {
    const stage = new Stage()
    const alice = stage.phone('alice', '10.0.0.1')
    const seen: string[] = []
    const claims: SipModule = {
      ...{ name: 'claims', priority: PRIORITY.application },
      onResponse({ status }) {
        seen.push(`${status}`)
        return { kind: 'drop' }
      },
    }
    expect(alice.engine.addModule(claims).ok).toBe(true)
    const head = [
      'SIP/2.0 200 OK',
      'Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKx',
      'From: <sip:a@b>;tag=1',
      'To: <sip:a@b>;tag=2',
    ]
    const data = [...head, 'Call-ID: 1', 'CSeq: 1 OPTIONS', 'Content-Length: 0', '', ''].join('\r\n')
    alice.receive({ from: FROM, to: alice.local, data })
    expect([seen, alice.engine.counts().dropped]).toEqual([['200'], 0])
  })
})

test('names are unique, priorities numbers, modules few, and they can be taken away', () => {
  const { bob } = setOut({ name: 'one', priority: 1 })
  const why = (module: SipModule) => {
    const added = bob.engine.addModule(module)
    return added.ok ? 'added' : added.error
  }
  expect(why({ name: 'one', priority: 2 })).toBe('a module is called one already')
  expect(why({ name: 'two', priority: 1.5 })).toBe('the priority of a module is a whole number from 0 to 127, not 1.5')
  expect(why({ name: 'two', priority: 128 })).toMatch(/not 128$/)
  for (let n = 0; n < 31; n++) expect(why({ name: `more ${n}`, priority: 64 })).toBe('added')
  expect(why({ name: 'two', priority: 64 })).toBe('more than 32 modules')
  expect([bob.engine.removeModule('one'), bob.engine.removeModule('one')]).toEqual([true, false])
  expect(why({ name: 'one', priority: 64 })).toBe('added')
})
