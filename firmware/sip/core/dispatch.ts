// What becomes of a request that comes in: the checks of RFC 3261 §8.2 in their order, then the session or the application.
import { log } from '../../base/log.ts'
import type { Millis } from '../../base/time.ts'
import { acceptSeq, uasDialog } from '../dialog/dialog.ts'
import { contacts, requires } from '../message/headers.ts'
import type { HeaderField, SipRequest } from '../message/message.ts'
import { telOf } from '../message/tel.ts'
import { isSip, userOf } from '../message/uri.ts'
import { type Answer, type Incoming, responseText } from '../transaction/response.ts'
import { newTag, retrySoon, statelessTag } from '../usage/answers.ts'
import type { Digest } from '../usage/digest.ts'
import type { UsageEnvironment } from '../usage/environment.ts'
import type { EventPackages } from '../usage/event-packages.ts'
import { type Ended, Session } from '../usage/invite/session.ts'
import { NO_TERMS, refusalUnder, supportedFields, tagsOf } from '../usage/invite/terms.ts'
import { eventOf, type Notified } from '../usage/notified.ts'
import type { Requester } from '../usage/requester.ts'
import { bodyRefusal, sdpOf, unanswerable } from '../usage/sdp-body.ts'
import type { Admissions } from './admission.ts'
import { optionsHeaders } from './capabilities.ts'
import type { SessionId, SessionTerms, SipConfig } from './contract.ts'
import type { IncomingRequests } from './incoming-requests.ts'
import type { Modules, Stage } from './modules.ts'
import type { ReceivedRequest } from './received-request.ts'
import type { Refers } from './refers.ts'
import { sessionNamed } from './session-named.ts'
import type { Sessions } from './sessions.ts'
import type { Subscribers } from './subscribers.ts'

export class Dispatch {
  readonly #config: SipConfig
  readonly #terms: SessionTerms
  readonly #environment: UsageEnvironment
  readonly #requester: Requester
  readonly #sessions: Sessions
  readonly #requests: IncomingRequests
  readonly #refers: Refers
  readonly #notified: Notified
  readonly #packages: EventPackages
  readonly #subscribers: Subscribers
  readonly #ended: Ended
  readonly #nextId: () => string
  readonly #digestOf: (contactUser: string, session?: SessionId) => Digest
  readonly #allowed: ReadonlySet<string>
  readonly #modules: Modules
  readonly #admissions: Admissions

  constructor(parts: {
    readonly config: SipConfig
    readonly environment: UsageEnvironment
    readonly requester: Requester
    readonly sessions: Sessions
    readonly requests: IncomingRequests
    readonly refers: Refers
    readonly notified: Notified
    readonly packages: EventPackages
    readonly subscribers: Subscribers
    readonly ended: Ended
    readonly nextId: () => string
    /** Credentials of the account behind a Contact user. */
    readonly digestOf: (contactUser: string, session?: SessionId) => Digest
    readonly modules: Modules
    readonly admissions: Admissions
  }) {
    this.#config = parts.config
    this.#terms = parts.config.terms ?? NO_TERMS
    this.#environment = parts.environment
    this.#requester = parts.requester
    this.#sessions = parts.sessions
    this.#requests = parts.requests
    this.#refers = parts.refers
    this.#notified = parts.notified
    this.#packages = parts.packages
    this.#subscribers = parts.subscribers
    this.#ended = parts.ended
    this.#nextId = parts.nextId
    this.#digestOf = parts.digestOf
    this.#modules = parts.modules
    this.#admissions = parts.admissions
    this.#allowed = new Set(parts.environment.capabilities.allow.value.split(', '))
  }

  request(arrived: ReceivedRequest, now: Millis): void {
    const incoming = this.#pass('arrived', arrived)
    if (incoming === undefined) return
    const { request } = incoming
    const { servers } = this.#environment
    if (servers.receive(incoming, now)) return
    if (request.method === 'ACK') {
      this.#ack(request, now)
      return
    }
    if (request.method === 'CANCEL') {
      this.#cancel(incoming, now)
      return
    }
    // What belongs to a session may come when all is full: above all its BYE.
    const room = this.#config.limits.transactions * (request.toTag === undefined ? 1 : 2)
    if (servers.size >= room && !servers.forgetAnswered(now)) {
      this.#stateless(incoming, { status: 503, headers: [retrySoon(this.#environment)] })
      return
    }
    const known = this.#pass('new', incoming)
    if (known) this.#new(known, now)
  }

  #new(incoming: ReceivedRequest, now: Millis): void {
    const { request } = incoming
    const taker = request.method === 'NOTIFY' ? this.#notified.find(request) : undefined
    if (taker) {
      taker.onNotify(incoming, now)
      return
    }
    if (request.toTag === undefined && !this.#admitted(incoming, now)) return
    const left = this.#isOurs(request) ? incoming : this.#pass('unclaimed', incoming)
    if (left === undefined) return
    const refusal = this.#unknownEvent(left.request) ?? this.#inspect(left)
    if (refusal) this.#refuse(left, refusal, now)
    else if (left.request.toTag === undefined) this.#outside(left, now)
    else this.#inside(left, now)
  }

  /** What the modules of a stage leave of it; undefined when one has taken it. */
  #pass(stage: Stage, incoming: ReceivedRequest): ReceivedRequest | undefined {
    const { hop, from, request } = incoming
    const outcome = this.#modules.request(stage, request, { transport: hop.transport, peer: from })
    if (outcome.kind === 'answer') this.#stateless(incoming, outcome.answer)
    if (outcome.kind !== 'pass') return undefined
    return outcome.request === request ? incoming : { ...incoming, request: outcome.request }
  }

  /** A layer of the engine's own answers it. */
  #isOurs({ method, callId, toTag, fromTag }: SipRequest): boolean {
    if (toTag === undefined) return method === 'INVITE' || method === 'OPTIONS'
    return this.#sessions.ofDialog(callId, toTag)?.dialogWith(fromTag ?? '') !== undefined
  }

  #admitted(incoming: ReceivedRequest, now: Millis): boolean {
    switch (this.#admissions.judge(incoming.from, now)) {
      case 'take':
        return true
      case 'refuse':
        this.#stateless(incoming, { status: 403 })
        return false
      case 'busy':
        this.#stateless(incoming, { status: 503, headers: [retrySoon(this.#environment)] })
        return false
      case 'ignore':
        return false
    }
  }

  /** RFC 6665 §4.1.3, §8.3.2. */
  #unknownEvent(request: SipRequest): Answer | undefined {
    const { packages, applicationMethods, unsolicited = [] } = this.#config
    if (request.method !== 'NOTIFY' || packages === undefined || applicationMethods.includes('NOTIFY')) return undefined
    const name = eventOf(request)?.name ?? ''
    const isKnown = name === 'refer' || unsolicited.includes(name) || this.#packages.accept(name) !== undefined
    return isKnown ? undefined : this.#packages.refusal()
  }

  /** §8.2.1, §8.2.2. Max-Forwards is for who passes requests on (§16.3): whom it has reached answers, also at 0. */
  #inspect({ request, hop }: Incoming): Answer | undefined {
    const { capabilities, servers, transports } = this.#environment
    // A method we do not know is no excuse for a message we cannot read.
    if (!this.#allowed.has(request.method))
      return contacts(request).ok ? { status: 405, headers: [capabilities.allow] } : { status: 400 }
    // Who it is for, a number as well as a name, is the application's to know.
    if (!isSip(request.uri) && telOf(request.uri) === undefined) return { status: 416 }
    if (request.uri.scheme === 'sips' && transports.get(hop.transport)?.protocol !== 'TLS') {
      // RFC 5630 §3.1.3 ends what RFC 3261 §26.2.2 allowed: the last hop is no exception.
      return transports.speaks('TLS') ? { status: 400, reason: 'Bad Request: sips without TLS' } : { status: 416 }
    }
    if (request.toTag === undefined && servers.isMerged(request)) return { status: 482 }
    const terms = this.#sessions.ofDialog(request.callId, request.toTag ?? '')?.terms ?? this.#terms
    const ours = [...this.#config.supported, ...tagsOf(terms)]
    const unknown = requires(request).filter((option) => !ours.includes(option))
    return unknown.length > 0
      ? { status: 420, headers: [{ name: 'Unsupported', value: unknown.join(', ') }] }
      : undefined
  }

  #outside(incoming: ReceivedRequest, now: Millis): void {
    switch (incoming.request.method) {
      case 'INVITE':
        this.#invite(incoming, now)
        return
      case 'OPTIONS':
        this.#options(incoming, undefined, now)
        return
      case 'BYE':
      case 'PRACK':
      case 'UPDATE':
        this.#refuse(incoming, { status: 481 }, now)
        return
    }
    if (this.#unasked(incoming, now) || this.#event(incoming, undefined, now)) return
    this.#requests.add(this.#nextId(), incoming, undefined, newTag(this.#environment), now)
  }

  #inside(incoming: ReceivedRequest, now: Millis): void {
    const { request } = incoming
    if (request.method === 'SUBSCRIBE' && this.#subscribers.refresh(incoming, now)) return
    const session = this.#sessions.ofDialog(request.callId, request.toTag ?? '')
    const dialog = session?.dialogWith(request.fromTag ?? '')
    if (session === undefined || dialog === undefined) {
      this.#refuse(incoming, { status: 481 }, now)
      return
    }
    if (!acceptSeq(dialog, request)) {
      this.#refuse(incoming, { status: 500, headers: [retrySoon(this.#environment)] }, now)
      return
    }
    if (session.receive(incoming, dialog, now)) return
    if (request.method === 'OPTIONS') {
      this.#options(incoming, session, now)
      return
    }
    if (this.#event(incoming, session, now)) return
    this.#requests.add(this.#nextId(), incoming, session.id, session.localTag, now)
  }

  /** A NOTIFY nobody subscribed to (RFC 3842 §3.1), of a package that may come so: from servers of ours and those trusted alone. */
  #unasked(incoming: ReceivedRequest, now: Millis): boolean {
    const { request, from } = incoming
    const event = request.method === 'NOTIFY' ? eventOf(request)?.name : undefined
    if (event === undefined || !this.#config.unsolicited?.includes(event)) return false
    if (!this.#admissions.isKnown(from)) {
      this.#refuse(incoming, { status: 403 }, now)
      return true
    }
    const { servers, capabilities } = this.#environment
    const answer = { status: 200, headers: capabilities.server, toTag: newTag(this.#environment) }
    servers.create(incoming, undefined, now).respond(answer, now)
    this.#environment.emit({ kind: 'notify-incoming', event, request })
    return true
  }

  /** Takes what has to do with subscriptions, unless the application wants it: then false. */
  #event(incoming: ReceivedRequest, session: Session | undefined, now: Millis): boolean {
    const { method } = incoming.request
    if (this.#config.applicationMethods.includes(method)) return false
    switch (method) {
      case 'REFER': {
        const status = this.#refers.receive(this.#nextId(), incoming, session, this.#digestOf, now)
        if (status !== undefined) this.#refuse(incoming, { status }, now)
        return true
      }
      case 'NOTIFY':
        this.#refuse(incoming, { status: 481 }, now)
        return true
      case 'SUBSCRIBE': {
        if (session) return false
        const refusal = this.#subscribers.receive(this.#nextId(), incoming, this.#digestOf, now)
        if (refusal) this.#refuse(incoming, refusal, now)
        return true
      }
    }
    return false
  }

  #invite(incoming: ReceivedRequest, now: Millis): void {
    const { request } = incoming
    const part = sdpOf(request)
    const unfit = bodyRefusal(part) ?? unanswerable(request) ?? refusalUnder(request, this.#terms)
    if (unfit) {
      this.#refuse(incoming, unfit, now)
      return
    }
    if (this.#sessions.size >= this.#config.limits.sessions) {
      this.#refuse(incoming, { status: 486 }, now)
      return
    }
    const named = sessionNamed(request, this.#sessions, this.#config.supported)
    if ('status' in named) {
      this.#refuse(incoming, named, now)
      return
    }
    const tag = newTag(this.#environment)
    const dialog = uasDialog(request, tag, this.#environment.rng.uint32() >>> 1, incoming.hop.transport)
    if (!dialog.ok) {
      this.#refuse(incoming, { status: 400, reason: `Bad Request: ${dialog.error}` }, now)
      return
    }
    const contactUser = userOf(request.uri)
    const id = this.#nextId()
    const session = new Session(this.#requester, {
      id,
      callId: request.callId,
      localTag: tag,
      contactUser,
      digest: this.#digestOf(contactUser, id),
      terms: this.#terms,
      ended: this.#ended,
    })
    this.#sessions.add(session)
    session.offer(incoming, dialog.value, part.kind === 'sdp' ? part.sdp : undefined, named, now)
  }

  /** Answered here, unless the application wants them. */
  #options(incoming: ReceivedRequest, session: Session | undefined, now: Millis): void {
    const { capabilities } = this.#environment
    const supported = supportedFields(capabilities, tagsOf(this.#terms))
    const headers = optionsHeaders(capabilities, supported)
    if (this.#config.applicationMethods.includes('OPTIONS')) {
      const tag = session?.localTag ?? newTag(this.#environment)
      this.#requests.add(this.#nextId(), incoming, session?.id, tag, now, headers)
    } else this.#refuse(incoming, { status: 200, headers }, now)
  }

  #ack(request: SipRequest, now: Millis): void {
    const session = this.#sessions.ofDialog(request.callId, request.toTag ?? '')
    if (session?.dialogWith(request.fromTag ?? '')) session.onAck(request, now)
  }

  /** §9.2. */
  #cancel(incoming: ReceivedRequest, now: Millis): void {
    const { servers } = this.#environment
    const transaction = servers.cancelled(incoming.request)
    const user = transaction?.user
    this.#refuse(incoming, { status: transaction ? 200 : 481, toTag: user?.localTag }, now)
    user?.onCancel(incoming.request, now)
  }

  /** An answer of the engine's own: with a transaction for an INVITE, whose refusal must be acknowledged; else without. */
  #refuse(incoming: Incoming, answer: Answer, now: Millis): void {
    if (incoming.request.method !== 'INVITE') {
      this.#stateless(incoming, answer)
      return
    }
    const headers = [...(answer.headers ?? []), ...this.#environment.capabilities.server]
    const toTag = newTag(this.#environment)
    this.#environment.servers.create(incoming, undefined, now).respond({ ...answer, headers, toTag }, now)
    const { status } = answer
    this.#environment.emit(log('info', 'sip', 'INVITE refused', { status, callId: incoming.request.callId }))
  }

  /** §8.2.7: the same request gets the same answer each time, and nothing is kept. */
  #stateless(incoming: Incoming, answer: Answer): void {
    const headers: HeaderField[] = [
      ...(answer.headers ?? []),
      ...(answer.status === 200 ? [] : this.#environment.capabilities.server),
    ]
    const text = responseText(incoming, { ...answer, headers, toTag: answer.toTag ?? statelessTag(incoming.request) })
    this.#environment.send(incoming.hop, text)
  }
}
