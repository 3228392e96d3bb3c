// A 2xx of ours until its ACK comes (RFC 3261 §13.3.1.4): sent again after T1, doubling to T2, given up after 64·T1.
import { after, earlier, type Millis } from '../../../base/time.ts'
import { type Sleeper, Timer } from '../../../base/timer-queue.ts'
import type { Hop, TransactionEnvironment } from '../../transaction/environment.ts'
import { giveUp } from '../../transaction/timers.ts'

export class Unacknowledged implements Sleeper {
  readonly timer = new Timer(this)
  /** CSeq number of the INVITE: the ACK has the same. */
  readonly seq: number
  /** The 2xx carried an offer, so the ACK brings the answer. */
  readonly offered: boolean
  readonly #environment: TransactionEnvironment
  readonly #hop: Hop
  readonly #text: string
  readonly #lost: (now: Millis) => void
  readonly #giveUpAt: Millis
  #interval: number
  #resendAt: Millis

  /** `lost` is called when no ACK came. */
  constructor(
    environment: TransactionEnvironment,
    hop: Hop,
    text: string,
    seq: number,
    offered: boolean,
    lost: (now: Millis) => void,
    now: Millis,
  ) {
    this.#environment = environment
    this.#hop = hop
    this.#text = text
    this.seq = seq
    this.offered = offered
    this.#lost = lost
    this.#interval = environment.timers.t1
    this.#resendAt = after(now, this.#interval)
    this.#giveUpAt = after(now, giveUp(environment.timers))
    this.#arm(now)
  }

  wake(now: Millis): void {
    if (now >= this.#giveUpAt) {
      this.#lost(now)
      return
    }
    this.#environment.send(this.#hop, this.#text)
    this.#interval = Math.min(this.#interval * 2, this.#environment.timers.t2)
    this.#resendAt = after(now, this.#interval)
    this.#arm(now)
  }

  stop(): void {
    this.#environment.queue.disarm(this.timer)
  }

  #arm(now: Millis): void {
    this.#environment.queue.arm(this.timer, earlier(this.#resendAt, this.#giveUpAt), now)
  }
}
