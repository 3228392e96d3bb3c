// A REFER of ours and its implicit subscription (RFC 3515 §2.4, RFC 4488): the response, then what their NOTIFYs tell.
import { after, FOREVER, type Millis } from '../../../base/time.ts'
import { type Sleeper, Timer } from '../../../base/timer-queue.ts'
import type { Cause } from '../../core/contract.ts'
import { acceptSeq, type Dialog } from '../../dialog/dialog.ts'
import type { SipRequest, SipResponse } from '../../message/message.ts'
import { reasonPhrase } from '../../message/status.ts'
import type { Answer, Incoming } from '../../transaction/response.ts'
import { giveUp } from '../../transaction/timers.ts'
import { retrySoon } from '../answers.ts'
import { eventOf, type Notified, type NotifyTaker, subscriptionStateOf } from '../notified.ts'
import { sendRequest } from '../outgoing-request.ts'
import { type Failure, type Requester, type RequestSpec, type RequestUser, statusOf } from '../requester.ts'
import { sipfragOf } from './sipfrag.ts'

export interface OutgoingReferInit {
  readonly id: string
  readonly callId: string
  readonly localTag: string
  /** The session's; undefined for a REFER outside a dialog. */
  readonly dialog: Dialog | undefined
  readonly spec: RequestSpec
  /** They are not asked to tell (RFC 4488). */
  readonly silent: boolean
  readonly ended: (refer: OutgoingRefer, status: number, now: Millis) => void
}

/** Seconds a subscription lasts when the NOTIFY does not say. */
const DEFAULT_EXPIRES = 180

export class OutgoingRefer implements RequestUser, NotifyTaker, Sleeper {
  readonly timer = new Timer(this)
  readonly id: string
  readonly callId: string
  readonly localTag: string
  readonly #init: OutgoingReferInit
  readonly #requester: Requester
  readonly #notified: Notified
  /** CSeq numbers it went out with: the id of the event (§2.4.6). */
  readonly #seqs = new Set<string>()
  /** Of a REFER outside a dialog: whose NOTIFY was first, and its last number. */
  #remote: { readonly tag: string; seq: number } | undefined
  #over = false

  constructor(requester: Requester, notified: Notified, init: OutgoingReferInit) {
    this.#requester = requester
    this.#notified = notified
    this.#init = init
    this.id = init.id
    this.callId = init.callId
    this.localTag = init.localTag
  }

  start(now: Millis): void {
    const { spec } = this.#init
    const nextSeq = () => {
      const seq = spec.nextSeq()
      this.#seqs.add(String(seq))
      return seq
    }
    this.#notified.add(this)
    sendRequest(this.#requester, { ...spec, nextSeq }, this, now)
  }

  get dialog(): Dialog | undefined {
    return this.#init.dialog
  }

  /** A refusal elsewhere said that the dialog is no more. */
  dialogLost(status: number, now: Millis): void {
    if (this.#over) return
    this.#tell('notify', status, reasonPhrase(status), true, 'remote')
    this.#end(0, now)
  }

  /** No more is to be heard: their next NOTIFY gets 481. */
  stop(now: Millis): void {
    this.#end(0, now)
  }

  onResponse(response: SipResponse, now: Millis): void {
    const { status, reason } = response
    if (status < 200 || this.#over) return
    const refused = status >= 300
    const final = refused || this.#init.silent || /^\s*false/i.test(response.header('Refer-Sub') ?? '')
    const challenged = status === 401 || status === 407
    this.#tell('response', status, reason, final, refused ? (challenged ? 'authentication' : 'remote') : undefined)
    if (final) this.#end(status, now)
    else if (this.timer.at === FOREVER) this.#wait(giveUp(this.#requester.environment.timers), now)
  }

  onFailure(why: Failure, now: Millis, detail?: string): void {
    if (this.#over) return
    const { status, reason } = statusOf(why, detail)
    this.#tell('response', status, reason, true, why)
    this.#end(status, now)
  }

  takes(notify: SipRequest): boolean {
    const event = eventOf(notify)
    if (event?.name !== 'refer' || (event.id !== undefined && !this.#seqs.has(event.id))) return false
    const tag = this.#init.dialog?.remoteTag ?? this.#remote?.tag
    return tag === undefined || tag === (notify.fromTag ?? '')
  }

  onNotify(incoming: Incoming, now: Millis): void {
    const { request } = incoming
    if (!this.#inOrder(request)) {
      this.#answer(incoming, { status: 500, headers: [retrySoon(this.#requester.environment)] }, now)
      return
    }
    const state = subscriptionStateOf(request)
    const line = sipfragOf(request)
    const final = state?.name === 'terminated'
    if (state === undefined || (line === undefined && !final)) {
      this.#answer(incoming, { status: 400 }, now)
      return
    }
    this.#answer(incoming, { status: 200 }, now)
    this.#tell('notify', line?.status ?? 0, line?.reason ?? '', final, undefined)
    if (final) this.#end(line?.status ?? 0, now)
    else this.#wait(1000 * (state.expires ?? DEFAULT_EXPIRES), now)
  }

  /** No NOTIFY came in time, or no more. */
  wake(now: Millis): void {
    this.#tell('notify', 408, 'Request Timeout', true, 'timeout')
    this.#end(0, now)
  }

  #inOrder(notify: SipRequest): boolean {
    const { dialog } = this.#init
    if (dialog) return acceptSeq(dialog, notify)
    const { number } = notify.cseq
    if (this.#remote && number < this.#remote.seq) return false
    this.#remote = { tag: notify.fromTag ?? '', seq: number }
    return true
  }

  #answer(incoming: Incoming, answer: Answer, now: Millis): void {
    const { servers, capabilities } = this.#requester.environment
    const headers = [...(answer.headers ?? []), ...capabilities.server]
    servers.create(incoming, undefined, now).respond({ ...answer, headers, toTag: this.localTag }, now)
  }

  #wait(delay: number, now: Millis): void {
    this.#requester.environment.queue.arm(this.timer, after(now, delay), now)
  }

  #tell(by: 'response' | 'notify', status: number, reason: string, final: boolean, cause: Cause | undefined): void {
    this.#requester.environment.emit({ kind: 'refer-progress', id: this.id, by, status, reason, final, cause })
  }

  #end(status: number, now: Millis): void {
    if (this.#over) return
    this.#over = true
    const { queue, questions } = this.#requester.environment
    queue.disarm(this.timer)
    questions.drop(this.id, now)
    this.#notified.remove(this)
    this.#init.ended(this, status, now)
  }
}
