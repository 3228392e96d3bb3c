// A publication: keeps an account's state of one event package at its server (RFC 3903).
import type { Cause, PublicationState, SipEvent } from '../../sip/core/contract.ts'
import { expects, guarded, options as optional } from './arguments.ts'
import { CREDENTIALS, type Credentials } from './credentials.ts'
import { ENGINE, type EngineCore, sharedEngine } from './engine-core.ts'
import { CoreError } from './errors.ts'
import { HEADERS, type Takes, TEXT, whole } from './guard.ts'
import { WAY_OUT, type WayOut } from './route.ts'
import { bodyOf, type ExtraHeaders, headerFields, identityOf } from './wire.ts'

export type { PublicationState } from '../../sip/core/contract.ts'

/** What a publication may be given beside credentials and event. */
export interface PublicationOptions extends WayOut {
  /** Seconds asked for. */
  readonly expires?: number
  /** In each PUBLISH. */
  readonly extraHeaders?: ExtraHeaders
  readonly engine?: EngineCore
}

/** What `publication-changed-state` tells. */
export interface PublicationChange {
  readonly state: PublicationState
  readonly previousState: PublicationState
  /** Of the response that brought the change, 408 and 503 also made here; undefined when none did. */
  readonly code: number | undefined
  readonly reason: string | undefined
  /** Seconds granted; undefined unless published. */
  readonly expires: number | undefined
  /** The next try comes by itself after so long, ms; undefined: none does. */
  readonly retryMs: number | undefined
  /** Who decided, where it ended or failed; undefined otherwise. */
  readonly cause: Cause | undefined
}

declare module './notifications.ts' {
  interface NotificationMap {
    /** Each change of state, and each refresh. */
    'publication-changed-state': { readonly sender: Publication; readonly data: PublicationChange }
  }
}

const TAKES: Takes = [
  ['credentials', CREDENTIALS],
  ['event', TEXT],
  ['options', optional({ ...WAY_OUT, expires: whole(0, 2 ** 32 - 1), extraHeaders: HEADERS, engine: ENGINE })],
]

/**
 * What an account says of itself. `publish` and `unpublish` are queued: what is asked while a request is under way follows its
 * answer. Refreshed by itself, put there anew when the server lost it; after `unpublish` it begins afresh, without an entity-tag.
 */
export class Publication {
  /** Event package. */
  readonly event: string
  /** In each PUBLISH. */
  readonly extraHeaders: ExtraHeaders
  /** Outbound proxies; undefined: none. */
  readonly route: WayOut['route']
  /** Seconds asked for; a new value counts from the next `publish` on. */
  expires: number
  readonly #engine: EngineCore
  readonly #credentials: Credentials
  readonly #transport: WayOut['transport']
  #state: PublicationState = 'unpublished'
  #id: string | undefined

  /** Throws a CoreError when the event package is not among `Engine.events`. */
  constructor(credentials: Credentials, event: string, options: PublicationOptions = {}) {
    expects('Publication', TAKES, credentials, event, options)
    this.#engine = options.engine ?? sharedEngine()
    if (this.#engine.acceptOf(event) === undefined)
      throw new CoreError('argument', 'Publication', `event: expected a package of Engine.events, got ${event}`)
    this.#credentials = credentials.copy()
    this.event = event
    this.route = options.route
    this.#transport = options.transport
    this.expires = options.expires ?? 300
    this.extraHeaders = { ...options.extraHeaders }
  }

  /** `unpublished`, `publishing`, `published` or `unpublishing`. */
  get state(): PublicationState {
    return this.#state
  }

  /** A copy of what it was made with. */
  get credentials(): Credentials {
    return this.#credentials.copy()
  }

  /** Publishes `body`, in the place of what was published before; what comes of it is told by `publication-changed-state`. */
  publish(contentType: string, body: string): void {
    const operation = 'Publication.publish'
    const stack = this.#engine.running(operation)
    const id = this.#id ?? stack.newName('publication')
    if (this.#id === undefined) {
      this.#id = id
      stack.claim(
        id,
        (event) => event.kind === 'publication-state' && this.#onState(event),
        () => this.unpublish(),
        this,
      )
    }
    stack.command(operation, {
      ...{
        kind: 'publish',
        id,
        identity: identityOf(this.#credentials, { route: this.route, transport: this.#transport }),
      },
      target: this.#credentials.uri.address,
      ...{ event: this.event, expires: this.expires },
      headers: headerFields(this.extraHeaders),
      body: bodyOf(contentType, body),
    })
  }

  /** Takes back what is published, and stops trying. Nothing happens when there is nothing. */
  unpublish(): void {
    const operation = 'Publication.unpublish'
    const stack = this.#engine.running(operation)
    if (this.#id === undefined) return
    stack.command(operation, { kind: 'unpublish', id: this.#id })
  }

  #onState(event: Extract<SipEvent, { kind: 'publication-state' }>): void {
    const { state, previous, status, reason, expires, retryMs, cause } = event
    this.#state = state
    if (state === 'unpublished' && retryMs === undefined) {
      if (this.#id !== undefined) this.#engine.running('Publication').release(this.#id)
      this.#id = undefined
    }
    this.#engine.notifications.post('publication-changed-state', this, {
      ...{ state, previousState: previous, retryMs, cause },
      code: status === 0 ? undefined : status,
      reason: status === 0 ? undefined : reason,
      expires: state === 'published' ? expires : undefined,
    })
  }
}

guarded('Publication', Publication, {
  publish: [
    ['contentType', TEXT],
    ['body', TEXT],
  ],
})
