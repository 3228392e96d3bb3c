// Our INVITE as it goes out next: to whom, and with which description (RFC 3261 §13.2.1).
import type { Body, HeaderField, Uri } from '../../message/message.ts'
import type { RequestSpec } from '../requester.ts'

export interface InviteStart {
  readonly target: Uri
  /** Our offer; undefined: they make it. */
  readonly sdp: string | undefined
  /** The request to somebody, with `more` header fields, and without a body. */
  readonly towards: (target: Uri, more: readonly HeaderField[]) => RequestSpec
  /** What it carries with that description. */
  readonly bodyOf: (sdp: string | undefined) => Body | undefined
  /** So long a 3xx waits for a word on where to go on, ms; undefined: it ends the call. */
  readonly redirectMs: number | undefined
}

export class OurInvite {
  readonly #start: InviteStart
  #spec: RequestSpec
  #target: Uri
  #sdp: string | undefined

  constructor(start: InviteStart) {
    this.#start = start
    this.#target = start.target
    this.#spec = start.towards(start.target, [])
    this.#sdp = start.sdp
  }

  get target(): Uri {
    return this.#target
  }

  get redirectMs(): number | undefined {
    return this.#start.redirectMs
  }

  /** Our description in it. */
  get sdp(): string | undefined {
    return this.#sdp
  }

  get offers(): boolean {
    return this.#sdp !== undefined
  }

  /** Another description, from the next time on. Why not, or undefined. */
  offer(sdp: string): string | undefined {
    if (!this.offers) return 'the INVITE has no offer'
    this.#sdp = sdp
    return undefined
  }

  sendOn(target: Uri, more: readonly HeaderField[]): void {
    this.#target = target
    this.#spec = this.#start.towards(target, more)
  }

  /** With `fields` of the session, by each way out it may take. */
  spec(fields: readonly HeaderField[]): RequestSpec {
    return withFields({ ...this.#spec, body: this.#start.bodyOf(this.#sdp) }, fields)
  }
}

const withFields = (spec: RequestSpec, fields: readonly HeaderField[]): RequestSpec => ({
  ...spec,
  headers: [...spec.headers, ...fields],
  otherwise: spec.otherwise && withFields(spec.otherwise, fields),
})
