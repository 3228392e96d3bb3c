// The stock of bound RTP/RTCP socket pairs: an offer names its port at once, without waiting for the media engine.
import type { MediaCommand, MediaEvent, PairId } from './contract.ts'

/** As SDP names them. */
export type Family = 'IP4' | 'IP6'

/** A socket pair in our hands: to be opened as a stream or given back. */
export interface Pair {
  readonly pair: PairId
  readonly address: string
  readonly rtpPort: number
  readonly rtcpPort: number
  /** What is sent leaves by this one's sockets. */
  readonly sendPair?: PairId
}

/** Ports of RTP and RTCP, both ends included. */
export interface PortRange {
  readonly min: number
  readonly max: number
}

export interface PairStockConfig {
  /** One, or one of each family; the first is what is named when nothing speaks for another. */
  readonly addresses: readonly string[]
  readonly range: PortRange
  readonly dscp: number
  /** Pairs kept ready beyond those taken; 4 covers a burst of calls within one engine tick. */
  readonly spare: number
}

type Send = (command: MediaCommand) => void

export interface PairStock {
  /**
   * To be given to the engine before anything else. It begins with an order for nothing: pairs left from before this
   * stock were announced to somebody who is gone, and would never be announced again.
   */
  orders(): readonly MediaCommand[]
  /** One of an earlier range, which was on its way, is given back. */
  add(event: Extract<MediaEvent, { kind: 'pair-ready' }>, send: Send): void
  /**
   * A pair, taken now, at an address of the family asked for, or at the first address. Undefined when the stock is empty, or
   * there is no such address: refuse the call. `apart`: with another one to send from.
   */
  take(send: Send, family?: Family, apart?: boolean): Pair | undefined
  /** There is an address of this family. */
  has(family: Family): boolean
  /** A taken pair was opened as a stream: it is the stream's from now on. */
  opened(pair: Pair): void
  /** A taken pair is not needed after all. */
  release(pair: Pair, send: Send): void
  /** These addresses from now on. Pairs at others are gone, taken ones too unless they are opened. */
  move(addresses: readonly string[], send: Send): void
  /** Pairs come from these ports from now on; those that are taken stay what they are. */
  setRange(range: PortRange, send: Send): void
  readonly range: PortRange
  readonly ready: number
}

/** What is kept at one address. */
interface Shelf {
  readonly ready: Pair[]
  // The engine counts a pair as stock until it is opened. Calls that ring keep theirs unopened, so what is ordered must
  // grow with them; it never shrinks, since the engine might then close the very pair a ringing call named in its offer.
  taken: number
  ordered: number
}

export function createPairStock({ addresses, range: first, dscp, spare }: PairStockConfig): PairStock {
  let range = first
  const shelves = new Map<string, Shelf>()
  const put = (address: string) => shelves.set(address, { ready: [], taken: 0, ordered: spare })
  const order = (address: string, want: number): MediaCommand => ({
    kind: 'stock-pairs',
    address,
    ...range,
    want,
    dscp,
  })
  const fits = ({ rtpPort, rtcpPort }: Pair) => rtpPort >= range.min && rtcpPort <= range.max
  addresses.forEach(put)
  return {
    orders: () => [order('', 0), ...[...shelves.keys()].map((address) => order(address, spare))],
    add({ pair, address, rtpPort, rtcpPort }, send) {
      const shelf = shelves.get(address)
      const bound = { pair, address, rtpPort, rtcpPort }
      if (fits(bound)) shelf?.ready.push(bound)
      else if (shelf) send({ kind: 'release-pair', pair })
    },
    take(send, family, apart = false) {
      const address = [...shelves.keys()].find((each) => family === undefined || familyOf(each) === family) ?? ''
      const shelf = shelves.get(address)
      const [pair, other] = shelf?.ready ?? []
      if (shelf === undefined || pair === undefined || (apart && other === undefined)) return undefined
      const taken = apart ? { ...pair, sendPair: other!.pair } : pair
      shelf.ready.splice(0, sizeOf(taken))
      shelf.taken += sizeOf(taken)
      if (shelf.taken + spare > shelf.ordered) {
        shelf.ordered = shelf.taken + spare
        send(order(address, shelf.ordered))
      }
      return taken
    },
    has: (family) => [...shelves.keys()].some((each) => familyOf(each) === family),
    opened(pair) {
      const shelf = shelves.get(pair.address)
      if (shelf) shelf.taken -= sizeOf(pair)
    },
    release(pair, send) {
      const shelf = shelves.get(pair.address)
      if (shelf === undefined) return
      shelf.taken -= sizeOf(pair)
      send({ kind: 'release-pair', pair: pair.pair })
      if (pair.sendPair !== undefined) send({ kind: 'release-pair', pair: pair.sendPair })
    },
    move(to, send) {
      for (const address of [...shelves.keys()].filter((each) => !to.includes(each))) {
        shelves.delete(address)
        send(order(address, 0))
      }
      for (const address of to) {
        const kept = shelves.get(address)
        // In the order given: the first is the one that serves where nothing speaks for another.
        shelves.delete(address)
        if (kept) shelves.set(address, kept)
        else {
          put(address)
          send(order(address, spare))
        }
      }
    },
    setRange(to, send) {
      range = to
      for (const [address, shelf] of shelves) {
        // First the order: each pair that is given back is followed by one of the new range.
        send(order(address, shelf.ordered))
        const left = shelf.ready.filter((pair) => !fits(pair))
        shelf.ready.splice(0, shelf.ready.length, ...shelf.ready.filter(fits))
        for (const { pair } of left) send({ kind: 'release-pair', pair })
      }
    },
    get range() {
      return range
    },
    get ready() {
      return [...shelves.values()].reduce((sum, { ready }) => sum + ready.length, 0)
    },
  }
}

/** How many of the stock it is. */
const sizeOf = ({ sendPair }: Pair): number => (sendPair === undefined ? 1 : 2)

export const familyOf = (address: string): Family => (address.includes(':') ? 'IP6' : 'IP4')
