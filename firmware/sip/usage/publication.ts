// Event state of ours at a server (RFC 3903 §4): published, modified, refreshed before expiry, put there anew when the server has
// lost it, and removed. One request at a time: what is asked meanwhile follows its answer, the newest body alone.
import { after, FOREVER, type Millis } from '../../base/time.ts'
import { type Sleeper, Timer } from '../../base/timer-queue.ts'
import type { Cause, PublicationState } from '../core/contract.ts'
import { expires, minExpires, retryAfter } from '../message/headers.ts'
import type { Body, HeaderField, SipResponse } from '../message/message.ts'
import { backoff, isPassing, longBackoff, refreshIn } from './backoff.ts'
import { sendRequest } from './outgoing-request.ts'
import { type Failure, type Requester, type RequestSpec, type RequestUser, statusOf } from './requester.ts'

export interface PublicationSettings {
  /** Value of Event. */
  readonly event: string
  /** Seconds asked for. */
  readonly expires: number
  readonly headers: readonly HeaderField[]
  /** A PUBLISH without body and the headers that are this file's business. */
  readonly opening: (headers: readonly HeaderField[]) => RequestSpec
}

/** What a request is for: the first of some state, another body, the same for longer, its end (§4.1, table 1). */
type Operation = 'initial' | 'modify' | 'refresh' | 'remove'

interface Outcome {
  readonly status: number
  readonly reason: string
  readonly cause?: Cause | undefined
  readonly expires?: number
  readonly retryMs?: number
}

/** A server that asks for longer and longer intervals, or knows no entity-tag of its own, is not followed for ever. */
const MAX_AGAIN = 3
const LONGEST_WAIT = 3600
const HOPELESS: ReadonlySet<number> = new Set([405, 489, 501])

export class Publication implements RequestUser, Sleeper {
  /** Refresh, or the next try. */
  readonly timer = new Timer(this)
  readonly id: string
  #state: PublicationState = 'unpublished'
  #settings: PublicationSettings
  #body: Body
  #wanted = true
  /** Under way. */
  #operation: Operation | undefined
  /** The body or the wish changed while a request was under way. */
  #stale = false
  /** SIP-ETag of what is there; undefined: nothing of ours is. */
  #tag: string | undefined
  #failures = 0
  #again = 0
  #minExpires = 0
  readonly #requester: Requester
  readonly #ended: (publication: Publication) => void

  constructor(
    requester: Requester,
    id: string,
    settings: PublicationSettings,
    body: Body,
    ended: (publication: Publication) => void,
  ) {
    this.#requester = requester
    this.id = id
    this.#settings = settings
    this.#body = body
    this.#ended = ended
  }

  /** Another body, or other settings; at once, or when the request under way is answered. */
  publish(settings: PublicationSettings, body: Body, now: Millis): void {
    this.#settings = settings
    this.#body = body
    this.#wanted = true
    this.#go(now)
  }

  start(now: Millis): void {
    this.#go(now)
  }

  unpublish(now: Millis): void {
    this.#wanted = false
    if (this.#operation === undefined && this.#tag === undefined) this.#over({ status: 0, reason: '', cause: 'local' })
    else if (this.#operation === undefined) this.#go(now)
    else {
      this.#stale = true
      this.#requester.environment.questions.drop(this.id, now)
    }
  }

  wake(now: Millis): void {
    this.#send(this.#tag === undefined ? 'initial' : 'refresh', now)
  }

  #go(now: Millis): void {
    if (this.#operation !== undefined) {
      this.#stale = true
      return
    }
    if (!this.#wanted) this.#send('remove', now)
    else this.#send(this.#tag === undefined ? 'initial' : 'modify', now)
  }

  #send(operation: Operation, now: Millis): void {
    const { event, headers, opening } = this.#settings
    const { queue } = this.#requester.environment
    queue.arm(this.timer, FOREVER, now)
    this.#operation = operation
    this.#stale = false
    const asked = operation === 'remove' ? 0 : Math.max(this.#settings.expires, this.#minExpires)
    const spec = opening([
      { name: 'Event', value: event },
      { name: 'Expires', value: String(asked) },
      ...(this.#tag === undefined ? [] : [{ name: 'SIP-If-Match', value: this.#tag }]),
      ...headers,
    ])
    // §4.1: a refresh and a removal have none.
    const body = operation === 'initial' || operation === 'modify' ? this.#body : undefined
    if (operation !== 'refresh') {
      const none = { status: 0, reason: '' }
      this.#enter(operation === 'remove' ? 'unpublishing' : 'publishing', none)
    }
    sendRequest(this.#requester, { ...spec, body }, this, now)
  }

  onResponse(response: SipResponse, now: Millis): void {
    const { status, reason } = response
    if (status < 200) return
    const operation = this.#operation
    this.#operation = undefined
    if (operation === 'remove') this.#removed({ status, reason }, now)
    else if (status < 300) this.#published(response, now)
    else if (!this.#anew(response, now)) this.#refused(response, now)
  }

  onFailure(why: Failure, now: Millis, detail?: string): void {
    const removing = this.#operation === 'remove'
    this.#operation = undefined
    const outcome = { ...statusOf(why, detail), cause: why }
    if (removing) this.#removed(outcome, now)
    else this.#failed(outcome, backoff(++this.#failures, this.#requester.environment.rng), now)
  }

  #published(response: SipResponse, now: Millis): void {
    const { status, reason } = response
    const { queue, rng } = this.#requester.environment
    this.#failures = this.#again = 0
    // §4.2: without one it cannot be referred to, so each refresh puts it there anew.
    this.#tag = response.header('SIP-ETag')
    const granted = expires(response) ?? Math.max(this.#settings.expires, this.#minExpires)
    if (!this.#stale) queue.arm(this.timer, after(now, refreshIn(granted, rng)), now)
    this.#enter('published', { status, reason, expires: granted })
    if (this.#stale) this.#go(now)
  }

  /** Once more at once, if that can help; no event comes between. */
  #anew(response: SipResponse, now: Millis): boolean {
    const { status } = response
    if (!this.#wanted || this.#again >= MAX_AGAIN) return false
    // §4.4: it is not there any more, so all of it again.
    if (status === 412 && this.#tag !== undefined) this.#tag = undefined
    else if (status === 423) this.#minExpires = Math.max(minExpires(response) ?? 0, this.#settings.expires + 1)
    else return false
    this.#again++
    this.#send(this.#tag === undefined ? 'initial' : 'modify', now)
    return true
  }

  #refused(response: SipResponse, now: Millis): void {
    const { status, reason } = response
    const { rng } = this.#requester.environment
    const asked = retryAfter(response)?.seconds
    const passing = isPassing(status) || asked !== undefined
    const wait = passing ? backoff(++this.#failures, rng) : longBackoff(rng)
    // Whoever does not know the package, or PUBLISH, will not know it later.
    const retryMs = HOPELESS.has(status) ? undefined : Math.max(wait, 1000 * Math.min(asked ?? 0, LONGEST_WAIT))
    const cause = status === 401 || status === 407 ? 'authentication' : 'remote'
    this.#failed({ status, reason, cause }, retryMs, now)
  }

  #failed(outcome: Outcome, retryMs: number | undefined, now: Millis): void {
    this.#again = 0
    this.#tag = undefined
    if (!this.#wanted || (retryMs === undefined && !this.#stale)) this.#over(outcome)
    else if (this.#stale || retryMs === undefined) this.#enterAndGo(outcome, now)
    else {
      this.#requester.environment.queue.arm(this.timer, after(now, retryMs), now)
      this.#enter('unpublished', { ...outcome, retryMs })
    }
  }

  #enterAndGo(outcome: Outcome, now: Millis): void {
    this.#enter('unpublished', { ...outcome, retryMs: 0 })
    this.#go(now)
  }

  /** Whatever the server says of it, there is nothing of ours any more; what is published next begins anew. */
  #removed(outcome: Outcome, now: Millis): void {
    this.#tag = undefined
    if (this.#wanted) this.#enterAndGo(outcome, now)
    else this.#over(outcome)
  }

  #over(outcome: Outcome): void {
    this.#requester.environment.queue.disarm(this.timer)
    this.#tag = undefined
    this.#enter('unpublished', outcome)
    this.#ended(this)
  }

  #enter(state: PublicationState, outcome: Outcome): void {
    const previous = this.#state
    this.#state = state
    const { status, reason, cause, expires: granted = 0, retryMs } = outcome
    const { environment } = this.#requester
    environment.emit({
      ...{ kind: 'publication-state', id: this.id, state, previous, status, reason },
      ...{ cause, expires: granted, retryMs },
    })
  }
}
