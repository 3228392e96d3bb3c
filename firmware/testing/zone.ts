// A name server's zone as text, and the answers it gives.
import type { DnsRecord, LookupError, RecordType } from '../sip/core/contract.ts'

/** Records by `TYPE name`. */
export type Zone = Map<string, readonly DnsRecord[]>
/** Addresses by name; `silence`: no question about that name, or names below it, is ever answered. */
export type Hosts = Map<string, readonly string[] | 'silence'>

/** One record a line: `NAME A|AAAA ADDRESS`, `NAME SRV PRIORITY WEIGHT PORT TARGET`, `NAME NAPTR ORDER PREFERENCE FLAGS SERVICE REPLACEMENT`. */
export function zone(text: string): Zone {
  const found: Zone = new Map()
  for (const line of text.split('\n').map((each) => each.trim())) {
    const [name = '', type = '', ...rest] = line.split(/\s+/)
    if (name === '') continue
    const key = `${type} ${name}`
    found.set(key, [...(found.get(key) ?? []), record(type, rest)])
  }
  return found
}

function record(type: string, rest: readonly string[]): DnsRecord {
  const [first, second, third] = rest.map(Number) as [number, number, number]
  switch (type) {
    case 'A':
    case 'AAAA':
      return { type, address: rest[0] ?? '' }
    case 'SRV':
      return { type, priority: first, weight: second, port: third, target: rest[3] ?? '' }
    case 'NAPTR': {
      const [, , flags = '', service = '', replacement = ''] = rest
      return { type, order: first, preference: second, flags, service, regexp: '', replacement }
    }
  }
  throw new Error(`no such record type: ${type}`)
}

export interface Given {
  readonly records: readonly DnsRecord[]
  readonly error?: LookupError
}

/** What a name server that knows these would say. */
export function lookUp(names: Zone, hosts: Hosts, type: RecordType, name: string): Given | 'silence' {
  for (const [host, known] of hosts) if (known === 'silence' && `.${name}`.endsWith(`.${host}`)) return 'silence'
  const known = hosts.get(name) ?? []
  const listed = known === 'silence' ? [] : known
  const family = listed.filter((address) => address.includes(':') === (type === 'AAAA'))
  const records = type === 'A' || type === 'AAAA' ? family.map((address): DnsRecord => ({ type, address })) : []
  const all = [...records, ...(names.get(`${type} ${name}`) ?? [])]
  if (all.length > 0) return { records: all }
  const exists = hosts.has(name) || [...names.keys()].some((key) => key.endsWith(` ${name}`))
  return { records: [], error: exists ? 'no such record' : 'no such name' }
}
