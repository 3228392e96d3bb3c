// PJSUA2's Buddy: somebody whose presence is watched and who is written to.

import { isSip, parseUri, sameUri } from '../../sip/message/uri.ts'
import type { Watched } from '../../sip/packages/watched.ts'
import { instance } from '../core/guard.ts'
import type { SubscriptionChange } from '../core/index.ts'
import { Account } from './account.ts'
import { BUDDY, guarded } from './arguments.ts'
import { BUDDY_CONFIG, type BuddySettings } from './buddy-schema.ts'
import type { OnInstantMessageParam, OnInstantMessageStatusParam, OnTypingIndicationParam } from './call-events.ts'
import type { RxData } from './call-types.ts'
import { checked, type Part } from './checked.ts'
import { OperationError } from './errors.ts'
import { Observed } from './observed.ts'
import { type PresenceStatus, presenceOf, UNKNOWN } from './presence.ts'
import { targetOf } from './target.ts'
import { Watch } from './watch.ts'
import { headersOf } from './wording.ts'

/** Somebody as they are known now; `subState` is that of the subscription to their presence (RFC 6665), `null` before one. */
export interface BuddyInfo {
  readonly uri: string
  readonly name: string
  readonly presMonitorEnabled: boolean
  readonly presStatus: PresenceStatus
  readonly subState: string
  /** Why the subscription ended, or is tried anew. */
  readonly subTermReason: string
}

/** A change of a subscription of ours to `presence` or `dialog`, or a NOTIFY that came by it; states in lower case. */
export interface OnBuddyEvSubStateParam {
  readonly event: string
  readonly state: string
  /** As `state`, where nothing changed. */
  readonly previous: string
  /** Of the response that brought the change; 0: none did. */
  readonly statusCode: number
  readonly reason: string
  /** The NOTIFY, '' as body where it has none; undefined: a change. */
  readonly rdata: Pick<RxData, 'headers' | 'body'> | undefined
}

/** What calls they have now (RFC 4235). */
export type OnBuddyDlgEventStateParam = Extract<Watched, { readonly of: 'dialog' }>

/** What `on` and `once` of a buddy take, by event. */
export interface BuddyEvents {
  buddyState: BuddyInfo
  buddyEvSubState: OnBuddyEvSubStateParam
  buddyDlgEventState: OnBuddyDlgEventStateParam
  instantMessage: OnInstantMessageParam
  instantMessageStatus: OnInstantMessageStatusParam
  typingIndication: OnTypingIndicationParam
}

/** Somebody whose presence (RFC 3856) and calls (RFC 4235) can be watched, and who can be written to. */
export class Buddy extends Observed<BuddyEvents> {
  #account: Account | undefined
  #settings: BuddySettings | undefined
  #presence = UNKNOWN
  #subState = 'null'
  #reason = ''
  /** What is watched of it, by event package. */
  readonly watches = new Map<'presence' | 'dialog', Watch>()

  /** Their presence was told anew, or its subscription changed. */
  onBuddyState(_prm: BuddyInfo): void {}
  /** One of the subscriptions to them changed its state, was refused, or ended; and each NOTIFY, before what it says is told. */
  onBuddyEvSubState(_prm: OnBuddyEvSubStateParam): void {}
  /** Their calls changed; told after `subscribeDlgEvent(true)`. */
  onBuddyDlgEventState(_prm: OnBuddyDlgEventStateParam): void {}
  /** They wrote outside calls, to our account; its `instantMessage` is told as well, first. */
  onInstantMessage(_prm: OnInstantMessageParam): void {}
  /** The final response to `sendInstantMessage` of this buddy. */
  onInstantMessageStatus(_prm: OnInstantMessageStatusParam): void {}
  /** They began or ceased to write to our account (RFC 3994). */
  onTypingIndication(_prm: OnTypingIndicationParam): void {}

  /** Puts it among those of `account`; watched at once where `subscribe` says so. Throws where the account has one of that URI. */
  create(account: Account, config: Part<BuddySettings>): void {
    if (this.isValid()) throw new OperationError('create', 'exists', 'the buddy was created already')
    account.inner('create')
    const settings = checked<BuddySettings>('create', BUDDY_CONFIG, config)
    const uri = parseUri(settings.uri)
    if (!uri.ok || !isSip(uri.value))
      throw new OperationError('create', 'argument', `/uri: expected a SIP URI, got ${JSON.stringify(settings.uri)}`)
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
    for (const event of [...this.watches.keys()]) this.#subscribe('delete', event, false)
    account.buddies.delete(this)
    this.#account = undefined
  }

  /** It was created, not deleted, and so was its account. */
  isValid(): boolean {
    return this.#account?.isValid() === true
  }

  /** Settings, defaults included. Throws unless it is valid. */
  getConfig(): BuddySettings {
    this.#valid('getConfig')
    return this.#settings!
  }

  /** Throws unless it is valid. */
  getInfo(): BuddyInfo {
    const { uri, name } = this.getConfig()
    const presMonitorEnabled = this.watches.has('presence')
    const [subState, subTermReason] = [this.#subState, this.#reason]
    return { uri, name, presMonitorEnabled, presStatus: this.#presence, subState, subTermReason }
  }

  /** @internal For the façade: whether that is its address (RFC 3261 §19.1.4). */
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

  /** MESSAGE (RFC 3428), text/plain where nothing is said; its status comes as `instantMessageStatus`, here and at the account. */
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

  /** Says that somebody here is writing to them, or not any more (RFC 3994). */
  sendTypingIndication(prm: { readonly isTyping: boolean }): void {
    this.#valid('sendTypingIndication').sendTypingIndication({ toUri: this.#settings!.uri, ...prm })
  }

  #subscribe(operation: string, event: 'presence' | 'dialog', subscribe: boolean): void {
    const account = this.#valid(operation)
    const watch = this.watches.get(event)
    if (!subscribe) {
      this.watches.delete(event)
      watch?.end()
      return
    }
    if (watch !== undefined) return
    const { presenceExpires: expires, presenceHeaders: headers } = account
    const what = { target: targetOf(operation, '/uri', this.#settings!.uri, account), event, expires, headers }
    const made = new Watch(operation, account, what, {
      state: (change, isFinal) => {
        if (this.isValid()) this.#onState(event, made, change, isFinal)
      },
      watched: (watched) => {
        if (this.isValid()) this.#onWatched(watched)
      },
      notified: ({ headers, body }) => {
        const state = made.subscription.state.toLowerCase()
        const rdata = { headers: headersOf(headers.fields), body }
        if (this.isValid())
          this.tell('buddyEvSubState', { event, state, previous: state, statusCode: 0, reason: '', rdata })
      },
    })
    this.watches.set(event, made)
  }

  #onWatched(watched: Watched): void {
    if (watched.of === 'dialog') this.tell('buddyDlgEventState', watched)
    if (watched.of !== 'presence') return
    this.#presence = presenceOf(watched)
    this.tell('buddyState', this.getInfo())
  }

  #onState(
    event: 'presence' | 'dialog',
    watch: Watch,
    { state, previousState, code: statusCode = 0, reason = '' }: SubscriptionChange,
    isFinal: boolean,
  ): void {
    const known = this.watches.get(event)
    if (isFinal && known === watch) this.watches.delete(event)
    const names = { state: state.toLowerCase(), previous: previousState.toLowerCase() }
    this.tell('buddyEvSubState', { event, ...names, statusCode, reason, rdata: undefined })
    if (event !== 'presence' || (known !== undefined && known !== watch)) return
    this.#subState = names.state
    this.#reason = reason
    this.tell('buddyState', this.getInfo())
  }

  #valid(operation: string): Account {
    if (this.#account === undefined || !this.isValid())
      throw new OperationError(operation, 'unknown', 'the buddy was not created, or is deleted')
    return this.#account
  }
}

guarded(Buddy, { create: [['account', instance('an Account', () => Account)]], ...BUDDY })
