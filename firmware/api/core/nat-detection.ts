// The kind of NAT between an address of ours and a STUN server named as applications name it.
import { fromHex } from '../../base/bytes.ts'
import type { Result } from '../../base/result.ts'
import { hex } from '../../base/rng.ts'
import { peerAddress } from '../../net/local-address.ts'
import { type NatType, natType } from '../../net/nat-type.ts'
import type { Resolver } from '../../net/resolver.ts'
import { systemRng } from '../../runtime/system-rng.ts'

/** The error says why nothing can be found out. */
export async function detectNat(
  local: string,
  host: string,
  port: number,
  names: Resolver,
): Promise<Result<NatType, string>> {
  const server = await peerAddress({ host, port }, names)
  if (!server.ok) return server
  const rng = systemRng()
  return natType(local, { address: server.value, port }, () => fromHex(hex(rng, 24)))
}
