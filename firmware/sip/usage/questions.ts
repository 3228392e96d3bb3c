// Challenges an application is asked about (`challenged`), by their ids: until its word, until the time is over, or until what
// they are of has ended.
import type { Millis } from '../../base/time.ts'
import { challenges } from '../auth/challenge.ts'
import type { ChallengeAnswer, ChallengeId, Identity, SipEvent } from '../core/contract.ts'
import type { SipResponse } from '../message/message.ts'

/** Whom the challenges of a request are told to, and for how long they may wait. */
export interface Asks {
  /** The session, registration, subscription … the request is of. */
  readonly of: string
  readonly contactUser: string
  readonly ms: number
  /** Nobody is asked what credentials answer. */
  readonly unprovenOnly: boolean
}

/** Beyond that nobody is asked, the request is over. */
const LONGEST_MS = 600_000

/** Undefined: the identity's credentials answer, or nobody. */
export const asksOf = ({ challengeMs, contactUser, provesItself = false }: Identity, of: string): Asks | undefined =>
  challengeMs === undefined || !(challengeMs > 0)
    ? undefined
    : { of, contactUser, ms: Math.min(challengeMs, LONGEST_MS), unprovenOnly: provesItself }

/** Why the word makes no sense; undefined when it was taken. Without an answer the request is given up. */
type Told = (answer: ChallengeAnswer | undefined, now: Millis) => string | undefined

interface Question {
  readonly asks: Asks
  readonly told: Told
}

export interface Challenged {
  readonly method: string
  readonly uri: string
  readonly own: 'fit' | 'none' | 'refused'
  readonly response: SipResponse
}

export class Questions {
  readonly #open = new Map<ChallengeId, Question>()
  readonly #nextId: () => ChallengeId
  readonly #emit: (event: SipEvent) => void

  constructor(nextId: () => ChallengeId, emit: (event: SipEvent) => void) {
    this.#nextId = nextId
    this.#emit = emit
  }

  get size(): number {
    return this.#open.size
  }

  ask(asks: Asks, { response, ...more }: Challenged, told: Told): ChallengeId {
    const id = this.#nextId()
    this.#open.set(id, { asks, told })
    const { of, contactUser, ms: answerMs } = asks
    this.#emit({
      ...{ kind: 'challenged', id, of, contactUser, ...more },
      ...{ challenges: challenges(response), response, answerMs },
    })
    return id
  }

  /** It needs no answer any more. */
  close(id: ChallengeId): void {
    this.#open.delete(id)
  }

  answer(id: ChallengeId, answer: ChallengeAnswer | undefined, now: Millis): string | undefined {
    const question = this.#open.get(id)
    return question === undefined ? 'no such challenge waits for an answer' : question.told(answer, now)
  }

  /** What they are of has ended, or wants none of it any more: they are given up. */
  drop(of: string, now: Millis): void {
    for (const { asks, told } of [...this.#open.values()]) if (asks.of === of) told(undefined, now)
  }
}
