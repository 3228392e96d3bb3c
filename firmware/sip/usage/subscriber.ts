// A subscription of theirs (RFC 6665 §4.2): waits for the application's word, tells of every change by NOTIFY, one at a time and
// the newest alone, is refreshed by SUBSCRIBE, and ends by either side, by time, or when a NOTIFY gets nowhere.
import { after, FOREVER, type Millis } from '../../base/time.ts'
import { type Sleeper, Timer } from '../../base/timer-queue.ts'
import type { Cause, SubscriberState } from '../core/contract.ts'
import { acceptSeq, type Dialog, refreshTarget } from '../dialog/dialog.ts'
import { expires } from '../message/headers.ts'
import type { Body, HeaderField, SipRequest, SipResponse } from '../message/message.ts'
import type { Answer, Incoming } from '../transaction/response.ts'
import type { ServerTransaction, ServerUser } from '../transaction/server.ts'
import { retrySoon } from './answers.ts'
import type { Digest } from './digest.ts'
import { inDialog } from './invite/acks.ts'
import { contactField } from './invite/server-opening.ts'
import type { EventField } from './notified.ts'
import { sendRequest } from './outgoing-request.ts'
import type { Failure, Requester, RequestUser } from './requester.ts'

export interface SubscriberInit {
  readonly id: string
  readonly incoming: Incoming
  readonly dialog: Dialog
  readonly event: EventField
  readonly contactUser: string
  readonly digest: Digest
  readonly ended: (subscriber: Subscriber) => void
}

/** What is to be told. `reason` and `retryAfter`, seconds, of an end. */
export interface Telling {
  readonly state: SubscriberState
  readonly reason: string | undefined
  readonly retryAfter: number | undefined
  readonly body: Body | undefined
  readonly headers: readonly HeaderField[]
}

/** Without a word of the application's it is forbidden. */
const PATIENCE = 30_000
/** Seconds: granted when they do not say, at most, and at least (§4.2.1.1). */
const USUAL = 3600
const LONGEST = 86_400
const SHORTEST = 60
/** For the NOTIFYs of the last moments. */
const GRACE = 2_000

export class Subscriber implements ServerUser, RequestUser, Sleeper {
  readonly timer = new Timer(this)
  readonly id: string
  readonly dialog: Dialog
  readonly event: EventField
  readonly #init: SubscriberInit
  readonly #requester: Requester
  /** The first SUBSCRIBE's, until it is answered. */
  #opening: ServerTransaction | undefined
  #state: SubscriberState | 'waiting' = 'waiting'
  /** What they know, or will when the NOTIFY under way arrives; told again at each refresh. */
  #told: Telling | undefined
  #busy = false
  /** Newer than what is under way. */
  #next: Telling | undefined
  #endAt: Millis = FOREVER

  constructor(requester: Requester, init: SubscriberInit, now: Millis) {
    this.#requester = requester
    this.#init = init
    this.id = init.id
    this.dialog = init.dialog
    this.event = init.event
    this.#opening = requester.environment.servers.create(init.incoming, this, now)
    requester.environment.queue.arm(this.timer, after(now, PATIENCE), now)
  }

  /** The last NOTIFY is under way, or waits to be. */
  get #isOver(): boolean {
    return this.#state === 'terminated' || this.#next?.state === 'terminated'
  }

  get localTag(): string {
    return this.dialog.localTag
  }

  /** Seconds a SUBSCRIBE asks for; 0 ends it, or asks once. */
  static asked = (request: SipRequest): number => Math.min(expires(request) ?? USUAL, LONGEST)

  /** Too short to be kept up (§4.2.1.1). */
  static tooBrief = (request: SipRequest): Answer | undefined => {
    const asked = Subscriber.asked(request)
    return asked > 0 && asked < SHORTEST
      ? { status: 423, headers: [{ name: 'Min-Expires', value: String(SHORTEST) }] }
      : undefined
  }

  /** The application's word on the first SUBSCRIBE: refused, or taken, and what is so now. */
  answer(
    status: number,
    reason: string | undefined,
    headers: readonly HeaderField[],
    telling: Telling,
    now: Millis,
  ): string | undefined {
    if (this.#opening === undefined) return 'that SUBSCRIBE has its answer'
    if (status < 200 || status > 699) return 'no such status for this request'
    if (status >= 300) {
      this.#respond(this.#opening, { status, reason, headers }, now)
      this.#end()
      return undefined
    }
    this.#accept(this.#opening, this.#init.incoming, headers, now)
    this.#tell(this.#endAt === FOREVER ? over('timeout', telling) : telling, now)
    return undefined
  }

  /** A change; `terminated` is the last. */
  notify(telling: Telling, now: Millis): string | undefined {
    if (this.#opening !== undefined) return 'that SUBSCRIBE has no answer yet'
    if (this.#isOver) return 'that subscription has ended'
    this.#tell(telling, now)
    return undefined
  }

  /** SUBSCRIBE in the dialog: refreshed, or ended by 0 (§4.2.1.4). */
  refresh(incoming: Incoming, now: Millis): void {
    const { request } = incoming
    const { servers, rng } = this.#requester.environment
    const transaction = servers.create(incoming, undefined, now)
    const old = !acceptSeq(this.dialog, request)
    const unfit = old ? { status: 500, headers: [retrySoon({ rng })] } : Subscriber.tooBrief(request)
    if (unfit || this.#told === undefined || this.#isOver) {
      this.#respond(transaction, unfit ?? { status: 481 }, now)
      return
    }
    refreshTarget(this.dialog, request)
    this.#accept(transaction, incoming, [], now)
    const newest = this.#next ?? this.#told
    this.#tell(this.#endAt === FOREVER ? over('timeout', newest) : newest, now)
  }

  onResponse(response: SipResponse, now: Millis): void {
    if (response.status < 200) return
    // §4.2.2: whoever does not want it any more says so by refusing.
    if (response.status >= 300) this.#gone('remote')
    else this.#notified(now)
  }

  onFailure(why: Failure, _now: Millis): void {
    this.#gone(why)
  }

  onCancel(_cancel: SipRequest, _now: Millis): void {}

  onExpired(_now: Millis): void {
    this.#gone('transport')
  }

  wake(now: Millis): void {
    const nothing = {
      state: 'terminated',
      reason: undefined,
      retryAfter: undefined,
      body: undefined,
      headers: [],
    } as const
    if (this.#opening !== undefined) this.answer(403, undefined, [], nothing, now)
    else if (this.#told && !this.#isOver) this.#tell(over('timeout', this.#next ?? this.#told), now)
  }

  #accept(transaction: ServerTransaction, incoming: Incoming, headers: readonly HeaderField[], now: Millis): void {
    const { environment } = this.#requester
    const asked = Subscriber.asked(incoming.request)
    const port = { environment, contactUser: this.#init.contactUser }
    const granted = { name: 'Expires', value: String(asked) }
    this.#respond(transaction, { status: 200, headers: [granted, ...contactField(port, incoming), ...headers] }, now)
    this.#endAt = asked === 0 ? FOREVER : after(now, 1000 * asked + GRACE)
    environment.queue.arm(this.timer, this.#endAt, now)
  }

  #respond(transaction: ServerTransaction, answer: Answer, now: Millis): void {
    if (transaction === this.#opening) this.#opening = undefined
    const headers = [...this.#requester.environment.capabilities.server, ...(answer.headers ?? [])]
    transaction.respond({ ...answer, toTag: this.localTag, headers }, now)
  }

  #tell(telling: Telling, now: Millis): void {
    if (this.#busy) {
      this.#next = telling
      return
    }
    this.#told = telling
    this.#next = undefined
    this.#busy = true
    this.#enter(telling.state, telling.reason ?? '', 'local')
    const { contactUser, digest } = this.#init
    const { event, dialog } = this
    const headers = [
      { name: 'Event', value: event.id === undefined ? event.name : `${event.name};id=${event.id}` },
      { name: 'Subscription-State', value: this.#field(telling, now) },
      ...telling.headers,
    ]
    const spec = inDialog(dialog, 'NOTIFY', digest, { headers, contactUser })
    sendRequest(this.#requester, { ...spec, body: telling.body }, this, now)
  }

  /** §4.1.3. */
  #field({ state, reason, retryAfter }: Telling, now: Millis): string {
    if (state !== 'terminated') return `${state};expires=${Math.max(0, Math.round((this.#endAt - GRACE - now) / 1000))}`
    return `terminated${reason === undefined ? '' : `;reason=${reason}`}${retryAfter === undefined ? '' : `;retry-after=${retryAfter}`}`
  }

  #notified(now: Millis): void {
    this.#busy = false
    if (this.#next) this.#tell(this.#next, now)
    else if (this.#state === 'terminated') this.#end()
  }

  #gone(cause: Cause): void {
    if (this.#state !== 'terminated') this.#enter('terminated', '', cause)
    this.#end()
  }

  #end(): void {
    this.#requester.environment.queue.disarm(this.timer)
    this.#init.ended(this)
  }

  #enter(state: SubscriberState, reason: string, cause: Cause): void {
    if (state === this.#state) return
    if (state === 'terminated') this.#requester.environment.queue.disarm(this.timer)
    this.#state = state
    this.#requester.environment.emit({ kind: 'subscriber-state', id: this.id, state, reason, cause })
  }
}

const over = (reason: string, telling: Telling): Telling => ({ ...telling, state: 'terminated', reason })
