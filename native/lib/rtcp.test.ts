// What RTCP tells of a bad network: two streams through a relay that drops and delays, and what each side counts.
import { createSocket, type Socket } from 'node:dgram'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { StreamConfig } from '../../firmware/media/contract.ts'
import { takePorts } from '../../firmware/testing/interop/ports.ts'
import { type EventOf, Lab, sleep, tone } from './testing/harness.ts'

const PCMU = { name: 'PCMU', payloadType: 0, clockRate: 8000, channels: 1 }
const DELAY_MS = 30

let lab: Lab
const sockets: Socket[] = []
beforeEach(() => {
  lab = new Lab()
})
afterEach(async () => {
  await lab.engine.close()
  for (const socket of sockets.splice(0)) socket.close()
})

interface Path {
  readonly port: number
  /** Datagrams dropped so far. */
  dropped: number
  passed: number
}

/** 30 ms each way, and what timers and the ticks that read RTCP add. */
function expectRoundTrip(ms: number) {
  expect(ms).toBeGreaterThan(2 * DELAY_MS - 1)
  expect(ms).toBeLessThan(2 * DELAY_MS + 40)
}

/** One way of one flow: what comes to its port goes on to `to` after a delay, but for those `drop` picks by number. */
async function relay(to: () => number, drop: (n: number) => boolean): Promise<Path> {
  const socket = createSocket('udp4')
  sockets.push(socket)
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const path: Path = { port: socket.address().port, dropped: 0, passed: 0 }
  socket.on('message', (datagram) => {
    if (drop(path.passed + path.dropped)) path.dropped++
    else {
      path.passed++
      setTimeout(() => sockets.includes(socket) && socket.send(datagram, to(), '127.0.0.1'), DELAY_MS)
    }
  })
  return path
}

const stream = (rtp: number, rtcp: number, more: Partial<StreamConfig> = {}): StreamConfig => ({
  rtp: { address: '127.0.0.1', port: rtp },
  rtcp: { address: '127.0.0.1', port: rtcp },
  direction: 'sendrecv',
  send: PCMU,
  ptimeMs: 20,
  receive: [PCMU],
  symmetric: false,
  cname: 'test',
  jitter: { minMs: 0, maxMs: 200 },
  keepAliveMs: 0,
  silenceMs: 0,
  ...more,
})

/** Two pairs of sockets and the relays between them, of which `drop` thins what goes to b. */
async function wires(drop: (n: number) => boolean) {
  const min = takePorts(20)
  lab.do({ kind: 'stock-pairs', address: '127.0.0.1', min, max: min + 19, want: 2, dscp: 0 })
  const pairs = () => lab.events.filter((event) => event.kind === 'pair-ready') as EventOf<'pair-ready'>[]
  await lab.wait('pair-ready', () => pairs().length >= 2)
  const [a, b] = pairs() as [EventOf<'pair-ready'>, EventOf<'pair-ready'>]
  const never = () => false
  return {
    a,
    b,
    toB: await relay(() => b.rtpPort, drop),
    toA: await relay(() => a.rtpPort, never),
    controlToB: await relay(() => b.rtcpPort, never),
    controlToA: await relay(() => a.rtcpPort, never),
  }
}

test('loss, jitter and round trip over a relay that drops one packet in twenty and delays by 30 ms', async () => {
  const { a, b, toB, toA, controlToB, controlToA } = await wires((n) => n % 20 === 10)
  lab.do({ kind: 'open-stream', port: 'a', pair: a.pair, stream: stream(toB.port, controlToB.port) })
  lab.do({ kind: 'open-stream', port: 'b', pair: b.pair, stream: stream(toA.port, controlToA.port) })
  lab.do(tone('t', 500, -10), { kind: 'connect', from: 't', to: 'a' }, { kind: 'connect', from: 't', to: 'b' })
  await Promise.all([lab.opened('a'), lab.opened('b')])
  // The second report of each side is due within 10 s (RFC 3550 §6.2: 5 s on the mean, from half to one and a half of it).
  for (let n = 0; n < 60 && !(controlToA.passed >= 3 && controlToB.passed >= 3); n++) await sleep(250)
  await sleep(100)
  const [ofA, ofB] = [await lab.stats('a'), await lab.stats('b')]

  expect(ofA.lostPackets).toBe(0)
  expect(toB.dropped).toBeGreaterThan(10)
  expect(Math.abs(ofB.lostPackets - toB.dropped)).toBeLessThanOrEqual(1)
  expect(ofB.receivedPackets + ofB.lostPackets).toBeGreaterThan(ofA.sentPackets - 6)
  expect(Math.abs(ofB.concealedMs - ofB.lostPackets * 20)).toBeLessThanOrEqual(60)
  // What b has counted, a knows as of b's last report; a's own losses are none.
  expect(ofA.peerLostPackets).toBeGreaterThan(0)
  expect(ofA.peerLostPackets).toBeLessThanOrEqual(ofB.lostPackets)
  expect(ofB.peerLostPackets).toBe(0)
  for (const stats of [ofA, ofB]) {
    expectRoundTrip(stats.roundTripMs)
    expect(stats.jitterMs).toBeGreaterThanOrEqual(0)
    expect(stats.jitterMs).toBeLessThan(8)
    expect(stats.peerJitterMs).toBeLessThan(8)
  }
}, 25_000)

test('who only listens learns the round trip too, by reference times (RFC 3611 §4.4, §4.5)', async () => {
  const { a, b, toB, toA, controlToB, controlToA } = await wires(() => false)
  const more = { rtcpXr: true, receiverRoundTrip: 'sender' } as const
  const [says, listens] = [
    stream(toB.port, controlToB.port, { ...more, direction: 'sendonly' }),
    stream(toA.port, controlToA.port, { ...more, direction: 'recvonly' }),
  ]
  lab.do({ kind: 'open-stream', port: 'a', pair: a.pair, stream: says })
  lab.do({ kind: 'open-stream', port: 'b', pair: b.pair, stream: listens })
  lab.do(tone('t', 500, -10), { kind: 'connect', from: 't', to: 'a' })
  await Promise.all([lab.opened('a'), lab.opened('b')])
  // A report of b asks, the next one of a answers; the other way round b's next one does.
  let [ofA, ofB] = [await lab.stats('a'), await lab.stats('b')]
  for (let n = 0; n < 100 && !(ofA.roundTripMs > 0 && ofB.roundTripMs > 0); n++) {
    await sleep(250)
    ofA = await lab.stats('a')
    ofB = await lab.stats('b')
  }
  for (const { roundTripMs } of [ofA, ofB]) expectRoundTrip(roundTripMs)
  expect([ofB.sentPackets, ofA.receivedPackets, toA.passed]).toEqual([0, 0, 0])
  expect(ofA.peerVoice?.mosListening).toBeGreaterThan(3.5)
  expect(ofB.peerVoice).toBeUndefined()
}, 30_000)
