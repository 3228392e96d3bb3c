// Answers that are remembered: present ones for a while, absent ones briefly, and the last good one for when no server answers.
import { after, type Millis } from '../../base/time.ts'
import type { LookupError, ServerTimes } from '../core/contract.ts'
import type { Answer, Question } from './step.ts'

/** RFC 8767 §4: how long a good answer may stand in when nobody can be asked. */
const STALE_MS = 24 * 3_600_000
const MAX_ENTRIES = 256

interface Entry {
  readonly answer: Answer
  readonly freshUntil: Millis
  readonly staleUntil: Millis
}

export class Cache {
  readonly #times: Pick<ServerTimes, 'presentMs' | 'absentMs'>
  readonly #entries = new Map<string, Entry>()

  constructor(times: Pick<ServerTimes, 'presentMs' | 'absentMs'>) {
    this.#times = times
  }

  /** What is known and still good. */
  get(question: Question, now: Millis): Answer | undefined {
    const entry = this.#entries.get(keyOf(question))
    return entry && now < entry.freshUntil ? entry.answer : undefined
  }

  /** Remembers an answer; gives back what is to be believed: when it says nothing, the last one that did. */
  put(question: Question, answer: Answer, ttlMs: number, now: Millis): Answer {
    const key = keyOf(question)
    const known = this.#entries.get(key)
    this.#entries.delete(key)
    const stands = isPassing(answer.error) && known && known.answer.records.length > 0 && now < known.staleUntil
    const believed = stands ? known.answer : answer
    const { presentMs, absentMs } = this.#times
    const fresh = answer.error === undefined ? Math.min(presentMs, ttlMs) : absentMs
    const staleUntil = stands ? known.staleUntil : after(now, STALE_MS)
    const oldest = this.#entries.size >= MAX_ENTRIES ? this.#entries.keys().next().value : undefined
    if (oldest !== undefined) this.#entries.delete(oldest)
    this.#entries.set(key, { answer: believed, freshUntil: after(now, fresh), staleUntil })
    return believed
  }
}

export const keyOf = ({ type, name }: Question): string => `${type} ${name.toLowerCase()}`

/** It says nothing about the name. */
function isPassing(error: LookupError | undefined): boolean {
  switch (error) {
    case undefined:
    case 'no such name':
    case 'no such record':
      return false
    case 'server failure':
    case 'refused':
    case 'no answer':
      return true
  }
}
