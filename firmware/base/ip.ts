// IP address literals (RFC 3986 §3.2.2, RFC 5954 for IPv6), and prefixes of them (RFC 4632).
import { err, ok, type Result } from './result.ts'

export function isIpv4(text: string): boolean {
  const parts = text.split('.')
  return parts.length === 4 && parts.every((part) => /^[0-9]{1,3}$/.test(part) && Number(part) <= 255)
}

/** Without brackets and zone; the last 32 bits may be written as IPv4. */
export function isIpv6(text: string): boolean {
  if (text.length > 45) return false
  const halves = text.split('::')
  if (halves.length > 2) return false
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  let count = 0
  for (const [i, group] of groups.entries()) {
    if (i === groups.length - 1 && !text.endsWith('::') && group.includes('.')) {
      if (!isIpv4(group)) return false
      count += 2
    } else if (/^[0-9a-f]{1,4}$/i.test(group)) count++
    else return false
  }
  return halves.length === 2 ? count < 8 : count === 8
}

/** The octets of a literal, 4 or 16; an IPv4 address mapped into IPv6 is the IPv4 address it is. undefined: it is none. */
export function ipOctets(text: string): readonly number[] | undefined {
  if (isIpv4(text)) return text.split('.').map(Number)
  if (!isIpv6(text)) return undefined
  const groupsOf = (half: string): number[] =>
    half === ''
      ? []
      : half.split(':').flatMap((group) => (group.includes('.') ? v4Groups(group) : [Number.parseInt(group, 16)]))
  const [head = '', tail] = text.split('::')
  const before = groupsOf(head)
  const after = tail === undefined ? [] : groupsOf(tail)
  const groups = [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after]
  const octets = groups.flatMap((group) => [group >> 8, group & 255])
  const mapped = octets.slice(0, 10).every((octet) => octet === 0) && octets[10] === 255 && octets[11] === 255
  return mapped ? octets.slice(12) : octets
}

function v4Groups(text: string): number[] {
  const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number)
  return [(a << 8) | b, (c << 8) | d]
}

/** The same name or address; an IPv6 address has many ways of being written. Names are in lower case. */
export function sameHost(a: string, b: string): boolean {
  if (a === b) return true
  if (!a.includes(':') && !b.includes(':')) return false
  const octets = ipOctets(a)
  return octets !== undefined && String(octets) === String(ipOctets(b))
}

/** A host as it may stand in a parameter, without the brackets of IPv6. */
export const withoutBrackets = (host: string): string =>
  host.startsWith('[') ? host.replace(/^\[(.*)\]$/, '$1') : host

export interface Prefix {
  readonly octets: readonly number[]
  readonly bits: number
}

/** `192.0.2.0/24`, `2001:db8::/32`, or an address alone. */
export function parsePrefix(text: string): Result<Prefix, string> {
  const [address = '', length, more] = text.split('/')
  const octets = ipOctets(address)
  if (octets === undefined || more !== undefined) return err('an address, or a prefix such as 192.0.2.0/24')
  const most = octets.length * 8
  if (length === undefined) return ok({ octets, bits: most })
  if (!/^[0-9]{1,3}$/.test(length) || Number(length) > most) return err(`a prefix length from 0 to ${most}`)
  return ok({ octets, bits: Number(length) })
}

export function inPrefix(address: string, { octets, bits }: Prefix): boolean {
  const own = ipOctets(address)
  if (own?.length !== octets.length) return false
  for (let i = 0, left = bits; left > 0; i++, left -= 8) {
    const mask = left >= 8 ? 0xff : (0xff00 >> left) & 0xff
    if (((own[i]! ^ octets[i]!) & mask) !== 0) return false
  }
  return true
}
