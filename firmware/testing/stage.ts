// A stage for SIP engines: virtual clock, fake network, phones whose application is a few reactions, peers that are scripts.
import { type SocketAddress, showAddress } from '../base/address.ts'
import { seededRng } from '../base/rng.ts'
import { after, earlier, FOREVER, type Millis, ms } from '../base/time.ts'
import type { Protocol, SipConfig } from '../sip/core/contract.ts'
import { FakeNetwork, type NetworkConditions, PERFECT, type Receiver } from './fake-network.ts'
import { FakeStreams } from './fake-streams.ts'
import { Phone } from './phone.ts'
import type { Hosts, Zone } from './zone.ts'

export const CONFIG: SipConfig = {
  userAgent: '',
  timers: { t1: 500, t2: 4000, t4: 5000, d: 32000 },
  applicationMethods: ['INFO', 'MESSAGE'],
  supported: [],
  limits: { sessions: 8, transactions: 1000 },
}

interface Later {
  readonly at: Millis
  readonly order: number
  readonly act: () => void
}

export class Stage {
  now: Millis = ms(0)
  readonly network: FakeNetwork
  readonly streams: FakeStreams
  /** Every datagram sent, in order: `alice → bob INVITE`, `bob → alice 180 INVITE`; over a stream `alice ⇒ bob INVITE`. */
  readonly wire: string[] = []
  /** With the time in front. */
  readonly timed: string[] = []
  /** When an empty line was sent. */
  readonly keepAlives: Millis[] = []
  readonly phones: Phone[] = []
  readonly names = new Map<string, string>()
  /** What a name resolves to; a resolver that never answers. */
  readonly hosts: Hosts = new Map()
  /** Other DNS records. */
  zone: Zone = new Map()
  /** Names in the certificate of who listens at an address over TLS; whoever is not here is believed. */
  readonly certified = new Map<string, readonly string[]>()
  /** Tell senders when nobody is bound where they send to. */
  icmp = true
  readonly seed: number
  #later: Later[] = []
  #order = 0

  constructor(seed = 1, conditions: NetworkConditions = PERFECT) {
    this.seed = seed
    this.network = new FakeNetwork(conditions, seededRng(seed))
    this.streams = new FakeStreams(
      () => this.now,
      (delay, act) => this.later(delay, act),
      seededRng(seed + 1000),
    )
    this.streams.split = conditions !== PERFECT
    this.streams.jitter = conditions.jitter
  }

  /** `protocols` it has, by default UDP alone. */
  phone(
    name: string,
    address: string,
    config: Partial<SipConfig> = {},
    protocols: readonly Protocol[] = ['UDP'],
  ): Phone {
    const local = { address, port: 5060 }
    this.names.set(showAddress(local), name)
    const phone = new Phone(this, name, local, { ...CONFIG, ...config }, seededRng(this.seed * 31 + this.phones.length))
    this.phones.push(phone)
    for (const protocol of protocols) phone.bind(protocol)
    return phone
  }

  /** A peer that is nothing but what it does with a datagram. */
  peer(name: string, address: string, receiver: Receiver): SocketAddress {
    const local = { address, port: 5060 }
    this.names.set(showAddress(local), name)
    this.network.bind(local, receiver)
    return local
  }

  /** Puts a datagram on the wire and into the trace; keep-alives are left out of that. */
  send(from: SocketAddress, to: SocketAddress, data: string): void {
    if (data.trim() === '') this.keepAlives.push(this.now)
    else {
      const line = `${this.#nameOf(from)} → ${this.#nameOf(to)} ${summary(data)}`
      this.wire.push(line)
      this.timed.push(`${this.now} ${line}`)
    }
    const heard = this.network.send({ from, to, data }, this.now)
    const sender = this.phones.find(({ local }) => local === from)
    if (!heard && this.icmp && sender) this.later(20, () => sender.unreachable(to))
  }

  /** What goes into a stream, in the trace: keep-alives are left out. */
  wrote(from: SocketAddress, to: SocketAddress, data: string): void {
    if (data.trim() === '') {
      this.keepAlives.push(this.now)
      return
    }
    const line = `${this.#nameOf(from)} ⇒ ${this.#nameOf(to)} ${summary(data)}`
    this.wire.push(line)
    this.timed.push(`${this.now} ${line}`)
  }

  later(delay: number, act: () => void): void {
    this.#later.push({ at: after(this.now, delay), order: this.#order++, act })
  }

  /** Lets everything happen that is due until `until` milliseconds. */
  run(until: number): void {
    for (let steps = 0; steps < 200_000; steps++) {
      const at = this.#deadline()
      if (at > until) {
        this.now = ms(Math.max(this.now, until))
        return
      }
      if (at > this.now) this.now = at
      const due = this.#later.filter((later) => later.at <= this.now).sort((a, b) => a.at - b.at || a.order - b.order)
      this.#later = this.#later.filter((later) => later.at > this.now)
      for (const { act } of due) act()
      this.network.wake(this.now)
      for (const phone of this.phones) phone.wake()
    }
    throw new Error(`the stage does not come to rest (seed ${this.seed}, at ${this.now} ms)`)
  }

  #deadline(): Millis {
    let at = this.network.deadline()
    for (const later of this.#later) at = earlier(at, later.at)
    for (const phone of this.phones) at = earlier(at, phone.engine.deadline())
    return at
  }

  /** When nothing at all is left to happen. */
  get atRest(): boolean {
    return this.#deadline() === FOREVER
  }

  #nameOf(address: SocketAddress): string {
    const whole = showAddress(address)
    // The far end of a connection that was accepted has a port of its own.
    const host = () => [...this.names].find(([known]) => known.startsWith(`${address.address}:`))?.[1]
    return this.names.get(whole) ?? host() ?? whole
  }
}

/** `INVITE`, `180 INVITE`; with a `+` when there is a body. */
function summary(data: string): string {
  const body = data.includes('\r\n\r\n') && data.split('\r\n\r\n')[1] !== '' ? ' +' : ''
  const method = /^CSeq:\s*\d+\s+(\S+)/im.exec(data)?.[1] ?? '?'
  const status = /^SIP\/2\.0 (\d+)/.exec(data)?.[1]
  return (status ? `${status} ${method}` : (data.split(' ')[0] ?? '')) + body
}
