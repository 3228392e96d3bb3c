// Commands of the application, each checked before anything is changed: what makes no sense comes back as a reason.
import { hex } from '../../base/rng.ts'
import type { Millis } from '../../base/time.ts'
import { all, TOKEN } from '../message/chars.ts'
import { parseUri } from '../message/uri.ts'
import type { EventPackages } from '../usage/event-packages.ts'
import { Exchange } from '../usage/exchange.ts'
import { inDialog } from '../usage/invite/acks.ts'
import { OurInvite } from '../usage/invite/our-invite.ts'
import { type Ended, Session } from '../usage/invite/session.ts'
import { NO_TERMS } from '../usage/invite/terms.ts'
import type { Notified } from '../usage/notified.ts'
import { asksOf } from '../usage/questions.ts'
import { replacing } from '../usage/refer/replaces.ts'
import type { Requester, RequestSpec } from '../usage/requester.ts'
import { sdpBody } from '../usage/sdp-body.ts'
import type { Identity, SessionTerms, SipCommand, SipConfig } from './contract.ts'
import type { IncomingRequests } from './incoming-requests.ts'
import { createOutside, type Outside } from './outside.ts'
import { Publications } from './publications.ts'
import type { Refers } from './refers.ts'
import { Registrations } from './registrations.ts'
import { bodyProblem, isField, isText } from './sendable.ts'
import type { Sessions } from './sessions.ts'
import type { Subscribers } from './subscribers.ts'
import { Subscriptions } from './subscriptions.ts'

type Command<K extends SipCommand['kind']> = Extract<SipCommand, { readonly kind: K }>

/** Requests of the application at once: far beyond what a phone has. */
const MAX_REQUESTS = 1000

/** What a redirection waits for a word, when nothing is said, ms. */
const REDIRECT_MS = 30_000

/** Methods that belong to usages of the engine's own. */
const NOT_HERE = new Set(['INVITE', 'ACK', 'CANCEL', 'BYE', 'PRACK', 'UPDATE', 'REGISTER'])

export class Commands {
  readonly registrations: Registrations
  readonly subscriptions: Subscriptions
  readonly publications: Publications
  readonly #packages: EventPackages
  readonly #requester: Requester
  readonly #sessions: Sessions
  readonly #requests: IncomingRequests
  readonly #refers: Refers
  readonly #subscribers: Subscribers
  readonly #maxSessions: number
  readonly #terms: SessionTerms
  readonly #ended: Ended
  readonly #exchanges = new Set<string>()
  readonly #outside: Outside

  constructor(parts: {
    readonly requester: Requester
    readonly sessions: Sessions
    readonly requests: IncomingRequests
    readonly refers: Refers
    readonly notified: Notified
    readonly packages: EventPackages
    readonly subscribers: Subscribers
    readonly config: SipConfig
    readonly ended: Ended
  }) {
    const { requester, config, notified, packages } = parts
    this.registrations = new Registrations(requester)
    const digestFor = (identity: Identity, of: string) => this.registrations.digestFor(identity, of)
    this.#outside = createOutside(requester, digestFor)
    this.subscriptions = new Subscriptions(requester, notified, packages, this.#outside, digestFor)
    this.publications = new Publications(requester, packages, this.#outside)
    this.#packages = packages
    this.#requester = requester
    this.#sessions = parts.sessions
    this.#requests = parts.requests
    this.#refers = parts.refers
    this.#subscribers = parts.subscribers
    this.#maxSessions = config.limits.sessions
    this.#terms = config.terms ?? NO_TERMS
    this.#ended = parts.ended
  }

  /** Requests of the application under way. */
  get exchanges(): number {
    return this.#exchanges.size
  }

  /** Why the command makes no sense, or undefined when it was taken. */
  perform(command: SipCommand, now: Millis): string | undefined {
    if (command.id.startsWith('in:') && isNaming(command)) return 'ids that begin with in: are given by the engine'
    if ('headers' in command && !command.headers.every(isField)) return 'a header that cannot be sent'
    if ('reason' in command && command.reason !== undefined && !isText(command.reason))
      return 'a reason that cannot be sent'
    const problem = 'identity' in command ? this.#noteWishes(command) : undefined
    if (problem !== undefined) return problem
    switch (command.kind) {
      case 'register':
        return this.registrations.register(command, now)
      case 'unregister':
        return this.registrations.unregister(command.id, now)
      case 'invite':
        return this.#invite(command, now)
      case 'offer':
        return this.#session(command.id, (session) => session.propose(command.sdp))
      case 'redirect':
        return this.#session(command.id, (session) => session.redirect(command.targets, now))
      case 'respond':
        return this.#session(command.id, (session) => session.respond(command, now))
      case 'terms':
        return this.#session(command.id, (session) => session.setTerms(command.terms))
      case 'identify': {
        const digest = this.registrations.digestFor(command.identity, command.id)
        return this.#session(command.id, (session) => session.identify(digest))
      }
      case 'authorize':
        return this.#authorize(command, now)
      case 'answer-offer':
        return this.#session(command.id, (session) => session.answerOffer(command.sdp, now))
      case 'ack':
        return this.#session(command.id, (session) => session.acknowledge(command.sdp, now))
      case 'reinvite':
        return this.#session(command.id, (session) => session.reinvite(command.sdp, command.headers, now))
      case 'update':
        return this.#session(command.id, (session) => session.update(command.sdp, command.headers, now))
      case 'end':
        return this.#session(command.id, (session) => session.end(command.status, command.reason, command.headers, now))
      case 'request':
        return this.#request(command, now)
      case 'refer':
        return this.#refer(command, now)
      case 'subscribe':
        return this.subscriptions.subscribe(command, now)
      case 'unsubscribe':
        return this.subscriptions.unsubscribe(command.id, now)
      case 'publish':
        return this.publications.publish(command, now)
      case 'unpublish':
        return this.publications.unpublish(command.id, now)
      case 'answer-subscriber':
        return bodyProblem(command.body) ?? this.#subscribers.answer(command, now)
      case 'notify':
        return bodyProblem(command.body) ?? this.#subscribers.notify(command, now)
      case 'add-package':
        return this.#packages.add(command.id, command.accept)
      case 'end-refer': {
        const refer = this.#refers.outgoing.get(command.id)
        refer?.stop(now)
        return refer ? undefined : 'no such REFER'
      }
      case 'refer-notify': {
        const refer = this.#refers.incoming.get(command.id)
        return refer ? refer.notify(command.status, command.reason, now) : 'no such REFER'
      }
      case 'reply': {
        const { id, status, reason, headers, body } = command
        const refer = this.#refers.incoming.get(id)
        if (refer) return refer.reply(status, reason, headers, now)
        return bodyProblem(body) ?? this.#requests.reply(id, status, reason, headers, body, now)
      }
    }
  }

  /** Of the account; an incoming session has a user of its own in its Contact. */
  #noteWishes({ kind, id, identity }: Extract<SipCommand, { readonly identity: Identity }>): string | undefined {
    const { wishes } = this.#requester.environment
    const session = kind === 'identify' ? this.#sessions.get(id) : undefined
    return wishes.note(identity) ?? (session && wishes.note(identity, session.contactUser))
  }

  #refer(command: Command<'refer'>, now: Millis): string | undefined {
    const { id, identity } = command
    if (this.#refers.outgoing.has(id)) return 'a REFER of that id is under way'
    if (this.#refers.isFull) return 'too many REFERs'
    const replaced = command.replaces === undefined ? undefined : this.#sessions.get(command.replaces)?.dialog
    if (command.replaces !== undefined && replaced === undefined) return 'the session to be replaced has no dialog'
    const referTo = replaced ? replacing(command.referTo, replaced, command.insist === true) : parseUri(command.referTo)
    if (!referTo.ok) return 'the one to refer to is no SIP URI'
    const to = typeof referTo.value === 'string' ? referTo.value : command.referTo
    const silent = !command.subscribe
    const headers = [
      { name: 'Refer-To', value: `<${to}>` },
      ...(silent ? [{ name: 'Refer-Sub', value: 'false' }] : []),
      ...command.headers,
    ]
    const session = command.session === undefined ? undefined : this.#sessions.get(command.session)
    if (command.session === undefined) {
      const spec = this.#outside(id, 'REFER', command.target, identity, headers, true)
      if (typeof spec === 'string') return spec
      const { callId, localTag } = spec
      this.#refers.send({ id, callId, localTag, dialog: undefined, spec, silent }, () => {}, now)
      return undefined
    }
    if (session?.dialog === undefined || session.state === 'DISCONNECTING') return 'that session has no dialog'
    const { dialog, digest, contactUser, callId, localTag } = session
    const spec = inDialog(dialog, 'REFER', digest.of(asksOf(identity, id)), { headers, contactUser })
    const ended = (status: number, then: Millis) => this.#refers.refused(session, status, 'REFER', then)
    this.#refers.send({ id, callId, localTag, dialog, spec, silent }, ended, now)
    return undefined
  }

  #authorize({ id, answer }: Command<'authorize'>, now: Millis): string | undefined {
    const headers = answer && 'headers' in answer ? answer.headers : []
    if (!headers.every((field) => isField(field) && /^(proxy-)?authorization$/i.test(field.name)))
      return 'a header that is no Authorization or Proxy-Authorization, or cannot be sent'
    return this.#requester.environment.questions.answer(id, answer, now)
  }

  #session(id: string, act: (session: Session) => string | undefined): string | undefined {
    const session = this.#sessions.get(id)
    return session === undefined ? 'no such session' : act(session)
  }

  #invite(command: Command<'invite'>, now: Millis): string | undefined {
    const { id, identity, headers, sdp, parts } = command
    if (parts?.some((part) => !isText(part.contentType) || !part.headers.every(isField)))
      return 'a part that cannot be sent'
    if (this.#sessions.has(id)) return 'a session of that id exists'
    if (this.#sessions.size >= this.#maxSessions) return 'too many sessions'
    const { capabilities } = this.#requester.environment
    const more = [capabilities.allow, ...headers]
    const spec = this.#outside(id, 'INVITE', command.target, identity, more, true)
    if (typeof spec === 'string') return spec
    const { callId, localTag, target, digest, towards } = spec
    const { contactUser } = identity
    const terms = command.terms ?? this.#terms
    const session = new Session(this.#requester, {
      id,
      callId,
      localTag,
      contactUser,
      digest,
      terms,
      ended: this.#ended,
    })
    this.#sessions.add(session)
    const boundary = hex(this.#requester.environment.rng, 16)
    const bodyOf = (description: string | undefined) => sdpBody(description, parts, boundary)
    const redirectMs = command.asksOn ? (command.redirectMs ?? REDIRECT_MS) : undefined
    session.call(new OurInvite({ target, sdp, towards, bodyOf, redirectMs }), now)
    return undefined
  }

  #request(command: Command<'request'>, now: Millis): string | undefined {
    const { id, method, identity, headers, body } = command
    if (this.#exchanges.has(id)) return 'a request of that id is under way'
    if (this.#exchanges.size >= MAX_REQUESTS) return 'too many requests'
    if (NOT_HERE.has(method) || !all(method, TOKEN)) return `not a method for this: ${method}`
    const problem = bodyProblem(body)
    if (problem !== undefined) return problem
    // RFC 3428 §4: a MESSAGE has no Contact.
    const contact = method !== 'MESSAGE'
    let spec: RequestSpec | string
    const session = command.session === undefined ? undefined : this.#sessions.get(command.session)
    if (command.session === undefined) {
      spec = this.#outside(id, method, command.target, identity, headers, contact)
    } else if (session?.dialog === undefined || session.state === 'DISCONNECTING') return 'that session has no dialog'
    else
      spec = inDialog(session.dialog, method, session.digest.of(asksOf(identity, id)), {
        headers,
        ...(contact ? { contactUser: session.contactUser } : {}),
      })
    if (typeof spec === 'string') return spec
    if (command.stateless) {
      this.#requester.sendOnce({ ...spec, body }, [], () => {}, now)
      return undefined
    }
    this.#exchanges.add(id)
    const ended = (_id: string, status: number, then: Millis) => {
      this.#exchanges.delete(id)
      if (session) this.#refers.refused(session, status, method, then)
    }
    new Exchange(this.#requester.environment, id, ended).send(this.#requester, { ...spec, body }, now)
    return undefined
  }
}

const isNaming = ({ kind }: SipCommand): boolean =>
  kind === 'register' ||
  kind === 'publish' ||
  kind === 'invite' ||
  kind === 'request' ||
  kind === 'refer' ||
  kind === 'subscribe'
