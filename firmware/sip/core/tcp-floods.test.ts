// Connections that mean no good, or die: half-open ones, broken frames, a registrar's that goes (RFC 3261 §18.3, RFC 5626).
import { expect, test } from 'vitest'
import { FakeRegistrar } from '../../testing/fake-registrar.ts'
import { Stage } from '../../testing/stage.ts'
import type { SipOutput } from './contract.ts'

const LOCAL = { address: '10.0.0.2', port: 5060 }

function setOut(protocol: 'TCP' | 'TLS' = 'TCP') {
  const stage = new Stage()
  const { engine } = stage.phone('bob', LOCAL.address, {}, [protocol])
  const out: SipOutput[] = []
  const up = (n: number) =>
    engine.handle(
      {
        kind: 'flow-up',
        flow: `in:x${n}`,
        transport: protocol.toLowerCase(),
        local: LOCAL,
        remote: { address: '10.0.0.9', port: n },
      },
      stage.now,
      out,
    )
  const data = (n: number, text: string) =>
    engine.handle({ kind: 'flow-data', flow: `in:x${n}`, data: text }, stage.now, out)
  const wake = (at: number) => {
    stage.run(at)
    engine.wake(stage.now, out)
  }
  return { stage, engine, out, up, data, wake }
}

const HEAD =
  'OPTIONS sip:bob@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/TCP 10.0.0.9;branch=z9hG4bKx\r\nFrom: <sip:c@d>;tag=f\r\nTo: <sip:bob@e>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\n'

test.each(['TCP', 'TLS'] as const)(
  'a thousand connections over %s that say nothing: 64 are kept, then none',
  (protocol) => {
    const { engine, up, wake } = setOut(protocol)
    for (let n = 0; n < 1000; n++) up(n)
    expect(engine.counts()).toMatchObject({ flows: 64, timers: 64 })
    wake(31_000)
    expect(engine.counts()).toMatchObject({ flows: 0, timers: 0 })
  },
)

test.each(['TCP', 'TLS'] as const)(
  'a message over %s that does not end is waited for 10 s, however it drips',
  (protocol) => {
    const { engine, up, data, wake } = setOut(protocol)
    up(1)
    data(1, HEAD)
    for (let at = 1000; at <= 9000; at += 1000) {
      wake(at)
      data(1, 'X: slow\r\n')
    }
    expect(engine.counts().flows).toBe(1)
    wake(11_000)
    expect(engine.counts().flows).toBe(0)
  },
)

test.each(['', 'Content-Length: x\r\n', 'Content-Length: 99999\r\n'])(
  '400 and an end for a length of "%s"',
  (length) => {
    const { engine, out, up, data } = setOut()
    up(1)
    data(1, `${HEAD}${length}\r\n`)
    expect(
      out.filter(({ kind }) => kind !== 'log').map((o) => (o.kind === 'write' ? o.data.slice(0, 11) : o.kind)),
    ).toEqual(['SIP/2.0 400', 'close'])
    expect(engine.counts().flows).toBe(0)
  },
)

test('pipelined requests are answered on their connection; a ping gets its pong, one empty line nothing', () => {
  const { out, up, data } = setOut()
  up(1)
  const request = `${HEAD}Content-Length: 0\r\n\r\n`
  for (const char of `\r\n${request}${request}\r\n\r\n`) data(1, char)
  expect(out.map((o) => (o.kind === 'write' ? `${o.flow} ${o.data.slice(0, 11)}` : o.kind))).toEqual([
    'in:x1 SIP/2.0 200',
    'in:x1 SIP/2.0 200',
    'in:x1 \r\n',
  ])
})

test('a registration is made anew soon after its connection is gone', () => {
  const stage = new Stage()
  const registrar = new FakeRegistrar(stage, '10.0.0.5')
  const alice = stage.phone('alice', '10.0.0.1', {}, ['TCP'])
  // The registrar speaks datagrams; what is relayed to it comes back on the connection.
  const relay = { address: '10.0.0.6', port: 5060 }
  let back: ((data: string) => void) | undefined
  stage.network.bind(relay, ({ data }) => back?.(data))
  stage.streams.listen(relay, (end) => {
    back = (data) => end.write(data)
    return { data: (data) => data.trim() && stage.send(relay, registrar.peer.local, data), down: () => {} }
  })
  alice.do({
    ...{ kind: 'register', id: 'reg', identity: alice.identity, registrar: 'sip:10.0.0.6;transport=tcp' },
    ...{ expires: 3600, headers: [], now: false },
  })
  stage.run(5000)
  expect(alice.last('registration-state')).toMatchObject({
    state: 'registered',
    contact: 'sip:alice@10.0.0.1:5060;transport=tcp',
  })
  stage.streams.breakAll('ECONNRESET')
  stage.run(10_000)
  expect(registrar.peer.requests('REGISTER')).toHaveLength(2)
  expect(alice.last('registration-state')?.state).toBe('registered')
})
