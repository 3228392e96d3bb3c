// Messages that are dropped: counted, and said in the log seldom enough that a flood of them is no flood of lines.
import { type LogRecord, log } from '../../base/log.ts'
import { after, type Millis, ms } from '../../base/time.ts'

/** At most one line in this many milliseconds. */
const LOG_EVERY = 60_000

export class Drops {
  readonly #tell: (record: LogRecord) => void
  #count = 0
  #logAgainAt = ms(Number.NEGATIVE_INFINITY)

  constructor(tell: (record: LogRecord) => void) {
    this.#tell = tell
  }

  /** Since the start. */
  get count(): number {
    return this.#count
  }

  note(what: string, from: string, now: Millis): void {
    this.#count++
    if (now < this.#logAgainAt) return
    this.#logAgainAt = after(now, LOG_EVERY)
    this.#tell(log('warn', 'sip.transport', 'message dropped', { what, from, dropped: this.#count }))
  }
}
