// Changes of a session once it has a dialog, ours and theirs: one at a time, and what becomes of it when both want one.
import type { Millis } from '../../../base/time.ts'
import { type Dialog, refreshTarget } from '../../dialog/dialog.ts'
import { reasonPhrase } from '../../message/status.ts'
import type { Incoming } from '../../transaction/response.ts'
import { retrySoon } from '../answers.ts'
import { bodyRefusal, sdpOf } from '../sdp-body.ts'
import { IncomingModification } from './incoming-modification.ts'
import { acceptFields } from './inside.ts'
import { type Modification, OutgoingModification } from './outgoing-modification.ts'
import type { Because, Reply, SessionPort } from './session-port.ts'
import { tooShort } from './terms.ts'

/** A change the application wants while a refresh is under way. */
interface Wanted {
  readonly dialog: Dialog
  readonly wish: Modification
}

export class Modifications {
  readonly #port: SessionPort
  #outgoing: OutgoingModification | undefined
  #incoming: IncomingModification | undefined
  #wanted: Wanted | undefined

  constructor(port: SessionPort) {
    this.#port = port
  }

  get isAsked(): boolean {
    return this.#incoming !== undefined
  }

  get isIdle(): boolean {
    return this.#outgoing === undefined && this.#incoming === undefined
  }

  /** Why ours cannot be begun now, or undefined. */
  begin(dialog: Dialog, wish: Modification, now: Millis): string | undefined {
    if (wish.sdp !== undefined && this.#incoming) return 'an offer of theirs waits for its answer'
    if (this.#outgoing?.isRefresh && this.#wanted === undefined) {
      this.#wanted = { dialog, wish }
      return undefined
    }
    if (this.#outgoing) return 'an earlier re-INVITE or UPDATE is not through'
    const done = (status: number, reason: string, then: Millis) => this.#done(wish, status, reason, then)
    this.#outgoing = new OutgoingModification(this.#port, dialog, wish, done)
    this.#outgoing.send(now)
    return undefined
  }

  /** Our answer to an offer in a 2xx, for the ACK. */
  acknowledge(sdp: string, now: Millis): string | undefined {
    return this.#outgoing ? this.#outgoing.acknowledge(sdp, now) : 'no offer in a response waits for an answer'
  }

  /** To their re-INVITE, or to an offer of theirs. */
  respond(reply: Reply, now: Millis): string | undefined {
    return this.#incoming ? this.#incoming.respond(reply, now) : 'no offer of theirs waits for an answer'
  }

  /** Their re-INVITE or UPDATE. */
  receive(incoming: Incoming, dialog: Dialog, now: Millis): void {
    const port = this.#port
    const { request } = incoming
    const part = sdpOf(request)
    const unfit = bodyRefusal(part) ?? tooShort(request, port.terms)
    if (unfit) {
      port.answer(incoming, unfit, now)
      return
    }
    const sdp = part.kind === 'sdp' ? part.sdp : undefined
    if (request.method === 'UPDATE' && sdp === undefined) {
      this.#refresh(incoming, dialog, now)
      return
    }
    const busy = this.#busy(dialog)
    if (busy !== undefined)
      port.answer(incoming, { status: busy, headers: busy === 500 ? [retrySoon(port.environment)] : [] }, now)
    else this.take(incoming, dialog, sdp, now)
  }

  /** An offer, or a re-INVITE that asks for one. */
  take(incoming: Incoming, dialog: Dialog, sdp: string | undefined, now: Millis): void {
    const port = this.#port
    const method = incoming.request.method as 'INVITE' | 'UPDATE' | 'PRACK'
    const done = (because: Because, then: Millis) => {
      this.#incoming = undefined
      if (because.status >= 200 && because.status < 300) this.#outgoing?.overtaken()
      if (port.state === 'REINVITED') port.enter('CONFIRMED', because)
      port.settled(then)
    }
    this.#incoming = new IncomingModification(port, dialog, incoming, sdp !== undefined, done, now)
    if (sdp !== undefined) port.sdp('offer', sdp, method, false)
    if (port.state === 'CONFIRMED')
      port.enter('REINVITED', { status: 0, reason: '', cause: 'remote', message: incoming.request })
  }

  /** The session ends: pending requests of the peer get their 487. */
  stop(now: Millis): void {
    this.#wanted = undefined
    this.#incoming?.terminate(now)
    this.#incoming = undefined
    this.#outgoing?.stop(now)
    this.#outgoing = undefined
  }

  #done({ refresh }: Modification, status: number, reason: string, now: Millis): void {
    const { id, environment } = this.#port
    const wanted = this.#wanted
    this.#outgoing = undefined
    this.#wanted = undefined
    if (!refresh) environment.emit({ kind: 'reinvite-result', id, status, reason })
    // UPDATE is in their Allow, and yet they do not take it.
    else if (status === 405 || status === 501) environment.emit({ kind: 'session-refresh', id })
    if (wanted && this.begin(wanted.dialog, wanted.wish, now) !== undefined)
      environment.emit({ kind: 'reinvite-result', id, status: 491, reason: reasonPhrase(491) })
  }

  /** §14.2, RFC 3311 §5.2, RFC 5407 §3.1: why an offer cannot be taken now. */
  #busy(dialog: Dialog): 481 | 491 | 500 | undefined {
    const port = this.#port
    switch (port.state) {
      case 'CONFIRMED':
        if (port.awaitsAck) return 491
        break
      case 'EARLY': {
        const exchange = port.exchange(dialog)
        if (exchange !== 'done') return exchange === 'ours' ? 491 : 500
        break
      }
      case 'INCOMING':
      case 'REINVITED':
        return 500
      case 'CALLING':
      case 'CONNECTING':
      case 'REINVITING':
        return 491
      case 'NULL':
      case 'DISCONNECTING':
      case 'DISCONNECTED':
        return 481
    }
    if (this.#incoming) return 500
    return this.#outgoing?.isOffering ? 491 : undefined
  }

  /** UPDATE without an offer: no description in the answer (RFC 3311 §5.2), only the target is refreshed. */
  #refresh(incoming: Incoming, dialog: Dialog, now: Millis): void {
    const { id, environment } = this.#port
    refreshTarget(dialog, incoming.request)
    this.#port.answer(incoming, { status: 200, headers: acceptFields(this.#port, incoming, now) }, now)
    environment.emit({ kind: 'session-refreshed', id, message: incoming.request, ...environment.trust() })
  }
}
