// The records an answer holds, by type, and the order RFC 2782 and RFC 3403 ask for.
import { isIpv4, isIpv6 } from '../../base/ip.ts'
import { type Rng, unit } from '../../base/rng.ts'
import type { AddressRecord, DnsRecord, Naptr, Protocol, RecordType, Srv } from '../core/contract.ts'

export const naptrs = (records: readonly DnsRecord[]): Naptr[] =>
  records.filter((record): record is Naptr => record.type === 'NAPTR')

export const srvs = (records: readonly DnsRecord[]): Srv[] =>
  records.filter((record): record is Srv => record.type === 'SRV')

/** Those of the type asked for that are what they say. */
export const addresses = (records: readonly DnsRecord[], type: RecordType): string[] =>
  records
    .filter((record): record is AddressRecord => record.type === type && 'address' in record)
    .map(({ address }) => address)
    .filter(type === 'A' ? isIpv4 : isIpv6)

/** RFC 3263 §4.1, RFC 3403 §9 (no sctp here). */
const SERVICES: Readonly<Record<string, Protocol>> = { 'SIP+D2U': 'UDP', 'SIP+D2T': 'TCP', 'SIPS+D2T': 'TLS' }

/** The protocol a record offers; undefined: another service, or one that does not lead to SRV records. */
export function serviceOf({ flags, service, regexp }: Naptr): Protocol | undefined {
  if (flags.toLowerCase() !== 's' || regexp !== '') return undefined
  const name = service.toUpperCase()
  return Object.hasOwn(SERVICES, name) ? SERVICES[name] : undefined
}

/** RFC 3403 §4.1: lowest order first, within it lowest preference. */
export const byOrder = (a: Naptr, b: Naptr): number => a.order - b.order || a.preference - b.preference

/** Where SRV records of a service are (RFC 3263 §4.1). */
export const srvName = (protocol: Protocol, host: string): string => {
  switch (protocol) {
    case 'UDP':
      return `_sip._udp.${host}`
    case 'TCP':
      return `_sip._tcp.${host}`
    case 'TLS':
      return `_sips._tcp.${host}`
  }
}

/** RFC 2782: groups of one priority, lowest first, each in a weighted random order. */
export function inOrder(records: readonly Srv[], rng: Rng): Srv[][] {
  const priorities = [...new Set(records.map(({ priority }) => priority))].sort((a, b) => a - b)
  return priorities.map((each) =>
    weighted(
      records.filter(({ priority }) => priority === each),
      rng,
    ),
  )
}

/** RFC 2782: one after the other is drawn by its share of the weight left; weight 0 has a small chance. */
function weighted(records: readonly Srv[], rng: Rng): Srv[] {
  const left = [...records].sort((a, b) => Number(a.weight > 0) - Number(b.weight > 0))
  const order: Srv[] = []
  while (left.length > 0) {
    const sum = left.reduce((total, { weight }) => total + weight, 0)
    const drawn = Math.floor(unit(rng) * (sum + 1))
    let at = 0
    for (let running = left[0]!.weight; running < drawn; running += left[at]!.weight) at++
    order.push(...left.splice(at, 1))
  }
  return order
}
