// Our own description of a call, from one offer or answer to the next (RFC 3264 §8): one section is our sound, others stay refused.
import { type SdpAttribute, SdpConnection, SdpMedia, SdpSession } from '../core/index.ts'

export class Local {
  readonly #attributes: readonly SdpAttribute[]
  /** As it was sent last. */
  #last: SdpSession | undefined
  #index = 0

  /** `attributes`: of the session, in each description. */
  constructor(attributes: readonly SdpAttribute[] = []) {
    this.#attributes = attributes
  }

  /** Which section is our sound. */
  get index(): number {
    return this.#index
  }

  /** Our section as it was sent last. */
  get media(): SdpMedia | undefined {
    return this.#last?.media[this.#index]
  }

  /** An offer with that as our sound. */
  offer(ours: SdpMedia): SdpSession {
    const others = this.#last?.media.map(refused) ?? []
    return this.#describe(ours, others)
  }

  /** The answer to theirs, with our sound in the place of their section `at`. */
  answer(remote: SdpSession, at: number, ours: SdpMedia): SdpSession {
    this.#index = at
    return this.#describe(ours, remote.media.map(refused))
  }

  /** Sections of theirs that may be our sound: the one that was, else those that are open, with keys before those without where `secured`. */
  candidates({ media }: SdpSession, secured: boolean): readonly number[] {
    const audio = [...media.keys()].filter(
      (at) => media[at]!.media === 'audio' && /^RTP\/S?AVPF?$/.test(media[at]!.transport),
    )
    if (this.#last !== undefined && audio.includes(this.#index)) return [this.#index]
    const hasKeys = (at: number) => media[at]!.attributes.some(({ name }) => name === 'crypto')
    const open = audio.filter((at) => media[at]!.port !== 0)
    return secured ? open.sort((a, b) => Number(hasKeys(b)) - Number(hasKeys(a))) : open
  }

  /** This went out in its place. */
  sent(description: SdpSession): void {
    this.#last = description.copy()
  }

  #describe(ours: SdpMedia, others: readonly SdpMedia[]): SdpSession {
    const { address, addressType } = ours.connection!
    ours.connection = undefined
    const media = [...others]
    media[this.#index] = ours
    const before = this.#last
    const session = new SdpSession(address, {
      ...{ addressType, name: '-', media, connection: new SdpConnection(address, { addressType }) },
      attributes: this.#attributes,
      ...(before && { id: before.id, version: before.version }),
    })
    if (before !== undefined && !session.equals(before)) session.version++
    this.#last = session.copy()
    return session
  }
}

const refused = ({ media, transport, formats }: SdpMedia): SdpMedia => new SdpMedia(media, 0, transport, { formats })
