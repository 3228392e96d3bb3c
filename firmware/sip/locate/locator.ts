// Finds servers (RFC 3263): asks for the records each search lacks, one look-up for all who want it, gives up on silence.
import type { Rng } from '../../base/rng.ts'
import { after, type Millis } from '../../base/time.ts'
import { type Sleeper, Timer, type TimerQueue } from '../../base/timer-queue.ts'
import type { DnsRecord, LookupError, RecordType, ServerTimes } from '../core/contract.ts'
import { Cache, keyOf } from './cache.ts'
import { type Answer, type Question, type Step, step, type Ways } from './step.ts'
import type { Wish } from './wish.ts'

export interface LocatorPort {
  readonly queue: TimerQueue
  readonly rng: Rng
  readonly ways: Ways
  ask(query: number, type: RecordType, name: string): void
}

export interface Resolved {
  readonly query: number
  readonly records: readonly DnsRecord[]
  readonly error?: LookupError
  /** How long it is good for, when it says so. */
  readonly ttlMs?: number
}

export type Located = Exclude<Step, { readonly kind: 'ask' }>

type Found = (located: Located, now: Millis) => void

/** Of one answer, more than any sane zone has. */
const MAX_RECORDS = 16
/** NAPTR, SRV, addresses: a search that asks more often is going round in circles. */
const MAX_ROUNDS = 4

interface Search {
  readonly wish: Wish
  /** What this search has been told: it must not change under its feet when the cache forgets. */
  readonly known: Map<string, Answer>
  readonly waitsFor: Set<string>
  rounds: number
  readonly found: Found
}

export class Locator {
  readonly #port: LocatorPort
  readonly #times: Pick<ServerTimes, 'lookupMs'>
  readonly #cache: Cache
  readonly #lookups = new Map<number, Lookup>()
  readonly #byQuestion = new Map<string, Lookup>()
  readonly #searches = new Set<Search>()
  #last = 0

  constructor(port: LocatorPort, times: Pick<ServerTimes, 'presentMs' | 'absentMs' | 'lookupMs'>) {
    this.#port = port
    this.#times = times
    this.#cache = new Cache(times)
  }

  /** Look-ups under way. */
  get pending(): number {
    return this.#lookups.size
  }

  /** The servers at once when nothing has to be asked; else `found` is called later, unless it is called off. */
  locate(wish: Wish, found: Found, now: Millis): { readonly located: Located } | { readonly callOff: () => void } {
    const search: Search = { wish, known: new Map(), waitsFor: new Set(), rounds: 0, found }
    const located = this.#advance(search, now)
    if (located) return { located }
    this.#searches.add(search)
    return { callOff: () => this.#searches.delete(search) }
  }

  answered({ query, records, error, ttlMs = Number.POSITIVE_INFINITY }: Resolved, now: Millis): void {
    const lookup = this.#lookups.get(query)
    if (lookup === undefined) return
    const { question } = lookup
    const key = keyOf(question)
    this.#lookups.delete(query)
    this.#byQuestion.delete(key)
    this.#port.queue.disarm(lookup.timer)
    const answer: Answer = {
      records: records.slice(0, MAX_RECORDS),
      error: records.length > 0 ? undefined : (error ?? 'no such record'),
    }
    const believed = this.#cache.put(question, answer, ttlMs, now)
    for (const search of [...this.#searches]) {
      if (!search.waitsFor.delete(key)) continue
      search.known.set(key, believed)
      const located = search.waitsFor.size === 0 ? this.#advance(search, now) : undefined
      if (located === undefined) continue
      this.#searches.delete(search)
      search.found(located, now)
    }
  }

  /** Goes on until something has to be asked: then undefined. */
  #advance(search: Search, now: Millis): Located | undefined {
    for (;;) {
      const { rng, ways } = this.#port
      const next = step(search.wish, ways, (question) => search.known.get(keyOf(question)), rng)
      if (next.kind !== 'ask') return next
      if (++search.rounds > MAX_ROUNDS) return { kind: 'no-record', what: `${search.wish.host} leads in circles` }
      for (const question of next.questions) {
        const cached = this.#cache.get(question, now)
        if (cached) search.known.set(keyOf(question), cached)
        else this.#ask(question, search, now)
      }
      if (search.waitsFor.size > 0) return undefined
    }
  }

  #ask(question: Question, search: Search, now: Millis): void {
    const key = keyOf(question)
    search.waitsFor.add(key)
    if (this.#byQuestion.has(key)) return
    const query = ++this.#last
    const lookup = new Lookup(question, (then) => this.answered({ query, records: [], error: 'no answer' }, then))
    this.#lookups.set(query, lookup)
    this.#byQuestion.set(key, lookup)
    this.#port.queue.arm(lookup.timer, after(now, this.#times.lookupMs), now)
    this.#port.ask(query, question.type, question.name)
  }
}

class Lookup implements Sleeper {
  readonly timer = new Timer(this)
  readonly question: Question
  readonly #giveUp: (now: Millis) => void

  constructor(question: Question, giveUp: (now: Millis) => void) {
    this.question = question
    this.#giveUp = giveUp
  }

  wake(now: Millis): void {
    this.#giveUp(now)
  }
}
