// A registration: keeps one account's binding at its registrar.
import type { Cause, Learnt, RegisterOptions, RegistrationState, SipEvent, Try } from '../../sip/core/contract.ts'
import { expects, guarded, options as optional } from './arguments.ts'
import { CREDENTIALS, type Credentials } from './credentials.ts'
import { ENGINE, type EngineCore, sharedEngine } from './engine-core.ts'
import { FLAG, HEADERS, list, maybe, NUMBER, OBJECT, record, shape, type Takes, TEXT, whole } from './guard.ts'
import { WAY_OUT, type WayOut } from './route.ts'
import { SIP_URI, SipUri } from './sip-uri.ts'
import { type ExtraHeaders, encoded, headerFields, identityOf } from './wire.ts'

export type { RegistrationState } from '../../sip/core/contract.ts'

/** What a registration may be given beside its credentials. */
export interface RegistrationOptions extends WayOut {
  /** Where to; the host of the credentials' URI when it is left out. */
  readonly registrar?: SipUri | undefined
  /** Seconds asked for. */
  readonly expires?: number
  /** In each REGISTER. */
  readonly extraHeaders?: ExtraHeaders
  /** What else it asks for: flows of its own, GRUUs, how it is tried again and kept alive, parameters of its Contact. */
  readonly options?: RegisterOptions | undefined
  readonly engine?: EngineCore
}

/** What `registration-changed-state` tells. */
export interface RegistrationChange extends Learnt {
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
  /** Who decided, where it failed; undefined otherwise. */
  readonly cause: Cause | undefined
  /** Servers that were tried in vain, in order. */
  readonly tries: readonly Try[]
}

declare module './notifications.ts' {
  interface NotificationMap {
    /** Each change of state, and each refresh. */
    'registration-changed-state': { readonly sender: Registration; readonly data: RegistrationChange }
  }
}

const PARAMS = record(maybe(TEXT))
const TAKES: Takes = [
  ['credentials', CREDENTIALS],
  [
    'options',
    optional({
      ...{ ...WAY_OUT, registrar: SIP_URI, expires: whole(0, 2 ** 32 - 1), extraHeaders: HEADERS, engine: ENGINE },
      options: shape({
        ...{ instance: maybe(TEXT), gruu: maybe(FLAG), outbound: maybe(list(TEXT)), routes: maybe(list(TEXT)) },
        ...{ regId: maybe(NUMBER), serviceRoute: maybe(FLAG), q: maybe(NUMBER), retry: maybe(record(maybe(NUMBER))) },
        ...{ contactParams: maybe(PARAMS), contactUriParams: maybe(PARAMS), keepAlive: maybe(OBJECT) },
      }),
    }),
  ],
]

type StateEvent = Extract<SipEvent, { kind: 'registration-state' }>

/**
 * One account at its registrar. `register` and `unregister` are queued: what is asked while a request is under way follows its
 * answer. Refreshed before it expires; after a failure tried again with back-off, until `unregister`.
 */
export class Registration {
  /** Of what is sent next; changes nothing at once. */
  #expires: number
  readonly #engine: EngineCore
  #credentials: Credentials
  readonly #way: WayOut
  readonly #registrar: SipUri | undefined
  readonly #options: RegisterOptions | undefined
  readonly #extraHeaders: ExtraHeaders
  #state: RegistrationState = 'unregistered'
  #expiresReceived: number | undefined
  /** What the SIP engine knows it by; undefined: it does not. */
  #id: string | undefined

  constructor(credentials: Credentials, options: RegistrationOptions = {}) {
    expects('Registration', TAKES, credentials, options)
    this.#engine = options.engine ?? sharedEngine()
    this.#credentials = credentials.copy()
    this.#way = { route: options.route, transport: options.transport }
    this.#registrar = options.registrar?.copy()
    this.#options = options.options
    this.#expires = options.expires ?? 300
    this.#extraHeaders = { ...options.extraHeaders }
  }

  /** `unregistered`, `registering`, `registered` or `unregistering`. */
  get state(): RegistrationState {
    return this.#state
  }

  /** A copy of what it was made with, or given since. */
  get credentials(): Credentials {
    return this.#credentials.copy()
  }

  /** Others, of the same account: another password, another name. They count from the next REGISTER on. */
  setCredentials(credentials: Credentials): void {
    this.#credentials = credentials.copy()
    if (this.#id !== undefined) this.#send('Registration.setCredentials', this.#id, false)
  }

  /** Outbound proxies; undefined: none. */
  get route(): WayOut['route'] {
    return this.#way.route
  }

  /** In each REGISTER. */
  get extraHeaders(): ExtraHeaders {
    return this.#extraHeaders
  }

  /** Seconds asked for; a new value counts from the next REGISTER on, which is sent at once when a try has failed. */
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
        this,
      )
    }
    this.#send(operation, id, true)
  }

  #send(operation: string, id: string, now: boolean): void {
    const { uri } = this.#credentials
    this.#engine.running(operation).command(operation, {
      kind: 'register',
      id,
      identity: identityOf(this.#credentials, this.#way),
      registrar: (this.#registrar ?? new SipUri({ host: uri.host, port: uri.port, secure: uri.secure })).address,
      expires: this.#expires,
      headers: headerFields(this.#extraHeaders),
      now,
      ...(this.#options && { options: wireOptions(this.#options) }),
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
    const { kind: _kind, id: _id, state, previous, status, reason, ...more } = event
    const { contact, contacts, expires, retryMs, cause, tries = [], ...learnt } = more
    this.#state = state
    const registered = state === 'registered'
    if (registered) this.#expiresReceived = expires
    if (state === 'unregistered' && retryMs === undefined) this.#forget()
    this.#engine.notifications.post('registration-changed-state', this, {
      ...{ state, previousState: previous, cause, tries, ...learnt },
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

const wireOptions = ({ contactParams, contactUriParams, ...options }: RegisterOptions): RegisterOptions => ({
  ...options,
  ...(contactParams && { contactParams: encoded(contactParams) }),
  ...(contactUriParams && { contactUriParams: encoded(contactUriParams) }),
})

guarded('Registration', Registration, { setCredentials: [['credentials', CREDENTIALS]] })
