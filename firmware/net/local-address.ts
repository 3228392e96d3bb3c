// Which of this machine's addresses a peer sees: the source address the routing table picks for it.
import { createSocket } from 'node:dgram'
import { isIP } from 'node:net'
import { err, ok, type Result } from '../base/result.ts'
import { seededRng } from '../base/rng.ts'
import { keyOf } from '../sip/locate/cache.ts'
import { type Answer, step, type Ways } from '../sip/locate/step.ts'
import { createResolver, type Resolver } from './resolver.ts'

/** A domain or host; without a port its SRV records count. A parsed SIP URI will do. */
interface Where {
  readonly host: string
  readonly port: number | undefined
}

const ANY_WAY: Ways = { reachable: () => true, prefer: 4 }

/**
 * The local address packets to `address` (a literal) leave with; the error is the system's code, e.g. `ENETUNREACH`.
 * A connected UDP socket asks the routing table only: nothing is sent.
 */
export function localAddressTowards(address: string): Promise<Result<string, string>> {
  return new Promise((resolve) => {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
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

/** The address of a server of that domain or host, in whatever way one is found (RFC 3263); the error says which record is missing. */
export async function peerAddress(where: Where, names: Resolver): Promise<Result<string, string>> {
  const { host, port } = where
  const wish = { host, port, literal: isIP(host) !== 0, protocol: undefined, secure: false, name: host }
  const known = new Map<string, Answer>()
  for (;;) {
    const next = step(wish, ANY_WAY, (question) => known.get(keyOf(question)), seededRng(0))
    if (next.kind === 'found') return ok(next.servers[0]!.address)
    if (next.kind !== 'ask') return err(next.what)
    const answers = next.questions.map(async (question) => {
      const { records, error } = await names.resolve(question.type, question.name)
      known.set(keyOf(question), { records, error })
    })
    await Promise.all(answers)
  }
}

/** The local address packets to a server of that domain or host leave with. */
export async function localAddressFor(
  where: Where,
  names: Resolver = createResolver(),
): Promise<Result<string, string>> {
  const peer = await peerAddress(where, names)
  return peer.ok ? localAddressTowards(peer.value) : peer
}
