// Subscriptions of others to what we tell (RFC 6665 §4.2), by id and by dialog.
import type { Millis } from '../../base/time.ts'
import { uasDialog } from '../dialog/dialog.ts'
import type { SipRequest } from '../message/message.ts'
import { userOf } from '../message/uri.ts'
import type { Answer } from '../transaction/response.ts'
import { newTag } from '../usage/answers.ts'
import type { Digest } from '../usage/digest.ts'
import type { EventPackages } from '../usage/event-packages.ts'
import { eventOf } from '../usage/notified.ts'
import type { Requester } from '../usage/requester.ts'
import { Subscriber } from '../usage/subscriber.ts'
import type { SipCommand } from './contract.ts'
import type { ReceivedRequest } from './received-request.ts'

type Command<K extends SipCommand['kind']> = Extract<SipCommand, { readonly kind: K }>

const MAX_SUBSCRIBERS = 256

export class Subscribers {
  readonly #requester: Requester
  readonly #packages: EventPackages
  readonly #all = new Map<string, Subscriber>()

  constructor(requester: Requester, packages: EventPackages) {
    this.#requester = requester
    this.#packages = packages
  }

  get size(): number {
    return this.#all.size
  }

  /** A SUBSCRIBE outside a dialog: what it is refused with, or undefined when it was taken. */
  receive(id: string, received: ReceivedRequest, digestOf: (user: string) => Digest, now: Millis): Answer | undefined {
    const { request } = received
    const { environment } = this.#requester
    const event = eventOf(request)
    if (event === undefined || this.#packages.accept(event.name) === undefined) return this.#packages.refusal()
    const brief = Subscriber.tooBrief(request)
    if (brief) return brief
    if (this.#all.size >= MAX_SUBSCRIBERS) return { status: 503 }
    const dialog = uasDialog(request, newTag(environment), environment.rng.uint32() >>> 1, received.hop.transport)
    if (!dialog.ok) return { status: 400, reason: `Bad Request: ${dialog.error}` }
    const contactUser = userOf(request.uri)
    const ended = () => this.#all.delete(id)
    const init = {
      id,
      incoming: received,
      dialog: dialog.value,
      event,
      contactUser,
      digest: digestOf(contactUser),
      ended,
    }
    this.#all.set(id, new Subscriber(this.#requester, init, now))
    const expires = Subscriber.asked(request)
    environment.emit({ kind: 'subscriber-incoming', id, request, event: event.name, expires, from: received.from })
    return undefined
  }

  /** One inside a dialog; false when it is not that of a subscription. */
  refresh(received: ReceivedRequest, now: Millis): boolean {
    const subscriber = this.#ofDialog(received.request)
    subscriber?.refresh(received, now)
    return subscriber !== undefined
  }

  #ofDialog(request: SipRequest): Subscriber | undefined {
    const { callId, toTag = '', fromTag = '' } = request
    const event = eventOf(request)
    return [...this.#all.values()].find(
      ({ dialog, event: ours }) =>
        dialog.callId === callId &&
        dialog.localTag === toTag &&
        dialog.remoteTag === fromTag &&
        ours.name === event?.name &&
        ours.id === event.id,
    )
  }

  /** Why the command makes no sense, or undefined when it was taken. */
  answer(command: Command<'answer-subscriber'>, now: Millis): string | undefined {
    const { id, status, reason, headers } = command
    const telling = { ...command, reason: undefined, retryAfter: undefined, headers: [] }
    return this.#with(id, (subscriber) => subscriber.answer(status, reason, headers, telling, now))
  }

  notify(command: Command<'notify'>, now: Millis): string | undefined {
    if (command.reason !== undefined && !/^[a-z-]+$/.test(command.reason)) return 'a reason that cannot be sent'
    return this.#with(command.id, (subscriber) => subscriber.notify(command, now))
  }

  #with(id: string, act: (subscriber: Subscriber) => string | undefined): string | undefined {
    const subscriber = this.#all.get(id)
    return subscriber === undefined ? 'no such subscription' : act(subscriber)
  }
}
