// A REFER of theirs (RFC 3515 §2.4.2, §2.4.4): waits for the application's answer, then tells of the new call by NOTIFY.
import { after, type Millis } from '../../../base/time.ts'
import { type Sleeper, Timer } from '../../../base/timer-queue.ts'
import type { Dialog } from '../../dialog/dialog.ts'
import type { HeaderField, SipRequest, SipResponse } from '../../message/message.ts'
import type { Incoming } from '../../transaction/response.ts'
import type { ServerTransaction, ServerUser } from '../../transaction/server.ts'
import type { Digest } from '../digest.ts'
import { inDialog } from '../invite/acks.ts'
import { contactField } from '../invite/server-opening.ts'
import { sendRequest } from '../outgoing-request.ts'
import type { Failure, Requester, RequestUser } from '../requester.ts'
import { scopeOf } from '../scope.ts'
import { printSipfrag, SIPFRAG } from './sipfrag.ts'

export interface IncomingReferInit {
  readonly id: string
  readonly incoming: Incoming
  /** The session's, or one that this REFER makes. */
  readonly dialog: Dialog
  readonly contactUser: string
  readonly digest: Digest
  /** `status` of the refusal of a NOTIFY that ended it; 0: another end. */
  readonly ended: (status: number, now: Millis) => void
}

/** Unanswered for so long it is declined. */
const PATIENCE = 30_000
/** The new call is given up on when nothing was told for so long: longer than any phone rings. */
const LIFETIME = 300_000

export class IncomingRefer implements ServerUser, RequestUser, Sleeper {
  readonly timer = new Timer(this)
  readonly id: string
  readonly #init: IncomingReferInit
  readonly #requester: Requester
  readonly #transaction: ServerTransaction
  #answered = false
  /** A NOTIFY is under way; the next one waits, so that none overtakes another. */
  #busy = false
  #waiting: { readonly status: number; readonly text: string } | undefined
  #last = false
  #over = false

  constructor(requester: Requester, init: IncomingReferInit, now: Millis) {
    this.#requester = requester
    this.#init = init
    this.id = init.id
    this.#transaction = requester.environment.servers.create(init.incoming, this, now)
    this.#arm(PATIENCE, now)
  }

  get dialog(): Dialog {
    return this.#init.dialog
  }

  get localTag(): string {
    return this.dialog.localTag
  }

  reply(status: number, reason: string | undefined, headers: readonly HeaderField[], now: Millis): string | undefined {
    if (this.#answered) return 'that REFER has its answer'
    if (status < 200 || status > 699) return 'no such status for this request'
    this.#answered = true
    const { capabilities } = this.#requester.environment
    const { incoming, contactUser } = this.#init
    const port = { environment: this.#requester.environment, contactUser }
    const accepted = status < 300
    const silent = accepted && /^\s*false/i.test(incoming.request.header('Refer-Sub') ?? '')
    const more = accepted ? contactField(port, incoming) : []
    const sub = silent ? [{ name: 'Refer-Sub', value: 'false' }] : []
    const all = [...more, ...sub, ...capabilities.server, ...headers]
    this.#transaction.respond({ status, reason, toTag: this.localTag, headers: all }, now)
    if (!accepted || silent) this.#end(now)
    else this.#notify(100, printSipfrag(100, undefined), now)
    return undefined
  }

  notify(status: number, reason: string | undefined, now: Millis): string | undefined {
    if (!this.#answered) return 'that REFER has no answer yet'
    if (this.#last) return 'the last NOTIFY has been asked for'
    if (status < 100 || status > 699) return 'no such status'
    this.#notify(status, printSipfrag(status, reason), now)
    return undefined
  }

  onResponse(response: SipResponse, now: Millis): void {
    if (response.status < 200) return
    this.#busy = false
    const waiting = this.#waiting
    this.#waiting = undefined
    // RFC 6665 §4.2.2: 481 and the like end the subscription; what complains of one NOTIFY does not.
    if (response.status >= 300 && scopeOf(response.status, 'NOTIFY') !== 'request') this.#end(now, response.status)
    else if (waiting) this.#notify(waiting.status, waiting.text, now)
    else if (this.#last) this.#end(now)
  }

  onFailure(_why: Failure, now: Millis): void {
    this.#end(now)
  }

  /** A refusal elsewhere said that the dialog is no more: a REFER not answered yet is declined, and nothing more is told. */
  dialogLost(_status: number, now: Millis): void {
    if (!this.#answered) this.reply(603, undefined, [], now)
    else this.#end(now)
  }

  onCancel(_cancel: SipRequest, _now: Millis): void {}

  onExpired(now: Millis): void {
    this.#end(now)
  }

  wake(now: Millis): void {
    if (this.#answered) this.#end(now)
    else this.reply(603, undefined, [], now)
  }

  /** What waits is replaced by what is newer. */
  #notify(status: number, text: string, now: Millis): void {
    this.#last = status >= 200
    if (this.#busy) {
      this.#waiting = { status, text }
      return
    }
    this.#busy = true
    this.#arm(LIFETIME, now)
    const { dialog, digest, contactUser, incoming } = this.#init
    const headers = [
      { name: 'Event', value: `refer;id=${incoming.request.cseq.number}` },
      { name: 'Subscription-State', value: this.#last ? 'terminated;reason=noresource' : 'active;expires=300' },
    ]
    const spec = inDialog(dialog, 'NOTIFY', digest, { headers, contactUser })
    sendRequest(this.#requester, { ...spec, body: { contentType: SIPFRAG, content: text } }, this, now)
  }

  #arm(delay: number, now: Millis): void {
    this.#requester.environment.queue.arm(this.timer, after(now, delay), now)
  }

  #end(now: Millis, status = 0): void {
    if (this.#over) return
    this.#over = true
    this.#requester.environment.queue.disarm(this.timer)
    this.#init.ended(status, now)
  }
}
