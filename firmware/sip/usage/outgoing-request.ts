// One request on its way: look-up, one transaction per address until one answers, again with credentials, CANCEL.
import { log } from '../../base/log.ts'
import { after, type Millis } from '../../base/time.ts'
import { type Sleeper, Timer } from '../../base/timer-queue.ts'
import { type Authorized, authorize, type DigestRequest, NO_AUTH, preauthorize } from '../auth/authorize.ts'
import { challenges } from '../auth/challenge.ts'
import { learn } from '../auth/info.ts'
import type { HeaderField, SipResponse } from '../message/message.ts'
import { isSip } from '../message/uri.ts'
import type { ClientTransaction, ClientUser } from '../transaction/client.ts'
import type { Hop } from '../transaction/environment.ts'
import { giveUp } from '../transaction/timers.ts'
import { type Target, targetOf } from '../transport/target.ts'
import { type Failure, isSecure, newBranch, type Requester, type RequestSpec, type RequestUser } from './requester.ts'

/** CANCEL of an INVITE: not asked for; to be sent once a provisional response came (§9.1); sent. */
type Cancelling =
  | { readonly name: 'no' }
  | { readonly name: 'wanted' | 'sent'; readonly headers: readonly HeaderField[] }

export class OutgoingRequest implements ClientUser, Sleeper {
  readonly timer = new Timer(this)
  #user: RequestUser | undefined
  readonly #requester: Requester
  #spec: RequestSpec | undefined
  #callOff: (() => void) | undefined
  /** Addresses not tried yet. */
  #addresses: string[] = []
  #target: Pick<Target, 'port' | 'protocol' | 'name'> = { port: undefined, protocol: undefined, name: '' }
  #seq = 0
  /** What this request was authorised with so far. */
  #authState = NO_AUTH
  /** Authorization and Proxy-Authorization it went out with last. */
  authorization: readonly HeaderField[] = []
  /** The local transport that later requests of its dialog go by; '' before the first try. */
  transport = ''
  /** Where it went last. */
  hop: Hop | undefined
  /** It went by stream for its size alone. */
  #instead = false
  #transaction: ClientTransaction | undefined
  #provisional = false
  #cancelling: Cancelling = { name: 'no' }
  /** What to report at the next wake: a failure known before the first send, or CANCEL having had no effect. */
  #pending: { readonly why: Failure; readonly detail?: string | undefined } | undefined

  constructor(requester: Requester, spec: RequestSpec, user: RequestUser) {
    this.#requester = requester
    this.#spec = spec
    this.#user = user
  }

  start(now: Millis): void {
    const spec = this.#spec as RequestSpec
    this.#seq = spec.nextSeq()
    const { credentials, state } = spec.digest
    this.#authorized(spec, preauthorize(asSent(spec, this.hop), credentials, state))
    const target = targetOf(spec.nextHop, isSecure(spec))
    const nowhere = target.ok ? this.#requester.missing(target.value) : target.error
    if (!target.ok || nowhere !== undefined) {
      this.#failSoon('transport', now, nowhere)
      return
    }
    this.#target = target.value
    if (target.value.literal) {
      this.#addresses = [target.value.host]
      if (!this.#tryNext(now)) this.#failSoon('transport', now)
      return
    }
    this.#callOff = this.#requester.locate(target.value, now, (addresses, then) => {
      this.#callOff = undefined
      this.#addresses = [...addresses]
      if (addresses.length === 0) this.#fail('resolution', then)
      else if (!this.#tryNext(then)) this.#fail('transport', then)
    })
  }

  /** From now on somebody else is told. */
  handOver(user: RequestUser): void {
    this.#user = user
  }

  /**
   * Calls the INVITE off. `unsent`: it had not left yet, nothing more will be heard; else a final response or a failure
   * comes, at the latest 64·T1 after the CANCEL.
   */
  cancel(headers: readonly HeaderField[], now: Millis): 'unsent' | 'waiting' {
    if (this.#transaction === undefined) {
      this.#end()
      return 'unsent'
    }
    this.#cancelling = { name: 'wanted', headers }
    if (this.#provisional) this.#sendCancel(headers, now)
    return 'waiting'
  }

  onResponse(response: SipResponse, now: Millis): void {
    const spec = this.#spec
    if (response.status < 200) {
      this.#provisional = true
      if (this.#cancelling.name === 'wanted') this.#sendCancel(this.#cancelling.headers, now)
      this.#user?.onResponse(response, now)
      return
    }
    if (spec !== undefined && this.#cancelling.name === 'no') {
      if (response.status === 503 && this.#addresses.length > 0 && this.#tryNext(now)) return
      if ((response.status === 401 || response.status === 407) && this.#answer(spec, response, now)) return
    }
    if (spec !== undefined) this.#learn(spec, response)
    this.#end()
    this.#user?.onResponse(response, now)
  }

  onFailure(why: 'timeout' | 'unreachable', now: Millis, detail?: string): void {
    const { hop } = this
    if (why === 'timeout' && hop?.reliable) this.#requester.environment.suspect(hop, now)
    if (this.#cancelling.name === 'no') {
      // §18.1.1: no stream there, so a large datagram.
      if (this.#instead && why === 'unreachable' && hop) {
        this.#requester.noStreamTo(hop)
        if (this.#transmit(hop.to.address, now)) return
      }
      if (this.#tryNext(now)) return
    }
    this.#fail(why === 'timeout' ? 'timeout' : 'transport', now, detail)
  }

  wake(now: Millis): void {
    if (this.#transaction) this.#requester.environment.clients.abandon(this.#transaction)
    const { why, detail } = this.#pending ?? { why: 'timeout' }
    this.#fail(why, now, detail)
  }

  /** §22.2, §22.3: the request again, to the same place, with credentials. */
  #answer(spec: RequestSpec, response: SipResponse, now: Millis): boolean {
    const { digest } = spec
    const { environment } = this.#requester
    const state = { ...this.#authState, sessions: digest.state.sessions }
    const request = asSent(spec, this.hop)
    const done = authorize(challenges(response), request, digest.credentials, environment.rng, state)
    if (!done.ok) {
      const { realm, what } = done.error
      environment.emit(log('warn', 'sip.auth', 'challenge not answered', { method: spec.method, realm, what }))
    }
    if (!done.ok || this.#transaction === undefined) return false
    this.#authorized(spec, done.value)
    this.#seq = spec.nextSeq()
    return this.#transmit(this.#transaction.hop.to.address, now)
  }

  #authorized(spec: RequestSpec, { headers, state }: Authorized): void {
    spec.digest.state = state
    this.#authState = state
    this.authorization = headers
  }

  #learn({ digest, ...spec }: RequestSpec, response: SipResponse): void {
    if (this.#authState.used.length === 0) return
    const { state, unproven } = learn(response, asSent(spec, this.hop), {
      ...this.#authState,
      sessions: digest.state.sessions,
    })
    digest.state = state
    if (unproven === undefined) return
    const { emit } = this.#requester.environment
    emit(log('warn', 'sip.auth', 'server did not prove itself', { method: spec.method, realm: unproven }))
  }

  #tryNext(now: Millis): boolean {
    for (let address = this.#addresses.shift(); address !== undefined; address = this.#addresses.shift())
      if (this.#transmit(address, now)) return true
    return false
  }

  #transmit(address: string, now: Millis): boolean {
    const { environment } = this.#requester
    const attempt = {
      ...this.#target,
      address,
      branch: newBranch(environment.rng),
      seq: this.#seq,
    }
    const made = this.#requester.draft(this.#spec as RequestSpec, attempt, this.authorization)
    if (made === undefined) return false
    this.#provisional = false
    this.transport = made.transport
    this.hop = made.hop
    this.#instead = made.instead
    this.#transaction = environment.clients.start(made.draft, attempt.branch, made.hop, this, now)
    return true
  }

  #sendCancel(headers: readonly HeaderField[], now: Millis): void {
    const { environment } = this.#requester
    if (this.#transaction === undefined) return
    this.#cancelling = { name: 'sent', headers }
    environment.clients.cancel(this.#transaction, headers, now)
    // §9.1: a server of RFC 2543 may never answer the INVITE after a CANCEL.
    this.#pending = { why: 'timeout' }
    environment.queue.arm(this.timer, after(now, giveUp(environment.timers)), now)
  }

  #failSoon(why: Failure, now: Millis, detail?: string): void {
    this.#pending = { why, detail }
    this.#requester.environment.queue.arm(this.timer, now, now)
  }

  #fail(why: Failure, now: Millis, detail?: string): void {
    const user = this.#user
    this.#end()
    this.#user = undefined
    user?.onFailure(why, now, detail)
  }

  /** Nothing more is to be sent; a 2xx to INVITE may still come again. */
  #end(): void {
    this.#callOff?.()
    this.#callOff = undefined
    this.#spec = undefined
    this.#transaction = undefined
    this.#requester.environment.queue.disarm(this.timer)
  }
}

/** Never calls `user` before it returns. */
export function sendRequest(requester: Requester, spec: RequestSpec, user: RequestUser, now: Millis): OutgoingRequest {
  const request = new OutgoingRequest(requester, spec, user)
  request.start(now)
  return request
}

const asSent = ({ method, uri, body, nextHop }: Omit<RequestSpec, 'digest'>, hop: Hop | undefined): DigestRequest => ({
  method,
  uri,
  body: body?.content ?? '',
  hops: [...(isSip(nextHop) ? [nextHop.host] : []), ...(hop ? [hop.to.address] : [])],
})
