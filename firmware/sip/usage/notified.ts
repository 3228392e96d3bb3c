// Who waits for NOTIFYs: by Call-ID and our own tag, then by the event (RFC 6665 §4.1.3, §4.4.1).
import type { Millis } from '../../base/time.ts'
import { all, TOKEN } from '../message/chars.ts'
import type { SipRequest } from '../message/message.ts'
import type { Incoming } from '../transaction/response.ts'

export interface NotifyTaker {
  readonly callId: string
  readonly localTag: string
  /** This NOTIFY is of the event it waits for, and from the dialog it has, if it has one. */
  takes(notify: SipRequest): boolean
  onNotify(incoming: Incoming, now: Millis): void
}

export class Notified {
  readonly #all = new Map<string, NotifyTaker[]>()

  add(taker: NotifyTaker): void {
    const key = keyOf(taker.callId, taker.localTag)
    this.#all.set(key, [...(this.#all.get(key) ?? []), taker])
  }

  remove(taker: NotifyTaker): void {
    const key = keyOf(taker.callId, taker.localTag)
    const rest = this.#all.get(key)?.filter((each) => each !== taker) ?? []
    if (rest.length === 0) this.#all.delete(key)
    else this.#all.set(key, rest)
  }

  find(notify: SipRequest): NotifyTaker | undefined {
    const takers = this.#all.get(keyOf(notify.callId, notify.toTag ?? ''))
    return takers?.find((taker) => taker.takes(notify))
  }
}

const keyOf = (callId: string, localTag: string): string => `${callId}|${localTag}`

/** `Event: package;id=…` (§8.4). */
export interface EventField {
  readonly name: string
  readonly id: string | undefined
}

export const eventOf = (request: SipRequest): EventField | undefined => parseEvent(request.header('Event') ?? '')

export function parseEvent(text: string): EventField | undefined {
  const [name, ...params] = text.split(';').map((part) => part.trim())
  if (!name) return undefined
  const id = params.find((param) => /^id\s*=/i.test(param))
  return { name: name.toLowerCase(), id: id?.replace(/^id\s*=\s*/i, '') }
}

/** `Subscription-State: name;expires=…;reason=…;retry-after=…` (§8.2.3). */
export interface SubscriptionStateField {
  readonly name: string
  /** Seconds. */
  readonly expires: number | undefined
  readonly reason: string | undefined
  /** Seconds. */
  readonly retryAfter: number | undefined
}

export function subscriptionStateOf(notify: SipRequest): SubscriptionStateField | undefined {
  const [name, ...params] = (notify.header('Subscription-State') ?? '').split(';').map((part) => part.trim())
  if (!name || !all(name, TOKEN)) return undefined
  const value = (wanted: string) => {
    const found = params.find((param) => param.split('=')[0]?.trim().toLowerCase() === wanted)
    return found?.slice(found.indexOf('=') + 1).trim()
  }
  const seconds = (text: string | undefined) =>
    text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined
  return {
    name: name.toLowerCase(),
    expires: seconds(value('expires')),
    reason: value('reason')?.toLowerCase(),
    retryAfter: seconds(value('retry-after')),
  }
}
