// What the SIP engine alone costs, in this process and without sockets: a call answered among few and among many, an OPTIONS,
// printing beside npm's stacks, and the memory of a call, a registration and a subscription.
import { createRequire } from 'node:module'
import { seededRng } from '../../base/rng.ts'
import { ms } from '../../base/time.ts'
import type { SipConfig, SipInput, SipOutput } from '../../sip/core/contract.ts'
import { createSipEngine, type SipEngine } from '../../sip/core/engine.ts'
import { parseMessage } from '../../sip/message/parse.ts'
import { printRequest } from '../../sip/message/print.ts'
import { INVITE } from '../../sip/message/samples.ts'
import { usedHeap } from '../heap.ts'
import { alternate, type Bench, type Effort, OURS, type Row } from './bench.ts'

const CONFIG: SipConfig = {
  userAgent: 'Offhook',
  timers: { t1: 500, t2: 4000, t4: 5000, d: 32_000 },
  applicationMethods: [],
  supported: [],
  packages: { presence: 'application/pidf+xml' },
  limits: { sessions: 20_000, transactions: 1_000_000 },
}
const LOCAL = { address: '10.0.0.2', port: 5060 }
const PEER = { address: '10.0.0.1', port: 5060 }
const SDP = [
  'v=0',
  'o=- 1 1 IN IP4 10.0.0.1',
  's=-',
  'c=IN IP4 10.0.0.1',
  't=0 0',
  'm=audio 4000 RTP/AVP 8 0 101',
  'a=rtpmap:8 PCMA/8000',
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:101 telephone-event/8000',
  'a=sendrecv',
  '',
].join('\r\n')

const request = (method: string, n: number, to: string, more: string, body = '') =>
  `${method} sip:bob@10.0.0.2:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;rport;branch=z9hG4bK${method}${n}\r\n` +
  `Max-Forwards: 70\r\nFrom: "Alice" <sip:alice@example.com>;tag=tag${n}\r\nTo: <sip:bob@example.com>${to}\r\n` +
  `Call-ID: call-${n}@10.0.0.1\r\nCSeq: ${method === 'BYE' ? 2 : 1} ${method}\r\nContact: <sip:alice@10.0.0.1:5060>\r\n` +
  `User-Agent: bench\r\n${more}Content-Length: ${body.length}\r\n\r\n${body}`

/** An engine, its time, and the far end of everything. */
class Street {
  readonly engine: SipEngine = createSipEngine(CONFIG, seededRng(1))
  #now = 0
  #calls = 0
  #out: SipOutput[] = []

  constructor() {
    this.#give({ kind: 'transport-up', transport: 'udp', protocol: 'UDP', local: LOCAL })
  }

  #give(input: SipInput): readonly SipOutput[] {
    this.#out = []
    this.engine.handle(input, ms(this.#now), this.#out)
    return this.#out
  }

  #hear(text: string): readonly SipOutput[] {
    // As from a socket: a fresh flat string each time.
    const data = Buffer.from(text, 'latin1').toString('latin1')
    return this.#give({ kind: 'datagram', transport: 'udp', from: PEER, data })
  }

  pass(forMs: number): void {
    this.#now += forMs
    if (this.engine.deadline() <= this.#now) this.engine.wake(ms(this.#now), [])
    this.#out = []
  }

  options(n: number): void {
    this.#hear(request('OPTIONS', n, '', ''))
  }

  /** A call that is up: INVITE, 180, 200, ACK. Returns how to end it. */
  call(): () => void {
    const n = this.#calls++
    const allow = 'Allow: INVITE, ACK, CANCEL, BYE\r\nContent-Type: application/sdp\r\n'
    const incoming = this.#hear(request('INVITE', n, '', allow, SDP)).find(({ kind }) => kind === 'session-incoming')
    if (incoming?.kind !== 'session-incoming') throw new Error('no call')
    const respond = { kind: 'respond', id: incoming.id, reason: undefined, headers: [] } as const
    this.#give({ ...respond, status: 180, sdp: undefined })
    const sent = this.#give({ ...respond, status: 200, sdp: SDP }).findLast(({ kind }) => kind === 'send')
    const tag = sent?.kind === 'send' ? (/\r\nTo: [^\r]*(;tag=[^\r]*)/.exec(sent.data)?.[1] ?? '') : ''
    this.#hear(request('ACK', n, tag, ''))
    return () => {
      const answer = this.#hear(request('BYE', n, tag, '')).find(({ kind }) => kind === 'send')
      if (answer?.kind !== 'send' || !answer.data.startsWith('SIP/2.0 200')) throw new Error('BYE not answered')
    }
  }

  /** Everything our requests get is a 200 with what it asked for. */
  #answered(outputs: readonly SipOutput[], more: string): void {
    for (const output of outputs) {
      if (output.kind !== 'send') continue
      const kept = output.data.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq|Contact):/.test(line))
      const lines = kept.map((line) => (line.startsWith('To:') && !/;tag=/.test(line) ? `${line};tag=far` : line))
      this.#hear(`SIP/2.0 200 OK\r\n${lines.join('\r\n')}\r\n${more}Content-Length: 0\r\n\r\n`)
    }
  }

  #identity = (n: number) => ({
    ...{ aor: `sip:user${n}@10.0.0.1`, displayName: '', contactUser: `user${n}`, credentials: [], routes: [] },
    transport: undefined,
  })

  register(n: number): void {
    const what = { id: `reg${n}`, identity: this.#identity(n), registrar: 'sip:10.0.0.1', headers: [] }
    this.#answered(this.#give({ kind: 'register', ...what, expires: 3600, now: true }), 'Expires: 3600\r\n')
  }

  subscribe(n: number): void {
    const target = { identity: this.#identity(n), target: 'sip:bob@10.0.0.1', event: 'presence' }
    const what = { id: `sub${n}`, ...target, expires: 3600, headers: [], body: undefined }
    this.#answered(this.#give({ kind: 'subscribe', ...what }), 'Expires: 3600\r\n')
  }
}

/** Transactions linger for 32 s: after this the engine is at rest. */
const REST = 1_000_000

/** CPU µs of a call set up and ended while `atOnce` are up. */
function callAmong(atOnce: number, count: number): number {
  const street = new Street()
  const up: (() => void)[] = []
  for (let n = 0; n < atOnce; n++) {
    up.push(street.call())
    street.pass(1)
  }
  street.pass(REST)
  const cpu = process.cpuUsage()
  for (let n = 0; n < count; n++) {
    up.push(street.call())
    up.shift()!()
    street.pass(10)
  }
  const { user, system } = process.cpuUsage(cpu)
  return (user + system) / count
}

function optionsAmong(count: number): number {
  const street = new Street()
  const cpu = process.cpuUsage()
  for (let n = 0; n < count; n++) {
    street.options(n)
    street.pass(1)
  }
  const { user, system } = process.cpuUsage(cpu)
  return (user + system) / count
}

/** kB that each of `count` takes, once it stands and all timers of its making are over. */
function heldBy(count: number, make: (street: Street, n: number) => void, restMs: number): number {
  const street = new Street()
  make(street, 0)
  street.pass(REST)
  const before = usedHeap()
  for (let n = 1; n <= count; n++) {
    make(street, n)
    street.pass(1)
  }
  street.pass(restMs)
  const each = (usedHeap() - before) / count / 1000
  if (street.engine.counts().sessions < 0) throw new Error('kept alive')
  return each
}

async function row(what: string, unit: string, { rounds }: Effort, measure: () => number): Promise<Row> {
  return { what, unit, samples: await alternate(rounds, { [OURS]: measure }) }
}

export const engine: Bench = {
  name: 'engine',
  about: 'the SIP engine alone: calls among 1, 100 and 10,000, OPTIONS, memory of what it holds',
  async run(effort) {
    const often = (count: number) => Math.ceil(count * effort.scale)
    callAmong(1, often(5000))
    const rows: Row[] = []
    for (const atOnce of [1, 100, 10_000]) {
      const what = `call in the engine, among ${atOnce.toLocaleString('en')}`
      rows.push(await row(what, 'µs CPU', effort, () => callAmong(atOnce, often(10_000))))
    }
    rows.push(await row('OPTIONS in the engine', 'µs CPU', effort, () => optionsAmong(often(50_000))))
    const memory: readonly (readonly [string, number, (street: Street, n: number) => void, number])[] = [
      ['a call that is up', 5000, (street) => void street.call(), REST],
      ['an ended call, within its 32 s', 5000, (street) => street.call()(), 0],
      ['an ended call, later', 5000, (street) => street.call()(), REST],
      ['an idle registration', 60, (street, n) => street.register(n), 60_000],
      ['an idle subscription', 100, (street, n) => street.subscribe(n), 60_000],
    ]
    for (const [what, count, make, rest] of memory)
      rows.push(await row(`memory of ${what}`, 'kB', effort, () => heldBy(count, make, rest)))
    return rows
  },
}

const packages = createRequire(import.meta.url)
const sip = packages('sip') as { parse(text: string): object; stringify(message: object): string }

/** µs per message printed. */
function timed(count: number, print: () => string): number {
  if (print().length < 1000) throw new Error('not printed')
  const began = performance.now()
  for (let n = 0; n < count; n++) print()
  return ((performance.now() - began) * 1000) / count
}

export const print: Bench = {
  name: 'print',
  about: 'one INVITE printed from its parts',
  async run({ rounds, scale }) {
    const ours = parseMessage(INVITE)
    if (!ours.ok || ours.value.kind !== 'request') throw new Error('the sample does not parse')
    const { method, uriText, fields, body } = ours.value
    const headers = fields.filter(({ name }) => !/^(content-length|l)$/i.test(name))
    const theirs = sip.parse(INVITE)
    const count = Math.ceil(20_000 * scale)
    const samples = await alternate(rounds * 3, {
      [OURS]: () => timed(count, () => printRequest({ method, uri: uriText, headers, body })),
      'npm sip': () => timed(count, () => sip.stringify(theirs)),
    })
    return [{ what: `print INVITE, ${INVITE.length} B`, unit: 'µs', samples }]
  },
}
