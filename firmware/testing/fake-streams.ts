// Byte streams in virtual time: in order and whole, but split and merged by a seed; refused, broken and silent at will.
import { type SocketAddress, showAddress } from '../base/address.ts'
import { type Rng, unit } from '../base/rng.ts'

/** What one end of a connection is told. */
export interface StreamUser {
  data(chunk: string): void
  down(reason: string): void
}

/** One end of a connection. */
export interface StreamEnd {
  readonly remote: SocketAddress
  write(data: string): void
  /** What was written before still arrives. */
  close(): void
}

type Accept = (end: StreamEnd) => StreamUser

export class FakeStreams {
  /** Whole messages in whole chunks, or cut anywhere. */
  split = false
  /** Milliseconds one way, and further ones, uniform from 0. */
  latency = 10
  jitter = 0
  readonly #later: (delay: number, act: () => void) => void
  readonly #now: () => number
  readonly #rng: Rng
  readonly #listening = new Map<string, Accept>()
  readonly #vanished = new Set<string>()
  readonly #links = new Set<Link>()
  #port = 40_000

  constructor(now: () => number, later: (delay: number, act: () => void) => void, rng: Rng) {
    this.#now = now
    this.#later = later
    this.#rng = rng
  }

  listen(address: SocketAddress, accept: Accept): void {
    this.#listening.set(showAddress(address), accept)
  }

  /** Nobody listens there any more; what stands goes on. */
  refuse(address: SocketAddress): void {
    this.#listening.delete(showAddress(address))
  }

  /** From now on whoever connects there hears nothing, not even that nobody is there. */
  vanish(address: SocketAddress): void {
    this.#vanished.add(showAddress(address))
  }

  /** Ends every connection, both sides told `reason`; `undefined`: nothing arrives any more and nobody is told. */
  breakAll(reason: string | undefined): void {
    for (const link of this.#links) link.break(reason)
  }

  connect(from: SocketAddress, to: SocketAddress, up: (end: StreamEnd) => StreamUser, refused: () => void): void {
    if (this.#vanished.has(showAddress(to))) return
    this.#later(this.latency * 2, () => {
      const accept = this.#listening.get(showAddress(to))
      if (accept === undefined) {
        refused()
        return
      }
      const link = new Link()
      this.#links.add(link)
      const client = { address: from.address, port: this.#port++ }
      link.users[1] = accept(this.#end(link, 1, client))
      link.users[0] = up(this.#end(link, 0, to))
    })
  }

  #at(then: number, act: () => void): void {
    this.#later(Math.max(0, then - this.#now()), act)
  }

  #end(link: Link, side: 0 | 1, remote: SocketAddress): StreamEnd {
    const other = side === 0 ? 1 : 0
    const arrives = (gap: number) => {
      const at = Math.max(link.last[side], this.#now() + this.latency + this.jitter * unit(this.#rng)) + gap
      link.last[side] = at
      return at
    }
    return {
      remote,
      write: (data) => {
        for (let rest = data; rest !== ''; ) {
          const size = this.split ? 1 + Math.floor(unit(this.#rng) * 2 * rest.length) : rest.length
          const chunk = rest.slice(0, size)
          rest = rest.slice(size)
          this.#at(arrives(1), () => link.deliver(other, chunk))
        }
      },
      close: () => this.#at(arrives(1), () => link.break('closed', other)),
    }
  }
}

class Link {
  readonly users: [StreamUser?, StreamUser?] = []
  readonly last: [number, number] = [0, 0]
  #broken = false

  deliver(side: 0 | 1, chunk: string): void {
    if (!this.#broken) this.users[side]?.data(chunk)
  }

  break(reason: string | undefined, side?: 0 | 1): void {
    if (this.#broken) return
    this.#broken = true
    if (reason === undefined) return
    for (const at of side === undefined ? ([0, 1] as const) : [side]) this.users[at]?.down(reason)
  }
}
