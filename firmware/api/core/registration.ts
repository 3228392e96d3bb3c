// A registration: keeps one account's binding at its registrar.
import type { RegistrationState, SipEvent } from '../../sip/core/contract.ts'
import type { Credentials } from './credentials.ts'
import { type EngineCore, sharedEngine } from './engine-core.ts'
import type { Route } from './route.ts'
import { SipUri } from './sip-uri.ts'
import { type ExtraHeaders, headerFields, identityOf } from './wire.ts'

export type { RegistrationState } from '../../sip/core/contract.ts'

/** What a registration may be given beside its credentials. */
export interface RegistrationOptions {
  /** Outbound proxy. */
  readonly route?: Route | undefined
  /** Seconds asked for. */
  readonly expires?: number
  /** In each REGISTER. */
  readonly extraHeaders?: ExtraHeaders
  readonly engine?: EngineCore
}

/** What `registration-changed-state` tells. */
export interface RegistrationChange {
  readonly state: RegistrationState
  readonly previousState: RegistrationState
  /** Of the response that brought the change, 408 and 503 also made here; undefined when none did. */
  readonly code: number | undefined
  readonly reason: string | undefined
  /** Our Contact; undefined unless registered. */
  readonly contactUri: string | undefined
  /** Seconds granted; undefined unless registered. */
  readonly expires: number | undefined
  /** Every Contact of the account at the registrar, ours among them; undefined unless registered. */
  readonly contactUriList: readonly string[] | undefined
  /** The next try comes by itself after so long, ms; undefined: none does. */
  readonly retryMs: number | undefined
}

declare module './notifications.ts' {
  interface NotificationMap {
    /** Each change of state, and each refresh. */
    'registration-changed-state': { readonly sender: Registration; readonly data: RegistrationChange }
  }
}

type StateEvent = Extract<SipEvent, { kind: 'registration-state' }>

/**
 * One account at its registrar. `register` and `unregister` are queued: what is asked while a request is under way follows its
 * answer. Refreshed before it expires; after a failure tried again with back-off, until `unregister`.
 */
export class Registration {
  /** Of what is sent next; changes nothing at once. */
  #expires: number
  readonly #engine: EngineCore
  readonly #credentials: Credentials
  readonly #route: Route | undefined
  readonly #extraHeaders: ExtraHeaders
  #state: RegistrationState = 'unregistered'
  #expiresReceived: number | undefined
  /** What the SIP engine knows it by; undefined: it does not. */
  #id: string | undefined

  constructor(credentials: Credentials, options: RegistrationOptions = {}) {
    this.#engine = options.engine ?? sharedEngine()
    this.#credentials = credentials.copy()
    this.#route = options.route
    this.#expires = options.expires ?? 300
    this.#extraHeaders = { ...options.extraHeaders }
  }

  /** `unregistered`, `registering`, `registered` or `unregistering`. */
  get state(): RegistrationState {
    return this.#state
  }

  /** A copy of what it was made with. */
  get credentials(): Credentials {
    return this.#credentials.copy()
  }

  /** Outbound proxy; undefined: none. */
  get route(): Route | undefined {
    return this.#route
  }

  /** In each REGISTER. */
  get extraHeaders(): ExtraHeaders {
    return this.#extraHeaders
  }

  /** Seconds asked for; a new value counts from the next REGISTER on. */
  get expires(): number {
    return this.#expires
  }
  set expires(seconds: number) {
    this.#expires = seconds
    if (this.#id !== undefined) this.#send('Registration.expires', this.#id, false)
  }

  /** Seconds the last successful REGISTER is good for; undefined before the first. */
  get expiresReceived(): number | undefined {
    return this.#expiresReceived
  }

  /** Registers, or refreshes at once; what comes of it is told by `registration-changed-state`. */
  register(): void {
    const operation = 'Registration.register'
    const stack = this.#engine.running(operation)
    const id = this.#id ?? stack.newName('registration')
    if (this.#id === undefined) {
      this.#id = id
      stack.claim(
        id,
        (event) => event.kind === 'registration-state' && this.#onState(event),
        () => this.unregister(),
      )
    }
    this.#send(operation, id, true)
  }

  #send(operation: string, id: string, now: boolean): void {
    const { uri } = this.#credentials
    this.#engine.running(operation).command(operation, {
      kind: 'register',
      id,
      identity: identityOf(this.#credentials, this.#route),
      registrar: new SipUri({ host: uri.host, port: uri.port, secure: uri.secure }).address,
      expires: this.#expires,
      headers: headerFields(this.#extraHeaders),
      now,
    })
  }

  /** Takes the binding back, and stops trying. Nothing happens when there is none. */
  unregister(): void {
    const operation = 'Registration.unregister'
    const stack = this.#engine.running(operation)
    if (this.#id === undefined) return
    stack.command(operation, { kind: 'unregister', id: this.#id })
  }

  #onState(event: StateEvent): void {
    const { state, previous, status, reason, contact, contacts, expires, retryMs } = event
    this.#state = state
    const registered = state === 'registered'
    if (registered) this.#expiresReceived = expires
    if (state === 'unregistered' && retryMs === undefined) this.#forget()
    this.#engine.notifications.post('registration-changed-state', this, {
      ...{ state, previousState: previous },
      code: status === 0 ? undefined : status,
      reason: status === 0 ? undefined : reason,
      contactUri: registered ? contact : undefined,
      expires: registered ? expires : undefined,
      contactUriList: registered ? contacts : undefined,
      retryMs,
    })
  }

  #forget(): void {
    if (this.#id !== undefined) this.#engine.running('Registration').release(this.#id)
    this.#id = undefined
  }
}
