// Requests handed to the application (MESSAGE, INFO, NOTIFY …) until it has answered them.
import type { SocketAddress } from '../../base/address.ts'
import type { Millis } from '../../base/time.ts'
import type { Body, HeaderField } from '../message/message.ts'
import type { Incoming } from '../transaction/response.ts'
import type { ServerTransaction } from '../transaction/server.ts'
import type { UsageEnvironment } from '../usage/environment.ts'

interface Pending {
  readonly transaction: ServerTransaction
  readonly toTag: string
  /** Of a 2xx. */
  readonly accepting: readonly HeaderField[]
}

export class IncomingRequests {
  readonly #environment: UsageEnvironment
  readonly #pending = new Map<string, Pending>()

  constructor(environment: UsageEnvironment) {
    this.#environment = environment
  }

  get size(): number {
    return this.#pending.size
  }

  add(
    id: string,
    incoming: Incoming & { readonly from: SocketAddress },
    session: string | undefined,
    toTag: string,
    now: Millis,
    accepting: readonly HeaderField[] = this.#environment.capabilities.server,
  ): void {
    const user = {
      localTag: toTag,
      onCancel: () => {},
      onExpired: () => this.#pending.delete(id),
    }
    const transaction = this.#environment.servers.create(incoming, user, now)
    this.#pending.set(id, { transaction, toTag, accepting })
    this.#environment.emit({ kind: 'request-incoming', id, session, request: incoming.request, from: incoming.from })
  }

  /** Why the reply makes no sense, or undefined when it went out. */
  reply(
    id: string,
    status: number,
    reason: string | undefined,
    headers: readonly HeaderField[],
    body: Body | undefined,
    now: Millis,
  ): string | undefined {
    const pending = this.#pending.get(id)
    if (pending === undefined) return 'no request of that id waits for an answer'
    // RFC 4320 §4.1: no provisional response but 100 to what is not an INVITE.
    if (status < 100 || status > 699 || (status > 100 && status < 200)) return 'no such status for this request'
    const type = body === undefined ? [] : [{ name: 'Content-Type', value: body.contentType }]
    const own = status >= 200 && status < 300 ? pending.accepting : this.#environment.capabilities.server
    const all = [...own, ...headers, ...type]
    if (status >= 200) this.#pending.delete(id)
    pending.transaction.respond({ status, reason, toTag: pending.toTag, headers: all, body: body?.content ?? '' }, now)
    return undefined
  }
}
