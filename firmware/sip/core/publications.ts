// The publications an application keeps, by their ids (RFC 3903).
import type { Millis } from '../../base/time.ts'
import type { HeaderField } from '../message/message.ts'
import { parseEvent } from '../usage/notified.ts'
import { Publication } from '../usage/publication.ts'
import type { Digest, Requester, RequestSpec } from '../usage/requester.ts'
import type { Identity, SipCommand } from './contract.ts'

type Publish = Extract<SipCommand, { readonly kind: 'publish' }>

const MAX_PUBLICATIONS = 64

/** Makes a request outside a dialog, or says why it cannot. */
export type Outside = (
  method: string,
  target: string,
  identity: Identity,
  digest: Digest,
  headers: readonly HeaderField[],
  contact: boolean,
) => RequestSpec | string

export class Publications {
  readonly #requester: Requester
  readonly #packages: Readonly<Record<string, string>>
  readonly #outside: Outside
  readonly #all = new Map<string, Publication>()

  constructor(requester: Requester, packages: Readonly<Record<string, string>>, outside: Outside) {
    this.#requester = requester
    this.#packages = packages
    this.#outside = outside
  }

  get size(): number {
    return this.#all.size
  }

  /** Why the command makes no sense, or undefined when it was taken. */
  publish(command: Publish, digest: Digest, now: Millis): string | undefined {
    const { id, identity, target, event, headers, body } = command
    const name = parseEvent(event)?.name ?? ''
    if (!Object.hasOwn(this.#packages, name) || /[\r\n\0]/.test(event)) return 'no such event package'
    if (!(command.expires > 0)) return 'expires must be positive'
    if (/[\r\n\0]/.test(body.contentType)) return 'a body type that cannot be sent'
    // RFC 3903 §4: a PUBLISH has no Contact.
    const make = (fields: readonly HeaderField[]) => this.#outside('PUBLISH', target, identity, digest, fields, false)
    const probe = make([])
    if (typeof probe === 'string') return probe
    const opening = (fields: readonly HeaderField[]) => {
      const spec = make(fields)
      return typeof spec === 'string' ? probe : spec
    }
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
