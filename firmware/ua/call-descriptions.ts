// The descriptions of a call: what each side has offered and agreed to (RFC 3264), told and put into force.
import type { Result } from '../base/result.ts'
import type { Direction } from '../media/contract.ts'
import type { Agreement, Negotiator } from '../media/negotiator.ts'
import type { Pair } from '../media/pair-stock.ts'
import { withoutKeys } from '../sdp/crypto.ts'
import type { CallPort } from './call-port.ts'
import type { CallId } from './contract.ts'
import type { Tell } from './tell.ts'

export class CallDescriptions {
  readonly #call: CallId
  readonly #negotiator: Negotiator
  readonly #port: CallPort
  /** Under negotiation, or agreed on. */
  #local: string | undefined
  #remote: string | undefined
  /** What our INVITE offers from now on; undefined: it is theirs, or they make the offer. */
  #first: string | undefined
  #remoteHeld = false

  /** `remote`: the offer of their INVITE. */
  constructor(call: CallId, negotiator: Negotiator, port: CallPort, remote: string | undefined) {
    this.#call = call
    this.#negotiator = negotiator
    this.#port = port
    this.#remote = remote
  }

  /** Some are in force. */
  get areAgreed(): boolean {
    return this.#port.media.status !== 'none'
  }

  /** That of our INVITE, told once it has gone out; after a move that of the next time it goes out. */
  firstOffer(): string {
    this.#first = this.#negotiator.offer('sendrecv')
    return this.#first
  }

  get offersFirst(): boolean {
    return this.#first !== undefined
  }

  /** Our INVITE has gone out with `sent`. True: that is what we offer now. */
  tellFirst(tell: Tell, sent = this.#first): boolean {
    if (sent !== undefined) this.#offered(sent, undefined, tell)
    return sent === this.#first
  }

  /** Ours, of what is now. */
  offer(hold: boolean, tell: Tell): string {
    // §8.4 of RFC 3264: a stream they hold already becomes inactive.
    const direction: Direction = !hold ? 'sendrecv' : this.#remoteHeld ? 'inactive' : 'sendonly'
    const sdp = this.#negotiator.offer(direction)
    this.#offered(sdp, undefined, tell)
    return sdp
  }

  /** An offer of theirs: told, and what we say to it. */
  consider(offer: string, hold: boolean, tell: Tell): ReturnType<Negotiator['answer']> {
    this.#offered(undefined, offer, tell)
    return this.#negotiator.answer(offer, hold)
  }

  /** Their first offer again, after a move; undefined when there is none or it cannot be answered any more. */
  reconsider(): (Agreement & { readonly sdp: string }) | undefined {
    const answer = this.#remote === undefined ? undefined : this.#negotiator.answer(this.#remote, false)
    return answer?.ok ? answer.value : undefined
  }

  /** Our answer has gone out. */
  answered(answer: Agreement & { readonly sdp: string }, hold: boolean, tell: Tell) {
    this.#local = answer.sdp
    this.#agree(answer, hold, tell)
  }

  /** What an answer to our last offer means. */
  read(answer: string): Result<Agreement, string> {
    return this.#negotiator.accept(answer)
  }

  /** Their answer was good. */
  accepted(answer: string, agreed: Agreement, hold: boolean, tell: Tell) {
    this.#remote = answer
    this.#agree(agreed, hold, tell)
  }

  move(pair: Pair, tell: Tell) {
    this.#negotiator.move(pair)
    this.#port.move(pair, tell)
  }

  #offered(local: string | undefined, remote: string | undefined, tell: Tell) {
    this.#local = local
    this.#remote = remote
    this.#tell('offered', tell)
  }

  #agree({ stream, held }: Agreement, hold: boolean, tell: Tell) {
    this.#remoteHeld = held
    this.#tell('active', tell)
    this.#port.agree(stream, hold ? 'local' : held ? 'remote' : 'none', tell)
  }

  #tell(stage: 'offered' | 'active', tell: Tell) {
    const [local, remote] = [this.#local, this.#remote].map((sdp) => sdp && withoutKeys(sdp))
    tell.app({ kind: 'call-sdp', call: this.#call, stage, local, remote })
  }
}
