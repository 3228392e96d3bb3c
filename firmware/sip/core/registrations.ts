// The registrations an application keeps, by their ids, and the credentials that go with each.
import type { SocketAddress } from '../../base/address.ts'
import type { Millis } from '../../base/time.ts'
import type { Server } from '../locate/server.ts'
import { contactProblem } from '../usage/contact-wishes.ts'
import { type Digest, newDigest } from '../usage/digest.ts'
import { asksOf } from '../usage/questions.ts'
import { Registration } from '../usage/register/registration.ts'
import { registrationSettings } from '../usage/register/settings.ts'
import type { Requester } from '../usage/requester.ts'
import type { Identity, RegisterOptions, SessionId, SipCommand } from './contract.ts'

type Register = Extract<SipCommand, { readonly kind: 'register' }>

/** Far beyond what a phone has. */
const MAX_REGISTRATIONS = 64

function contactFault({ q = 0, contactParams = {}, contactUriParams = {} }: RegisterOptions): string | undefined {
  if (!(q >= 0 && q <= 1)) return 'q is a number of 0 to 1'
  return contactProblem(contactParams, contactUriParams)
}

export class Registrations {
  readonly #requester: Requester
  readonly #all = new Map<string, Registration>()

  constructor(requester: Requester) {
    this.#requester = requester
  }

  get size(): number {
    return this.#all.size
  }

  transportUp(now: Millis): void {
    for (const registration of this.#all.values()) registration.transportUp(now)
  }

  /** A stream broke, or ICMP spoke about a datagram. */
  lost(transport: string, to: SocketAddress, now: Millis): void {
    for (const registration of this.#all.values()) registration.lost(transport, to, now)
  }

  /** A request found this server dead, or not willing. */
  serverFailed(server: Server, now: Millis): void {
    for (const registration of this.#all.values()) registration.serverFailed(server, now)
  }

  transportDown(transport: string, now: Millis): void {
    for (const registration of this.#all.values()) registration.transportDown(transport, now)
  }

  /**
   * What calls to a Contact user authenticate their own requests with: the account's, or all that share the name. Challenges are
   * those of `session`; nobody is asked of them without one.
   */
  digestOf(contactUser: string, session?: SessionId): Digest {
    const digests = [...this.#all.values()].filter((r) => r.identity.contactUser === contactUser)
    const [only] = digests
    return only && digests.length === 1
      ? only.digest.of(session === undefined ? undefined : asksOf(only.identity, session))
      : newDigest(digests.flatMap(({ identity }) => identity.credentials))
  }

  /** The registration's, which knows the server's challenge already, when it is of the same account. For requests of `of`. */
  digestFor(identity: Identity, of: string): Digest {
    const asks = asksOf(identity, of)
    for (const registration of this.#all.values())
      if (registration.identity.aor === identity.aor) return registration.digest.of(asks)
    return newDigest(identity.credentials, asks)
  }

  /** Why the command makes no sense, or undefined when it was taken. */
  register(command: Register, now: Millis): string | undefined {
    const { id, options = {} } = command
    const fault = contactFault(options)
    if (fault !== undefined) return fault
    const settings = registrationSettings(command)
    if (!settings.ok) return settings.error
    const known = this.#all.get(id)
    if (known) {
      known.change(settings.value, command.now, now)
      return undefined
    }
    if (this.#all.size >= MAX_REGISTRATIONS) return 'too many registrations'
    const registration = new Registration(this.#requester, id, settings.value, () => this.#all.delete(id))
    this.#all.set(id, registration)
    registration.start(now)
    return undefined
  }

  unregister(id: string, now: Millis): string | undefined {
    const registration = this.#all.get(id)
    registration?.unregister(now)
    return registration ? undefined : 'no such registration'
  }
}
