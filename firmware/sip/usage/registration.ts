// A binding at a registrar (RFC 3261 §10.2): registers, refreshes before expiry, tries again after failures, un-registers.
import { type SocketAddress, sameAddress } from '../../base/address.ts'
import { hex } from '../../base/rng.ts'
import { after, type Millis } from '../../base/time.ts'
import { type Sleeper, Timer } from '../../base/timer-queue.ts'
import type { Cause, Identity, RegistrationState } from '../core/contract.ts'
import { route } from '../dialog/dialog.ts'
import { contactExpires, contacts, expires, minExpires, retryAfter } from '../message/headers.ts'
import type { HeaderField, NameAddr, SipResponse, Uri } from '../message/message.ts'
import { isSip, parseUri, printUri, sameUri } from '../message/uri.ts'
import { backoff, longBackoff, refreshIn } from './backoff.ts'
import type { Prepared } from './identity.ts'
import { type OutgoingRequest, sendRequest } from './outgoing-request.ts'
import {
  contactUri,
  type Digest,
  type Failure,
  isSecure,
  newDigest,
  type Requester,
  type RequestUser,
  statusOf,
} from './requester.ts'

export interface RegistrationSettings {
  readonly identity: Identity
  readonly prepared: Prepared
  readonly registrar: Uri
  /** Seconds asked for. */
  readonly expires: number
  readonly headers: readonly HeaderField[]
}

/** A registrar that asks for longer and longer intervals is not followed for ever. */
const MAX_TOO_BRIEF = 3

interface Outcome {
  readonly status: number
  readonly reason: string
  readonly cause?: Cause
  readonly contacts?: readonly string[]
  readonly expires?: number
  readonly retryMs?: number
}

export class Registration implements RequestUser, Sleeper {
  readonly id: string
  /** Refresh, or the next try. */
  readonly timer = new Timer(this)
  #state: RegistrationState = 'unregistered'
  #settings: RegistrationSettings
  #digest: Digest
  #wanted = true
  #busy = false
  /** The settings changed, or the wish, while a request was under way. */
  #again = false
  #failures = 0
  #tooBrief = 0
  #minExpires = 0
  #seq = 0
  #contact = ''
  #request: OutgoingRequest | undefined
  readonly #requester: Requester
  readonly #ended: (registration: Registration) => void
  readonly #callId: string
  readonly #tag: string

  constructor(requester: Requester, id: string, settings: RegistrationSettings, ended: (r: Registration) => void) {
    const { rng } = requester.environment
    this.#requester = requester
    this.id = id
    this.#settings = settings
    this.#digest = newDigest(settings.identity.credentials)
    this.#ended = ended
    this.#callId = hex(rng, 24)
    this.#tag = hex(rng, 12)
  }

  get identity(): Identity {
    return this.#settings.identity
  }

  /** What calls that come in by this binding authenticate their own requests with. */
  get digest(): Digest {
    return this.#digest
  }

  start(now: Millis): void {
    this.#send(now)
  }

  /** New settings; taken at once when `immediately`, or when nothing is registered now. */
  change(settings: RegistrationSettings, immediately: boolean, now: Millis): void {
    if (settings.identity.credentials !== this.#settings.identity.credentials)
      this.#digest = newDigest(settings.identity.credentials)
    this.#settings = settings
    this.#minExpires = 0
    const waiting = this.#state !== 'registered'
    this.#wanted = true
    if (this.#busy) this.#again ||= immediately || this.#state === 'unregistering'
    else if (immediately || waiting) this.#send(now)
  }

  unregister(now: Millis): void {
    this.#wanted = false
    if (this.#busy) return
    if (this.#state === 'registered') this.#send(now)
    else this.#gone({ status: 0, reason: '' })
  }

  /** A way out has come up: what waits for its next try takes it at once, and what stands may have another address now. */
  transportUp(now: Millis): void {
    if (!this.#busy) this.#send(now)
  }

  /** The stream the registrar knows us by is gone, and with it the way its requests come: soon, but not all at once. */
  streamLost(transport: string, to: SocketAddress, now: Millis): void {
    const hop = this.#request?.hop
    if (this.#busy || this.#state !== 'registered' || hop?.transport !== transport || !sameAddress(hop.to, to)) return
    const { queue, rng } = this.#requester.environment
    queue.arm(this.timer, after(now, backoff(1, rng)), now)
  }

  wake(now: Millis): void {
    this.#send(now)
  }

  onResponse(response: SipResponse, now: Millis): void {
    const { status, reason } = response
    if (status < 200) return
    this.#busy = false
    this.#noteContact()
    if (status === 423 && this.#tooBrief < MAX_TOO_BRIEF && this.#wanted) {
      this.#tooBrief++
      this.#minExpires = Math.max(minExpires(response) ?? 0, 2 * this.#settings.expires)
      this.#send(now)
      return
    }
    this.#tooBrief = 0
    if (!this.#isCurrent()) {
      this.#settle({ status, reason }, now)
      return
    }
    if (status < 300) this.#granted(response, now)
    else this.#failed(response, now)
  }

  onFailure(why: Failure, now: Millis, detail?: string): void {
    this.#busy = false
    this.#noteContact()
    const { status, reason } = statusOf(why, detail)
    if (!this.#isCurrent()) {
      this.#settle({ status, reason, cause: why }, now)
      return
    }
    this.#failures++
    this.#retry({ status, reason, cause: why }, backoff(this.#failures, this.#requester.environment.rng), now)
  }

  /** Still what is wanted: a binding asked for and nothing changed meanwhile. */
  #isCurrent(): boolean {
    return this.#wanted && !this.#again && this.#state !== 'unregistering'
  }

  /** A response that is overtaken: what was asked for meanwhile follows. */
  #settle(outcome: Outcome, now: Millis): void {
    const unregistered = this.#state === 'unregistering'
    this.#again = false
    if (unregistered && !this.#wanted) {
      this.#gone(outcome)
      return
    }
    if (unregistered) this.#enter('unregistered', outcome)
    // Nothing was bound: there is nothing to un-register.
    if (!this.#wanted && outcome.status >= 300 && this.#state === 'registering') {
      this.#gone(outcome)
      return
    }
    this.#send(now)
  }

  #granted(response: SipResponse, now: Millis): void {
    const listed = contacts(response)
    const all: readonly NameAddr[] = listed.ok && listed.value !== '*' ? listed.value : []
    const own = parseUri(this.#contact)
    const mine = own.ok ? all.find(({ uri }) => isSameBinding(uri, own.value)) : undefined
    const granted = (mine && contactExpires(mine)) ?? expires(response) ?? this.#askFor()
    const outcome = {
      status: response.status,
      reason: response.reason,
      contacts: all.map(({ uri }) => printUri(uri)),
      expires: granted,
    }
    if (granted === 0) {
      this.#failures++
      this.#retry({ ...outcome, cause: 'remote' }, backoff(this.#failures, this.#requester.environment.rng), now)
      return
    }
    this.#failures = 0
    const { queue, rng } = this.#requester.environment
    queue.arm(this.timer, after(now, refreshIn(granted, rng)), now)
    this.#enter('registered', outcome)
  }

  #failed(response: SipResponse, now: Millis): void {
    const { status, reason } = response
    const { rng } = this.#requester.environment
    this.#failures++
    const challenged = status === 401 || status === 407
    const passing = status === 408 || status === 480 || (status >= 500 && status < 600)
    const asked = 1000 * Math.min(retryAfter(response)?.seconds ?? 0, 3600)
    const wait = Math.max(asked, passing ? backoff(this.#failures, rng) : longBackoff(rng))
    this.#retry({ status, reason, cause: challenged ? 'authentication' : 'remote' }, wait, now)
  }

  #retry(outcome: Outcome, wait: number, now: Millis): void {
    this.#requester.environment.queue.arm(this.timer, after(now, wait), now)
    this.#enter('unregistered', { ...outcome, retryMs: wait })
  }

  #gone(outcome: Outcome): void {
    this.#requester.environment.queue.disarm(this.timer)
    this.#enter('unregistered', outcome)
    this.#ended(this)
  }

  #askFor(): number {
    return this.#wanted ? Math.max(this.#settings.expires, this.#minExpires) : 0
  }

  #send(now: Millis): void {
    const { environment } = this.#requester
    const { identity, prepared, registrar, headers } = this.#settings
    environment.queue.disarm(this.timer)
    this.#busy = true
    if (!this.#wanted) this.#enter('unregistering', { status: 0, reason: '' })
    // A refresh goes on behind a binding that stands.
    else if (this.#state !== 'registered' && this.#state !== 'registering')
      this.#enter('registering', { status: 0, reason: '' })
    const { uri, routes, nextHop } = route(registrar, prepared.routes)
    const seconds = this.#askFor()
    this.#request = sendRequest(
      this.#requester,
      {
        method: 'REGISTER',
        uri,
        nextHop,
        headers: [
          ...routes,
          { name: 'From', value: `${prepared.self};tag=${this.#tag}` },
          { name: 'To', value: prepared.self },
          { name: 'Call-ID', value: this.#callId },
          { name: 'Expires', value: String(seconds) },
          environment.capabilities.allow,
          ...environment.capabilities.supported,
          ...headers,
        ],
        contact: { user: identity.contactUser, params: `;expires=${seconds}` },
        body: undefined,
        nextSeq: () => ++this.#seq,
        transport: identity.transport,
        digest: this.#digest,
      },
      this,
      now,
    )
  }

  /** Our Contact as the last request named it. */
  #noteContact(): void {
    const bound = this.#requester.environment.transports.get(this.#request?.transport ?? '')
    const { identity, prepared, registrar } = this.#settings
    if (bound) this.#contact = contactUri(identity.contactUser, bound, isSecure(route(registrar, prepared.routes)))
  }

  #enter(state: RegistrationState, outcome: Outcome): void {
    const previous = this.#state
    this.#state = state
    this.#requester.environment.emit({
      kind: 'registration-state',
      id: this.id,
      state,
      previous,
      status: outcome.status,
      reason: outcome.reason,
      cause: outcome.cause,
      contact: this.#contact,
      contacts: outcome.contacts ?? [],
      expires: outcome.expires ?? 0,
      retryMs: outcome.retryMs,
    })
  }
}

/** §10.2.4, §19.1.4; a registrar may add parameters of its own to the URI. */
const isSameBinding = (theirs: Uri, ours: Uri): boolean =>
  sameUri(theirs, ours) ||
  (isSip(theirs) &&
    isSip(ours) &&
    theirs.user === ours.user &&
    theirs.host === ours.host &&
    (theirs.port ?? 5060) === (ours.port ?? 5060))
