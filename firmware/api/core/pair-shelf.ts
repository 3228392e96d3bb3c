// Socket pairs for RTP transports, bound ahead by the media engine; whoever finds none waits for one, or hears why there is none.
// Unlike the user agent's stock, a pair taken is opened at once, so the engine alone counts.
import type { MediaCommand, MediaEvent, SocketSource } from '../../media/contract.ts'
import type { Pair } from '../../media/pair-stock.ts'

/** First and last UDP port, RTCP's included. */
export interface PortRange {
  readonly min: number
  readonly max: number
}

/** Pairs kept ready on each address. */
const SPARE = 4

/** Sockets of the application's own; without `rtcp` the port after that of `rtp` is bound. */
export interface PairSource {
  readonly rtp: SocketSource
  readonly rtcp?: SocketSource
}

interface Waiting {
  readonly address: string
  readonly take: (pair: Pair) => void
  readonly fail: (reason: string) => void
}

/** The pairs of one engine. */
export class PairShelf {
  readonly #send: (command: MediaCommand) => void
  readonly #ready = new Map<string, Pair[]>()
  #waiting: Waiting[] = []
  /** By the `ref` of their order. */
  readonly #brought = new Map<number, Omit<Waiting, 'address'>>()
  #lastRef = 0
  #range: PortRange
  readonly #dscp: number
  /** Why there are no more, since the last order. */
  #failure: string | undefined

  /** Some are bound ahead on `address`; `dscp` marks what they send. */
  constructor(address: string, range: PortRange, dscp: number, send: (command: MediaCommand) => void) {
    this.#send = send
    this.#range = range
    this.#dscp = dscp
    this.#order(address)
  }

  /** From now on pairs come from these ports; those in use stay what they are. */
  setRange(range: PortRange): void {
    this.#range = range
    // Nothing of the old range is to be left: what fits both would not be told again.
    this.#send({ kind: 'stock-pairs', address: '', ...range, want: 0, dscp: this.#dscp })
    for (const address of this.#ready.keys()) this.#order(address)
  }

  /** None is kept on `from` any more, some are on `to`. */
  move(from: string, to: string): void {
    this.#ready.delete(from)
    this.#send({ kind: 'stock-pairs', address: from, ...this.#range, want: 0, dscp: this.#dscp })
    this.#order(to)
  }

  /** One on that address, to be opened as a stream at once; when there is none ready, as soon as there is. */
  take(address: string, take: (pair: Pair) => void, fail: (reason: string) => void): void {
    if (!this.#ready.has(address)) this.#order(address)
    this.#waiting.push({ address, take, fail })
    this.#serve()
  }

  /** Sockets of the application's own, to be opened as a stream at once. */
  bring(source: PairSource, take: (pair: Pair) => void, fail: (reason: string) => void): void {
    const ref = ++this.#lastRef
    this.#brought.set(ref, { take, fail })
    this.#send({ kind: 'bring-pair', ref, ...source, dscp: this.#dscp })
  }

  /** What the media engine told. */
  ready({ pair, address, rtpPort, rtcpPort, ref }: Extract<MediaEvent, { kind: 'pair-ready' }>): void {
    if (ref !== undefined) {
      this.#ofRef(ref)?.take({ pair, address, rtpPort, rtcpPort })
      return
    }
    const { min, max } = this.#range
    // Of an earlier order, which is gone.
    if (rtpPort < min || rtcpPort > max) return
    this.#failure = undefined
    this.#ready.get(address)?.push({ pair, address, rtpPort, rtcpPort })
    this.#serve()
  }

  /** Likewise. */
  failed({ reason, ref }: Extract<MediaEvent, { kind: 'pairs-failed' }>): void {
    if (ref !== undefined) {
      this.#ofRef(ref)?.fail(reason)
      return
    }
    this.#failure = reason
    this.#serve()
  }

  #ofRef(ref: number): Omit<Waiting, 'address'> | undefined {
    const asked = this.#brought.get(ref)
    this.#brought.delete(ref)
    return asked
  }

  #order(address: string): void {
    this.#failure = undefined
    this.#ready.set(address, [])
    this.#send({ kind: 'stock-pairs', address, ...this.#range, want: SPARE, dscp: this.#dscp })
  }

  #serve(): void {
    const asked = this.#waiting
    this.#waiting = []
    for (const each of asked) {
      const pair = this.#ready.get(each.address)?.shift()
      if (pair !== undefined) each.take(pair)
      else if (this.#failure !== undefined) each.fail(this.#failure)
      else this.#waiting.push(each)
    }
  }
}
