// A subscription to somebody's state of one event package (RFC 6665).
import { utf8Decode } from '../../base/bytes.ts'
import type { Cause, SipEvent, SubscriptionState } from '../../sip/core/contract.ts'
import { expects, options as optional } from './arguments.ts'
import { CREDENTIALS, type Credentials } from './credentials.ts'
import { ENGINE, type EngineCore, sharedEngine } from './engine-core.ts'
import { CoreError } from './errors.ts'
import { HEADERS, type Takes, TEXT, whole } from './guard.ts'
import { WAY_OUT, type WayOut } from './route.ts'
import { SIP_URI, type SipUri } from './sip-uri.ts'
import { type ExtraHeaders, headerFields, identityOf, MessageHeaders } from './wire.ts'

export type { SubscriptionState } from '../../sip/core/contract.ts'

/** What a subscription may be given beside credentials, target and event. */
export interface SubscriptionOptions extends WayOut {
  /** Seconds asked for. */
  readonly expires?: number
  /** In each SUBSCRIBE. */
  readonly extraHeaders?: ExtraHeaders
  readonly engine?: EngineCore
}

/** A NOTIFY that came. */
export interface ReceivedNotify {
  readonly contentType: string
  readonly body: string
  readonly headers: MessageHeaders
}

/** What `subscription-changed-state` tells. */
export interface SubscriptionChange {
  readonly state: SubscriptionState
  readonly previousState: SubscriptionState
  /** Of the response that brought the change, 408 and 503 also made here; undefined when none did. */
  readonly code: number | undefined
  /** Of that response, or of the Subscription-State of a NOTIFY. */
  readonly reason: string | undefined
  /** It is tried anew by itself after so long, ms; undefined: it is not. */
  readonly retryMs: number | undefined
  /** Who decided, where it ended or failed; undefined otherwise. */
  readonly cause: Cause | undefined
}

declare module './notifications.ts' {
  interface NotificationMap {
    /** Each change of state. */
    'subscription-changed-state': { readonly sender: Subscription; readonly data: SubscriptionChange }
    /** A NOTIFY with a body. */
    'subscription-got-notify': { readonly sender: Subscription; readonly data: ReceivedNotify }
    /** A NOTIFY without: `contentType` and `body` are ''. */
    'subscription-got-empty-notify': { readonly sender: Subscription; readonly data: ReceivedNotify }
  }
}

const TAKES: Takes = [
  ['credentials', CREDENTIALS],
  ['toUri', SIP_URI],
  ['event', TEXT],
  ['options', optional({ ...WAY_OUT, expires: whole(0, 2 ** 32 - 1), extraHeaders: HEADERS, engine: ENGINE })],
]

/**
 * A subscription: NULL, then SENT, ACCEPTED, PENDING, ACTIVE or what else the peer calls it, and TERMINATED; it may be used again
 * then. Refreshed by itself. Not queued: what its state does not allow throws.
 */
export class Subscription {
  /** Whose state it is about. */
  readonly toUri: SipUri
  /** Event package. */
  readonly event: string
  /** Outbound proxies; undefined: none. */
  readonly route: WayOut['route']
  /** Seconds asked for. */
  readonly expires: number
  /** In each SUBSCRIBE. */
  readonly extraHeaders: ExtraHeaders
  readonly #engine: EngineCore
  readonly #credentials: Credentials
  readonly #transport: WayOut['transport']
  #state: SubscriptionState = 'NULL'
  #id: string | undefined

  /** Throws a CoreError when the event package is not among `Engine.events`. */
  constructor(credentials: Credentials, toUri: SipUri, event: string, options: SubscriptionOptions = {}) {
    expects('Subscription', TAKES, credentials, toUri, event, options)
    this.#engine = options.engine ?? sharedEngine()
    if (this.#engine.acceptOf(event) === undefined)
      throw new CoreError('argument', 'Subscription', `event: expected a package of Engine.events, got ${event}`)
    this.#credentials = credentials.copy()
    this.toUri = toUri.copy()
    this.event = event
    this.route = options.route
    this.#transport = options.transport
    this.expires = options.expires ?? 300
    this.extraHeaders = { ...options.extraHeaders }
  }

  /** `NULL`, `SENT`, `ACCEPTED`, `PENDING`, `ACTIVE`, `TERMINATED`, or the peer's own word. */
  get state(): SubscriptionState {
    return this.#state
  }

  /** A copy of what it was made with. */
  get credentials(): Credentials {
    return this.#credentials.copy()
  }

  /** Subscribes. Throws a CoreError unless it is NULL or TERMINATED. */
  subscribe(): void {
    const operation = 'Subscription.subscribe'
    const stack = this.#engine.running(operation)
    if (this.#state !== 'NULL' && this.#state !== 'TERMINATED')
      throw new CoreError('state', operation, `expected NULL or TERMINATED, the state is ${this.#state}`)
    const id = this.#id ?? stack.newName('subscription')
    this.#id = id
    stack.claim(
      id,
      (event) => this.#onEvent(event),
      () => this.unsubscribe(),
      this,
    )
    this.#send(operation, id)
  }

  /** Asks for the whole state at once, and for the full time again. Throws a CoreError when it is NULL or TERMINATED. */
  refresh(): void {
    this.#send('Subscription.refresh', this.#standing('Subscription.refresh'))
  }

  /** Ends it: a SUBSCRIBE with Expires 0. Throws a CoreError when it is NULL or TERMINATED. */
  unsubscribe(): void {
    const operation = 'Subscription.unsubscribe'
    const id = this.#standing(operation)
    this.#engine.running(operation).command(operation, { kind: 'unsubscribe', id })
  }

  /** TERMINATED with another try to come stands still. */
  #standing(operation: string): string {
    this.#engine.running(operation)
    if (this.#id === undefined)
      throw new CoreError('state', operation, `expected a subscription that stands, the state is ${this.#state}`)
    return this.#id
  }

  #send(operation: string, id: string): void {
    this.#engine.running(operation).command(operation, {
      ...{
        kind: 'subscribe',
        id,
        identity: identityOf(this.#credentials, { route: this.route, transport: this.#transport }),
      },
      target: this.toUri.address,
      ...{ event: this.event, expires: this.expires },
      headers: headerFields(this.extraHeaders),
      body: undefined,
    })
  }

  #onNotify({ contentType, body, request }: Extract<SipEvent, { kind: 'subscription-notify' }>): void {
    const name = body === '' ? 'subscription-got-empty-notify' : 'subscription-got-notify'
    this.#engine.notifications.post(name, this, {
      ...{ contentType: utf8Decode(contentType), body: utf8Decode(body) },
      headers: new MessageHeaders(request),
    })
  }

  #onEvent(event: SipEvent): void {
    if (event.kind === 'subscription-notify') this.#onNotify(event)
    if (event.kind !== 'subscription-state') return
    const { state, previous, status, reason, retryMs, cause } = event
    this.#state = state
    if (state === 'TERMINATED' && retryMs === undefined && this.#id !== undefined) {
      this.#engine.running('Subscription').release(this.#id)
      this.#id = undefined
    }
    this.#engine.notifications.post('subscription-changed-state', this, {
      ...{ state, previousState: previous, retryMs, cause },
      code: status === 0 ? undefined : status,
      reason: reason === '' ? undefined : reason,
    })
  }
}
