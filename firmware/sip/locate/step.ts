// RFC 3263 §4 as a function of what is known so far: it asks for the records it lacks, or names the servers in their order.
import { isIpv6 } from '../../base/ip.ts'
import type { Rng } from '../../base/rng.ts'
import type { DnsRecord, LookupError, Protocol, RecordType, Srv } from '../core/contract.ts'
import { defaultPort } from '../transport/transports.ts'
import { addresses, byOrder, inOrder, naptrs, serviceOf, srvName, srvs } from './records.ts'
import { type Server, showServer } from './server.ts'
import type { Wish } from './wish.ts'

/** Servers of one request. */
export const MAX_SERVERS = 16
/** Services of a domain that are looked at: more than there are protocols. */
const MAX_SERVICES = 4

type Family = 4 | 6

export interface Question {
  readonly type: RecordType
  readonly name: string
}

export interface Answer {
  /** Empty with an error. */
  readonly records: readonly DnsRecord[]
  readonly error: LookupError | undefined
}

/** Whether there is a local transport of a protocol, towards addresses of a family. */
export type Reachable = (protocol: Protocol, family: Family) => boolean

export interface Ways {
  readonly reachable: Reachable
  /** The family whose addresses come first. */
  readonly prefer: Family
}

export type Step =
  /** All of these, before the next step. */
  | { readonly kind: 'ask'; readonly questions: readonly Question[] }
  /** At least one, best first. */
  | { readonly kind: 'found'; readonly servers: readonly Server[] }
  /** `no-record`: the name leads nowhere; `no-transport`: not from here. In words which record, or transport, is missing. */
  | { readonly kind: 'no-record' | 'no-transport'; readonly what: string }

/** A service of the domain, and the SRV name where its servers are. */
interface Service {
  readonly protocol: Protocol
  readonly name: string
}

/** One place to go, its address perhaps not known yet. Places of the same rank are alike. */
interface Place {
  readonly protocol: Protocol
  readonly host: string
  readonly port: number
  readonly rank: number
}

const PROTOCOLS: readonly Protocol[] = ['UDP', 'TCP', 'TLS']
const SECURE: readonly Protocol[] = ['TLS']
const FAMILIES: readonly Family[] = [4, 6]

export function step(wish: Wish, ways: Ways, known: (question: Question) => Answer | undefined, rng: Rng): Step {
  const wanted = wish.protocol === undefined ? (wish.secure ? SECURE : PROTOCOLS) : [wish.protocol]
  if (wish.literal) return numeric(wish, wanted, ways)
  const protocols = wanted.filter((protocol) => FAMILIES.some((family) => ways.reachable(protocol, family)))
  // §4.1: UDP when nothing says otherwise; TLS only when it is asked for or a record offers it.
  const [plain] = protocols
  if (plain === undefined) return { kind: 'no-transport', what: noTransport(wish) }
  const direct = (protocol: Protocol): Place => ({
    ...{ protocol, host: wish.host, port: wish.port ?? defaultPort(protocol), rank: 0 },
  })
  if (wish.port !== undefined) return located([direct(plain)], wish, ways, known)

  const services = servicesOf(wish, protocols, known)
  if (services === undefined) return { kind: 'ask', questions: [{ type: 'NAPTR', name: wish.host }] }
  const questions = services.map(({ name }): Question => ({ type: 'SRV', name }))
  const open = questions.filter((question) => known(question) === undefined)
  if (open.length > 0) return { kind: 'ask', questions: open }
  const offered = services.map(({ protocol, name }) => ({
    protocol,
    name,
    records: srvs(known({ type: 'SRV', name })?.records ?? []),
  }))
  const first = offered.find(({ records }) => records.length > 0)
  // §4.2: without SRV records the host itself is the server.
  if (first === undefined) return located([direct(services[0]?.protocol ?? plain)], wish, ways, known)
  let rank = 0
  const places = offered.flatMap(({ protocol, records }) =>
    inOrder(records.filter(isOffered), rng).flatMap((group) => {
      const own = rank++
      return group.map(({ target, port }): Place => ({ protocol, host: withoutDot(target), port, rank: own }))
    }),
  )
  if (places.length === 0) return { kind: 'no-record', what: `SRV ${first.name}: the service is not offered there` }
  return located(places, wish, ways, known)
}

function numeric(wish: Wish, wanted: readonly Protocol[], { reachable }: Ways): Step {
  const { host, port, name } = wish
  const family = isIpv6(host) ? 6 : 4
  const protocol = wanted.find((each) => reachable(each, family))
  if (protocol === undefined) return { kind: 'no-transport', what: noTransport(wish) }
  const server = { protocol, address: host, port: port ?? defaultPort(protocol), name, rank: 0 }
  return { kind: 'found', servers: [server] }
}

/** §4.1; undefined: the NAPTR records have to be asked for. */
function servicesOf(
  wish: Wish,
  protocols: readonly Protocol[],
  known: (question: Question) => Answer | undefined,
): readonly Service[] | undefined {
  const { host } = wish
  if (wish.protocol !== undefined) return [{ protocol: wish.protocol, name: srvName(wish.protocol, host) }]
  const answer = known({ type: 'NAPTR', name: host })
  if (answer === undefined) return undefined
  const named = naptrs(answer.records)
    .sort(byOrder)
    .flatMap((record): Service[] => {
      const protocol = serviceOf(record)
      if (protocol === undefined || !protocols.includes(protocol)) return []
      return [{ protocol, name: withoutDot(record.replacement) }]
    })
  if (named.length > 0) return named.slice(0, MAX_SERVICES)
  return protocols
    .filter((protocol, at) => protocol !== 'TLS' || at === 0)
    .map((protocol) => ({ protocol, name: srvName(protocol, host) }))
}

/** The servers behind the places, or the addresses that have to be asked for. */
function located(
  places: readonly Place[],
  { name }: Wish,
  { reachable, prefer }: Ways,
  known: (question: Question) => Answer | undefined,
): Step {
  const lookups = places.map((place) => {
    const families = FAMILIES.filter((family) => reachable(place.protocol, family))
    const sorted = families.sort((a, b) => Number(b === prefer) - Number(a === prefer))
    const questions = sorted.map((family): Question => ({ type: family === 6 ? 'AAAA' : 'A', name: place.host }))
    return { place, questions }
  })
  const all = lookups.flatMap(({ questions }) => questions)
  const open = all.filter((question) => known(question) === undefined)
  if (open.length > 0) return { kind: 'ask', questions: open.filter((each, at) => open.findIndex(same(each)) === at) }
  const servers = new Map<string, Server>()
  for (const { place, questions } of lookups) {
    const { protocol, port, rank } = place
    const found = questions.flatMap((each) => addresses(known(each)?.records ?? [], each.type))
    for (const address of found) {
      const server = { protocol, address, port, name, rank }
      const key = showServer(server)
      if (servers.size < MAX_SERVERS && !servers.has(key)) servers.set(key, server)
    }
  }
  if (servers.size > 0) return { kind: 'found', servers: [...servers.values()] }
  const errors = all.map((question) => {
    const { error = 'no such record' } = known(question) ?? {}
    return `no ${question.type} record for ${question.name}: ${error}`
  })
  return { kind: 'no-record', what: [...new Set(errors)].slice(0, 4).join(', ') }
}

const same = (a: Question) => (b: Question) => a.type === b.type && a.name === b.name
/** RFC 2782: the root as target says that there is no such service. */
const isOffered = ({ target, port }: Srv): boolean => target !== '' && target !== '.' && port > 0
const withoutDot = (name: string): string => (name.endsWith('.') ? name.slice(0, -1) : name)

function noTransport({ protocol, secure, host, literal }: Wish): string {
  const family = literal ? (isIpv6(host) ? ' over IPv6' : ' over IPv4') : ''
  return secure || protocol === 'TLS'
    ? 'TLS is asked for and not set up here'
    : `no ${protocol ?? 'transport'}${family} here`
}
