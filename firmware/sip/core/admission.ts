// Whose new requests are taken: servers that answer our registrations and addresses named are known, all others strangers, who
// are taken, refused or ignored as configured, and held to a rate so that none of them leaves the phone to nobody else.
import type { SocketAddress } from '../../base/address.ts'
import { inPrefix, type Prefix, parsePrefix } from '../../base/ip.ts'
import type { Millis } from '../../base/time.ts'
import type { SipConfig } from './contract.ts'

/** `refuse`: 403. `busy`: 503, the stranger asks too often. `ignore`: nothing is said. */
export type Admission = 'take' | 'refuse' | 'busy' | 'ignore'

const MAX_KNOWN = 64
/** Sources whose rate is kept; beyond, the one that asked longest ago is forgotten. */
const MAX_SOURCES = 512

interface Bucket {
  tokens: number
  at: Millis
}

export class Admissions {
  readonly #policy: 'accept' | 'refuse' | 'ignore'
  readonly #trusted: readonly Prefix[]
  readonly #rate: { readonly burst: number; readonly perSecond: number } | undefined
  readonly #known = new Set<string>()
  readonly #buckets = new Map<string, Bucket>()

  constructor({ strangers }: Pick<SipConfig, 'strangers'>) {
    this.#policy = strangers?.policy ?? 'accept'
    this.#rate = strangers?.rate
    this.#trusted = (strangers?.trusted ?? []).flatMap((text) => {
      const prefix = parsePrefix(text)
      return prefix.ok ? [prefix.value] : []
    })
  }

  /** A server has answered a REGISTER of ours with 2xx. The oldest of too many is forgotten. */
  knows({ address }: SocketAddress): void {
    this.#known.delete(address)
    if (this.#known.size >= MAX_KNOWN) this.#known.delete(this.#known.values().next().value ?? '')
    this.#known.add(address)
  }

  isKnown({ address }: SocketAddress): boolean {
    return this.#known.has(address) || this.#trusted.some((prefix) => inPrefix(address, prefix))
  }

  /** A request that belongs to nothing we have. */
  judge(from: SocketAddress, now: Millis): Admission {
    if (this.isKnown(from)) return 'take'
    // A flood is not answered packet by packet.
    const within = this.#within(from.address, now)
    switch (this.#policy) {
      case 'accept':
        return within ? 'take' : 'busy'
      case 'refuse':
        return within ? 'refuse' : 'ignore'
      case 'ignore':
        return 'ignore'
    }
  }

  #within(source: string, now: Millis): boolean {
    if (this.#rate === undefined) return true
    const { burst, perSecond } = this.#rate
    const bucket = this.#buckets.get(source) ?? { tokens: burst, at: now }
    this.#buckets.delete(source)
    if (this.#buckets.size >= MAX_SOURCES) this.#buckets.delete(this.#buckets.keys().next().value ?? '')
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * perSecond)
    bucket.at = now
    this.#buckets.set(source, bucket)
    if (bucket.tokens < 1) return false
    bucket.tokens--
    return true
  }
}
