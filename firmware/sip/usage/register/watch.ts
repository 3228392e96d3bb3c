// Watches the server a registration lives at (RFC 3261 §11, RFC 5626 §4.4): it has to answer an OPTIONS, or is only kept reachable.
import { unit } from '../../../base/rng.ts'
import { after, type Millis } from '../../../base/time.ts'
import { type Sleeper, Timer } from '../../../base/timer-queue.ts'
import type { KeepAlive, Try } from '../../core/contract.ts'
import type { Server } from '../../locate/server.ts'
import type { SipResponse } from '../../message/message.ts'
import type { Hop } from '../../transaction/environment.ts'
import { type OutgoingRequest, sendRequest } from '../outgoing-request.ts'
import type { Failure, Requester, RequestSpec, RequestUser } from '../requester.ts'

export interface WatchUser {
  /** The OPTIONS to ask with, but for its destination. */
  probe(): RequestSpec
  /** The server has not answered, or cannot be reached; the watch is over. */
  onDead(why: Failure, detail: string | undefined, tries: readonly Try[], now: Millis): void
}

export class Watch implements RequestUser, Sleeper {
  readonly timer = new Timer(this)
  readonly #requester: Requester
  readonly #user: WatchUser
  #watched: { readonly server: Server; readonly hop: Hop; readonly keepAlive: KeepAlive } | undefined
  #probe: OutgoingRequest | undefined

  constructor(requester: Requester, user: WatchUser) {
    this.#requester = requester
    this.#user = user
  }

  /** From now on; a probe under way counts no more. */
  begin(server: Server, hop: Hop, keepAlive: KeepAlive, now: Millis): void {
    this.end()
    this.#watched = { server, hop, keepAlive }
    // RFC 5626 §4.4.1: streams ping by themselves, at this pace; not all peers answer that.
    if (keepAlive.kind === 'crlf' && hop.reliable) this.#requester.environment.pace(hop, keepAlive.everyMs, false, now)
    else this.#arm(keepAlive, now)
  }

  end(): void {
    this.#watched = undefined
    this.#probe?.handOver(NOBODY)
    this.#probe = undefined
    this.#requester.environment.queue.disarm(this.timer)
  }

  /** There is reason to ask now. */
  hurry(now: Millis): void {
    const asks = this.#watched?.keepAlive.kind === 'options' && this.#probe === undefined
    if (asks) this.#requester.environment.queue.arm(this.timer, now, now)
  }

  wake(now: Millis): void {
    if (this.#watched === undefined) return
    const { server, hop, keepAlive } = this.#watched
    switch (keepAlive.kind) {
      case 'options':
        this.#probe = sendRequest(this.#requester, { ...this.#user.probe(), only: server }, this, now)
        return
      case 'crlf':
        this.#requester.environment.send(hop, '\r\n\r\n')
        this.#arm(keepAlive, now)
    }
  }

  /** Whatever it says, it lives. */
  onResponse(response: SipResponse, now: Millis): void {
    if (response.status < 200 || this.#watched === undefined) return
    this.#probe = undefined
    this.#arm(this.#watched.keepAlive, now)
  }

  onFailure(why: Failure, now: Millis, detail?: string): void {
    const tries = this.#probe?.tries ?? []
    this.end()
    this.#user.onDead(why, detail, tries, now)
  }

  /** A fleet that came up together does not ask together. */
  #arm({ everyMs }: KeepAlive, now: Millis): void {
    const { queue, rng } = this.#requester.environment
    queue.arm(this.timer, after(now, Math.round(everyMs * (0.8 + unit(rng) / 5))), now)
  }
}

const NOBODY: RequestUser = { onResponse: () => {}, onFailure: () => {} }
