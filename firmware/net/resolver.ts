// DNS records by node:dns (NAPTR, SRV, A, AAAA): from the system's name servers, with /etc/hosts for addresses, or from given ones.
import { lookup, Resolver as NodeResolver } from 'node:dns/promises'
import type { DnsRecord, LookupError, RecordType } from '../sip/core/contract.ts'

export interface Resolution {
  /** Empty with `error`. */
  readonly records: readonly DnsRecord[]
  readonly error?: LookupError
  /** The shortest lifetime among the records, where node tells one. */
  readonly ttlMs?: number
}

export interface Resolver {
  /** Never rejects. */
  resolve(type: RecordType, name: string): Promise<Resolution>
  /** What is under way is answered with `no answer`. */
  close(): void
}

/** Per server and try, milliseconds; the second try waits longer. */
const TIMEOUT_MS = 1500
const TRIES = 2
/** Questions under way at once, and more that wait. getaddrinfo holds a thread of the few that files are read and written by too. */
const MAX_RUNNING = 8
const MAX_SYSTEM = 2
const MAX_WAITING = 64

/** `servers`: addresses, with a port where it is not 53 (`192.0.2.1:5353`, `[2001:db8::1]:53`); none: the system's. Throws when one is no address. */
export function createResolver(servers: readonly string[] = []): Resolver {
  const resolver = new NodeResolver({ timeout: TIMEOUT_MS, tries: TRIES })
  if (servers.length > 0) resolver.setServers(servers)
  const system = createGate(MAX_SYSTEM)
  const asked = createGate(MAX_RUNNING)

  async function ask(type: RecordType, name: string): Promise<Resolution> {
    switch (type) {
      case 'A':
      case 'AAAA':
        return servers.length === 0 ? bySystem(type, name) : byServers(resolver, type, name)
      case 'SRV': {
        const found = await resolver.resolveSrv(name)
        return { records: found.map(({ name: target, ...rest }) => ({ ...rest, target, type })) }
      }
      case 'NAPTR': {
        const found = await resolver.resolveNaptr(name)
        return { records: found.map((each) => ({ ...each, type })) }
      }
    }
  }

  return {
    async resolve(type, name) {
      const gate = servers.length === 0 && (type === 'A' || type === 'AAAA') ? system : asked
      if (!(await gate.enter())) return { records: [], error: 'no answer' }
      try {
        const found = await ask(type, name)
        return found.records.length > 0 ? found : { records: [], error: 'no such record' }
      } catch (error) {
        return { records: [], error: errorOf((error as NodeJS.ErrnoException).code) }
      } finally {
        gate.leave()
      }
    },
    close() {
      resolver.cancel()
      system.close()
      asked.close()
    },
  }
}

interface Gate {
  /** False: closed, or too many wait already. */
  enter(): boolean | Promise<boolean>
  leave(): void
  close(): void
}

function createGate(most: number): Gate {
  const waiting: ((enters: boolean) => void)[] = []
  let inside = 0
  let closed = false
  return {
    enter() {
      if (closed || waiting.length >= MAX_WAITING) return false
      if (inside >= most) return new Promise((resolve) => waiting.push(resolve))
      inside++
      return true
    },
    leave() {
      // Whoever waits longest takes the place.
      const next = waiting.shift()
      if (next) next(true)
      else inside--
    },
    close() {
      closed = true
      for (const next of waiting.splice(0)) next(false)
    },
  }
}

/** getaddrinfo: /etc/hosts, and whatever else this machine asks. */
async function bySystem(type: 'A' | 'AAAA', name: string): Promise<Resolution> {
  const found = await lookup(name, { all: true, family: type === 'A' ? 4 : 6 })
  return { records: [...new Set(found.map(({ address }) => address))].map((address) => ({ type, address })) }
}

async function byServers(resolver: NodeResolver, type: 'A' | 'AAAA', name: string): Promise<Resolution> {
  const found = await (type === 'A' ? resolver.resolve4(name, { ttl: true }) : resolver.resolve6(name, { ttl: true }))
  return {
    records: found.map(({ address }) => ({ type, address })),
    ttlMs: 1000 * Math.min(...found.map(({ ttl }) => ttl)),
  }
}

/** The codes of c-ares and getaddrinfo. */
function errorOf(code: string | undefined): LookupError {
  switch (code) {
    case 'ENOTFOUND':
      return 'no such name'
    case 'ENODATA':
      return 'no such record'
    case 'EREFUSED':
      return 'refused'
    case 'ESERVFAIL':
    case 'EFORMERR':
    case 'EBADRESP':
    case 'ENOTIMP':
    case 'EAI_FAIL':
      return 'server failure'
    default:
      return 'no answer'
  }
}
