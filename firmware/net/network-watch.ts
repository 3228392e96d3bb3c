// When to look at this host's network anew: soon after the kernel tells of a change; by the clock alone where it cannot tell.
import { networkInterfaces } from 'node:os'
import { nativeNet } from './addon.ts'

export interface NetworkWatch {
  /** Nothing is called afterwards. */
  close(): void
}

/** Changes come in swarms, a link with its addresses and routes: one look answers all of so long. */
const SETTLE_MS = 20
/** How often it is looked at all the same, while the kernel tells of changes; and while it does not. */
const [TOLD_MS, UNTOLD_MS] = [60_000, 1000]

/**
 * `look` is called within 20 ms after a link, an address or a route of this network namespace has changed, and each
 * minute. Where the kernel does not tell, `untold` says once why (`code`: EAFNOSUPPORT, EMFILE …), then it is each second.
 */
export function watchNetwork(look: () => void, untold: (code: string) => void): NetworkWatch {
  let settling: NodeJS.Timeout | undefined
  let regular = setInterval(look, TOLD_MS)

  const changed = () => {
    settling ??= setTimeout(() => {
      settling = undefined
      look()
    }, SETTLE_MS)
  }
  const broken = (code: string) => {
    clearInterval(regular)
    regular = setInterval(look, UNTOLD_MS)
    untold(code)
  }
  const open = () => {
    try {
      const { NetworkWatch } = nativeNet()
      return new NetworkWatch(changed, broken)
    } catch (error) {
      broken((error as NodeJS.ErrnoException).code ?? String(error))
      return undefined
    }
  }
  const native = open()

  return {
    close() {
      clearInterval(regular)
      clearTimeout(settling)
      native?.close()
    },
  }
}

/** `changed` is called when this host has other addresses than it had, its loopback aside. */
export function watchAddresses(changed: () => void): NetworkWatch {
  let had = addresses()
  const look = () => {
    const before = had
    had = addresses()
    if (had !== before) changed()
  }
  return watchNetwork(look, () => {})
}

const addresses = (): string =>
  Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .flatMap(({ internal, address }) => (internal ? [] : [address]))
    .join()
