// Somebody's subscription to what we tell (RFC 6665): taken or refused, told of changes, ended.
import { utf8Decode } from '../../base/bytes.ts'
import type { Cause, SipEvent, SubscriberState } from '../../sip/core/contract.ts'
import type { EngineCore } from './engine-core.ts'
import { CoreError } from './errors.ts'
import type { SipUri } from './sip-uri.ts'
import { addressedTo, bodyOf, bodyText, type ExtraHeaders, headerFields, MessageHeaders, partiesOf } from './wire.ts'

declare module './notifications.ts' {
  interface NotificationMap {
    /** It was taken, or has changed; `terminated` is the last. */
    'incoming-subscription-changed-state': {
      readonly sender: IncomingSubscription
      readonly data: { readonly state: SubscriberState; readonly reason: string; readonly cause: Cause }
    }
  }
}

/** What a subscriber is told. */
export interface Told {
  readonly contentType: string
  readonly body: string
}

/** Told by `engine-got-subscription`; accept or reject it within 30 s, or it is refused with 403. */
export class IncomingSubscription {
  /** Event package. */
  readonly event: string
  /** Who subscribes. */
  readonly fromUri: SipUri
  /** To whom. */
  readonly toUri: SipUri
  /** To whom it was addressed; undefined: no SIP URI. */
  readonly requestUri: SipUri | undefined
  /** The number, where it was addressed to one by a tel: URI (RFC 3966). */
  readonly requestTel: string | undefined
  /** Seconds asked for; 0 asks once. */
  readonly expires: number
  /** Of the SUBSCRIBE. */
  readonly headers: MessageHeaders
  readonly body: string | undefined
  readonly #engine: EngineCore
  readonly #id: string
  #state: 'new' | SubscriberState = 'new'

  /** For the engine. */
  constructor(engine: EngineCore, { id, request, event, expires }: Extract<SipEvent, { kind: 'subscriber-incoming' }>) {
    this.#engine = engine
    this.#id = id
    this.event = utf8Decode(event)
    const { fromUri, toUri } = partiesOf(request)
    this.fromUri = fromUri
    this.toUri = toUri
    const { requestUri, requestTel } = addressedTo(request)
    this.requestUri = requestUri
    this.requestTel = requestTel
    this.expires = expires
    this.headers = new MessageHeaders(request)
    this.body = bodyText(request)
    engine.running('IncomingSubscription').claim(
      id,
      (told) => this.#onEvent(told),
      // RFC 6665 §4.1.3: it may be had again elsewhere.
      () => (this.#state === 'new' ? this.reject(480) : this.end('deactivated')),
    )
  }

  /** `new` until it is accepted or rejected, then `pending`, `active`, `terminated`. */
  get state(): 'new' | SubscriberState {
    return this.#state
  }

  /** Takes it, and tells `content` at once. */
  accept(content: Told | undefined, state: 'pending' | 'active' = 'active', extraHeaders: ExtraHeaders = {}): void {
    const operation = 'IncomingSubscription.accept'
    this.#answer(operation, 200, state, content, extraHeaders)
    this.#state = state
  }

  /** 300–699: refuses it. */
  reject(code = 403, extraHeaders: ExtraHeaders = {}): void {
    const operation = 'IncomingSubscription.reject'
    this.#answer(operation, code, 'active', undefined, extraHeaders)
    this.#state = 'terminated'
    this.#engine.running(operation).release(this.#id)
  }

  /** Tells of a change. */
  notify(content: Told | undefined, state: 'pending' | 'active' = 'active', extraHeaders: ExtraHeaders = {}): void {
    this.#tell('IncomingSubscription.notify', state, content, undefined, extraHeaders)
  }

  /** Ends it, with a last word and a reason of RFC 6665 §4.1.3. */
  end(reason = 'noresource', content?: Told, extraHeaders: ExtraHeaders = {}): void {
    this.#tell('IncomingSubscription.end', 'terminated', content, reason, extraHeaders)
  }

  #answer(
    operation: string,
    status: number,
    state: 'pending' | 'active',
    content: Told | undefined,
    extraHeaders: ExtraHeaders,
  ): void {
    const stack = this.#engine.running(operation)
    if (this.#state !== 'new') throw new CoreError('state', operation, `expected a new one, it is ${this.#state}`)
    stack.command(operation, {
      ...{ kind: 'answer-subscriber', id: this.#id, status, reason: undefined, state },
      headers: headerFields(extraHeaders),
      body: content && bodyOf(content.contentType, content.body),
    })
  }

  #tell(
    operation: string,
    state: SubscriberState,
    content: Told | undefined,
    reason: string | undefined,
    extraHeaders: ExtraHeaders,
  ): void {
    const stack = this.#engine.running(operation)
    if (this.#state === 'new' || this.#state === 'terminated')
      throw new CoreError('state', operation, `expected pending or active, it is ${this.#state}`)
    stack.command(operation, {
      ...{ kind: 'notify', id: this.#id, state, reason, retryAfter: undefined },
      headers: headerFields(extraHeaders),
      body: content && bodyOf(content.contentType, content.body),
    })
  }

  #onEvent(event: SipEvent): void {
    if (event.kind !== 'subscriber-state') return
    const { state, reason, cause } = event
    this.#state = state
    if (state === 'terminated') this.#engine.running('IncomingSubscription').release(this.#id)
    this.#engine.notifications.post('incoming-subscription-changed-state', this, { state, reason, cause })
  }
}
