// Names to addresses by the system's resolver (A and AAAA, /etc/hosts included); RFC 3263's records come later.
import { lookup } from 'node:dns/promises'

export interface Resolution {
  /** Literals in the order to try; empty with `error` when there are none. */
  readonly addresses: readonly string[]
  /** The resolver's code, e.g. `ENOTFOUND`. */
  readonly error?: string
}

/** Never rejects. */
export async function resolveHost(host: string): Promise<Resolution> {
  try {
    const found = await lookup(host, { all: true, order: 'ipv4first' })
    return { addresses: [...new Set(found.map((each) => each.address))] }
  } catch (error) {
    return { addresses: [], error: (error as NodeJS.ErrnoException).code ?? 'EFAIL' }
  }
}
