// Who a request comes from, by digest (RFC 3261 §22): the lab's memory of nonces around the server half of `sip/auth`.
import type { Rng } from '../base/rng.ts'
import { hex } from '../base/rng.ts'
import type { Secret } from '../base/secret.ts'
import { after, type Millis } from '../base/time.ts'
import { challenge, verify } from '../sip/auth/server.ts'
import { isSip } from '../sip/message/uri.ts'
import type { Authenticate } from './registrar.ts'

const ALGORITHMS = ['SHA-512-256', 'SHA-256', 'MD5']
const NONCE_LIFE = 300_000
/** Nonces kept; the oldest goes, and who used it is challenged anew. */
const MOST = 1000

/** `plain`: users whose phones may know MD5 alone and refuse to look at anything stronger beside it. */
export function createDigest(
  realm: string,
  passwords: ReadonlyMap<string, Secret>,
  rng: Rng,
  plain: ReadonlySet<string> = new Set(),
): Authenticate {
  const nonces = new Map<string, { count: number; until: Millis }>()

  return (request, by, now) => {
    const [ask, answer] =
      by === 'proxy' ? ['Proxy-Authenticate', 'Proxy-Authorization'] : ['WWW-Authenticate', 'Authorization']
    const caller = isSip(request.from.uri) ? (request.from.uri.user ?? '') : ''
    const algorithms = plain.has(caller) ? ['MD5'] : ALGORITHMS
    const value = request.header(answer)
    const verdict =
      value === undefined
        ? undefined
        : verify(
            value,
            { method: request.method, uri: request.uriText, body: request.body },
            {
              realm,
              algorithms,
              nonce: (nonce) => {
                const known = nonces.get(nonce)
                return known === undefined ? 'unknown' : known.until <= now ? 'stale' : known
              },
              kept: (user) => {
                const password = passwords.get(user)
                return password && { password }
              },
            },
          )
    if (verdict?.kind === 'accepted') {
      nonces.get(verdict.nonce)!.count = verdict.count
      return { user: verdict.username }
    }
    const nonce = hex(rng, 32)
    if (nonces.size >= MOST) nonces.delete(nonces.keys().next().value!)
    nonces.set(nonce, { count: 0, until: after(now, NONCE_LIFE) })
    const stale = verdict?.kind === 'stale'
    const lines = challenge({ realm, nonce, algorithms, qop: ['auth'], stale })
    return { challenge: lines.map((line) => ({ name: ask, value: line })) }
  }
}
