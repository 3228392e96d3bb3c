// The event packages that are known, with what each is told in (RFC 6665 §7): entries may be added, none changes once it is there.
import { all, TOKEN } from '../message/chars.ts'
import { parseMediaType } from '../message/headers.ts'
import type { Answer } from '../transaction/response.ts'

/** By name, in lower case: the value of Accept, the best type first. */
export type PackageTypes = Readonly<Record<string, string>>

const MOST = 64

export class EventPackages {
  readonly #all: Map<string, string>

  constructor(start: PackageTypes) {
    this.#all = new Map(Object.entries(start))
  }

  /** What a package is told in; undefined: it is none of these. */
  accept(name: string): string | undefined {
    return this.#all.get(name)
  }

  /** Why it cannot be, or undefined when it was added. */
  add(name: string, accept: string): string | undefined {
    const types = accept.split(',').map((type) => type.trim())
    if (!all(name, TOKEN) || name !== name.toLowerCase()) return 'not a name for an event package'
    if (!types.every((type) => parseMediaType(type).ok)) return 'what it is told in is no list of media types'
    if (this.#all.has(name)) return 'that event package is known'
    if (this.#all.size >= MOST) return 'too many event packages'
    this.#all.set(name, types.join(', '))
    return undefined
  }

  /** §4.1.3, §4.2.1.1: the answer to an event that is none of these packages'. */
  refusal(): Answer {
    return { status: 489, headers: [{ name: 'Allow-Events', value: [...this.#all.keys()].join(', ') }] }
  }
}
