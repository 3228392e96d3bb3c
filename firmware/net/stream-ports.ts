// Which ports a TCP socket of this host has, at any address: one that listens, or an end of a connection, which may be anybody's.
import { readFileSync } from 'node:fs'

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6']

/** False also where the system does not tell. */
export function hasStream(port: number): boolean {
  const local = new RegExp(`^ *\\d+: [0-9A-F]+:${port.toString(16).toUpperCase().padStart(4, '0')} `, 'm')
  return TABLES.some((table) => {
    try {
      return local.test(readFileSync(table, 'latin1'))
    } catch {
      return false
    }
  })
}
