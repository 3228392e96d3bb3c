// What happens to an invitation: events of the SIP engine become its state, its descriptions, and notifications.
import { utf8Decode } from '../../base/bytes.ts'
import type { SipEvent } from '../../sip/core/contract.ts'
import { CoreError } from './errors.ts'
import { InvitationAttributes, type Origin } from './invitation-attributes.ts'
import {
  changeOf,
  farewellOf,
  type InvitationNotifications,
  type InvitationState,
  redirectionOf,
} from './invitation-change.ts'
import type { SdpSession } from './sdp.ts'
import { failed, type SdpUpdate } from './sdp-exchange.ts'
import type { Stack } from './stack.ts'
import { type ExtraHeaders, headerFields, phraseOf } from './wire.ts'

type Of<K extends SipEvent['kind']> = Extract<SipEvent, { kind: K }>
type Told<N extends keyof InvitationNotifications<unknown>> = InvitationNotifications<unknown>[N]['data']

/** A re-INVITE or UPDATE of ours that is under way. */
interface Change {
  readonly method: 'INVITE' | 'UPDATE'
  /** A refresh of the session timer's: nobody asked for it. */
  readonly quiet: boolean
}

/** The part of `Invitation` that the engine speaks to. */
export abstract class InvitationInside extends InvitationAttributes {
  protected change: Change | undefined

  constructor(origin: Origin) {
    super(origin)
  }

  protected abstract tell<N extends keyof InvitationNotifications<unknown>>(name: N, data: Told<N>): void
  abstract disconnect(responseCode?: number): void

  /** Of an incoming one: from now on it is known, and told. */
  protected begin({ id, request, sdp, localTag = '', trusted = false }: Of<'session-incoming'>): void {
    this.id = id
    this.claim(this.engine.running('Invitation'), id)
    this.peer.begin({ localTag })
    const fault = sdp === undefined ? undefined : this.sdp.offered(sdp)
    const because = { status: 0, reason: '', cause: undefined, message: request, trusted } as const
    this.#onState({ kind: 'session-state', id, state: 'INCOMING', previous: 'NULL', ...because })
    if (fault !== undefined) this.#refuse(id, fault)
  }

  /** For the core: events of the session of that name come here. */
  protected claim(stack: Stack, id: string): void {
    stack.claim(
      id,
      (event) => this.#onEvent(event),
      () => this.disconnect(480),
      this,
    )
  }

  /** Sends a response with our description, or without one. */
  protected respond(
    operation: string,
    status: number,
    sdp: SdpSession | undefined,
    extraHeaders: ExtraHeaders,
    reason: string | undefined,
  ): void {
    this.engine.running(operation).command(operation, {
      ...{ kind: 'respond', id: this.named(operation), status, reason: phraseOf(reason) },
      ...{ sdp: sdp?.toString(), headers: headerFields(extraHeaders, 'response') },
    })
    if (sdp !== undefined) this.settle()
  }

  /** What we sent was an answer, if they had offered. */
  protected settle(): void {
    const update = this.sdp.answer()
    if (update !== undefined) this.#tellUpdate(update)
  }

  #tellUpdate(update: SdpUpdate): void {
    this.tell('invitation-got-sdp-update', update)
  }

  /** For the core: throws a CoreError unless the state is one of `states`. */
  protected expect(operation: string, states: readonly InvitationState[]): Stack {
    const stack = this.engine.running(operation)
    if (states.includes(this.currentState)) return stack
    throw new CoreError('state', operation, `expected ${states.join(' or ')}, the state is ${this.currentState}`)
  }

  /** For the core: throws a CoreError for one of ours. */
  protected expectIncoming(operation: string): void {
    if (this.isOutgoing) throw new CoreError('state', operation, 'expected an incoming invitation')
  }

  /** For the core: throws a CoreError unless `setOfferedLocalSdp` said what to offer. */
  protected expectProposal(operation: string): SdpSession {
    const sdp = this.sdp.offeredLocal
    if (sdp !== undefined) return sdp
    throw new CoreError('state', operation, 'expected a local description; call setOfferedLocalSdp first')
  }

  /** The SIP engine's name for it, also for what is sent inside the session. Throws while there is none. */
  protected named(operation: string): string {
    if (this.id !== undefined) return this.id
    throw new CoreError('state', operation, `expected a session, the state is ${this.currentState}`)
  }

  /** Their offer cannot be read. */
  #refuse(id: string, fault: string): void {
    this.#tellUpdate(failed(fault))
    const answer = { kind: 'respond', id, status: 488, reason: undefined, sdp: undefined, headers: [] } as const
    this.engine.running('Invitation').command('Invitation', answer)
  }

  #onEvent(event: SipEvent): void {
    switch (event.kind) {
      case 'session-state':
        this.#onState(event)
        return
      case 'session-sdp':
        this.#onSdp(event)
        return
      case 'session-farewell':
        this.tell('invitation-got-farewell', farewellOf(event))
        return
      case 'session-redirected':
        this.tell('invitation-redirected', redirectionOf(event))
        return
      case 'session-refreshed':
        this.#hear(event)
        return
      case 'session-timer': {
        const { expires, refresher } = event
        this.tell('invitation-got-timer', { expires, refresher })
        return
      }
      case 'session-refresh':
        this.#refresh(event.id)
        return
      case 'reinvite-result':
        this.#changed(event)
        return
    }
  }

  #changed({ status, reason }: Of<'reinvite-result'>): void {
    const { change } = this
    this.change = undefined
    if (change !== undefined && !change.quiet)
      this.tell('invitation-changed-session', { method: change.method, code: status, reason: utf8Decode(reason) })
    if (status < 300 || this.sdp.offeredLocal === undefined) return
    this.sdp.drop()
    this.#tellUpdate(failed(`${status} ${reason}`))
  }

  #onState(event: Of<'session-state'>): void {
    this.currentState = event.state
    if (event.state === 'CALLING' && event.sdp !== undefined) this.sdp.wentOut(event.sdp)
    if (event.state === 'DISCONNECTED') this.engine.running('Invitation').release(event.id)
    this.tell('invitation-changed-state', changeOf(event))
    const { message, target } = event
    this.#hear(event)
    if (target !== undefined && this.peer.sendOn(target)) this.#tellParty()
    if (event.state !== 'REINVITED' || message?.kind !== 'request' || message.method !== 'UPDATE') return
    if (!this.decidesUpdates) this.#answerUpdate(event.id)
  }

  #hear({ message, trusted = false }: Pick<Of<'session-state'>, 'message' | 'trusted'>): void {
    if (message !== undefined && this.peer.hear(message, trusted)) this.#tellParty()
  }

  #tellParty(): void {
    this.tell('invitation-changed-remote-party', { party: this.remoteParty })
  }

  /** An UPDATE with an offer is answered at once, with what is in force. */
  #answerUpdate(id: string): void {
    const current = this.sdp.current()
    if (current === undefined) return
    this.sdp.propose(current)
    const sdp = current.toString()
    this.engine
      .running('Invitation')
      .command(
        'Invitation',
        this.currentState === 'REINVITED'
          ? { kind: 'respond', id, status: 200, reason: undefined, sdp, headers: [] }
          : { kind: 'answer-offer', id, sdp },
      )
    this.settle()
  }

  /** The session timer wants a sign of life, and the peer takes no UPDATE. */
  #refresh(id: string): void {
    const active = this.sdp.activeLocal
    if (active === undefined) return
    this.sdp.propose(active)
    this.change = { method: 'INVITE', quiet: true }
    const again = { kind: 'reinvite', id, sdp: active.toString(), headers: [] } as const
    this.engine.running('Invitation').command('Invitation', again)
  }

  #onSdp({ id, role, sdp, inResponse, by }: Of<'session-sdp'>): void {
    if (role === 'answer') {
      this.#tellUpdate(this.sdp.answered(sdp))
      return
    }
    const fault = this.sdp.offered(sdp)
    if (fault !== undefined) {
      if (inResponse) this.#tellUpdate(failed(fault))
      else this.#refuse(id, fault)
      return
    }
    const early = this.currentState === 'EARLY' && !inResponse && by !== 'INVITE'
    if (early && !this.decidesUpdates) {
      this.#answerUpdate(id)
      return
    }
    const remoteSdp = this.sdp.offeredRemote
    if ((inResponse || early) && remoteSdp !== undefined) this.tell('invitation-got-sdp-offer', { remoteSdp, by })
  }
}
