// The subscriptions an application keeps, by their ids (RFC 6665 §4.1).
import type { Millis } from '../../base/time.ts'
import type { Digest } from '../usage/digest.ts'
import type { EventPackages } from '../usage/event-packages.ts'
import { type Notified, parseEvent } from '../usage/notified.ts'
import type { Requester } from '../usage/requester.ts'
import { Subscription } from '../usage/subscription.ts'
import type { Identity, SipCommand } from './contract.ts'
import { type Outside, repeatable } from './outside.ts'
import { bodyProblem, isText } from './sendable.ts'

type Subscribe = Extract<SipCommand, { readonly kind: 'subscribe' }>

const MAX_SUBSCRIPTIONS = 128

export class Subscriptions {
  readonly #requester: Requester
  readonly #notified: Notified
  readonly #packages: EventPackages
  readonly #outside: Outside
  readonly #digestFor: (identity: Identity, of: string) => Digest
  readonly #all = new Map<string, Subscription>()

  constructor(
    requester: Requester,
    notified: Notified,
    packages: EventPackages,
    outside: Outside,
    digestFor: (identity: Identity, of: string) => Digest,
  ) {
    this.#requester = requester
    this.#notified = notified
    this.#packages = packages
    this.#outside = outside
    this.#digestFor = digestFor
  }

  get size(): number {
    return this.#all.size
  }

  /** Why the command makes no sense, or undefined when it was taken. */
  subscribe(command: Subscribe, now: Millis): string | undefined {
    const { id, identity, event, headers, body, target } = command
    const accept = this.#packages.accept(parseEvent(event)?.name ?? '')
    if (accept === undefined || !isText(event)) return 'no such event package'
    if (!(command.expires > 0)) return 'expires must be positive'
    const problem = bodyProblem(body)
    if (problem !== undefined) return problem
    const opening = repeatable((fields) => this.#outside(id, 'SUBSCRIBE', target, identity, fields, true))
    if (typeof opening === 'string') return opening
    const { contactUser } = identity
    const digest = this.#digestFor(identity, id)
    const expires = Math.round(command.expires)
    const settings = { event, accept, expires, contactUser, headers, body, digest, opening }
    const known = this.#all.get(id)
    if (known) {
      known.change(settings, now)
      return undefined
    }
    if (this.#all.size >= MAX_SUBSCRIPTIONS) return 'too many subscriptions'
    const ended = () => this.#all.delete(id)
    const subscription = new Subscription(this.#requester, this.#notified, id, settings, ended)
    this.#all.set(id, subscription)
    subscription.start(now)
    return undefined
  }

  unsubscribe(id: string, now: Millis): string | undefined {
    const subscription = this.#all.get(id)
    subscription?.unsubscribe(now)
    return subscription ? undefined : 'no such subscription'
  }
}
