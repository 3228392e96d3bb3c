// How long a registration that failed waits for its next try (RFC 3261 §10.2.7, §10.2.8, RFC 5626 §4.5).
import { unit } from '../../../base/rng.ts'
import { backoff, longBackoff, recoverIn } from '../backoff.ts'
import type { Digest } from '../digest.ts'
import type { FlowPort } from './flow-port.ts'

/** Trying again changes nothing: who we are, or what we asked for, is wrong. */
const REFUSALS: ReadonlySet<number> = new Set([401, 403, 404, 405, 407, 410, 416, 420, 484, 485, 603, 604, 606])
/** Of credentials that never were good: servers that lock out begin to at five. */
const MAX_REFUSALS = 3
const HOUR = 3_600_000

export const isRefusal = (status: number): boolean => REFUSALS.has(status)

/** What a wait depends on beside what happened before. */
export interface Setting {
  readonly outbound: boolean
  readonly othersStand: boolean
}

export class Patience {
  readonly #port: Pick<FlowPort, 'requester' | 'settings' | 'digest'>
  /** In a row, both. */
  #failures = 0
  #refusals = 0
  /** The credentials that were good. */
  #stoodWith: Digest | undefined

  constructor(port: Pick<FlowPort, 'requester' | 'settings' | 'digest'>) {
    this.#port = port
  }

  /** It is registered. */
  stood(): void {
    this.#failures = 0
    this.forgive()
    this.#stoodWith = this.#port.digest
  }

  /** Somebody has asked for another try. */
  forgive(): void {
    this.#refusals = 0
  }

  /** Milliseconds; `asked`: by Retry-After. Undefined: not by itself. */
  after(status: number, asked: number, setting: Setting): number | undefined {
    this.#failures++
    if (isRefusal(status)) {
      this.#refusals++
      const wait = this.#refusedIn()
      return wait === undefined ? undefined : Math.max(asked, wait)
    }
    if (status === 408 || (status >= 500 && status < 600))
      return Math.max(asked, this.#againIn(setting) + this.#spread())
    const passing = status < 300 || status === 430 || status === 480
    return Math.max(asked, passing ? this.#againIn(setting) : longBackoff(this.#rng))
  }

  /** The same when the network itself would not carry it. */
  withoutNetwork(setting: Setting): number {
    this.#failures++
    return this.#againIn(setting)
  }

  get #rng() {
    return this.#port.requester.environment.rng
  }

  #againIn({ outbound, othersStand }: Setting): number {
    if (outbound) return recoverIn(this.#failures, othersStand, this.#rng)
    const { firstMs, longestMs } = this.#port.settings.options.retry ?? {}
    return backoff(this.#failures, this.#rng, firstMs, longestMs)
  }

  /** See `RegisterRetry.spreadMs`. */
  #spread(): number {
    const { spreadMs = 0 } = this.#port.settings.options.retry ?? {}
    const isFirst = this.#failures === 1 && this.#stoodWith === undefined
    return isFirst ? Math.round(unit(this.#rng) * spreadMs) : 0
  }

  /**
   * A refusal may be a slip (a resent request that a server without memory takes for a second use of its nonce), so twice
   * more, minutes later. Credentials that have been good are tried ever less often, an hour apart at most: that locks nobody
   * out, and outlives a registrar that has lost its users for a while.
   */
  #refusedIn(): number | undefined {
    const { refusedMs = 0 } = this.#port.settings.options.retry ?? {}
    if (refusedMs > 0) return refusedMs
    if (this.#stoodWith !== this.#port.digest && this.#refusals >= MAX_REFUSALS) return undefined
    return Math.min(longBackoff(this.#rng) * 2 ** Math.min(this.#refusals - 1, 8), HOUR)
  }
}
