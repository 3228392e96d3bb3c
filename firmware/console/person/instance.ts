// What a registrar knows this host by (RFC 5626 §4.1): the same at each start, and nothing of its name can be read from it.
import { createHash } from 'node:crypto'
import { hostname } from 'node:os'

/** A UUID of version 8 (RFC 9562 §5.8), of the host's name. */
export function instanceOfHost(name = hostname()): string {
  const hash = createHash('sha256').update(`offhook console ${name}`).digest('hex')
  const parts = [hash.slice(0, 8), hash.slice(8, 12), `8${hash.slice(12, 15)}`, `a${hash.slice(15, 18)}`]
  return `urn:uuid:${[...parts, hash.slice(18, 30)].join('-')}`
}
