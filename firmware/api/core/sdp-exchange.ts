// Offer and answer of one session (RFC 3264) as the application decides them: what is proposed on either side, and what is in force.
import { CoreError } from './errors.ts'
import { SdpMedia, SdpSession } from './sdp.ts'

/** What came of a negotiation. */
export type SdpUpdate =
  | { readonly succeeded: true; readonly localSdp: SdpSession; readonly remoteSdp: SdpSession }
  | { readonly succeeded: false; readonly error: string }

/** Keeps its own copies: what is handed out or taken in changes nothing here afterwards. */
export class SdpExchange {
  #activeLocal: SdpSession | undefined
  #activeRemote: SdpSession | undefined
  #offeredLocal: SdpSession | undefined
  #offeredRemote: SdpSession | undefined
  /** What our INVITE offers the next time it goes out. */
  #again: SdpSession | undefined
  /** Our offer that has been answered, as another answer may follow: of the 2xx behind that of a 183, or of another fork. */
  #answeredOffer: SdpSession | undefined

  /** Ours, in force. */
  get activeLocal(): SdpSession | undefined {
    return this.#activeLocal?.copy()
  }

  /** Theirs, in force. */
  get activeRemote(): SdpSession | undefined {
    return this.#activeRemote?.copy()
  }

  /** Ours, proposed or about to be. */
  get offeredLocal(): SdpSession | undefined {
    return this.#offeredLocal?.copy()
  }

  /** Theirs, waiting for our answer. */
  get offeredRemote(): SdpSession | undefined {
    return this.#offeredRemote?.copy()
  }

  /** What is sent next, as offer or as answer. */
  propose(sdp: SdpSession): void {
    this.#offeredLocal = sdp.copy()
    this.#answeredOffer = undefined
  }

  /** Our INVITE offers that the next time it goes out. */
  proposeAgain(sdp: SdpSession): void {
    this.#again = sdp.copy()
  }

  /** It has gone out again, with `text`. */
  wentOut(text: string): void {
    if (this.#again?.toString() === text) this.propose(this.#again)
  }

  /** Their offer. The error says why it cannot be read. */
  offered(text: string): string | undefined {
    this.#answeredOffer = undefined
    try {
      this.#offeredRemote = SdpSession.parse(text)
      return undefined
    } catch (error) {
      return (error as CoreError).text
    }
  }

  /** Their answer to what we proposed. */
  answered(text: string): SdpUpdate {
    const ours = this.#offeredLocal ?? this.#answeredOffer
    try {
      const remote = SdpSession.parse(text)
      if (ours === undefined) return failed('an answer came that nothing of ours asked for')
      if (remote.media.length !== ours.media.length)
        return failed(`expected an answer of ${ours.media.length} media, got ${remote.media.length}`)
      const update = this.#settle(ours, remote)
      this.#answeredOffer = ours
      return update
    } catch (error) {
      return failed((error as CoreError).text)
    }
  }

  /** Our answer is out. */
  answer(): SdpUpdate | undefined {
    if (this.#offeredLocal === undefined || this.#offeredRemote === undefined) return undefined
    return this.#settle(this.#offeredLocal, this.#offeredRemote)
  }

  /** What was proposed came to nothing; what is in force stays. */
  drop(): void {
    this.#offeredLocal = undefined
    this.#offeredRemote = undefined
  }

  /** What is in force here as an answer to their offer: what that has more of is refused (RFC 3264 §6). */
  current(): SdpSession | undefined {
    const local = this.activeLocal
    if (local === undefined || this.#offeredRemote === undefined) return undefined
    for (const { media, transport, formats } of this.#offeredRemote.media.slice(local.media.length))
      local.media.push(new SdpMedia(media, 0, transport, { formats }))
    return local
  }

  #settle(local: SdpSession, remote: SdpSession): SdpUpdate {
    this.#activeLocal = local
    this.#activeRemote = remote
    this.drop()
    return { succeeded: true, localSdp: local.copy(), remoteSdp: remote.copy() }
  }
}

/** Why a negotiation failed. */
export const failed = (error: string): SdpUpdate => ({ succeeded: false, error })

/** Throws when an answer does not have as many media as the offer (RFC 3264 §6). */
export function checkAnswer(operation: string, answer: SdpSession, offer: SdpSession): void {
  if (answer.media.length !== offer.media.length)
    throw new CoreError(
      'argument',
      operation,
      `expected an answer of ${offer.media.length} media as offered, got ${answer.media.length}`,
    )
}
