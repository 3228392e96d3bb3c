// PJSUA2's Account: who we are at one address; makes and takes calls, registers, writes, publishes, watches.
import {
  type Credentials,
  type Registration,
  type RequestResponse,
  type Route,
  type SessionTerms,
  sendRequest,
} from '../core/index.ts'
import { type AccountParts, partsOf, soundOf } from './account-config.ts'
import { AccountCallbacks } from './account-events.ts'
import { AccountPresence } from './account-presence.ts'
import { AccountRegistration } from './account-registration.ts'
import { ACCOUNT_CONFIG, type AccountSettings } from './account-schema.ts'
import { ACCOUNT, guarded } from './arguments.ts'
import type { Buddy } from './buddy.ts'
import { Call } from './call.ts'
import type { SoundSettings } from './call-sound.ts'
import type { SipTxOption } from './call-types.ts'
import { checked, type Part } from './checked.ts'
import { Endpoint } from './endpoint.ts'
import { inTime, OperationError, operated } from './errors.ts'
import type { Inner } from './inner.ts'
import { watchMessages } from './mailbox.ts'
import { INVALID_ID } from './names.ts'
import type { PresenceStatus } from './presence.ts'
import { follow } from './requests.ts'
import { checkHeaders, targetOf } from './target.ts'
import { composing } from './typing.ts'
import type { Watch } from './watch.ts'
import { headersOf, requestOf } from './wording.ts'

/** An account as it is now; `regStatus` is that of the last response, 0 before one, `regExpiresSec` what was granted. */
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

/** Who we are at one address. `create` makes it valid and registers it where it has a registrar, `shutdown` ends it. */
export class Account extends AccountCallbacks {
  readonly endpoint: Endpoint
  /** @internal For the façade. */
  readonly buddies = new Set<Buddy>()
  /** @internal For the façade: what its subscribers are told. */
  presence: PresenceStatus = { status: 'online', statusText: '' }
  #id = INVALID_ID
  #settings: AccountSettings | undefined
  #parts: AccountParts | undefined
  #inner: Inner | undefined
  #registration: AccountRegistration | undefined
  #watchers: AccountPresence | undefined
  /** Of our messages. */
  #mailbox: Watch | undefined

  /** Of the application's endpoint, or of another one. */
  constructor(endpoint: Endpoint = Endpoint.instance()) {
    super()
    this.endpoint = endpoint
  }

  // ---- its life ------------------------------------------------------------------------------------------------------

  /** Adds it; registers when it has a registrar. The first one is the default, until another one is made that. */
  create(config: Part<AccountSettings>, makeDefault = false): void {
    if (this.isValid()) throw new OperationError('create', 'exists', 'the account was created already; use modify')
    const inner = this.endpoint.inner('create')
    const settings = checked<AccountSettings>('create', ACCOUNT_CONFIG, config)
    const parts = partsOf('create', settings, this.endpoint.accountDefaults())
    let id = 0
    while (inner.accounts.has(id)) id++
    this.#inner = inner
    this.#id = id
    inner.accounts.set(id, this)
    if (makeDefault || inner.accounts.size === 1) inner.defaultAccount = this
    this.#registration = new AccountRegistration(this, inner, settings.regConfig.registerOnAdd)
    this.#watchers = new AccountPresence(this, inner)
    this.#enter(settings, parts)
    try {
      this.#registration.set(parts)
    } catch (error) {
      this.#leave(inner)
      throw error
    }
    this.#follow('create', settings)
  }

  /** Other settings: what did not change goes on; throws with nothing changed. */
  modify(config: Part<AccountSettings>): void {
    this.inner('modify')
    const settings = checked<AccountSettings>('modify', ACCOUNT_CONFIG, config)
    const defaults = this.endpoint.accountDefaults()
    // Another binding has another Contact: giving up the old one must not take the new one with it (RFC 3261 §10.3).
    const isSame = sameBinding(settings, this.getConfig())
    const parts = partsOf('modify', settings, defaults, isSame ? this.credentials.token : undefined)
    this.#enter(settings, parts)
    if (!isSame) this.#registration?.set(parts)
    this.#follow('modify', settings)
  }

  /** Its calls and subscriptions end, it un-registers, and is not valid any more. */
  shutdown(): void {
    const inner = this.inner('shutdown')
    for (const line of inner.lines.active) if (line.account === this && !line.isLeft) inTime(() => line.hangUp(480))
    for (const buddy of [...this.buddies]) buddy.delete()
    this.#leave(inner)
  }

  #leave(inner: Inner): void {
    this.#mailbox?.end()
    this.#mailbox = undefined
    this.#watchers?.leave()
    this.#registration?.leave()
    inner.accounts.delete(this.#id)
    if (inner.defaultAccount === this) inner.defaultAccount = inner.accounts.values().next().value
    this.#id = INVALID_ID
  }

  /** PJSUA2's other name for it. */
  delete(): void {
    this.shutdown()
  }

  /** It was created and not shut down. What else needs it throws an OperationError while it is not. */
  isValid(): boolean {
    return this.#inner !== undefined && this.#inner.accounts.get(this.#id) === this
  }

  #enter(settings: AccountSettings, parts: AccountParts): void {
    this.#settings = settings
    this.#parts = parts
  }

  #follow(operation: string, { mwiConfig }: AccountSettings): void {
    this.tellPresence()
    if (!mwiConfig.enabled) {
      this.#mailbox?.end()
      this.#mailbox = undefined
      return
    }
    this.#mailbox ??= watchMessages(operation, this, mwiConfig.expirationSec, () => {
      this.#mailbox = undefined
    })
  }

  // ---- who it is -----------------------------------------------------------------------------------------------------

  /** Its number, 0 or more, given anew after `shutdown`; INVALID_ID while it is not valid. */
  getId(): number {
    return this.#id
  }

  get aor(): string {
    return this.#parts?.uri.address ?? ''
  }

  get uri(): string {
    return this.aor
  }

  /** Settings as they are now, defaults included. */
  getConfig(): AccountSettings {
    if (this.#settings === undefined) throw new OperationError('getConfig', 'state', 'the account was not created')
    return this.#settings
  }

  /** Throws unless it is valid. */
  getInfo(): AccountInfo {
    this.inner('getInfo')
    const { current, last } = this.#registration!
    const { active, expires, status, reason, cause } = last
    return {
      ...{ id: this.#id, isDefault: this.isDefault(), uri: this.aor },
      ...{ regIsConfigured: current !== undefined, regIsActive: active, regExpiresSec: expires },
      ...{ regStatus: status, regStatusText: reason, regLastErr: cause },
      ...{ onlineStatus: this.presence.status === 'online', onlineStatusText: this.presence.statusText },
    }
  }

  /** Calls that are for nobody come to it, where no other account has a higher priority. */
  isDefault(): boolean {
    return this.#inner?.defaultAccount === this
  }

  /** Calls that are for nobody go to it, where no other account has a higher priority. */
  setDefault(): void {
    this.inner('setDefault').defaultAccount = this
  }

  /** The account of that number; undefined: there is none. Throws unless the library runs. */
  static lookup(id: number, endpoint: Endpoint = Endpoint.instance()): Account | undefined {
    return endpoint.inner('Account.lookup').accounts.get(id)
  }

  // ---- the core's objects under it -----------------------------------------------------------------------------------

  get credentials(): Credentials {
    return this.#known().credentials
  }

  /** Outbound proxies, first hop first. */
  get routes(): readonly Route[] {
    return this.#known().routes
  }

  /** Reliable responses and session timers of its calls. */
  get terms(): SessionTerms {
    return this.#known().terms
  }

  /** Undefined: a local account. */
  get registration(): Registration | undefined {
    return this.#registration?.current
  }

  #known(): AccountParts {
    if (this.#parts === undefined) throw new OperationError('Account', 'state', 'the account was not created')
    return this.#parts
  }

  // ---- what it does --------------------------------------------------------------------------------------------------

  /** Registers anew, or takes the binding back. What becomes of it comes as `regStarted` and `regState`. */
  setRegistration(renew: boolean): void {
    this.inner('setRegistration')
    this.#registration!.ask('setRegistration', renew)
  }

  /** Told to whoever subscribes to us, and published where the settings say so; that we speak is added while we do. */
  setOnlineStatus(presence: PresenceStatus): void {
    this.inner('setOnlineStatus')
    this.presence = presence
    this.tellPresence()
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
    this.#send(
      'sendRequest',
      targetUri,
      method,
      txOption,
      ({ code: statusCode, reason, cause, headers, body = '' }) => {
        const more = { headers: headersOf(headers?.fields ?? []), body, userData }
        this.tell('sendRequest', { method, statusCode, reason, cause, ...more })
      },
    )
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
    this.#send('sendInstantMessage', toUri, 'MESSAGE', option, ({ code, reason, isFinal }) => {
      if (!isFinal) return
      this.tell('instantMessageStatus', { toUri, msgBody, code, reason, userData })
      heard?.(code, reason)
    })
  }

  /** Says that somebody here is writing to `toUri`, or not any more (RFC 3994); good for 60 s. No event tells its status. */
  sendTypingIndication(prm: { readonly toUri: string; readonly isTyping: boolean }): void {
    this.#send('sendTypingIndication', prm.toUri, 'MESSAGE', composing(prm.isTyping), () => {})
  }

  #send(
    operation: string,
    target: string,
    method: string,
    option: SipTxOption,
    heard: (response: RequestResponse) => void,
  ): void {
    const inner = this.inner(operation)
    const { engine } = inner
    const to = targetOf(operation, operation === 'sendRequest' ? 'targetUri' : 'toUri', target, this)
    checkHeaders(operation, option.headers ?? {})
    const { credentials, routes: route, transport } = this.#known()
    const options = { ...requestOf(option), route, transport, engine }
    follow(
      inner,
      operated(operation, () => sendRequest(method, credentials, to, options)),
      heard,
    )
  }

  /** In the order of their creation. */
  enumBuddies(): readonly Buddy[] {
    return [...this.buddies]
  }

  /** The one of that URI; undefined: there is none. */
  findBuddy(uri: string): Buddy | undefined {
    return this.enumBuddies().find((buddy) => buddy.isAt(uri))
  }

  /** What stands for a call nobody has made an object of, as of a transfer; a subclass has its own class here. */
  newCall(callId: number = INVALID_ID): Call {
    return new Call(this, callId)
  }

  // ---- for the façade ------------------------------------------------------------------------------------------------

  /** @internal */
  get parts(): AccountParts {
    return this.#known()
  }

  /** @internal */
  get contactUser(): string {
    return this.#parts?.credentials.token ?? ''
  }

  /** @internal */
  get ringTimeMs(): number {
    return 1000 * (this.#settings?.callConfig.ringTimeoutSec ?? 0)
  }

  /** @internal */
  get presenceHeaders() {
    return this.getConfig().presConfig.headers
  }

  /** @internal */
  get presenceExpires(): number {
    return this.getConfig().presConfig.expirationSec
  }

  /** @internal */
  get watchers(): AccountPresence {
    return this.#watchers!
  }

  /** @internal How a call of it sounds; undefined: it must not without TLS. */
  soundFor(overTls: boolean): SoundSettings | undefined {
    return soundOf(this.getConfig(), this.endpoint.accountDefaults(), this.parts, overTls)
  }

  /** @internal Whoever watches is told what is another than before. */
  tellPresence(): void {
    if (this.isValid()) this.#watchers?.update()
  }

  /** @internal Throws unless the account is there and its endpoint runs. */
  inner(operation: string): Inner {
    const inner = this.endpoint.inner(operation)
    if (!this.isValid()) throw new OperationError(operation, 'unknown', 'the account was not created, or is deleted')
    return inner
  }
}

/** One binding at one registrar, and nothing that is told there has changed. */
const sameBinding = (a: AccountSettings, b: AccountSettings): boolean =>
  JSON.stringify([a.idUri, a.regConfig, a.sipConfig, a.natConfig]) ===
  JSON.stringify([b.idUri, b.regConfig, b.sipConfig, b.natConfig])

guarded(Account, ACCOUNT)
