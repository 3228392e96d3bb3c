// Which of this machine's addresses a peer sees: the source address the routing table picks for it.
import { createSocket } from 'node:dgram'
import { isIP, isIPv6 } from 'node:net'
import { err, ok, type Result } from '../base/result.ts'
import { resolveHost } from './resolver.ts'

/**
 * The local address packets to `address` (a literal) leave with; the error is the system's code, e.g. `ENETUNREACH`.
 * A connected UDP socket asks the routing table only: nothing is sent.
 */
export function localAddressTowards(address: string): Promise<Result<string, string>> {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
    const finish = (result: Result<string, string>) => {
      socket.close()
      resolve(result)
    }
    const failed = (error: NodeJS.ErrnoException) => finish(err(error.code ?? error.message))
    socket.once('error', failed)
    // Node hands a failure to connect to the callback, against its documentation's types.
    socket.connect(9, address, ((error?: NodeJS.ErrnoException) =>
      error ? failed(error) : finish(ok(socket.address().address))) as () => void)
  })
}

/** The same for a name or a literal (no brackets); the error names the host. */
export async function localAddressFor(host: string): Promise<Result<string, string>> {
  const found = isIP(host) ? { addresses: [host] } : await resolveHost(host)
  const [first] = found.addresses
  const local = first === undefined ? err(found.error ?? 'no address') : await localAddressTowards(first)
  return local.ok ? local : err(`${host}: ${local.error}`)
}
