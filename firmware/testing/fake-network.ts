// A datagram network in virtual time: latency, loss, duplication and reordering, all drawn from a seed.
import { type SocketAddress, showAddress } from '../base/address.ts'
import { type Rng, unit } from '../base/rng.ts'
import { after, earlier, FOREVER, type Millis } from '../base/time.ts'

export interface NetworkConditions {
  /** Milliseconds one way. */
  readonly latency: number
  /** Further milliseconds, uniform from 0: more than the gap between datagrams means reordering. */
  readonly jitter: number
  /** Probabilities 0–1. */
  readonly loss: number
  readonly duplication: number
}

export const PERFECT: NetworkConditions = { latency: 10, jitter: 0, loss: 0, duplication: 0 }
export const ROUGH: NetworkConditions = { latency: 10, jitter: 40, loss: 0.2, duplication: 0.1 }

export interface Datagram {
  readonly from: SocketAddress
  readonly to: SocketAddress
  readonly data: string
}

/** Whoever is bound to an address. */
export type Receiver = (datagram: Datagram, now: Millis) => void

interface Flight {
  readonly at: Millis
  readonly order: number
  readonly datagram: Datagram
}

export class FakeNetwork {
  conditions: NetworkConditions
  readonly #rng: Rng
  readonly #bound = new Map<string, Receiver>()
  #flights: Flight[] = []
  #order = 0

  constructor(conditions: NetworkConditions, rng: Rng) {
    this.conditions = conditions
    this.#rng = rng
  }

  bind(address: SocketAddress, receiver: Receiver): void {
    this.#bound.set(showAddress(address), receiver)
  }

  unbind(address: SocketAddress): void {
    this.#bound.delete(showAddress(address))
  }

  /** False when nobody is bound there: an ICMP port unreachable would come back. */
  send(datagram: Datagram, now: Millis): boolean {
    const { latency, jitter, loss, duplication } = this.conditions
    const copies = unit(this.#rng) < loss ? 0 : unit(this.#rng) < duplication ? 2 : 1
    for (let i = 0; i < copies; i++)
      this.#flights.push({ at: after(now, latency + jitter * unit(this.#rng)), order: this.#order++, datagram })
    return this.#bound.has(showAddress(datagram.to))
  }

  deadline(): Millis {
    return this.#flights.reduce((at: Millis, flight) => earlier(at, flight.at), FOREVER)
  }

  /** Delivers what has arrived by `now`, in order of arrival. */
  wake(now: Millis): void {
    const due = this.#flights.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at || a.order - b.order)
    this.#flights = this.#flights.filter(({ at }) => at > now)
    for (const { datagram } of due) this.#bound.get(showAddress(datagram.to))?.(datagram, now)
  }
}
