// PJSUA2's Buddy: somebody whose presence is watched and who is written to.

import type { SubscriptionState } from '../../sip/core/contract.ts'
import { parseUri, sameUri } from '../../sip/message/uri.ts'
import type { Watched } from '../../ua/contract.ts'
import { headerFields } from '../core/wire.ts'
import type { Account } from './account.ts'
import { BUDDY_CONFIG, type BuddySettings } from './buddy-schema.ts'
import type { OnInstantMessageParam, OnInstantMessageStatusParam, OnTypingIndicationParam } from './call-events.ts'
import { checked, type Part } from './checked.ts'
import { OperationError } from './errors.ts'
import { Observed } from './observed.ts'
import { type PresenceStatus, presenceOf, UNKNOWN } from './presence.ts'
import type { SubscriptionEvent } from './switchboard.ts'

export interface BuddyInfo {
  readonly uri: string
  readonly name: string
  readonly presMonitorEnabled: boolean
  readonly presStatus: PresenceStatus
  readonly subState: string
  /** Why the subscription ended, or is tried anew. */
  readonly subTermReason: string
}

export interface OnBuddyEvSubStateParam {
  readonly event: string
  readonly state: string
  readonly previous: string
  readonly statusCode: number
  readonly reason: string
}

/** What calls they have now (RFC 4235). */
export type OnBuddyDlgEventStateParam = Extract<Watched, { readonly of: 'dialog' }>

export interface BuddyEvents {
  buddyState: BuddyInfo
  buddyEvSubState: OnBuddyEvSubStateParam
  buddyDlgEventState: OnBuddyDlgEventStateParam
  instantMessage: OnInstantMessageParam
  instantMessageStatus: OnInstantMessageStatusParam
  typingIndication: OnTypingIndicationParam
}

export class Buddy extends Observed<BuddyEvents> {
  #account: Account | undefined
  #settings: BuddySettings | undefined
  #presence = UNKNOWN
  #subState: SubscriptionState = 'NULL'
  #reason = ''
  /** By event package. */
  readonly #subscriptions = new Map<string, string>()

  onBuddyState(_prm: BuddyInfo): void {}
  onBuddyEvSubState(_prm: OnBuddyEvSubStateParam): void {}
  onBuddyDlgEventState(_prm: OnBuddyDlgEventStateParam): void {}
  onInstantMessage(_prm: OnInstantMessageParam): void {}
  onInstantMessageStatus(_prm: OnInstantMessageStatusParam): void {}
  onTypingIndication(_prm: OnTypingIndicationParam): void {}

  create(account: Account, config: Part<BuddySettings>): void {
    if (this.isValid()) throw new OperationError('create', 'exists', 'the buddy was created already')
    account.inner('create')
    const settings = checked<BuddySettings>('create', BUDDY_CONFIG, config)
    if (account.findBuddy(settings.uri))
      throw new OperationError('create', 'exists', `${settings.uri} is there already`)
    this.#account = account
    this.#settings = settings
    account.buddies.add(this)
    if (settings.subscribe) this.subscribePresence(true)
  }

  /** Its subscriptions end, and it is not valid any more. */
  delete(): void {
    const account = this.#valid('delete')
    for (const event of [...this.#subscriptions.keys()]) this.#subscribe('delete', event, false)
    account.buddies.delete(this)
    this.#account = undefined
  }

  isValid(): boolean {
    return this.#account?.isValid() === true
  }

  getConfig(): BuddySettings {
    this.#valid('getConfig')
    return this.#settings!
  }

  getInfo(): BuddyInfo {
    const { uri, name } = this.getConfig()
    const presMonitorEnabled = this.#subscriptions.has('presence')
    const [subState, subTermReason] = [this.#subState.toLowerCase(), this.#reason]
    return { uri, name, presMonitorEnabled, presStatus: this.#presence, subState, subTermReason }
  }

  /** For the façade: whether that is its address (RFC 3261 §19.1.4). */
  isAt(uri: string): boolean {
    const [mine, other] = [parseUri(this.#settings?.uri ?? ''), parseUri(uri)]
    return mine.ok && other.ok && sameUri(mine.value, other.value)
  }

  /** Every change of theirs comes as `buddyState` until this is taken back. */
  subscribePresence(subscribe: boolean): void {
    this.#subscribe('subscribePresence', 'presence', subscribe)
  }

  /** What calls they have comes as `buddyDlgEventState`. */
  subscribeDlgEvent(subscribe: boolean): void {
    this.#subscribe('subscribeDlgEvent', 'dialog', subscribe)
  }

  sendInstantMessage(prm: {
    readonly content: string
    readonly contentType?: string
    readonly userData?: unknown
  }): void {
    const account = this.#valid('sendInstantMessage')
    const toUri = this.#settings!.uri
    const { content: msgBody, userData } = prm
    const heard = (code: number, reason: string) =>
      this.tell('instantMessageStatus', { toUri, msgBody, code, reason, userData })
    account.sendInstantMessage({ toUri, ...prm, heard })
  }

  sendTypingIndication(prm: { readonly isTyping: boolean }): void {
    this.#valid('sendTypingIndication').sendTypingIndication({ toUri: this.#settings!.uri, ...prm })
  }

  #subscribe(operation: string, event: string, subscribe: boolean): void {
    const account = this.#valid(operation)
    const board = account.inner(operation)
    const name = this.#subscriptions.get(event)
    if (!subscribe) {
      if (name === undefined) return
      this.#subscriptions.delete(event)
      board.seat.command(operation, { kind: 'unsubscribe', subscription: name })
      return
    }
    if (name !== undefined) return
    const subscription = board.newName('buddy')
    board.subscriptions.set(subscription, (told) => {
      if (told.kind === 'subscription-state' && told.final) board.subscriptions.delete(subscription)
      if (this.isValid()) this.#onEvent(event, subscription, told)
    })
    try {
      board.seat.command(operation, {
        ...{ kind: 'subscribe', subscription, account: account.name, target: this.#settings!.uri, event },
        ...{ expires: account.presenceExpires, headers: headerFields(account.presenceHeaders) },
      })
    } catch (error) {
      board.subscriptions.delete(subscription)
      throw error
    }
    this.#subscriptions.set(event, subscription)
  }

  #onEvent(event: string, subscription: string, told: SubscriptionEvent) {
    // What is read of it is `watched`, which follows.
    if (told.kind === 'subscription-notify') return
    if (told.kind === 'watched') {
      const { watched } = told
      if (watched.of === 'dialog') this.tell('buddyDlgEventState', watched)
      if (watched.of !== 'presence') return
      this.#presence = presenceOf(watched)
      return this.tell('buddyState', this.getInfo())
    }
    const { state, previous, status: statusCode, reason, final } = told
    const known = this.#subscriptions.get(event)
    if (final && known === subscription) this.#subscriptions.delete(event)
    this.tell('buddyEvSubState', {
      ...{ event, state: state.toLowerCase(), previous: previous.toLowerCase(), statusCode, reason },
    })
    if (event !== 'presence' || (known !== undefined && known !== subscription)) return
    this.#subState = state
    this.#reason = reason
    this.tell('buddyState', this.getInfo())
  }

  #valid(operation: string): Account {
    if (this.#account === undefined || !this.isValid())
      throw new OperationError(operation, 'unknown', 'the buddy was not created, or is deleted')
    return this.#account
  }
}
