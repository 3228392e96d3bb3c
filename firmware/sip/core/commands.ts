// Commands of the application, each checked before anything is changed: what makes no sense comes back as a reason.
import type { SocketAddress } from '../../base/address.ts'
import { hex } from '../../base/rng.ts'
import type { Millis } from '../../base/time.ts'
import { route } from '../dialog/dialog.ts'
import type { HeaderField } from '../message/message.ts'
import { parseUri } from '../message/uri.ts'
import { newTag } from '../usage/answers.ts'
import { Exchange } from '../usage/exchange.ts'
import { parseTarget, prepare } from '../usage/identity.ts'
import { inDialog } from '../usage/invite/acks.ts'
import { Session } from '../usage/invite/session.ts'
import { type Notified, parseEvent } from '../usage/notified.ts'
import { replacing } from '../usage/refer/replaces.ts'
import { Registration } from '../usage/register/registration.ts'
import { registrationSettings } from '../usage/register/settings.ts'
import { type Digest, newDigest, type Requester, type RequestSpec } from '../usage/requester.ts'
import { sdpBody } from '../usage/sdp-body.ts'
import { Subscription } from '../usage/subscription.ts'
import type { Identity, SipCommand } from './contract.ts'
import type { IncomingRequests } from './incoming-requests.ts'
import { Publications } from './publications.ts'
import type { Refers } from './refers.ts'
import type { Sessions } from './sessions.ts'

type Command<K extends SipCommand['kind']> = Extract<SipCommand, { readonly kind: K }>

/** Registrations and requests of the application at once: far beyond what a phone has. */
const MAX_REGISTRATIONS = 64
const MAX_REQUESTS = 1000
const MAX_SUBSCRIPTIONS = 128

/** Methods that belong to usages of the engine's own. */
const NOT_HERE = new Set(['INVITE', 'ACK', 'CANCEL', 'BYE', 'PRACK', 'UPDATE', 'REGISTER'])

export class Commands {
  readonly #requester: Requester
  readonly #sessions: Sessions
  readonly #requests: IncomingRequests
  readonly #refers: Refers
  readonly #notified: Notified
  readonly #packages: Readonly<Record<string, string>>
  readonly #subscriptions = new Map<string, Subscription>()
  readonly #maxSessions: number
  readonly #ended: (session: Session) => void
  readonly #registrations = new Map<string, Registration>()
  readonly #exchanges = new Set<string>()
  readonly #publications: Publications

  constructor(
    requester: Requester,
    sessions: Sessions,
    requests: IncomingRequests,
    refers: Refers,
    notified: Notified,
    packages: Readonly<Record<string, string>>,
    maxSessions: number,
    ended: (session: Session) => void,
  ) {
    this.#refers = refers
    this.#notified = notified
    this.#packages = packages
    this.#publications = new Publications(requester, packages, (...what) => this.#outside(...what))
    this.#requester = requester
    this.#sessions = sessions
    this.#requests = requests
    this.#maxSessions = maxSessions
    this.#ended = ended
  }

  /** Requests of the application under way. */
  get exchanges(): number {
    return this.#exchanges.size
  }

  get subscriptions(): number {
    return this.#subscriptions.size
  }

  get publications(): number {
    return this.#publications.size
  }

  get registrations(): number {
    return this.#registrations.size
  }

  transportUp(now: Millis): void {
    for (const registration of this.#registrations.values()) registration.transportUp(now)
  }

  /** A stream broke, or ICMP spoke about a datagram. */
  lost(transport: string, to: SocketAddress, now: Millis): void {
    for (const registration of this.#registrations.values()) registration.lost(transport, to, now)
  }

  transportDown(transport: string, now: Millis): void {
    for (const registration of this.#registrations.values()) registration.transportDown(transport, now)
  }

  /** What calls to a Contact user authenticate their own requests with: the account's, or all that share the name. */
  digestOf(contactUser: string): Digest {
    const digests = [...this.#registrations.values()].filter((r) => r.identity.contactUser === contactUser)
    const [only] = digests
    return only && digests.length === 1
      ? only.digest
      : newDigest(digests.flatMap(({ identity }) => identity.credentials))
  }

  /** The registration's, which knows the server's challenge already, when it is of the same account. */
  #digestFor(identity: Identity): Digest {
    for (const registration of this.#registrations.values())
      if (registration.identity.aor === identity.aor) return registration.digest
    return newDigest(identity.credentials)
  }

  /** Why the command makes no sense, or undefined when it was taken. */
  perform(command: SipCommand, now: Millis): string | undefined {
    if (command.id.startsWith('in:') && isNaming(command)) return 'ids that begin with in: are given by the engine'
    if ('headers' in command && !command.headers.every(isField)) return 'a header that cannot be sent'
    if ('reason' in command && command.reason !== undefined && !isText(command.reason))
      return 'a reason that cannot be sent'
    switch (command.kind) {
      case 'register':
        return this.#register(command, now)
      case 'unregister': {
        const registration = this.#registrations.get(command.id)
        if (registration === undefined) return 'no such registration'
        registration.unregister(now)
        return undefined
      }
      case 'invite':
        return this.#invite(command, now)
      case 'respond':
        return this.#session(command.id, (session) => session.respond(command, now))
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
        return this.#subscribe(command, now)
      case 'unsubscribe': {
        const subscription = this.#subscriptions.get(command.id)
        subscription?.unsubscribe(now)
        return subscription ? undefined : 'no such subscription'
      }
      case 'publish':
        return this.#publications.publish(command, this.#digestFor(command.identity), now)
      case 'unpublish':
        return this.#publications.unpublish(command.id, now)
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
        if (body && !isText(body.contentType)) return 'a body type that cannot be sent'
        return this.#requests.reply(id, status, reason, headers, body, now)
      }
    }
  }

  #refer(command: Command<'refer'>, now: Millis): string | undefined {
    const { id, identity } = command
    if (this.#refers.outgoing.has(id)) return 'a REFER of that id is under way'
    if (this.#refers.isFull) return 'too many REFERs'
    const replaced = command.replaces === undefined ? undefined : this.#sessions.get(command.replaces)?.dialog
    if (command.replaces !== undefined && replaced === undefined) return 'the session to be replaced has no dialog'
    const referTo = replaced ? replacing(command.referTo, replaced) : parseUri(command.referTo)
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
      const spec = this.#outside('REFER', command.target, identity, this.#digestFor(identity), headers, true)
      if (typeof spec === 'string') return spec
      const { callId, localTag } = spec
      this.#refers.send({ id, callId, localTag, dialog: undefined, spec, silent }, () => {}, now)
      return undefined
    }
    if (session?.dialog === undefined || session.state === 'DISCONNECTING') return 'that session has no dialog'
    const { dialog, digest, contactUser, callId, localTag } = session
    const spec = inDialog(dialog, 'REFER', digest, { headers, contactUser })
    const ended = (status: number, then: Millis) => this.#gone(session, status, then)
    this.#refers.send({ id, callId, localTag, dialog, spec, silent }, ended, now)
    return undefined
  }

  #subscribe(command: Command<'subscribe'>, now: Millis): string | undefined {
    const { id, identity, event, headers, body } = command
    const name = parseEvent(event)?.name ?? ''
    const accept = Object.hasOwn(this.#packages, name) ? this.#packages[name] : undefined
    if (accept === undefined || !isText(event)) return 'no such event package'
    if (!(command.expires > 0)) return 'expires must be positive'
    if (body && !isText(body.contentType)) return 'a body type that cannot be sent'
    const digest = this.#digestFor(identity)
    const outside = (fields: readonly HeaderField[]) =>
      this.#outside('SUBSCRIBE', command.target, identity, digest, fields, true)
    const probe = outside([])
    if (typeof probe === 'string') return probe
    const opening = (fields: readonly HeaderField[]) => {
      const spec = outside(fields)
      return typeof spec === 'string' ? probe : spec
    }
    const { contactUser } = identity
    const expires = Math.round(command.expires)
    const settings = { event, accept, expires, contactUser, headers, body, digest, opening }
    const known = this.#subscriptions.get(id)
    if (known) {
      known.change(settings, now)
      return undefined
    }
    if (this.#subscriptions.size >= MAX_SUBSCRIPTIONS) return 'too many subscriptions'
    const ended = () => this.#subscriptions.delete(id)
    const subscription = new Subscription(this.#requester, this.#notified, id, settings, ended)
    this.#subscriptions.set(id, subscription)
    subscription.start(now)
    return undefined
  }

  /** RFC 5057 §5.1: the peer does not know the dialog any more. */
  #gone(session: Session | undefined, status: number, now: Millis): void {
    if (status === 481)
      session?.finish({ status, reason: 'Call/Transaction Does Not Exist', cause: 'remote' }, false, now)
  }

  #session(id: string, act: (session: Session) => string | undefined): string | undefined {
    const session = this.#sessions.get(id)
    return session === undefined ? 'no such session' : act(session)
  }

  #register(command: Command<'register'>, now: Millis): string | undefined {
    const { id } = command
    const settings = registrationSettings(command)
    if (!settings.ok) return settings.error
    const known = this.#registrations.get(id)
    if (known) known.change(settings.value, command.now, now)
    else {
      if (this.#registrations.size >= MAX_REGISTRATIONS) return 'too many registrations'
      const registration = new Registration(this.#requester, id, settings.value, () => this.#registrations.delete(id))
      this.#registrations.set(id, registration)
      registration.start(now)
    }
    return undefined
  }

  #invite(command: Command<'invite'>, now: Millis): string | undefined {
    const { id, identity, headers, sdp, parts } = command
    if (parts?.some((part) => !isText(part.contentType) || !part.headers.every(isField)))
      return 'a part that cannot be sent'
    if (this.#sessions.has(id)) return 'a session of that id exists'
    if (this.#sessions.size >= this.#maxSessions) return 'too many sessions'
    const { capabilities } = this.#requester.environment
    const digest = this.#digestFor(identity)
    const more = [capabilities.allow, ...capabilities.supported, ...headers]
    const spec = this.#outside('INVITE', command.target, identity, digest, more, true)
    if (typeof spec === 'string') return spec
    const { callId, localTag, target } = spec
    const { contactUser } = identity
    const session = new Session(this.#requester, { id, callId, localTag, contactUser, digest, ended: this.#ended })
    this.#sessions.add(session)
    session.call({ ...spec, body: sdpBody(sdp, parts, hex(this.#requester.environment.rng, 16)) }, target, now)
    return undefined
  }

  #request(command: Command<'request'>, now: Millis): string | undefined {
    const { id, method, identity, headers, body } = command
    if (this.#exchanges.has(id)) return 'a request of that id is under way'
    if (this.#exchanges.size >= MAX_REQUESTS) return 'too many requests'
    if (NOT_HERE.has(method) || !/^[A-Za-z0-9\-.!%*_+`'~]+$/.test(method)) return `not a method for this: ${method}`
    if (body && !isText(body.contentType)) return 'a body type that cannot be sent'
    // RFC 3428 §4: a MESSAGE has no Contact.
    const contact = method !== 'MESSAGE'
    let spec: RequestSpec | string
    const session = command.session === undefined ? undefined : this.#sessions.get(command.session)
    if (command.session === undefined) {
      spec = this.#outside(method, command.target, identity, this.#digestFor(identity), headers, contact)
    } else if (session?.dialog === undefined || session.state === 'DISCONNECTING') return 'that session has no dialog'
    else
      spec = inDialog(session.dialog, method, session.digest, {
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
      this.#gone(session, status, then)
    }
    new Exchange(this.#requester.environment, id, ended).send(this.#requester, { ...spec, body }, now)
    return undefined
  }

  /** A request that makes its own Call-ID (§8.1.1), or why it cannot be made. */
  #outside(
    method: string,
    targetText: string,
    identity: Identity,
    digest: Digest,
    headers: readonly HeaderField[],
    contact: boolean,
  ) {
    const prepared = prepare(identity)
    if (!prepared.ok) return prepared.error
    const target = parseTarget(targetText)
    if (!target.ok) return target.error
    const { rng, bindings } = this.#requester.environment
    const callId = hex(rng, 24)
    const localTag = newTag(this.#requester.environment)
    const binding = bindings.get(identity.contactUser)
    const { uri, routes, nextHop } = route(target.value, binding?.routes ?? prepared.value.routes)
    let seq = 0
    return {
      method,
      uri,
      nextHop,
      headers: [
        ...routes,
        { name: 'From', value: `${prepared.value.self};tag=${localTag}` },
        { name: 'To', value: `<${uri}>` },
        { name: 'Call-ID', value: callId },
        ...headers,
      ],
      contact: contact ? { user: identity.contactUser, params: '' } : undefined,
      body: undefined,
      nextSeq: () => ++seq,
      transport: binding?.transport ?? identity.transport,
      stay: { server: binding?.server },
      digest,
      callId,
      localTag,
      target: target.value,
    }
  }
}

const isNaming = ({ kind }: SipCommand): boolean =>
  kind === 'register' ||
  kind === 'publish' ||
  kind === 'invite' ||
  kind === 'request' ||
  kind === 'refer' ||
  kind === 'subscribe'

/** No line ends, no NUL, one byte per character: what the printer would throw at. */
const isText = (text: string): boolean => /^[^\r\n\0]*$/.test(text) && /^[\0-\xff]*$/.test(text)
const isField = ({ name, value }: HeaderField): boolean => /^[A-Za-z0-9\-.!%*_+`'~]+$/.test(name) && isText(value)
