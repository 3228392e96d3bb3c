// RTP ports that change while calls stand: who keeps what, where new calls are, and what is said of a range without a free port.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { afterAll, expect, test } from 'vitest'
import type { Line } from '../testing/console.ts'
import { takePorts } from '../testing/interop/ports.ts'
import { createConsole } from './console.ts'

const out: Line[] = []
const consoleOf = createConsole((line) => out.push(line))
afterAll(() => consoleOf.stop())

async function command(given: object): Promise<Line> {
  const from = out.length
  await consoleOf.line(JSON.stringify(given))
  return out.slice(from).find((line) => 'ok' in line)
}
const sure = async (given: object) => expect(await command(given), JSON.stringify(given)).toMatchObject({ ok: true })
const wait = (event: string, match: object) => sure({ do: 'wait', event, match, timeoutMs: 5000 })
/** The port a call names for its sound, in the last of its descriptions. */
const portOf = (call: string) => {
  const sdp = out.findLast((line) => line.event === 'sdp' && line.call === call && line.local !== undefined)
  return Number(/m=audio (\d+)/.exec(sdp?.local ?? '')?.[1])
}
/** Answered, and heard. */
async function talk(call: string, incoming: string) {
  await sure({ do: 'answer', call: incoming })
  await wait('call-state', { call: incoming, state: 'confirmed' })
  await sure({ do: 'wait', ms: 300 })
  const { stats } = await command({ do: 'stats', call })
  expect(stats.receivedPackets).toBeGreaterThan(5)
}

test('calls keep their sockets, new ones are in the new range; one that is taken is named', {
  timeout: 20_000,
}, async () => {
  const [first, second, third] = [takePorts(40), takePorts(40), takePorts(10)] as const
  const { port } = await command({
    do: 'start',
    address: '127.0.0.1',
    maxCalls: 4,
    rtpPorts: { min: first, max: first + 39 },
  })
  for (const user of ['a', 'b']) await sure({ do: 'account', account: user, aor: `sip:${user}@127.0.0.1:${port}` })
  await sure({ do: 'call', account: 'a', call: 'old', to: 'b' })
  await wait('incoming', { call: 'in:1' })

  // While it rings: its offer stands.
  await sure({ do: 'set-rtp-ports', min: second, max: second + 39 })
  await talk('old', 'in:1')
  expect(portOf('old')).toBeLessThan(first + 40)
  await sure({ do: 'call', account: 'a', call: 'new', to: 'b' })
  await wait('incoming', { call: 'in:2' })
  await talk('new', 'in:2')
  for (const call of ['new', 'in:2']) {
    expect(portOf(call)).toBeGreaterThanOrEqual(second)
    expect(portOf(call)).toBeLessThan(second + 40)
  }
  await sure({ do: 'hangup-all' })
  await wait('call-state', { call: 'new', state: 'disconnected' })

  expect(await command({ do: 'set-rtp-ports', min: third, max: third + 7 })).toMatchObject({
    error: {
      what: 'rtpPorts',
      expected: 'room for 4 calls, two ports each',
      got: `{"min":${third},"max":${third + 7}}`,
    },
  })
  const others = Array.from({ length: 10 }, (_, i) => createSocket('udp4').bind(third + i, '127.0.0.1'))
  await Promise.all(others.map((socket) => once(socket, 'listening')))
  await sure({ do: 'set-rtp-ports', min: third, max: third + 9 })
  await wait('log', { fields: { reason: `every port of 127.0.0.1 in ${third}–${third + 9} is taken` } })
  expect(await command({ do: 'call', account: 'a', to: 'b' })).toMatchObject({
    error: { what: `no RTP port free in ${third}–${third + 9}` },
  })
  for (const socket of others) socket.close()
  await sure({ do: 'wait', ms: 1500 })
  await sure({ do: 'call', account: 'a', call: 'later', to: 'b' })
  await wait('incoming', { account: 'b' })
  expect(portOf('later')).toBeGreaterThanOrEqual(third)
})
