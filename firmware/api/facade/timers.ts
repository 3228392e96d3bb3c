// The timers an application asks its endpoint for.
import { OperationError } from './errors.ts'

/** Each fires once, and is known by a number until then. */
export class Timers {
  readonly #all = new Map<number, NodeJS.Timeout>()
  #named = 0

  /** ms. */
  schedule(msecDelay: number, fire: () => void): number {
    if (!(msecDelay >= 0 && msecDelay < 2 ** 31))
      throw new OperationError('utilTimerSchedule', 'argument', `msecDelay: expected 0 to 2^31 - 1, got ${msecDelay}`)
    const token = ++this.#named
    const late = () => {
      this.#all.delete(token)
      fire()
    }
    this.#all.set(token, setTimeout(late, msecDelay))
    return token
  }

  /** False: it has fired, or was cancelled. */
  cancel(token: number): boolean {
    clearTimeout(this.#all.get(token))
    return this.#all.delete(token)
  }

  clear(): void {
    for (const token of [...this.#all.keys()]) this.cancel(token)
  }
}
