// Desk phones that really call each other: phone, user agent and SIP engine of each over the fake network, in virtual time.
import type { SocketAddress } from '../base/address.ts'
import { seededRng } from '../base/rng.ts'
import { earlier, type Millis, ms } from '../base/time.ts'
import type { PhoneSettings } from '../phone/contract.ts'
import type { SipConfig, SipInput, SipOutput } from '../sip/core/contract.ts'
import { createSipEngine } from '../sip/core/engine.ts'
import { PACKAGES, SERVED } from '../sip/packages/table.ts'
import { createDesk, type Desk, SETTINGS } from './desk.ts'
import { FakeNetwork, type NetworkConditions, PERFECT, type Receiver } from './fake-network.ts'
import { ALICE } from './ua-script.ts'
import { type Hosts, lookUp } from './zone.ts'

const SIP: SipConfig = {
  userAgent: 'Offhook/test',
  timers: { t1: 500, t2: 4000, t4: 5000, d: 32_000 },
  applicationMethods: [],
  supported: ['replaces'],
  refer: true,
  packages: PACKAGES,
  notifies: SERVED,
  limits: { sessions: 32, transactions: 256 },
}

interface Resident {
  readonly desk: Desk
  readonly deadline: () => Millis
  readonly wake: () => void
  /** What the SIP engine still holds: sessions, transactions, timers. */
  readonly holds: () => number
}

export class Street {
  now = ms(0)
  readonly network: FakeNetwork
  /** First lines of all datagrams. */
  readonly wire: string[] = []
  readonly residents: Resident[] = []
  readonly hosts: Hosts = new Map()
  readonly #seed: number
  #later: (() => void)[] = []

  constructor(seed = 1, conditions: NetworkConditions = PERFECT) {
    this.#seed = seed
    this.network = new FakeNetwork(conditions, seededRng(seed))
  }

  /** A phone at `address`, whose SIP engine is as `sip` says where that says something. */
  desk(address: string, settings: PhoneSettings, sip: Partial<SipConfig> = {}): Desk {
    const local = { address, port: 5060 }
    const rng = seededRng(this.#seed * 97 + this.residents.length)
    const engine = createSipEngine({ ...SIP, ...sip }, rng)
    const inputs: SipInput[] = []
    let busy = false
    const turn = (act: (out: SipOutput[]) => void) => {
      const out: SipOutput[] = []
      act(out)
      for (const output of out) this.#perform(output, local, desk, feed)
    }
    // Never nested, as in the hub: what an event causes waits for its turn.
    const feed = (input: SipInput) => {
      inputs.push(input)
      if (busy) return
      busy = true
      for (let next = inputs.shift(); next !== undefined; next = inputs.shift()) {
        const input = next
        turn((out) => engine.handle(input, this.now, out))
      }
      busy = false
    }
    const desk: Desk = createDesk({
      settings: { ...settings, accounts: [] },
      ua: { mediaAddress: address },
      rng,
      engine: feed,
      clock: () => this.now,
    })
    this.residents.push({
      desk,
      deadline: () => earlier(engine.deadline(), desk.deadline()),
      wake: () => {
        turn((out) => engine.wake(this.now, out))
        desk.wake()
      },
      holds: () => {
        const { dropped: _, ...counts } = engine.counts()
        return Object.values(counts).reduce((sum, count) => sum + count, 0)
      },
    })
    this.network.bind(local, ({ from, data }) => feed({ kind: 'datagram', transport: 'udp', from, data }))
    feed({ kind: 'transport-up', transport: 'udp', protocol: 'UDP', local })
    desk.settings(settings)
    return desk
  }

  /** Somebody who is no phone of ours. */
  peer(address: string, receiver: Receiver): SocketAddress {
    const local = { address, port: 5060 }
    this.network.bind(local, receiver)
    return local
  }

  run(delay: number): void {
    const end = ms(this.now + delay)
    for (let steps = 0; steps < 100_000; steps++) {
      for (const act of this.#later.splice(0)) act()
      let at = this.network.deadline()
      for (const { deadline } of this.residents) at = earlier(at, deadline())
      if (at > end) {
        this.now = end
        return
      }
      this.now = ms(Math.max(this.now, at))
      this.network.wake(this.now)
      for (const { wake } of this.residents) wake()
    }
    throw new Error(`the street does not come to rest (seed ${this.#seed})`)
  }

  #perform(output: SipOutput, local: SocketAddress, desk: Desk, feed: (input: SipInput) => void): void {
    switch (output.kind) {
      case 'send':
        this.wire.push(output.data.slice(0, output.data.indexOf('\r\n')))
        if (!this.network.send({ from: local, to: output.to, data: output.data }, this.now))
          this.#later.push(() => feed({ kind: 'unreachable', transport: 'udp', to: output.to, errno: 'ECONNREFUSED' }))
        return
      case 'resolve': {
        const { query, type, name } = output
        const given = lookUp(new Map(), this.hosts, type, name)
        if (given !== 'silence') this.#later.push(() => feed({ kind: 'resolved', query, ...given }))
        return
      }
      case 'log':
        return
    }
    if (output.kind !== 'connect' && output.kind !== 'write' && output.kind !== 'close') desk.sip(output)
  }
}

/** A phone that is `aor` and registers nowhere, or at `registrar`. */
export const settingsOf = (aor: string, registrar?: string): PhoneSettings => ({
  ...SETTINGS,
  accounts: [{ id: 'a', label: aor, config: { ...ALICE, aor, displayName: '', registrar } }],
})
