// What the transaction layer needs from the house around it.
import type { SocketAddress } from '../../base/address.ts'
import type { TimerQueue } from '../../base/timer-queue.ts'
import type { SipTimers } from './timers.ts'

/** Where a message leaves by and goes to. */
export interface Hop {
  /** A bound local transport, by the name it came with. */
  readonly transport: string
  readonly to: SocketAddress
  /** A stream carries it. */
  readonly reliable?: true
  /** The stream a request came on: its responses go back there as long as it stands (§18.2.2). */
  readonly flow?: string
  /** Over TLS: the name the far end has to prove, the host of the URI that led here (RFC 5922). */
  readonly name?: string
}

export interface TransactionEnvironment {
  readonly timers: SipTimers
  /** The same over a stream. */
  readonly streamTimers: SipTimers
  readonly queue: TimerQueue
  /** Puts a message on the wire. */
  send(hop: Hop, data: string): void
}
