// The early dialogs of an INVITE of ours (RFC 3261 §12.1.2, RFC 3262 §4): one per fork, each with its reliable responses in order.
import { log } from '../../../base/log.ts'
import type { Millis } from '../../../base/time.ts'
import type { Dialog } from '../../dialog/dialog.ts'
import { requires } from '../../message/headers.ts'
import type { SipResponse } from '../../message/message.ts'
import { rseq } from '../../message/session-headers.ts'
import { sendRequest } from '../outgoing-request.ts'
import type { RequestUser } from '../requester.ts'
import { inDialog } from './acks.ts'
import type { SessionPort } from './session-port.ts'

/** Early dialogs of one INVITE that are kept apart. */
const MAX_EARLY = 16

export interface EarlyDialog {
  readonly dialog: Dialog
  /** RSeq of the last reliable response; undefined before the first. */
  rseq: number | undefined
  /** The first exchange is complete, by reliable responses: another may begin (RFC 3311 §5.1). */
  settled: boolean
  /** PRACKs that have no answer yet. */
  pracks: number
  /** Their answer, or the preview of it, as last seen. */
  answer: string | undefined
}

export class EarlyDialogs {
  readonly #port: SessionPort
  readonly #all = new Map<string, EarlyDialog>()

  constructor(port: SessionPort) {
    this.#port = port
  }

  get(tag: string): EarlyDialog | undefined {
    return this.#all.get(tag)
  }

  /** Forks cannot be told apart by the application. */
  get only(): EarlyDialog | undefined {
    return this.#all.size === 1 ? [...this.#all.values()][0] : undefined
  }

  /** That of a response; undefined when it has no tag, or there are too many. */
  of({ toTag }: SipResponse, dialog: () => Dialog): EarlyDialog | undefined {
    if (toTag === undefined) return undefined
    const known = this.#all.get(toTag)
    if (known !== undefined || this.#all.size >= MAX_EARLY) return known
    const early = { dialog: dialog(), rseq: undefined, settled: false, pracks: 0, answer: undefined }
    this.#all.set(toTag, early)
    return early
  }

  /** §4: `unreliable`; or the `next` of its dialog; or one that was there before, or comes before its turn: then `not-now`. */
  order(response: SipResponse, early: EarlyDialog): 'unreliable' | 'next' | 'not-now' {
    const number = requires(response).includes('100rel') ? rseq(response) : undefined
    if (number === undefined) return 'unreliable'
    return early.rseq === undefined || number === early.rseq + 1 ? 'next' : 'not-now'
  }

  /** Acknowledges a reliable response, with our answer when that had an offer. */
  prack(early: EarlyDialog, response: SipResponse, sdp: string | undefined, now: Millis): void {
    const { requester, digest, environment } = this.#port
    const number = rseq(response) as number
    early.rseq = number
    early.pracks++
    // What was begun in an early dialog goes on in the one that was confirmed.
    const dialog = () => (this.#port.dialog?.remoteTag === early.dialog.remoteTag ? this.#port.dialog : early.dialog)
    const headers = [{ name: 'RAck', value: `${number} ${response.cseq.number} INVITE` }]
    const nextSeq = () => ++dialog().localSeq
    const spec = inDialog(early.dialog, 'PRACK', digest, { headers, sdp, nextSeq })
    const user: RequestUser = {
      onResponse: ({ status }) => {
        if (status < 200) return
        early.pracks--
        // The INVITE decides what becomes of the call (RFC 5057 §5.1).
        if (status >= 300) environment.emit(log('warn', 'sip', 'PRACK refused', { session: this.#port.id, status }))
      },
      onFailure: (why) => {
        early.pracks--
        environment.emit(log('warn', 'sip', 'PRACK not answered', { session: this.#port.id, why }))
      },
    }
    sendRequest(requester, spec, user, now)
  }
}
