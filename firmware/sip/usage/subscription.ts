// A subscription of ours (RFC 6665 §4.1): made by whose NOTIFY comes first, refreshed before expiry, made anew as asked.
import { after, earlier, FOREVER, type Millis } from '../../base/time.ts'
import { type Sleeper, Timer } from '../../base/timer-queue.ts'
import type { Cause, SubscriptionState } from '../core/contract.ts'
import { acceptSeq, type Dialog, refreshTarget, uasDialog } from '../dialog/dialog.ts'
import { expires, minExpires, retryAfter } from '../message/headers.ts'
import type { Body, HeaderField, SipRequest, SipResponse } from '../message/message.ts'
import type { Answer, Incoming } from '../transaction/response.ts'
import { giveUp } from '../transaction/timers.ts'
import { retrySoon } from './answers.ts'
import { backoff, isPassing, refreshIn } from './backoff.ts'
import type { Digest } from './digest.ts'
import { inDialog } from './invite/acks.ts'
import {
  eventOf,
  type Notified,
  type NotifyTaker,
  parseEvent,
  type SubscriptionStateField,
  subscriptionStateOf,
} from './notified.ts'
import { sendRequest } from './outgoing-request.ts'
import { type Failure, type Requester, type RequestSpec, type RequestUser, statusOf } from './requester.ts'

export interface SubscriptionSettings {
  /** Value of Event. */
  readonly event: string
  /** Value of Accept; '' sends none. */
  readonly accept: string
  /** Seconds asked for. */
  readonly expires: number
  readonly contactUser: string
  readonly headers: readonly HeaderField[]
  readonly body: Body | undefined
  readonly digest: Digest
  /** The first request of a dialog: new Call-ID and tag each time. */
  readonly opening: (
    headers: readonly HeaderField[],
  ) => RequestSpec & { readonly callId: string; readonly localTag: string }
}

interface Outcome {
  readonly status: number
  readonly reason: string
  readonly cause?: Cause | undefined
}

const NONE: Outcome = { status: 0, reason: '' }
/** Reasons of an end after which trying again makes no sense (§4.1.3). */
const FOR_GOOD = new Set(['rejected', 'noresource', 'invariant'])

export class Subscription implements RequestUser, NotifyTaker, Sleeper {
  readonly timer = new Timer(this)
  readonly id: string
  callId = ''
  localTag = ''
  #state: SubscriptionState = 'NULL'
  #settings: SubscriptionSettings
  #dialog: Dialog | undefined
  #wanted = true
  #busy = false
  #again = false
  #failures = 0
  #minExpires = 0
  /** When the next SUBSCRIBE is due, when the first NOTIFY must have come, and when the subscription is over. */
  #nextAt: Millis = FOREVER
  #notifyBy: Millis = FOREVER
  #endAt: Millis = FOREVER
  /** Tells responses of a dialog that is gone from those that count. */
  #generation = 0
  readonly #requester: Requester
  readonly #notified: Notified
  readonly #ended: (subscription: Subscription) => void

  constructor(
    requester: Requester,
    notified: Notified,
    id: string,
    settings: SubscriptionSettings,
    ended: (subscription: Subscription) => void,
  ) {
    this.#requester = requester
    this.#notified = notified
    this.id = id
    this.#settings = settings
    this.#ended = ended
  }

  start(now: Millis): void {
    this.#send(now)
  }

  /** New settings, asked for at once. */
  change(settings: SubscriptionSettings, now: Millis): void {
    this.#settings = settings
    this.#wanted = true
    if (this.#busy) this.#again = true
    else this.#send(now)
  }

  /** TERMINATED follows: at once when there is nothing to end yet, else with their last NOTIFY. */
  unsubscribe(now: Millis): void {
    this.#wanted = false
    if (this.#dialog === undefined) this.#over({ ...NONE, cause: 'local' }, undefined, now)
    else if (this.#busy) this.#again = true
    else this.#send(now)
  }

  // ---- NOTIFY --------------------------------------------------------------------------------------------------------

  takes(notify: SipRequest): boolean {
    const [event, ours] = [eventOf(notify), parseEvent(this.#settings.event)]
    if (event?.name !== ours?.name || event?.id !== ours?.id) return false
    // First come, first served: others get 481, which ends what they hold (§4.4.1, §4.2.2).
    return this.#dialog === undefined || this.#dialog.remoteTag === (notify.fromTag ?? '')
  }

  onNotify(incoming: Incoming, now: Millis): void {
    const { request } = incoming
    const field = subscriptionStateOf(request)
    const { rng } = this.#requester.environment
    if (this.#dialog === undefined) {
      const made = uasDialog(request, this.localTag, rng.uint32() >>> 1, incoming.hop.transport)
      if (!made.ok || field === undefined) {
        this.#answer(incoming, { status: 400 }, now)
        return
      }
      this.#dialog = { ...made.value, local: request.header('To') ?? '', localSeq: this.#firstSeq }
    } else if (field === undefined || !acceptSeq(this.#dialog, request)) {
      this.#answer(incoming, field ? { status: 500, headers: [retrySoon({ rng })] } : { status: 400 }, now)
      return
    } else refreshTarget(this.#dialog, request)
    this.#answer(incoming, { status: 200 }, now)
    this.#notifyBy = FOREVER
    const last = field.name === 'terminated'
    if (!last) {
      if (field.expires !== undefined) this.#lasts(field.expires, now)
      this.#enter(nameOf(field.name), NONE, undefined)
    }
    const contentType = request.header('Content-Type') ?? ''
    const { environment } = this.#requester
    environment.emit({ kind: 'subscription-notify', id: this.id, contentType, body: request.body, request })
    if (last) this.#ending(field, now)
    else this.#arm(now)
  }

  /** §4.1.3: what their reason says of trying again. */
  #ending({ reason = '', retryAfter: asked }: SubscriptionStateField, now: Millis): void {
    const { rng } = this.#requester.environment
    const outcome: Outcome = { status: 0, reason, cause: this.#wanted ? 'remote' : 'local' }
    if (!this.#wanted || FOR_GOOD.has(reason)) this.#over(outcome, undefined, now)
    else if (reason === 'deactivated' || reason === 'timeout') this.#over(outcome, backoff(1, rng), now)
    else this.#over(outcome, asked === undefined ? backoff(++this.#failures, rng) : 1000 * asked, now)
  }

  // ---- SUBSCRIBE -----------------------------------------------------------------------------------------------------

  #firstSeq = 0

  #send(now: Millis): void {
    const { event, accept, contactUser, headers, body, digest } = this.#settings
    const asked = this.#wanted ? Math.max(this.#settings.expires, this.#minExpires) : 0
    const all = [
      { name: 'Event', value: event },
      { name: 'Expires', value: String(asked) },
      ...(accept === '' ? [] : [{ name: 'Accept', value: accept }]),
      ...headers,
    ]
    this.#busy = true
    this.#nextAt = FOREVER
    const dialog = this.#dialog
    let spec: RequestSpec
    if (dialog) spec = inDialog(dialog, 'SUBSCRIBE', digest, { headers: all, contactUser })
    else {
      const opening = this.#settings.opening(all)
      this.#forgetDialog()
      this.callId = opening.callId
      this.localTag = opening.localTag
      this.#notified.add(this)
      spec = { ...opening, nextSeq: () => ++this.#firstSeq }
      this.#enter('SENT', NONE, undefined)
    }
    // Timer N (§4.1.2): by then the NOTIFY must have come that each SUBSCRIBE asks for.
    this.#notifyBy = after(now, giveUp(this.#requester.environment.timers))
    this.#arm(now)
    const generation = this.#generation
    const still = () => generation === this.#generation && this.#state !== 'TERMINATED'
    const user: RequestUser = {
      onAsked: (until) => {
        if (!still()) return
        this.#notifyBy = after(until, giveUp(this.#requester.environment.timers))
        this.#arm(now)
      },
      onResponse: (response, then) => still() && this.onResponse(response, then),
      onFailure: (why, then, detail) => still() && this.onFailure(why, then, detail),
    }
    sendRequest(this.#requester, { ...spec, body }, user, now)
  }

  onResponse(response: SipResponse, now: Millis): void {
    const { status, reason } = response
    if (status < 200) return
    this.#busy = false
    if (status < 300) {
      this.#failures = 0
      if (this.#state === 'SENT') this.#enter('ACCEPTED', { status, reason }, undefined)
      this.#lasts(expires(response) ?? this.#settings.expires, now)
      if (this.#again) this.#send(now)
      this.#again = false
      this.#arm(now)
      return
    }
    if (status === 423 && this.#wanted && this.#minExpires === 0) {
      this.#minExpires = Math.max(minExpires(response) ?? 0, 2 * this.#settings.expires)
      this.#send(now)
      return
    }
    const challenged = status === 401 || status === 407
    // §4.1.2.2: who knows nothing of it any more, as after a start, may well take it anew.
    const forgotten = status === 481 && this.#dialog !== undefined
    if (forgotten) this.#dialog = undefined
    const passing = forgotten || isPassing(status)
    const asked = retryAfter(response)?.seconds
    const outcome: Outcome = { status, reason, cause: challenged ? 'authentication' : 'remote' }
    this.#failed(outcome, passing, asked === undefined ? undefined : 1000 * Math.min(asked, 3600), now)
  }

  onFailure(why: Failure, now: Millis, detail?: string): void {
    this.#busy = false
    this.#failed({ ...statusOf(why, detail), cause: why }, true, undefined, now)
  }

  /** §4.1.2.2: a refresh that fails for the moment leaves the subscription as it is until its end. */
  #failed(outcome: Outcome, passing: boolean, asked: number | undefined, now: Millis): void {
    this.#again = false
    const wait = Math.max(asked ?? 0, backoff(++this.#failures, this.#requester.environment.rng))
    const stands = this.#dialog !== undefined && this.#wanted && after(now, wait) < this.#endAt
    if (passing && stands) {
      this.#nextAt = after(now, wait)
      this.#notifyBy = FOREVER
      this.#arm(now)
    } else this.#over(outcome, passing && this.#wanted ? wait : undefined, now)
  }

  wake(now: Millis): void {
    if (this.#state === 'TERMINATED' || now >= this.#nextAt) {
      if (!this.#busy) this.#send(now)
      return
    }
    const { rng } = this.#requester.environment
    const outcome: Outcome = { status: 408, reason: 'No NOTIFY', cause: this.#wanted ? 'timeout' : 'local' }
    if (now >= this.#notifyBy || now >= this.#endAt)
      this.#over(outcome, this.#wanted ? backoff(++this.#failures, rng) : undefined, now)
    else this.#arm(now)
  }

  // ---- inside --------------------------------------------------------------------------------------------------------

  #lasts(seconds: number, now: Millis): void {
    if (seconds === 0) return
    this.#endAt = after(now, 1000 * seconds)
    this.#nextAt = after(now, refreshIn(seconds, this.#requester.environment.rng))
  }

  #arm(now: Millis): void {
    const at = earlier(this.#nextAt, earlier(this.#notifyBy, this.#endAt))
    this.#requester.environment.queue.arm(this.timer, at, now)
  }

  #forgetDialog(): void {
    if (this.localTag !== '') this.#notified.remove(this)
    this.#dialog = undefined
    this.#firstSeq = 0
    this.#generation++
    this.#nextAt = this.#notifyBy = this.#endAt = FOREVER
  }

  /** `retryMs`: the next try comes by itself; undefined: that was the last event. */
  #over(outcome: Outcome, retryMs: number | undefined, now: Millis): void {
    this.#forgetDialog()
    this.#busy = this.#again = false
    this.localTag = ''
    if (retryMs !== undefined) this.#nextAt = after(now, retryMs)
    this.#arm(now)
    this.#requester.environment.questions.drop(this.id, now)
    this.#enter('TERMINATED', outcome, retryMs)
    if (retryMs === undefined) this.#ended(this)
  }

  #answer(incoming: Incoming, answer: Answer, now: Millis): void {
    const { servers, capabilities } = this.#requester.environment
    const headers = [...(answer.headers ?? []), ...capabilities.server]
    servers.create(incoming, undefined, now).respond({ ...answer, headers, toTag: this.localTag }, now)
  }

  #enter(state: SubscriptionState, { status, reason, cause }: Outcome, retryMs: number | undefined): void {
    const previous = this.#state
    if (state === previous && state !== 'TERMINATED') return
    this.#state = state
    const { environment } = this.#requester
    environment.emit({ kind: 'subscription-state', id: this.id, state, previous, status, reason, cause, retryMs })
  }
}

/** Theirs as it is, the two everybody knows in capitals. */
const nameOf = (theirs: string): SubscriptionState =>
  theirs === 'active' || theirs === 'pending' ? (theirs.toUpperCase() as SubscriptionState) : theirs
