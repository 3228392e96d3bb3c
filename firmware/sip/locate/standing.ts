// How servers have behaved: one that failed is tried last until its time is up, longer each time it fails again.
import { after, type Millis, ms } from '../../base/time.ts'
import type { ServerTimes } from '../core/contract.ts'
import { type Server, showServer } from './server.ts'

/** Whatever happened, and whatever a Retry-After asks for: after this it is as good as the others, milliseconds. */
const LONGEST_DOWN = 600_000
const MAX_MARKS = 64

interface Mark {
  readonly until: Millis
  /** Until then it has asked to be left alone: one answer more does not change that. */
  readonly askedUntil: Millis
  readonly failures: number
}

export class Standing {
  readonly #times: Pick<ServerTimes, 'downMs'>
  readonly #marks = new Map<string, Mark>()
  readonly #told: (server: Server, now: Millis) => void

  /** `told` is told of each failure. */
  constructor(times: Pick<ServerTimes, 'downMs'>, told: (server: Server, now: Millis) => void) {
    this.#times = times
    this.#told = told
  }

  /** It failed; `asked`: the milliseconds it wants to be left alone (RFC 3261 §21.5.4). */
  failed(server: Server, asked: number, now: Millis): void {
    const key = showServer(server)
    const known = this.#marks.get(key)
    // Several requests that wait for it fail together: that is one failure.
    const failures = known === undefined ? 0 : now < known.until ? known.failures : known.failures + 1
    const down = Math.max(asked, this.#times.downMs * 2 ** Math.min(failures, 16))
    const until = ms(Math.max(after(now, Math.min(down, LONGEST_DOWN)), known?.until ?? 0))
    this.#marks.delete(key)
    const oldest = this.#marks.size >= MAX_MARKS ? this.#marks.keys().next().value : undefined
    if (oldest !== undefined) this.#marks.delete(oldest)
    this.#marks.set(key, { until, askedUntil: after(now, Math.min(asked, LONGEST_DOWN)), failures })
    this.#told(server, now)
  }

  /** It answers. */
  answered(server: Server, now: Millis): void {
    const key = showServer(server)
    const mark = this.#marks.get(key)
    if (mark && now >= mark.askedUntil) this.#marks.delete(key)
  }

  /** The way there is another one now: what failed before says nothing. */
  forget(): void {
    this.#marks.clear()
  }

  /** Until when it is tried last; undefined: it is as good as any. */
  downUntil(server: Server, now: Millis): Millis | undefined {
    const until = this.#marks.get(showServer(server))?.until
    return until !== undefined && now < until ? until : undefined
  }

  /** `servers` as they are to be tried: those that failed last; `first`, when among the others, before all of them, or `within` those of its rank. */
  inOrder(servers: readonly Server[], first: Server | undefined, within: 'all' | 'rank', now: Millis): Server[] {
    const key = first && showServer(first)
    const down = (server: Server) => Number(this.downUntil(server, now) !== undefined)
    const other = (server: Server) => Number(showServer(server) !== key)
    const rank = ({ rank: its }: Server) => (within === 'rank' ? its : 0)
    return [...servers].sort((a, b) => down(a) - down(b) || rank(a) - rank(b) || other(a) - other(b))
  }
}
