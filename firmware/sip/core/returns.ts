// Responses whose connection is gone, when none can be made to where the request came from: they go to the servers behind its
// sent-by (RFC 3261 §18.2.2, RFC 3263 §5).
import { isIpv4, isIpv6 } from '../../base/ip.ts'
import { after, type Millis } from '../../base/time.ts'
import type { Located, Locator } from '../locate/locator.ts'
import type { Server } from '../locate/server.ts'
import { parseMessage } from '../message/parse.ts'
import type { Transports } from '../transport/transports.ts'

/** A response that has not got through after this long, ms, is of no interest to anybody (64·T1). */
const PATIENCE = 32_000
const MAX_KEPT = 64

interface Kept {
  readonly left: Server[]
  readonly until: Millis
}

export class Returns {
  readonly #transports: Transports
  readonly #locator: Locator
  readonly #send: (transport: string, server: Server, text: string, now: Millis) => void
  /** By their text: what has been sent to one server may have to go to the next. */
  readonly #kept = new Map<string, Kept>()

  constructor(
    transports: Transports,
    locator: Locator,
    send: (transport: string, server: Server, text: string, now: Millis) => void,
  ) {
    this.#transports = transports
    this.#locator = locator
    this.#send = send
  }

  /** No connection could be made that `unsent` was to go by. */
  unreturned(transport: string, unsent: readonly string[], now: Millis): void {
    for (const [text, { until }] of this.#kept) if (now >= until) this.#kept.delete(text)
    for (const text of unsent) {
      if (!text.startsWith('SIP/2.0')) continue
      const kept = this.#kept.get(text)
      if (kept) this.#next(transport, text, kept, now)
      else if (this.#kept.size < MAX_KEPT) this.#locate(transport, text, now)
    }
  }

  #locate(transport: string, text: string, now: Millis): void {
    const protocol = this.#transports.get(transport)?.protocol
    const message = parseMessage(text)
    const via = message.ok ? message.value.vias[0] : undefined
    if (protocol === undefined || via === undefined) return
    const { host, port } = via
    const wish = { host, port, literal: isIpv4(host) || isIpv6(host), protocol, secure: false, name: host }
    const found = (located: Located, then: Millis) => {
      if (located.kind !== 'found') return
      const kept = { left: [...located.servers], until: after(then, PATIENCE) }
      this.#kept.set(text, kept)
      this.#next(transport, text, kept, then)
    }
    const search = this.#locator.locate(wish, found, now)
    if ('located' in search) found(search.located, now)
  }

  #next(transport: string, text: string, { left }: Kept, now: Millis): void {
    const server = left.shift()
    if (server === undefined) this.#kept.delete(text)
    else this.#send(transport, server, text, now)
  }
}
