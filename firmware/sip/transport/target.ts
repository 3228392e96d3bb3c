// Where a request goes: the next hop's host, port and transport out of a URI (RFC 3263 §4, without its DNS records).

import { isIpv4, isIpv6 } from '../../base/ip.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { Uri } from '../message/message.ts'
import { param } from '../message/params.ts'
import { isSip } from '../message/uri.ts'
import type { Protocol } from './transports.ts'

export interface Target {
  /** A name to resolve, or a literal address when `literal`. */
  readonly host: string
  readonly port: number
  readonly literal: boolean
  /** Undefined: the URI leaves it open. */
  readonly protocol: Protocol | undefined
}

/** Fails for what cannot be reached over UDP or TCP: sips, another transport asked for, not a SIP URI. */
export function targetOf(uri: Uri): Result<Target, string> {
  if (!isSip(uri)) return err(`cannot route to a ${uri.scheme}: URI`)
  if (uri.scheme === 'sips') return err('sips needs TLS')
  const transport = param(uri.params, 'transport')
  const protocol = transport?.toUpperCase()
  if (protocol !== undefined && protocol !== 'UDP' && protocol !== 'TCP') return err(`no transport ${transport}`)
  // §4: maddr is where to go, the host only what it is about.
  const host = param(uri.params, 'maddr') ?? uri.host
  return ok({ host, port: uri.port ?? 5060, literal: isIpv4(host) || isIpv6(host), protocol })
}
