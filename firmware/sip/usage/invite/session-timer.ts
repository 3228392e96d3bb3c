// The timer of a session (RFC 4028): what is asked for and agreed on, when to refresh, and when to take the peer for gone.
import { after, earlier, FOREVER, type Millis, ms } from '../../../base/time.ts'
import { type Sleeper, Timer } from '../../../base/timer-queue.ts'
import type { SessionTimerTerms } from '../../core/contract.ts'
import type { HeaderField, SipRequest, SipResponse } from '../../message/message.ts'
import { sessionExpires } from '../../message/session-headers.ts'
import type { UsageEnvironment } from '../environment.ts'
import { LEAST_EXPIRES, leastOf, speaks, TIMER } from './terms.ts'

/** §10: how long before the end a session without a refresh is ended, seconds, or a third of it. */
const LEEWAY = 32
/** What a peer says is taken as it is, but for what would be a flood, seconds. */
const SHORTEST = 10
/** A refresh that failed is tried again in half of what is left, but not sooner than this, ms. */
const AGAIN = 5000

interface Running {
  readonly seconds: number
  /** We refresh. */
  readonly ours: boolean
  readonly endAt: Millis
  refreshAt: Millis
}

export interface SessionTimerUser {
  /** Half of the interval is over, and it is ours to refresh. */
  refresh(now: Millis): void
  /** Nobody has refreshed. */
  expired(now: Millis): void
  /** It runs in another way from now on; `seconds` 0: not at all. */
  changed(seconds: number, ours: boolean): void
}

export class SessionTimer implements Sleeper {
  readonly timer = new Timer(this)
  readonly #environment: UsageEnvironment
  readonly #user: SessionTimerUser
  #terms: SessionTimerTerms
  /** The shortest that anybody on the way has asked for, seconds. */
  #least: number = LEAST_EXPIRES
  #running: Running | undefined

  constructor(environment: UsageEnvironment, terms: SessionTimerTerms, user: SessionTimerUser) {
    this.#environment = environment
    this.#terms = terms
    this.#user = user
  }

  /** Before anything was sent. */
  set terms(terms: SessionTimerTerms) {
    this.#terms = terms
  }

  /** §7.1, §7.4: of an INVITE of ours, or of an UPDATE once it is answered. */
  get fields(): HeaderField[] {
    if (this.#terms.mode === 'off') return []
    const least = Math.max(this.#least, this.#terms.minSe)
    const seconds = Math.max(this.#running?.seconds ?? this.#terms.expires, least)
    const role = this.#running === undefined ? '' : `;refresher=${this.#running.ours ? 'uac' : 'uas'}`
    return [
      { name: 'Session-Expires', value: `${seconds}${role}` },
      ...(least > LEAST_EXPIRES ? [{ name: 'Min-SE', value: `${least}` }] : []),
    ]
  }

  /** §7.4: a 422 asks for more; false: not for more than was offered. */
  raise(response: SipResponse): boolean {
    const least = leastOf(response)
    if (this.#terms.mode === 'off' || least <= Math.max(this.#least, this.#terms.minSe)) return false
    this.#least = least
    return true
  }

  /** §7.2: a 2xx to an INVITE or UPDATE of ours. */
  agreed(response: SipResponse, now: Millis): void {
    const { mode, expires } = this.#terms
    const told = sessionExpires(response)
    if (mode === 'off') return
    if (told !== undefined) this.#start(Math.max(told.seconds, SHORTEST), told.refresher !== 'uas', now)
    else if (mode === 'always' || mode === 'required') this.#start(Math.max(expires, this.#least), true, now)
    else this.#off()
  }

  /** §9: a 2xx of ours to their INVITE or UPDATE goes out now, and this in it. */
  grant(request: SipRequest, now: Millis): HeaderField[] {
    const { mode, expires, minSe } = this.#terms
    if (mode === 'off') return []
    const asked = sessionExpires(request)
    const speaking = speaks(request, TIMER)
    if (asked === undefined && !speaking && mode !== 'always') {
      this.#off()
      return []
    }
    const least = Math.max(leastOf(request), minSe)
    const seconds = Math.max(Math.min(asked?.seconds ?? expires, expires), least)
    const present = this.#running?.ours ? 'uas' : 'uac'
    const refresher = speaking ? (asked?.refresher ?? present) : 'uas'
    this.#start(seconds, refresher === 'uas', now)
    return [
      { name: 'Session-Expires', value: `${seconds};refresher=${refresher}` },
      ...(refresher === 'uac' ? [{ name: 'Require', value: TIMER }] : []),
    ]
  }

  wake(now: Millis): void {
    const running = this.#running
    if (running === undefined) return
    if (now >= running.endAt) {
      this.#user.expired(now)
      return
    }
    const again = after(now, Math.max(AGAIN, (running.endAt - now) / 2))
    running.refreshAt = again < running.endAt ? again : FOREVER
    this.#arm(running, now)
    this.#user.refresh(now)
  }

  stop(): void {
    this.#environment.queue.disarm(this.timer)
    this.#running = undefined
  }

  #off(): void {
    const ran = this.#running !== undefined
    this.stop()
    if (ran) this.#user.changed(0, false)
  }

  #start(seconds: number, ours: boolean, now: Millis): void {
    const before = this.#running
    const endAt = after(now, 1000 * (seconds - Math.min(LEEWAY, seconds / 3)))
    const refreshAt = ours ? after(now, 500 * seconds) : FOREVER
    this.#running = { seconds, ours, endAt, refreshAt }
    this.#arm(this.#running, now)
    if (before?.seconds !== seconds || before.ours !== ours) this.#user.changed(seconds, ours)
  }

  #arm({ endAt, refreshAt }: Running, now: Millis): void {
    this.#environment.queue.arm(this.timer, ms(Math.ceil(earlier(endAt, refreshAt))), now)
  }
}
