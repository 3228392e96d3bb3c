// The publications an application keeps, by their ids (RFC 3903).
import type { Millis } from '../../base/time.ts'
import type { EventPackages } from '../usage/event-packages.ts'
import { parseEvent } from '../usage/notified.ts'
import { Publication } from '../usage/publication.ts'
import type { Requester } from '../usage/requester.ts'
import type { SipCommand } from './contract.ts'
import { type Outside, repeatable } from './outside.ts'
import { bodyProblem, isText } from './sendable.ts'

type Publish = Extract<SipCommand, { readonly kind: 'publish' }>

const MAX_PUBLICATIONS = 64

export class Publications {
  readonly #requester: Requester
  readonly #packages: EventPackages
  readonly #outside: Outside
  readonly #all = new Map<string, Publication>()

  constructor(requester: Requester, packages: EventPackages, outside: Outside) {
    this.#requester = requester
    this.#packages = packages
    this.#outside = outside
  }

  get size(): number {
    return this.#all.size
  }

  /** Why the command makes no sense, or undefined when it was taken. */
  publish(command: Publish, now: Millis): string | undefined {
    const { id, identity, target, event, headers, body } = command
    const accept = this.#packages.accept(parseEvent(event)?.name ?? '')
    if (accept === undefined || !isText(event)) return 'no such event package'
    if (!(command.expires > 0)) return 'expires must be positive'
    const problem = bodyProblem(body)
    if (problem !== undefined) return problem
    // RFC 3903 §4: a PUBLISH has no Contact.
    const opening = repeatable((fields) => this.#outside(id, 'PUBLISH', target, identity, fields, false))
    if (typeof opening === 'string') return opening
    const settings = { event, expires: Math.round(command.expires), headers, opening }
    const known = this.#all.get(id)
    if (known) {
      known.publish(settings, body, now)
      return undefined
    }
    if (this.#all.size >= MAX_PUBLICATIONS) return 'too many publications'
    const publication = new Publication(this.#requester, id, settings, body, () => this.#all.delete(id))
    this.#all.set(id, publication)
    publication.start(now)
    return undefined
  }

  unpublish(id: string, now: Millis): string | undefined {
    const publication = this.#all.get(id)
    publication?.unpublish(now)
    return publication ? undefined : 'no such publication'
  }
}
