// PJSUA2's Account: who we are at one address; makes and takes calls, registers, writes, publishes, watches.

import { utf8Decode } from '../../base/bytes.ts'
import type { AccountConfig as UaAccountConfig } from '../../ua/contract.ts'
import type { ExtraHeaders } from '../core/wire.ts'
import { headerFields } from '../core/wire.ts'
import { uaAccountOf } from './account-config.ts'
import { AccountCallbacks } from './account-events.ts'
import { ACCOUNT_CONFIG, type AccountSettings } from './account-schema.ts'
import type { Buddy } from './buddy.ts'
import { Call } from './call.ts'
import type { SipTxOption } from './call-types.ts'
import { checked, type Part } from './checked.ts'
import { Endpoint } from './endpoint.ts'
import { OperationError } from './errors.ts'
import { INVALID_ID } from './names.ts'
import type { PresenceStatus } from './presence.ts'
import type { Result, Switchboard } from './switchboard.ts'
import { composing } from './typing.ts'
import { headersOf, messageBody } from './wording.ts'

export interface AccountInfo {
  readonly id: number
  readonly isDefault: boolean
  readonly uri: string
  readonly regIsConfigured: boolean
  readonly regIsActive: boolean
  readonly regExpiresSec: number
  readonly regStatus: number
  readonly regStatusText: string
  /** Why it is not registered, beyond the status: `timeout`, `resolution` … */
  readonly regLastErr: string
  readonly onlineStatus: boolean
  readonly onlineStatusText: string
}

/** Requests an account does not send by itself: they belong to calls, or have methods of their own here. */
const CALL_METHODS = ['INVITE', 'ACK', 'CANCEL', 'BYE', 'UPDATE', 'PRACK', 'REGISTER']

export class Account extends AccountCallbacks {
  readonly endpoint: Endpoint
  /** For the façade. */
  readonly buddies = new Set<Buddy>()
  /** For the façade: what its subscribers are told. */
  presence: PresenceStatus = { status: 'online', statusText: '' }
  registration = { active: false, expires: 0, status: 0, reason: '', cause: '' }
  #id = INVALID_ID
  #name = ''
  #settings: AccountSettings | undefined
  #ua: UaAccountConfig | undefined
  #board: Switchboard | undefined
  #published = false
  /** Registration was asked for: by the settings, or by `setRegistration`. */
  #registers = true

  /** Of the application's endpoint, or of another one. */
  constructor(endpoint: Endpoint = Endpoint.instance()) {
    super()
    this.endpoint = endpoint
  }

  // ---- its life ------------------------------------------------------------------------------------------------------

  /** Adds it; registers when it has a registrar. The first one is the default, until another one is made that. */
  create(config: Part<AccountSettings>, makeDefault = false): void {
    if (this.isValid()) throw new OperationError('create', 'exists', 'the account was created already; use modify')
    const board = this.endpoint.inner('create')
    const settings = checked<AccountSettings>('create', ACCOUNT_CONFIG, config)
    const ua = this.#uaOf('create', settings)
    let id = 0
    while (board.accounts.has(id)) id++
    this.#name = board.newName('acc')
    this.#enter(board, id, settings, ua)
    this.#registers = settings.regConfig.registerOnAdd
    try {
      board.seat.command('create', { kind: 'set-account', account: this.name, config: this.#asRegistering(ua) })
    } catch (error) {
      board.accounts.delete(id)
      this.#id = INVALID_ID
      throw error
    }
    if (makeDefault || board.accounts.size === 1) board.defaultAccount = this
    this.#follow(settings)
  }

  /** Other settings: what did not change goes on; throws with nothing changed. */
  modify(config: Part<AccountSettings>): void {
    const board = this.inner('modify')
    const settings = checked<AccountSettings>('modify', ACCOUNT_CONFIG, config)
    const ua = this.#uaOf('modify', settings)
    board.seat.command('modify', { kind: 'set-account', account: this.name, config: this.#asRegistering(ua) })
    this.#enter(board, this.#id, settings, ua)
    this.#follow(settings)
  }

  /** Its calls and subscriptions end, it un-registers, and is not valid any more. */
  shutdown(): void {
    const board = this.inner('shutdown')
    for (const buddy of [...this.buddies]) buddy.delete()
    board.seat.command('shutdown', { kind: 'remove-account', account: this.name })
    board.accounts.delete(this.#id)
    if (board.defaultAccount === this) board.defaultAccount = board.accounts.values().next().value
    this.#id = INVALID_ID
  }

  /** PJSUA2's other name for it. */
  delete(): void {
    this.shutdown()
  }

  isValid(): boolean {
    return this.#board !== undefined && this.#board.accounts.get(this.#id) === this
  }

  #enter(board: Switchboard, id: number, settings: AccountSettings, ua: UaAccountConfig): void {
    this.#board = board
    this.#id = id
    this.#settings = settings
    this.#ua = ua
    board.accounts.set(id, this)
  }

  #uaOf(operation: string, settings: AccountSettings): UaAccountConfig {
    const { uaConfig, medConfig } = this.endpoint.settings
    const codecs = this.endpoint.codecNames()
    return uaAccountOf(operation, settings, { codecs, proxies: uaConfig.outboundProxies, ptimeMs: medConfig.ptime })
  }

  #asRegistering(ua: UaAccountConfig): UaAccountConfig {
    return this.#registers ? ua : { ...ua, registrar: undefined }
  }

  /** For the façade: what follows from settings, or from other codecs of the endpoint. */
  refresh(): void {
    if (this.#settings !== undefined && this.isValid()) this.modify(this.#settings)
  }

  #follow({ presConfig, mwiConfig }: AccountSettings): void {
    const board = this.inner('create')
    if (presConfig.publishEnabled || this.#published) this.#tellPresence('create')
    this.#published = presConfig.publishEnabled
    const name = `mwi:${this.#name}`
    if (mwiConfig.enabled && !board.subscriptions.has(name)) this.#watchMessages(board, name, mwiConfig.expirationSec)
    else if (!mwiConfig.enabled && board.subscriptions.has(name))
      board.seat.command('modify', { kind: 'unsubscribe', subscription: name })
  }

  // ---- who it is -----------------------------------------------------------------------------------------------------

  getId(): number {
    return this.#id
  }

  /** For the façade: its name at the user agent, which is nobody else's: what is still told of one that is gone concerns no other. */
  get name(): string {
    return this.#name
  }

  get aor(): string {
    return this.#ua?.aor ?? ''
  }

  get uri(): string {
    return this.aor
  }

  /** Settings as they are now, defaults included. */
  getConfig(): AccountSettings {
    if (this.#settings === undefined) throw new OperationError('getConfig', 'state', 'the account was not created')
    return this.#settings
  }

  getInfo(): AccountInfo {
    this.inner('getInfo')
    const { active, expires, status, reason, cause } = this.registration
    return {
      ...{ id: this.#id, isDefault: this.isDefault(), uri: this.aor },
      ...{ regIsConfigured: this.#ua?.registrar !== undefined, regIsActive: active, regExpiresSec: expires },
      ...{ regStatus: status, regStatusText: reason, regLastErr: cause },
      ...{ onlineStatus: this.presence.status === 'online', onlineStatusText: this.presence.statusText },
    }
  }

  isDefault(): boolean {
    return this.#board?.defaultAccount === this
  }

  /** Calls that are for nobody go to it, and the application's that name no account. */
  setDefault(): void {
    this.inner('setDefault').defaultAccount = this
  }

  static lookup(id: number, endpoint: Endpoint = Endpoint.instance()): Account | undefined {
    return endpoint.inner('Account.lookup').accounts.get(id)
  }

  // ---- what it does --------------------------------------------------------------------------------------------------

  /** Registers anew, or takes the binding back. What becomes of it comes as `regState`. */
  setRegistration(renew: boolean): void {
    const board = this.inner('setRegistration')
    if (this.#ua?.registrar === undefined)
      throw new OperationError('setRegistration', 'state', 'a local account has no registrar')
    const first = renew && !this.#registers
    this.#registers ||= renew
    if (first) board.seat.command('setRegistration', { kind: 'set-account', account: this.name, config: this.#ua })
    else board.seat.command('setRegistration', { kind: 'set-registration', account: this.name, on: renew })
    this.tell('regStarted', { renew })
  }

  /** Told to whoever subscribes to us, and published where the settings say so; that we speak is added while we do. */
  setOnlineStatus(presence: PresenceStatus): void {
    this.inner('setOnlineStatus')
    this.presence = presence
    this.#tellPresence('setOnlineStatus')
  }

  /** Any request outside calls; its responses come as `sendRequest` with `userData`. */
  sendRequest(prm: {
    readonly targetUri: string
    readonly method: string
    readonly txOption?: SipTxOption
    readonly userData?: unknown
  }): void {
    const { targetUri, method, txOption = {}, userData } = prm
    if (CALL_METHODS.includes(method.toUpperCase()))
      throw new OperationError('sendRequest', 'argument', `method: ${method} belongs to calls or registrations`)
    this.#send('sendRequest', targetUri, method, txOption, ({ status: statusCode, reason, cause, headers, body }) => {
      const more = { headers: headersOf(headers), body: utf8Decode(body), userData }
      this.tell('sendRequest', { method, statusCode, reason, cause, ...more })
    })
  }

  /** A message of its own; the status comes as `instantMessageStatus`. `heard`: to the buddy it was written to. */
  sendInstantMessage(prm: {
    readonly toUri: string
    readonly content: string
    readonly contentType?: string
    readonly txOption?: Pick<SipTxOption, 'headers'>
    readonly userData?: unknown
    readonly heard?: (code: number, reason: string) => void
  }): void {
    const { toUri, content: msgBody, contentType = 'text/plain', userData, txOption, heard } = prm
    const option = { ...txOption, contentType, msgBody }
    this.#send('sendInstantMessage', toUri, 'MESSAGE', option, ({ status: code, reason }) => {
      if (code < 200) return
      this.tell('instantMessageStatus', { toUri, msgBody, code, reason, userData })
      heard?.(code, reason)
    })
  }

  sendTypingIndication(prm: { readonly toUri: string; readonly isTyping: boolean }): void {
    this.#send('sendTypingIndication', prm.toUri, 'MESSAGE', composing(prm.isTyping), () => {})
  }

  #send(operation: string, target: string, method: string, option: SipTxOption, heard: (result: Result) => void): void {
    const to = { account: this.name, target }
    const command = { method, to, headers: headerFields(option.headers), body: messageBody(option) }
    this.inner(operation).request(operation, command, heard)
  }

  enumBuddies(): readonly Buddy[] {
    return [...this.buddies]
  }

  /** The one of that URI; undefined: there is none. */
  findBuddy(uri: string): Buddy | undefined {
    return this.enumBuddies().find((buddy) => buddy.isAt(uri))
  }

  /** For the façade: a call with nobody's class behind it. A subclass that has its own says which. */
  newCall(callId: number = INVALID_ID): Call {
    return new Call(this, callId)
  }

  // ---- for the façade ------------------------------------------------------------------------------------------------

  get board(): Switchboard | undefined {
    return this.#board
  }

  get ringTimeMs(): number {
    return 1000 * (this.#settings?.callConfig.ringTimeoutSec ?? 0)
  }

  get inviteHeaders(): ExtraHeaders {
    return this.#settings?.callConfig.headers ?? {}
  }

  get presenceHeaders(): ExtraHeaders {
    return this.#settings?.presConfig.headers ?? {}
  }

  get presenceExpires(): number {
    return this.getConfig().presConfig.expirationSec
  }

  /** Throws unless the account is there and its endpoint runs. */
  inner(operation: string): Switchboard {
    const board = this.endpoint.inner(operation)
    if (!this.isValid()) throw new OperationError(operation, 'unknown', 'the account was not created, or is deleted')
    return board
  }

  #tellPresence(operation: string): void {
    const { publishEnabled, expirationSec: expires } = this.getConfig().presConfig
    const { status, statusText, activities = [] } = this.presence
    const own = { basic: status === 'online' ? 'open' : 'closed', activities, note: statusText || undefined } as const
    const asked = { account: this.name, presence: own, publish: publishEnabled, expires }
    this.inner(operation).seat.command(operation, { kind: 'set-presence', ...asked })
  }

  #watchMessages(board: Switchboard, subscription: string, expires: number): void {
    const asked = { account: this.name, target: this.aor, event: 'message-summary', expires, headers: [] }
    let state = 'pending'
    board.subscriptions.set(subscription, (event) => {
      if (event.kind === 'subscription-state') {
        state = event.state.toLowerCase()
        if (event.final) board.subscriptions.delete(subscription)
      }
      if (event.kind !== 'watched' || event.watched.of !== 'message-summary') return
      this.tell('mwiInfo', { active: state !== 'terminated', state, messages: event.watched.messages })
    })
    board.seat.command('create', { kind: 'subscribe', subscription, ...asked })
  }
}
