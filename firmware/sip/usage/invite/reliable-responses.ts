// The UAS's side of reliable provisional responses (RFC 3262 §3): numbered, one after the other, each repeated until its PRACK.
import { after, earlier, type Millis } from '../../../base/time.ts'
import { type Sleeper, Timer } from '../../../base/timer-queue.ts'
import type { RAck } from '../../message/session-headers.ts'
import type { Answer } from '../../transaction/response.ts'
import { giveUp } from '../../transaction/timers.ts'
import type { UsageEnvironment } from '../environment.ts'

/** Responses that wait for the one before to be acknowledged. */
const MAX_WAITING = 8

interface Sent {
  readonly rseq: number
  readonly answer: Answer
  readonly giveUpAt: Millis
  interval: number
  resendAt: Millis
}

export interface ReliableUser {
  /** Puts a response on the wire, for the first time or again. */
  send(answer: Answer, now: Millis): void
  /** No PRACK came. */
  lost(now: Millis): void
}

export class ReliableResponses implements Sleeper {
  readonly timer = new Timer(this)
  readonly #environment: UsageEnvironment
  /** CSeq number of the INVITE. */
  readonly #cseq: number
  readonly #user: ReliableUser
  readonly #waiting: Answer[] = []
  #rseq: number
  #sent: Sent | undefined
  /** Its PRACK may still come, though nothing is repeated any more. */
  #late: Sent | undefined

  constructor(environment: UsageEnvironment, cseq: number, user: ReliableUser) {
    this.#environment = environment
    this.#cseq = cseq
    this.#user = user
    // §3: begins anywhere from 1 to 2^31 − 1.
    this.#rseq = environment.rng.uint32() % 0x7fff_ffff
  }

  /** The one that has no PRACK yet. */
  get unacknowledged(): Answer | undefined {
    return this.#sent?.answer
  }

  /** A description is on its way, or waits to be. */
  get describes(): boolean {
    return [this.#sent?.answer, ...this.#waiting].some((answer) => answer !== undefined && answer.body !== '')
  }

  get isFull(): boolean {
    return this.#waiting.length >= MAX_WAITING
  }

  send(answer: Answer, now: Millis): void {
    if (this.#sent) {
      this.#waiting.push(answer)
      return
    }
    const rseq = ++this.#rseq
    const headers = [
      { name: 'Require', value: '100rel' },
      { name: 'RSeq', value: `${rseq}` },
      ...(answer.headers ?? []),
    ]
    const { t1 } = this.#environment.timers
    this.#sent = {
      rseq,
      answer: { ...answer, headers },
      giveUpAt: after(now, giveUp(this.#environment.timers)),
      interval: t1,
      resendAt: after(now, t1),
    }
    this.#arm(this.#sent, now)
    this.#user.send(this.#sent.answer, now)
  }

  /** Whether a PRACK is for the response that waits for one. */
  matches({ rseq, cseq, method }: RAck): boolean {
    return (this.#sent ?? this.#late)?.rseq === rseq && cseq === this.#cseq && method === 'INVITE'
  }

  /** That PRACK came: the next has its turn. */
  acknowledged(now: Millis): void {
    this.#sent = undefined
    this.#late = undefined
    this.#environment.queue.disarm(this.timer)
    const next = this.#waiting.shift()
    if (next) this.send(next, now)
  }

  wake(now: Millis): void {
    const sent = this.#sent
    if (sent === undefined) return
    if (now >= sent.giveUpAt) {
      this.stop()
      this.#user.lost(now)
      return
    }
    sent.interval *= 2
    sent.resendAt = after(now, sent.interval)
    this.#arm(sent, now)
    this.#user.send(sent.answer, now)
  }

  /** §3: a final response has gone out, nothing is repeated any more. */
  stop(): void {
    this.#late = this.#sent
    this.#sent = undefined
    this.#waiting.length = 0
    this.#environment.queue.disarm(this.timer)
  }

  #arm({ resendAt, giveUpAt }: Sent, now: Millis): void {
    this.#environment.queue.arm(this.timer, earlier(resendAt, giveUpAt), now)
  }
}
