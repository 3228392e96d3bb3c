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

export interface PairStockConfig {
  /** One, or one of each family; the first is what is named when nothing speaks for another. */
  readonly addresses: readonly string[]
  readonly min: number
  readonly max: number
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
  add(event: Extract<MediaEvent, { kind: 'pair-ready' }>): void
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

export function createPairStock({ addresses, min, max, dscp, spare }: PairStockConfig): PairStock {
  const shelves = new Map<string, Shelf>()
  const put = (address: string) => shelves.set(address, { ready: [], taken: 0, ordered: spare })
  const order = (address: string, want: number): MediaCommand => ({
    kind: 'stock-pairs',
    address,
    min,
    max,
    want,
    dscp,
  })
  addresses.forEach(put)
  return {
    orders: () => [order('', 0), ...[...shelves.keys()].map((address) => order(address, spare))],
    add({ pair, address, rtpPort, rtcpPort }) {
      shelves.get(address)?.ready.push({ pair, address, rtpPort, rtcpPort })
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
    get ready() {
      return [...shelves.values()].reduce((sum, { ready }) => sum + ready.length, 0)
    },
  }
}

/** How many of the stock it is. */
const sizeOf = ({ sendPair }: Pair): number => (sendPair === undefined ? 1 : 2)

export const familyOf = (address: string): Family => (address.includes(':') ? 'IP6' : 'IP4')
