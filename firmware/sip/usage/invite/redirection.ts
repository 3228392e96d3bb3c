// Where 3xx responses send a call of ours (RFC 3261 §8.1.3.4): best first, nowhere twice, and not on and on.
import { contacts } from '../../message/headers.ts'
import type { HeaderField, NameAddr, SipResponse, SipUri, Uri } from '../../message/message.ts'
import { param } from '../../message/params.ts'
import { isSip, sameUri } from '../../message/uri.ts'

/** Places one call is tried at, the first included. */
const MAX_TRIED = 10

export interface RedirectTarget extends NameAddr {
  readonly uri: SipUri
  /** 0–1 (§20.10). */
  readonly q: number
}

export class Redirection {
  readonly #secure: boolean
  readonly #tried: Uri[]
  #left: readonly SipUri[] = []

  constructor(first: Uri) {
    this.#secure = first.scheme === 'sips'
    this.#tried = [first]
  }

  /** Those of a 3xx that can be called, best first; none of one that wants another proxy (305) or another service (380). */
  targets(response: SipResponse): readonly RedirectTarget[] {
    const { status } = response
    if (status < 300 || status > 399 || status === 305 || status === 380) return []
    const list = contacts(response)
    if (!list.ok || list.value === '*') return []
    const all: RedirectTarget[] = []
    for (const { display, uri, params } of list.value) {
      // RFC 5630 §3.1.3: a secure call is not made an insecure one on the word of others.
      if (!isSip(uri) || (this.#secure && uri.scheme !== 'sips') || this.#knows(uri)) continue
      if (all.some((other) => sameUri(other.uri, uri))) continue
      all.push({ display, uri, params, q: qOf(param(params, 'q')) })
    }
    return all.toSorted((a, b) => b.q - a.q).slice(0, MAX_TRIED - this.#tried.length)
  }

  /** These are to be tried next, before what was left of others. */
  take(targets: readonly SipUri[]): void {
    this.#left = [...targets, ...this.#left]
  }

  next(): SipUri | undefined {
    while (this.#tried.length < MAX_TRIED) {
      const [target, ...left] = this.#left
      if (target === undefined) return undefined
      this.#left = left
      if (this.#knows(target)) continue
      this.#tried.push(target)
      return target
    }
    return undefined
  }

  #knows(uri: Uri): boolean {
    return this.#tried.some((tried) => sameUri(tried, uri))
  }
}

/** Missing or malformed: as good as any. */
const qOf = (text: string | undefined): number =>
  text !== undefined && /^[01](\.\d{0,3})?$/.test(text) ? Number(text) : 1

/** RFC 5806 §3: who sent the call on says so to whom it goes to. */
export const diversionOf = (response: SipResponse): readonly HeaderField[] =>
  response.headers('Diversion').map((value) => ({ name: 'Diversion', value }))
