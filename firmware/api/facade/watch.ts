// Something watched by a subscription (RFC 6665): what its bodies say, read and put together; what was lost is asked for.
import { utf8Encode } from '../../base/bytes.ts'
import { createResource, type Read } from '../../sip/packages/resource.ts'
import type { Watched } from '../../sip/packages/watched.ts'
import {
  type ExtraHeaders,
  type ReceivedNotify,
  type SipUri,
  Subscription,
  type SubscriptionChange,
} from '../core/index.ts'
import type { Account } from './account.ts'
import { inTime, operated } from './errors.ts'

/** Who watches. */
export interface WatchUser {
  /** `isFinal`: nothing comes any more. */
  state(change: SubscriptionChange, isFinal: boolean): void
  watched(watched: Watched): void
  /** Each NOTIFY, before what it says is told; '' as body where it has none. */
  notified(notify: ReceivedNotify): void
}

/** Between two refreshes for the sake of what was lost, ms. */
const ASK_EACH_MS = 10_000

export class Watch {
  /** The core's. */
  readonly subscription: Subscription
  readonly #resource: ReturnType<typeof createResource>
  readonly #user: WatchUser
  readonly #forget: () => void
  #told = ''
  #askedAt = Number.NEGATIVE_INFINITY

  /** Subscribes. Throws an OperationError where that cannot be. */
  constructor(
    operation: string,
    account: Account,
    what: { readonly target: SipUri; readonly event: Read; readonly expires: number; readonly headers: ExtraHeaders },
    user: WatchUser,
  ) {
    const { target, event, expires, headers: extraHeaders } = what
    const { engine, inbox } = account.inner(operation)
    const { credentials, routes: route } = account
    this.#user = user
    this.#resource = createResource(event)
    this.subscription = operated(
      operation,
      () => new Subscription(credentials, target, event, { route, expires, extraHeaders, engine }),
    )
    this.#forget = () => inbox.forget(this.subscription)
    inbox.hear(this.subscription, (told) => {
      if (told.name === 'subscription-changed-state') this.#onState(told.data)
      else this.#onNotify(told.data)
    })
    operated(operation, () => this.subscription.subscribe())
  }

  end(): void {
    inTime(() => this.subscription.unsubscribe())
  }

  #onState(change: SubscriptionChange): void {
    const { state, retryMs } = change
    const isFinal = state === 'TERMINATED' && retryMs === undefined
    if (isFinal) this.#forget()
    this.#user.state(change, isFinal)
    if (state !== 'SENT' && state !== 'TERMINATED') return
    if (state === 'SENT') this.#resource.restart()
    else this.#resource.forget()
    this.#say()
  }

  #onNotify(notify: ReceivedNotify): void {
    const { contentType, body } = notify
    this.#user.notified(notify)
    if (body === '') return
    const step = this.#resource.read({ contentType: utf8Encode(contentType), content: utf8Encode(body) })
    if (!step.ok) return
    if (step.value === 'lost') this.#ask()
    this.#say()
  }

  /** The notifier answers a refresh with everything (RFC 6665 §4.2.1.2). */
  #ask(): void {
    const now = performance.now()
    if (now - this.#askedAt < ASK_EACH_MS) return
    this.#askedAt = now
    inTime(() => this.subscription.refresh())
  }

  #say(): void {
    const watched = this.#resource.watched()
    const text = JSON.stringify(watched)
    if (text === this.#told) return
    this.#told = text
    this.#user.watched(watched)
  }
}
