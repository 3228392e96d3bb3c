// An INVITE that another server was tried for (RFC 3263 §4.3): what still comes of it must not ring on, nor stand unanswered.
import { after, type Millis } from '../../base/time.ts'
import { type Sleeper, Timer } from '../../base/timer-queue.ts'
import type { Server } from '../locate/server.ts'
import type { SipResponse } from '../message/message.ts'
import type { ClientTransaction, ClientUser } from '../transaction/client.ts'
import { giveUp } from '../transaction/timers.ts'
import type { UsageEnvironment } from './environment.ts'

/** §9.1: what becomes of a CANCEL shows in the response to the INVITE. */
const NOBODY: ClientUser = { onResponse: () => {}, onFailure: () => {} }

export class GivenUp implements ClientUser, Sleeper {
  readonly timer = new Timer(this)
  readonly #environment: UsageEnvironment
  readonly #transaction: ClientTransaction
  readonly #server: Server
  readonly #stray: (response: SipResponse, now: Millis) => void
  #cancelled = false

  /** `stray` is told of each 2xx: it has to be acknowledged. */
  constructor(
    environment: UsageEnvironment,
    transaction: ClientTransaction,
    server: Server,
    stray: (response: SipResponse, now: Millis) => void,
  ) {
    this.#environment = environment
    this.#transaction = transaction
    this.#server = server
    this.#stray = stray
  }

  onResponse(response: SipResponse, now: Millis): void {
    const { clients, queue, timers, standing } = this.#environment
    standing.answered(this.#server, now)
    if (response.status >= 200) {
      queue.disarm(this.timer)
      if (response.status < 300) this.#stray(response, now)
    } else if (!this.#cancelled) {
      // §9.1: it lives after all, and may be called off now.
      this.#cancelled = true
      clients.cancel(this.#transaction, [], NOBODY, now)
      queue.arm(this.timer, after(now, giveUp(timers)), now)
    }
  }

  onFailure(): void {
    this.#environment.queue.disarm(this.timer)
  }

  /** CANCEL had no effect. */
  wake(): void {
    this.#environment.clients.abandon(this.#transaction)
  }
}
