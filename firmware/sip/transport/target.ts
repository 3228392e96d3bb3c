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
  /** Undefined: the default of the protocol it comes to be. */
  readonly port: number | undefined
  readonly literal: boolean
  /** Undefined: the URI leaves it open. */
  readonly protocol: Protocol | undefined
  /** Whom it is about: what a certificate there has to be for (RFC 5922 §4). */
  readonly name: string
}

/** Fails for what cannot be reached: a transport unknown here, sips over datagrams, not a SIP URI. `secure`: as if it were sips. */
export function targetOf(uri: Uri, secure = uri.scheme === 'sips'): Result<Target, string> {
  if (!isSip(uri)) return err(`cannot route to a ${uri.scheme}: URI`)
  const transport = param(uri.params, 'transport')
  const asked = transport?.toUpperCase()
  if (asked !== undefined && asked !== 'UDP' && asked !== 'TCP' && asked !== 'TLS')
    return err(`no transport ${transport}`)
  // RFC 5630 §3.1: TLS and nothing less; `transport=tcp` names what is below it.
  if (secure && asked === 'UDP') return err('sips goes over TLS, not over UDP')
  const protocol = secure ? 'TLS' : asked
  // §4: maddr is where to go, the host only what it is about.
  const host = param(uri.params, 'maddr') ?? uri.host
  return ok({ host, port: uri.port, literal: isIpv4(host) || isIpv6(host), protocol, name: uri.host })
}
