// One binding at a registrar (RFC 3261 §10.2), of a flow of its own when there are several (RFC 5626): registers, refreshes
// before expiry, tries again after failures, un-registers.
import { type SocketAddress, sameAddress } from '../../../base/address.ts'
import { unit } from '../../../base/rng.ts'
import { after, type Millis } from '../../../base/time.ts'
import { type Sleeper, Timer } from '../../../base/timer-queue.ts'
import type { RegistrationState } from '../../core/contract.ts'
import { route } from '../../dialog/dialog.ts'
import { type Server, showServer } from '../../locate/server.ts'
import { contacts, minExpires, retryAfter } from '../../message/headers.ts'
import type { HeaderField, NameAddr, SipResponse, SipUri } from '../../message/message.ts'
import { isSip } from '../../message/uri.ts'
import type { Hop } from '../../transaction/environment.ts'
import { backoff, keepIn, recoverIn, refreshIn } from '../backoff.ts'
import { contactUri } from '../contact.ts'
import { paramsOf, withUriParams } from '../contact-wishes.ts'
import { type OutgoingRequest, sendRequest } from '../outgoing-request.ts'
import { type Failure, isSecure, type RequestSpec, type RequestUser, type Stay, statusOf } from '../requester.ts'
import type { FlowPort, Outcome } from './flow-port.ts'
import { type Granted, grantedBy } from './granted.ts'
import { isRefusal, Patience } from './patience.ts'
import { contactParams, probeSpec, registerSpec } from './request.ts'
import { Watch } from './watch.ts'

/** A registrar that asks for longer and longer intervals, or sends us on and on, is not followed for ever. */
const MAX_TOO_BRIEF = 3
const MAX_REDIRECTS = 3
/** Between two tries to go back to a better server, milliseconds. */
const BACK_AT_LEAST = 5_000
const NOBODY: RequestUser = { onResponse: () => {}, onFailure: () => {} }

export class RegistrationFlow implements RequestUser, Sleeper {
  /** Refresh, or the next try. */
  readonly timer = new Timer(this)
  /** Over UDP nothing else keeps the way to us open. */
  readonly #keeping = new Timer({ wake: (now) => this.#keep(now) })
  /** Undefined: Outbound is not asked for. */
  readonly ownRegId: number | undefined
  /** Its outbound proxy; the first route. */
  proxy: NameAddr | undefined
  state: RegistrationState = 'unregistered'
  /** Of the last final response, or what stands for it. */
  status = 0
  granted: Granted | undefined
  /** As the last request named it. */
  contact = ''
  #wanted = true
  #busy = false
  /** The settings changed, or the wish, while a request was under way. */
  #again = false
  #tooBrief = 0
  #minExpires = 0
  #redirects = 0
  /** Where a 3xx sent us; good until a request there fails. */
  #elsewhere: SipUri | undefined
  /** The first hop does not know Outbound (439). */
  #plain = false
  /** The server the binding was made at. */
  readonly #stay: Stay = { server: undefined }
  readonly #watch: Watch
  readonly #patience: Patience
  #request: OutgoingRequest | undefined
  readonly #port: FlowPort

  constructor(port: FlowPort, regId: number | undefined, proxy: NameAddr | undefined) {
    this.#port = port
    this.#patience = new Patience(port)
    this.#watch = new Watch(port.requester, {
      probe: () => probeSpec(port, this.#routing()),
      onDead: (why, detail, tries, now) => this.#dead({ ...statusOf(why, detail), cause: why, tries }, now),
    })
    this.ownRegId = regId
    this.proxy = proxy
  }

  get regId(): number | undefined {
    return this.#plain ? undefined : this.ownRegId
  }

  /** The way its registrar is reached by, once it was. */
  get hop(): Hop | undefined {
    return this.#request?.hop
  }

  /** Where the binding is. */
  get server(): Server | undefined {
    return this.#stay.server
  }

  get isIdle(): boolean {
    return !this.#busy && this.state === 'unregistered' && this.status === 0
  }

  /** The registrar does not want us, whatever the way. */
  get isRefused(): boolean {
    return isRefusal(this.status)
  }

  /** Registers, or refreshes now. */
  start(now: Millis): void {
    this.#minExpires = 0
    this.#patience.forgive()
    this.#wanted = true
    if (this.#busy) this.#again = true
    else this.#send(now)
  }

  /** What is asked for has changed; taken at the next refresh, at once when nothing is registered. */
  renew(now: Millis): void {
    this.#minExpires = 0
    this.#wanted = true
    if (this.#busy) this.#again ||= this.state === 'unregistering'
    else if (this.state !== 'registered') this.#send(now)
  }

  unregister(now: Millis): void {
    this.#wanted = false
    if (this.#busy) return
    if (this.state === 'registered') this.#send(now)
    else this.#gone({ status: 0, reason: '' }, now)
  }

  /** Un-registering is over, or there was nothing to un-register. */
  get isGone(): boolean {
    return !this.#wanted && !this.#busy && this.state === 'unregistered'
  }

  /** A way out has come up: what waits for its next try takes it at once, and what stands may have another address now. */
  transportUp(now: Millis): void {
    // At the next wake: several come up at once, and the one that is wanted may be the last.
    if (!this.#busy) this.#port.requester.environment.queue.arm(this.timer, now, now)
  }

  /**
   * The way the registrar knows us by is gone, and with it the way its requests come. Other flows bring them meanwhile and it
   * is made anew at once (RFC 5626 §4.5); without Outbound all phones of a proxy lose it together: soon, but not all at once. What is
   * lost with a transport of ours is nobody else's.
   */
  lost(by: Pick<Hop, 'transport'> & { readonly to?: SocketAddress }, now: Millis): void {
    const { hop } = this
    if (this.#busy || this.state !== 'registered' || hop?.transport !== by.transport) return
    if (by.to !== undefined && !sameAddress(hop.to, by.to)) return
    const { queue, rng, transports } = this.#port.requester.environment
    if (!this.granted?.outbound) {
      // At the next wake, as in `transportUp`.
      if (by.to === undefined && transports.choose(hop.to.address, undefined)) queue.arm(this.timer, now, now)
      if (hop.reliable && by.to) queue.arm(this.timer, after(now, backoff(1, rng)), now)
      else if (by.to && this.#port.settings.options.keepAlive) this.#dead(statusOf('transport', 'unreachable'), now)
      return
    }
    this.#retry({ status: 503, reason: 'Flow Failed', cause: 'transport' }, recoverIn(0, false, rng), now)
  }

  /** It is asked whether it lives, when this is the server the binding is at. */
  serverFailed(server: Server, now: Millis): void {
    if (this.server && showServer(this.server) === showServer(server)) this.#watch.hurry(now)
  }

  wake(now: Millis): void {
    this.#send(now)
  }

  onResponse(response: SipResponse, now: Millis): void {
    const { status, reason } = response
    if (status < 200) return
    this.#busy = false
    const before = this.contact
    this.#noteContact()
    if (status === 423 && this.#tooBrief < MAX_TOO_BRIEF && this.#wanted) {
      this.#tooBrief++
      this.#minExpires = Math.max(minExpires(response) ?? 0, 2 * this.#port.settings.expires)
      this.#send(now)
      return
    }
    this.#tooBrief = 0
    if (!this.#isCurrent()) {
      this.#settle({ status, reason }, now)
      return
    }
    if (status < 300) this.#succeeded(response, before, now)
    else if (status < 400 && this.#redirected(response)) this.#send(now)
    else this.#failed(response, now)
  }

  onFailure(why: Failure, now: Millis, detail?: string): void {
    this.#busy = false
    this.#noteContact()
    const outcome = { ...statusOf(why, detail), cause: why }
    if (!this.#isCurrent()) {
      this.#settle(outcome, now)
      return
    }
    this.#elsewhere = undefined
    const patience = this.#patience
    const wait = why === 'timeout' ? patience.after(408, 0, this.#setting) : patience.withoutNetwork(this.#setting)
    this.#retry(outcome, wait, now)
  }

  /** Still what is wanted: a binding asked for and nothing changed meanwhile. */
  #isCurrent(): boolean {
    return this.#wanted && !this.#again && this.state !== 'unregistering'
  }

  /** A response that is overtaken: what was asked for meanwhile follows. */
  #settle(outcome: Outcome, now: Millis): void {
    const unregistered = this.state === 'unregistering'
    this.#again = false
    if (unregistered && !this.#wanted) {
      this.#gone(outcome, now)
      return
    }
    if (unregistered) this.#enter('unregistered', outcome, now)
    // Nothing was bound: there is nothing to un-register.
    if (!this.#wanted && outcome.status >= 300 && this.state === 'registering') {
      this.#gone(outcome, now)
      return
    }
    this.#send(now)
  }

  #succeeded(response: SipResponse, before: string, now: Millis): void {
    const { settings, requester, regIds } = this.#port
    const { queue, rng } = requester.environment
    const { regId, contact } = this
    const granted = grantedBy(response, { contact, instance: settings.options.instance, regId, regIds, before })
    this.#redirects = 0
    const { status, reason } = response
    const expires = granted.expires ?? this.#askFor()
    if (expires === 0) {
      this.#retry({ status, reason, expires, cause: 'remote' }, this.#patience.after(status, 0, this.#setting), now)
      return
    }
    this.granted = granted
    this.#patience.stood()
    queue.arm(this.timer, after(now, Math.min(refreshIn(expires, rng), this.#backIn(now))), now)
    this.#keepOpen(now)
    const { keepAlive } = settings.options
    if (keepAlive && this.server && this.hop) this.#watch.begin(this.server, this.hop, keepAlive, now)
    this.#enter('registered', { status, reason, expires }, now)
    if (granted.leftovers.length > 0) this.#remove(granted.leftovers, now)
  }

  /** The registrar has not answered its keep-alive: the binding is worth nothing any more, another server may do better. */
  #dead(outcome: Outcome, now: Millis): void {
    if (!this.#busy && this.state === 'registered') this.#retry({ cause: 'transport', ...outcome }, 0, now)
  }

  /** Milliseconds until a better server than this one is tried again, not by all phones at once. */
  #backIn(now: Millis): number {
    const better = this.#request?.betterAt(now)
    if (better === undefined) return Number.POSITIVE_INFINITY
    return Math.max(better - now, BACK_AT_LEAST) * (1 + unit(this.#port.requester.environment.rng) / 4)
  }

  #failed(response: SipResponse, now: Millis): void {
    const { status, reason } = response
    this.#elsewhere = undefined
    // RFC 5626 §4.2.1: this first hop makes no flow; without another, a binding as before Outbound is better than none.
    if (status === 439 && this.regId !== undefined && !this.#port.othersStand(this)) {
      this.#plain = true
      this.#send(now)
      return
    }
    const asked = 1000 * Math.min(retryAfter(response)?.seconds ?? 0, 3600)
    const cause = status === 401 || status === 407 ? 'authentication' : 'remote'
    this.#retry({ status, reason, cause }, this.#patience.after(status, asked, this.#setting), now)
  }

  get #setting() {
    return { outbound: this.regId !== undefined, othersStand: this.#port.othersStand(this) }
  }

  /** §21.3, §8.1.3.4: the registrar is elsewhere; sips: is not left for less. */
  #redirected(response: SipResponse): boolean {
    const list = contacts(response)
    const { registrar } = this.#port.settings
    const better = list.ok && list.value !== '*' ? list.value.map(({ uri }) => uri).filter(isSip) : []
    const next = better.find(({ scheme }) => scheme === 'sips' || registrar.scheme === 'sip')
    if (next === undefined || ++this.#redirects > MAX_REDIRECTS) return false
    this.#elsewhere = { ...next, user: undefined, password: undefined, headers: [] }
    return true
  }

  /** `wait` undefined: not by itself. */
  #retry(outcome: Outcome, wait: number | undefined, now: Millis): void {
    const { queue } = this.#port.requester.environment
    if (wait === undefined) queue.disarm(this.timer)
    else queue.arm(this.timer, after(now, wait), now)
    this.#enter('unregistered', wait === undefined ? outcome : { ...outcome, retryMs: wait }, now)
  }

  #gone(outcome: Outcome, now: Millis): void {
    this.#port.requester.environment.queue.disarm(this.timer)
    this.#enter('unregistered', outcome, now)
  }

  #askFor(): number {
    return this.#wanted ? Math.max(this.#port.settings.expires, this.#minExpires) : 0
  }

  #routing() {
    const { settings } = this.#port
    const routes = [...(this.proxy ? [this.proxy] : []), ...settings.routes]
    return route(this.#elsewhere ?? settings.registrar, routes)
  }

  #send(now: Millis): void {
    const { environment } = this.#port.requester
    const { identity, options } = this.#port.settings
    environment.queue.disarm(this.timer)
    this.#busy = true
    if (!this.#wanted) this.#enter('unregistering', { status: 0, reason: '' }, now)
    // A refresh goes on behind a binding that stands.
    else if (this.state !== 'registered' && this.state !== 'registering')
      this.#enter('registering', { status: 0, reason: '' }, now)
    const seconds = this.#askFor()
    const params = contactParams(seconds, options, this.regId)
    const more = [{ name: 'Expires', value: String(seconds) }]
    const uriParams = paramsOf(options.contactUriParams ?? {})
    this.#request = this.#dispatch(more, { user: identity.contactUser, params, uriParams }, this, now)
  }

  /** What is left of this device from before its last start; the answer is of no interest. */
  #remove(leftovers: readonly string[], now: Millis): void {
    const contacts = leftovers.map((value) => ({ name: 'Contact', value }))
    this.#dispatch(contacts, undefined, NOBODY, now)
  }

  #dispatch(more: readonly HeaderField[], contact: RequestSpec['contact'], user: RequestUser, now: Millis) {
    const spec = registerSpec(this.#port, this.#routing(), this.regId !== undefined, more, contact)
    return sendRequest(this.#port.requester, { ...spec, stay: this.#stay }, user, now)
  }

  #noteContact(): void {
    const bound = this.#port.requester.environment.transports.get(this.#request?.transport ?? '')
    const { identity, options } = this.#port.settings
    const { contactUser } = identity
    const wish = this.#port.requester.environment.wishes.of(contactUser)
    const said = withUriParams(wish, paramsOf(options.contactUriParams ?? {}))
    if (bound) this.contact = contactUri(contactUser, bound, isSecure(this.#routing()), said)
  }

  /** RFC 5626 §4.4: streams ping by themselves, at the pace the server asks for. */
  #keepOpen(now: Millis): void {
    const { queue, rng, pace } = this.#port.requester.environment
    const { hop, granted } = this
    if (hop?.reliable && granted?.flowTimerMs !== undefined) pace(hop, granted.flowTimerMs, true, now)
    const keeps = hop && !hop.reliable && granted?.outbound
    if (keeps) queue.arm(this.#keeping, after(now, keepIn(granted.flowTimerMs, rng)), now)
    else queue.disarm(this.#keeping)
  }

  #keep(now: Millis): void {
    if (this.hop) this.#port.requester.environment.send(this.hop, '\r\n\r\n')
    this.#keepOpen(now)
  }

  #enter(state: RegistrationState, outcome: Outcome, now: Millis): void {
    this.state = state
    if (outcome.status > 0) this.status = outcome.status
    if (state === 'unregistered') {
      this.granted = undefined
      this.#stay.server = undefined
      this.#port.requester.environment.queue.disarm(this.#keeping)
    }
    if (state !== 'registered') this.#watch.end()
    const tries = outcome.tries ?? (outcome.status > 0 ? this.#request?.tries : undefined)
    this.#port.changed(this, tries === undefined ? outcome : { ...outcome, tries }, now)
  }
}
