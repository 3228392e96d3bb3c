// The stock of bound RTP/RTCP socket pairs: an offer names its port at once, without waiting for the media engine.
import type { MediaCommand, MediaEvent, PairId } from './contract.ts'

/** A socket pair in our hands: to be opened as a stream or given back. */
export interface Pair {
  readonly pair: PairId
  readonly address: string
  readonly rtpPort: number
  readonly rtcpPort: number
}

export interface PairStockConfig {
  readonly address: string
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
  /** A pair, taken now; undefined when the stock is empty: refuse the call. */
  take(send: Send): Pair | undefined
  /** A taken pair was opened as a stream: it is the stream's from now on. */
  opened(): void
  /** A taken pair is not needed after all. */
  release(pair: Pair, send: Send): void
  readonly ready: number
}

export function createPairStock(config: PairStockConfig): PairStock {
  const ready: Pair[] = []
  // The engine counts a pair as stock until it is opened. Calls that ring keep theirs unopened, so what is ordered must
  // grow with them; it never shrinks, since the engine might then close the very pair a ringing call named in its offer.
  let taken = 0
  let ordered = config.spare
  const order = (want: number): MediaCommand => ({
    kind: 'stock-pairs',
    address: config.address,
    min: config.min,
    max: config.max,
    want,
    dscp: config.dscp,
  })
  return {
    orders: () => [order(0), order(ordered)],
    add({ pair, address, rtpPort, rtcpPort }) {
      ready.push({ pair, address, rtpPort, rtcpPort })
    },
    take(send) {
      const pair = ready.shift()
      if (pair === undefined) return undefined
      taken++
      if (taken + config.spare > ordered) {
        ordered = taken + config.spare
        send(order(ordered))
      }
      return pair
    },
    opened() {
      taken--
    },
    release(pair, send) {
      taken--
      send({ kind: 'release-pair', pair: pair.pair })
    },
    get ready() {
      return ready.length
    },
  }
}
