// What a call costs the engine alone, in this process: CPU per answered 7-message call, per OPTIONS, memory per ended call.
// Run: node --expose-gc firmware/sip/core/engine.bench.ts
import { performance } from 'node:perf_hooks'
import { seededRng } from '../../base/rng.ts'
import { ms } from '../../base/time.ts'
import type { SipConfig, SipOutput } from './contract.ts'
import { createSipEngine } from './engine.ts'

const CONFIG: SipConfig = {
  userAgent: 'Offhook',
  timers: { t1: 500, t2: 4000, t4: 5000, d: 32000 },
  applicationMethods: ['INFO', 'MESSAGE'],
  supported: [],
  limits: { sessions: 1000, transactions: 1_000_000 },
}
const LOCAL = { address: '10.0.0.2', port: 5060 }
const PEER = { address: '10.0.0.1', port: 5060 }
const SDP = `v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8 0 101\r\n${'a=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n'}`

const request = (method: string, n: number, to: string, more: string, body = '') =>
  `${method} sip:bob@10.0.0.2:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;rport;branch=z9hG4bK${method}${n}\r\nMax-Forwards: 70\r\n` +
  `From: "Alice" <sip:alice@example.com>;tag=tag${n}\r\nTo: <sip:bob@example.com>${to}\r\nCall-ID: call-${n}@10.0.0.1\r\n` +
  `CSeq: ${method === 'BYE' ? 2 : 1} ${method}\r\nContact: <sip:alice@10.0.0.1:5060>\r\nUser-Agent: bench\r\n${more}` +
  `Content-Length: ${body.length}\r\n\r\n${body}`

const engine = createSipEngine(CONFIG, seededRng(1))
let now = 0
let out: SipOutput[] = []
const datagram = (data: string) => {
  out = []
  // As from a socket: a fresh flat string each time.
  const text = Buffer.from(data, 'latin1').toString('latin1')
  engine.handle({ kind: 'datagram', transport: 'udp', from: PEER, data: text }, ms(now), out)
}
const respond = (id: string, status: number, sdp: string | undefined) => {
  engine.handle({ kind: 'respond', id, status, reason: undefined, sdp, headers: [] }, ms(now), out)
}
engine.handle({ kind: 'transport-up', transport: 'udp', protocol: 'UDP', local: LOCAL }, ms(0), [])

/** INVITE, 180, 200, ACK, BYE, 200; with the 100 that a slow application makes it seven. */
function call(n: number, slow: boolean): void {
  datagram(request('INVITE', n, '', 'Allow: INVITE, ACK, CANCEL, BYE\r\nContent-Type: application/sdp\r\n', SDP))
  const incoming = out.find((o) => o.kind === 'session-incoming')
  if (incoming?.kind !== 'session-incoming') throw new Error('no call')
  if (slow) now += 200
  engine.wake(ms(now), out)
  respond(incoming.id, 180, undefined)
  respond(incoming.id, 200, SDP)
  const sent = out.findLast((o) => o.kind === 'send')
  if (sent?.kind !== 'send' || out.filter((o) => o.kind === 'send').length !== (slow ? 3 : 2))
    throw new Error('not answered')
  const tag = /\r\nTo: [^\r]*(;tag=[^\r]*)/.exec(sent.data)?.[1] ?? ''
  datagram(request('ACK', n, tag, ''))
  datagram(request('BYE', n, tag, ''))
  if (!out.some((o) => o.kind === 'send' && o.data.startsWith('SIP/2.0 200'))) throw new Error('BYE not answered')
}

function measure(what: string, count: number, act: (n: number) => void, gap: number): void {
  const cpu = process.cpuUsage()
  const start = performance.now()
  for (let n = 0; n < count; n++) {
    act(n)
    now += gap
    if (engine.deadline() <= now) engine.wake(ms(now), [])
  }
  const { user, system } = process.cpuUsage(cpu)
  const wall = ((performance.now() - start) * 1000) / count
  console.log(`${what}: ${((user + system) / count).toFixed(1)} µs CPU, ${wall.toFixed(1)} µs wall each (${count})`)
}

let base = 0
const calls = (n: number) => call(base + n, true)
measure('calls, warming up', 5000, calls, 0)
base += 5000
measure('7-message call answered', 30_000, calls, 0)
base += 30_000
measure('OPTIONS answered', 100_000, (n) => datagram(request('OPTIONS', n, '', '')), 0)

const gc = (globalThis as { gc?: () => void }).gc
if (!gc) console.log('memory per ended call: run with --expose-gc')
else {
  now += 1_000_000
  engine.wake(ms(now), [])
  out = []
  gc()
  const before = process.memoryUsage().heapUsed
  const count = 20_000
  // All within the 32 s for which a transaction lingers.
  for (let n = 0; n < count; n++) {
    now += 1
    call(base + n, false)
  }
  out = []
  gc()
  const held = engine.counts()
  const each = (process.memoryUsage().heapUsed - before) / count
  console.log(
    `memory per ended call lingering: ${each.toFixed(0)} bytes (${held.serverTransactions} transactions held)`,
  )
  now += 1_000_000
  engine.wake(ms(now), [])
  gc()
  const left = (process.memoryUsage().heapUsed - before) / count
  console.log(`after their timers: ${left.toFixed(0)} bytes (${engine.counts().serverTransactions} transactions held)`)
}
