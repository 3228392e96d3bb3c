// Strangers, servers and trusted addresses: whose new requests are taken (state × input), and that nobody else is disturbed.
import { describe, expect, test } from 'vitest'
import { ms } from '../../base/time.ts'
import { Stage } from '../../testing/stage.ts'
import { Admissions } from './admission.ts'
import type { SipConfig } from './contract.ts'

type Strangers = NonNullable<SipConfig['strangers']>

const at = (address: string) => ({ address, port: 5060 })
const admissions = (strangers?: Strangers) => new Admissions(strangers === undefined ? {} : { strangers })
const RATE = { burst: 2, perSecond: 1 }

describe('judged', () => {
  test.each<[string, Strangers | undefined, string]>([
    ['no word of strangers', undefined, 'take take take take'],
    ['accepted', { policy: 'accept', trusted: [] }, 'take take take take'],
    ['accepted at a rate', { policy: 'accept', trusted: [], rate: RATE }, 'take take busy busy'],
    ['refused', { policy: 'refuse', trusted: [] }, 'refuse refuse refuse refuse'],
    ['refused at a rate', { policy: 'refuse', trusted: [], rate: RATE }, 'refuse refuse ignore ignore'],
    ['ignored', { policy: 'ignore', trusted: [], rate: RATE }, 'ignore ignore ignore ignore'],
    ['trusted', { policy: 'ignore', trusted: ['192.0.2.0/24'], rate: RATE }, 'take take take take'],
    [
      'trusted are others',
      { policy: 'ignore', trusted: ['198.51.100.0/24', '2001:db8::/32'] },
      'ignore ignore ignore ignore',
    ],
  ])('%s', (_, strangers, verdicts) => {
    const subject = admissions(strangers)
    const judged = [0, 1, 2, 3].map((n) => subject.judge(at('192.0.2.1'), ms(n)))
    expect(judged.join(' ')).toBe(verdicts)
  })

  test('a rate comes back with time, and is each source’s own', () => {
    const subject = admissions({ policy: 'accept', trusted: [], rate: RATE })
    const judge = (address: string, now: number) => subject.judge(at(address), ms(now))
    expect([judge('a', 0), judge('a', 0), judge('a', 0), judge('b', 0)]).toEqual(['take', 'take', 'busy', 'take'])
    expect([judge('a', 1000), judge('a', 1000), judge('a', 60_000), judge('a', 60_000)]).toEqual([
      'take',
      'busy',
      'take',
      'take',
    ])
  })

  test('what is kept of sources and servers has an end', () => {
    const subject = admissions({ policy: 'accept', trusted: [], rate: { burst: 1, perSecond: 0 } })
    expect(subject.judge(at('first'), ms(0))).toBe('take')
    for (let n = 0; n < 512; n++) subject.judge(at(`source ${n}`), ms(1))
    expect(subject.judge(at('first'), ms(2))).toBe('take')
    for (let n = 0; n <= 64; n++) subject.knows(at(`server ${n}`))
    expect([subject.isKnown(at('server 0')), subject.isKnown(at('server 64'))]).toEqual([false, true])
  })
})

describe('on the wire', () => {
  const invite = (callId: string) =>
    [
      'INVITE sip:bob@10.0.0.2 SIP/2.0',
      `Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK${callId}`,
      'From: <sip:carol@example.com>;tag=f',
      'To: <sip:bob@example.com>',
      `Call-ID: ${callId}`,
      'CSeq: 1 INVITE',
      'Contact: <sip:carol@10.0.0.9>',
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n')

  function setOut(strangers: Strangers) {
    const stage = new Stage()
    const bob = stage.phone('bob', '10.0.0.2', { strangers, limits: { sessions: 100, transactions: 1000 } })
    const answers: string[] = []
    stage.network.bind(at('10.0.0.9'), ({ data }) => answers.push(data.slice(8, 11)))
    const send = (callId: string) => {
      bob.receive({ from: at('10.0.0.9'), to: bob.local, data: invite(callId) })
      stage.run(stage.now + 20)
    }
    return { stage, bob, answers, send }
  }

  test.each<[Strangers['policy'], string[]]>([
    ['refuse', ['403']],
    ['ignore', []],
  ])('a stranger’s call: %s', (policy, expected) => {
    const { bob, answers, send } = setOut({ policy, trusted: [] })
    send('one')
    expect(answers).toEqual(expected)
    expect(bob.all('session-incoming')).toEqual([])
    expect(bob.engine.counts().serverTransactions).toBe(0)
  })

  test('a flood is held to the rate, and a call through the registrar comes all the while', () => {
    const { stage, bob, answers, send } = setOut({ policy: 'accept', trusted: [], rate: { burst: 5, perSecond: 1 } })
    const registrar = at('10.0.0.1')
    stage.network.bind(registrar, ({ data }) => {
      if (!data.startsWith('REGISTER')) return
      const ok = `SIP/2.0 200 OK\r\n${data.slice(data.indexOf('\r\n') + 2).replace(/^To: .*$/m, '$&;tag=r')}`
      bob.receive({ from: registrar, to: bob.local, data: ok })
    })
    bob.do({
      ...{ kind: 'register', id: 'reg', identity: bob.identity, registrar: 'sip:10.0.0.1' },
      ...{ expires: 300, headers: [], now: true },
    })
    stage.run(stage.now + 100)
    expect(bob.last('registration-state')).toMatchObject({ state: 'registered' })
    for (let n = 0; n < 60; n++) {
      send(`flood${n}`)
      if (n % 10 === 0) bob.receive({ from: registrar, to: bob.local, data: invite(`call${n}`) })
    }
    const calls = bob.all('session-incoming').map(({ request }) => request.callId)
    expect(calls.filter((id) => id.startsWith('call'))).toHaveLength(6)
    expect(calls.filter((id) => id.startsWith('flood')).length).toBeLessThanOrEqual(7)
    expect(answers.filter((status) => status === '503').length).toBeGreaterThanOrEqual(53)
  })

  test('what belongs to a call of ours is nobody’s strange request', () => {
    const stage = new Stage()
    const alice = stage.phone('alice', '10.0.0.1', { strangers: { policy: 'ignore', trusted: [] } })
    const bob = stage.phone('bob', '10.0.0.2')
    bob.answers()
    bob.when('CONFIRMED', ({ id }) => bob.end(id, 1000))
    alice.call('call', bob)
    stage.run(stage.now + 60_000)
    expect(alice.states('call')).toBe('CALLING EARLY CONNECTING CONFIRMED DISCONNECTED')
  })
})
