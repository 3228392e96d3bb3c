// One INVITE session: the states an application sees, requests inside its dialog (RFC 3261 §12.2.2), and its end (§15).
import type { Millis } from '../../../base/time.ts'
import type { SessionState } from '../../core/contract.ts'
import { type Dialog, refreshTarget } from '../../dialog/dialog.ts'
import { allow } from '../../message/headers.ts'
import type { HeaderField, SipMessage, SipRequest, SipResponse, Uri } from '../../message/message.ts'
import type { Answer, Incoming } from '../../transaction/response.ts'
import { retrySoon } from '../answers.ts'
import type { UsageEnvironment } from '../environment.ts'
import type { Digest, Requester, RequestSpec } from '../requester.ts'
import { bodyRefusal, sdpIn, sdpOf } from '../sdp-body.ts'
import { sendBye } from './acks.ts'
import { ClientOpening, type SendOn } from './client-opening.ts'
import { IncomingModification } from './incoming-modification.ts'
import { type Modification, OutgoingModification } from './outgoing-modification.ts'
import { contactField, ServerOpening } from './server-opening.ts'
import { type Because, byFailure, byResponse, type Reply, type SessionPort } from './session-port.ts'
import { Unacknowledged } from './unacknowledged.ts'

export interface SessionInit {
  readonly id: string
  readonly callId: string
  readonly localTag: string
  readonly contactUser: string
  readonly digest: Digest
  /** Called once, with the last event out. */
  readonly ended: (session: Session) => void
}

export class Session implements SessionPort {
  readonly id: string
  readonly callId: string
  readonly localTag: string
  readonly contactUser: string
  readonly digest: Digest
  readonly requester: Requester
  readonly environment: UsageEnvironment
  state: SessionState = 'NULL'
  dialog: Dialog | undefined
  readonly #ended: (session: Session) => void
  #caller = false
  /** Methods the peer has said to take; undefined: it has not said. */
  #allowed: readonly string[] | undefined
  #opening: ClientOpening | ServerOpening | undefined
  #outgoing: OutgoingModification | undefined
  #incoming: IncomingModification | undefined
  #unacknowledged: Unacknowledged | undefined
  /** Headers the application wants in the BYE. */
  #farewellHeaders: readonly HeaderField[] = []

  constructor(requester: Requester, init: SessionInit) {
    this.requester = requester
    this.environment = requester.environment
    this.id = init.id
    this.callId = init.callId
    this.localTag = init.localTag
    this.contactUser = init.contactUser
    this.digest = init.digest
    this.#ended = init.ended
  }

  /** We sent the INVITE. */
  get isCaller(): boolean {
    return this.#caller
  }

  // ---- commands: each answers why it makes no sense, or undefined ----------------------------------------------------

  /** `sendOn`: makes it anew for whom a 3xx names. */
  call(spec: RequestSpec, target: Uri, sendOn: SendOn | undefined, now: Millis): void {
    this.#caller = true
    this.enter('CALLING', { status: 0, reason: '' })
    this.#opening = new ClientOpening(this, spec, target, sendOn, now)
  }

  redirect(targets: readonly string[], now: Millis): string | undefined {
    return this.#opening instanceof ClientOpening
      ? this.#opening.redirect(targets, now)
      : `nobody sends the call on in ${this.state}`
  }

  offer(incoming: Incoming, dialog: Dialog, sdp: string | undefined, replaces: string | undefined, now: Millis): void {
    this.state = 'INCOMING'
    this.dialog = dialog
    this.#learn(incoming.request)
    this.#opening = new ServerOpening(this, incoming, dialog, sdp !== undefined, now)
    const more = { ...(replaces === undefined ? {} : { replaces }), ...this.environment.trust() }
    this.environment.emit({ kind: 'session-incoming', id: this.id, request: incoming.request, sdp, ...more })
  }

  respond(reply: Reply, now: Millis): string | undefined {
    if (reply.status < 101 || reply.status > 699) return 'no such status'
    if (this.state === 'REINVITED' && this.#incoming) return this.#incoming.respond(reply, now)
    if ((this.state === 'INCOMING' || this.state === 'EARLY') && this.#opening instanceof ServerOpening)
      return this.#opening.respond(reply, now)
    return `nothing to answer in ${this.state}`
  }

  acknowledge(sdp: string, now: Millis): string | undefined {
    if (this.state === 'REINVITING' && this.#outgoing) return this.#outgoing.acknowledge(sdp, now)
    if (this.state === 'CONNECTING' && this.#opening instanceof ClientOpening)
      return this.#opening.acknowledge(sdp, now)
    return `no ACK to send in ${this.state}`
  }

  reinvite(sdp: string | undefined, headers: readonly HeaderField[], now: Millis): string | undefined {
    if (this.state !== 'CONFIRMED' || this.dialog === undefined) return `no re-INVITE in ${this.state}`
    return this.#modify(this.dialog, { method: 'INVITE', sdp, headers, caller: this.#caller }, now)
  }

  /** RFC 3311 §5.1. */
  update(sdp: string | undefined, headers: readonly HeaderField[], now: Millis): string | undefined {
    if (this.state !== 'CONFIRMED' && this.state !== 'EARLY') return `no UPDATE in ${this.state}`
    if (sdp !== undefined && this.state === 'EARLY') return 'no offer by UPDATE in EARLY: that takes 100rel'
    if (sdp !== undefined && this.#unacknowledged?.offered) return 'an offer of ours waits for its answer'
    if (this.#allowed?.includes('UPDATE') === false) return 'UPDATE is not in the Allow of the peer'
    const dialog = this.dialog ?? (this.#opening instanceof ClientOpening ? this.#opening.onlyEarly : undefined)
    if (dialog === undefined) return 'no early dialog, or more than one'
    return this.#modify(dialog, { method: 'UPDATE', sdp, headers, caller: this.#caller }, now)
  }

  #modify(dialog: Dialog, wish: Modification, now: Millis): string | undefined {
    if (this.#outgoing) return 'an earlier re-INVITE or UPDATE is not through'
    const done = (status: number, reason: string) => {
      this.#outgoing = undefined
      this.environment.emit({ kind: 'reinvite-result', id: this.id, status, reason })
    }
    this.#outgoing = new OutgoingModification(this, dialog, wish, done)
    this.#outgoing.send(now)
    return undefined
  }

  end(
    status: number | undefined,
    reason: string | undefined,
    headers: readonly HeaderField[],
    now: Millis,
  ): string | undefined {
    this.#farewellHeaders = headers
    switch (this.state) {
      case 'NULL':
      case 'DISCONNECTING':
      case 'DISCONNECTED':
        return `nothing to end in ${this.state}`
      case 'CALLING':
      case 'INCOMING':
      case 'EARLY':
      case 'CONNECTING':
        if (this.#opening instanceof ClientOpening) this.#opening.cancel(headers, now)
        else if (this.state === 'CONNECTING')
          this.enter('DISCONNECTING', BY_US) // §15: no BYE before the ACK
        else return this.respond({ status: refusal(status), reason, sdp: undefined, headers }, now)
        return undefined
      case 'CONFIRMED':
      case 'REINVITING':
      case 'REINVITED':
        this.enter('DISCONNECTING', BY_US)
        this.bye(now)
        return undefined
    }
  }

  // ---- requests inside the dialog ------------------------------------------------------------------------------------

  /** The dialog a peer with this tag is in with us. */
  dialogWith(remoteTag: string): Dialog | undefined {
    if (this.dialog) return this.dialog.remoteTag === remoteTag ? this.dialog : undefined
    return this.#opening instanceof ClientOpening ? this.#opening.early.get(remoteTag) : undefined
  }

  /** ACK of a 2xx of ours. */
  onAck(ack: SipRequest, now: Millis): void {
    const waiting = this.#unacknowledged
    if (waiting === undefined || waiting.seq !== ack.cseq.number) return
    waiting.stop()
    this.#unacknowledged = undefined
    if (this.state === 'DISCONNECTING') {
      this.bye(now)
      return
    }
    const sdp = waiting.offered ? sdpIn(ack) : undefined
    if (waiting.offered && sdp === undefined) {
      this.finish(
        { status: 488, reason: 'No session description in the ACK', cause: 'protocol', message: ack },
        true,
        now,
      )
      return
    }
    if (sdp !== undefined) this.sdp('answer', sdp, false)
    if (this.state === 'CONNECTING') this.enter('CONFIRMED', { status: 200, reason: 'OK', message: ack })
  }

  /** BYE, INVITE or UPDATE; the dialog is this session's. True when it was taken. */
  receive(incoming: Incoming, dialog: Dialog, now: Millis): boolean {
    const { method } = incoming.request
    if (method !== 'BYE' && method !== 'INVITE' && method !== 'UPDATE') return false
    if (method === 'BYE') this.#onBye(incoming, now)
    else this.#onOffer(incoming, dialog, now)
    return true
  }

  #onBye(incoming: Incoming, now: Millis): void {
    // §15: the callee cannot end an early dialog of ours with BYE.
    if (this.dialog === undefined) {
      this.#answer(incoming, { status: 481 }, now)
      return
    }
    this.#answer(incoming, { status: 200 }, now)
    const cause = this.state === 'DISCONNECTING' ? 'local' : 'remote'
    this.finish({ status: 200, reason: 'OK', cause, message: incoming.request }, false, now)
  }

  #onOffer(incoming: Incoming, dialog: Dialog, now: Millis): void {
    const { request } = incoming
    const part = sdpOf(request)
    const unfit = bodyRefusal(part)
    if (unfit) {
      this.#answer(incoming, unfit, now)
      return
    }
    const sdp = part.kind === 'sdp' ? part.sdp : undefined
    if (request.method === 'UPDATE' && sdp === undefined) {
      this.#refresh(incoming, dialog, now)
      return
    }
    const busy = this.#busy()
    if (busy === 500) {
      this.#answer(incoming, { status: 500, headers: [retrySoon(this.environment)] }, now)
      return
    }
    if (busy !== undefined) {
      this.#answer(incoming, { status: busy }, now)
      return
    }
    const done = (because: Because) => {
      this.#incoming = undefined
      if (because.status >= 200 && because.status < 300) this.#outgoing?.overtaken()
      if (this.state === 'REINVITED') this.enter('CONFIRMED', because)
    }
    this.#incoming = new IncomingModification(this, dialog, incoming, sdp !== undefined, done, now)
    if (sdp !== undefined) this.sdp('offer', sdp, false)
    this.enter('REINVITED', { status: 0, reason: '', cause: 'remote', message: request })
  }

  /** §14.2, RFC 3311 §5.2, RFC 5407 §3.1: why an offer cannot be taken now. */
  #busy(): 481 | 491 | 500 | undefined {
    switch (this.state) {
      case 'CONFIRMED':
        return this.#unacknowledged ? 491 : undefined
      case 'INCOMING':
      case 'REINVITED':
        return 500
      case 'EARLY':
        return this.#opening instanceof ServerOpening ? 500 : 491
      case 'CALLING':
      case 'CONNECTING':
      case 'REINVITING':
        return 491
      case 'NULL':
      case 'DISCONNECTING':
      case 'DISCONNECTED':
        return 481
    }
  }

  /** UPDATE without an offer: no description in the answer (RFC 3311 §5.2), only the target is refreshed. */
  #refresh(incoming: Incoming, dialog: Dialog, now: Millis): void {
    refreshTarget(dialog, incoming.request)
    const { capabilities, emit, trust } = this.environment
    const headers = [...contactField(this, incoming), capabilities.allow, ...capabilities.supported]
    this.#answer(incoming, { status: 200, headers }, now)
    emit({ kind: 'session-refreshed', id: this.id, message: incoming.request, ...trust() })
  }

  #answer(incoming: Incoming, answer: Answer, now: Millis): void {
    const { servers, capabilities } = this.environment
    const headers = [...(answer.headers ?? []), ...capabilities.server]
    servers.create(incoming, undefined, now).respond({ ...answer, headers, toTag: this.localTag }, now)
  }

  // ---- what the parts ask for ----------------------------------------------------------------------------------------

  enter(state: SessionState, because: Because): void {
    const previous = this.state
    this.state = state
    // The opening is over; what the peer may still repeat of it is not the session's business any more.
    if (state === 'CONFIRMED') this.#opening = undefined
    const { status, reason, cause, message, tries = [], target } = because
    const more = { ...(tries.length > 0 && { tries }), ...(target !== undefined && { target }) }
    if (message?.kind === 'request' || (message && message.status < 300)) this.#learn(message)
    this.environment.emit({
      ...{ kind: 'session-state', id: this.id, state, previous, status, reason, cause, message },
      ...(message === undefined ? {} : this.environment.trust()),
      ...more,
    })
  }

  #learn(message: SipMessage): void {
    const methods = allow(message)
    if (methods.length > 0) this.#allowed = methods
  }

  sdp(role: 'offer' | 'answer', sdp: string, inResponse: boolean): void {
    this.environment.emit({ kind: 'session-sdp', id: this.id, role, sdp, inResponse })
  }

  awaitAck({ hop, request }: Incoming, text: string, offered: boolean, now: Millis): void {
    const lost = (then: Millis) =>
      this.finish(byFailure('timeout', this.state === 'DISCONNECTING' ? 'local' : 'timeout'), true, then)
    this.#unacknowledged = new Unacknowledged(this.environment, hop, text, request.cseq.number, offered, lost, now)
  }

  bye(now: Millis): void {
    if (this.dialog === undefined) return
    this.#stop(now)
    const user = {
      onResponse: (response: SipResponse, then: Millis) => {
        if (response.status >= 200) this.finish(byResponse(response, 'local'), false, then)
      },
      onFailure: (why: 'timeout' | 'transport' | 'resolution', then: Millis) =>
        this.finish(byFailure(why, 'local'), false, then),
    }
    sendBye(this.requester, this.dialog, this.digest, this.#farewellHeaders, user, now)
  }

  finish(because: Because, bye: boolean, now: Millis): void {
    if (this.state === 'DISCONNECTED') return
    this.#stop(now)
    if (bye && this.dialog)
      sendBye(
        this.requester,
        this.dialog,
        this.digest,
        this.#farewellHeaders,
        { onResponse: () => {}, onFailure: () => {} },
        now,
      )
    this.enter('DISCONNECTED', because)
    this.#ended(this)
  }

  /** Ends all that is under way; pending requests of the peer get their 487. */
  #stop(now: Millis): void {
    this.#unacknowledged?.stop()
    this.#unacknowledged = undefined
    this.#incoming?.terminate(now)
    this.#incoming = undefined
    this.#outgoing?.stop(now)
    this.#outgoing = undefined
    if (this.#opening instanceof ServerOpening) this.#opening.terminate(now)
    this.#opening?.stop()
    this.#opening = undefined
  }
}

const BY_US: Because = { status: 0, reason: '', cause: 'local' }

const refusal = (status: number | undefined): number =>
  status !== undefined && status >= 300 && status <= 699 ? status : 603
