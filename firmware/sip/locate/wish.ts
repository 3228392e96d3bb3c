// What a URI says about where it leads, before any look-up: host, port, transport (RFC 3263 §4, RFC 5630 §3.1).
import { isIpv4, isIpv6, withoutBrackets } from '../../base/ip.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { Protocol } from '../core/contract.ts'
import type { Uri } from '../message/message.ts'
import { param } from '../message/params.ts'
import { isSip } from '../message/uri.ts'

export interface Wish {
  /** A name to look up, or an address when `literal`. */
  readonly host: string
  readonly literal: boolean
  /** Undefined: SRV records say, or it is the default of the protocol. */
  readonly port: number | undefined
  /** Undefined: NAPTR and SRV records say, or it is UDP, TLS when `secure`. */
  readonly protocol: Protocol | undefined
  /** TLS and nothing less. */
  readonly secure: boolean
  /** Whom it is about: what a certificate there has to be for (RFC 5922 §4). */
  readonly name: string
}

/** Fails for what cannot be reached: a transport unknown here, sips over datagrams, not a SIP URI. `secure`: as if it were sips. */
export function wishOf(uri: Uri, secure = uri.scheme === 'sips'): Result<Wish, string> {
  if (!isSip(uri)) return err(`cannot route to a ${uri.scheme}: URI`)
  const transport = param(uri.params, 'transport')
  const asked = transport?.toUpperCase()
  if (asked !== undefined && asked !== 'UDP' && asked !== 'TCP' && asked !== 'TLS')
    return err(`no transport ${transport}`)
  // RFC 5630 §3.1: TLS and nothing less; `transport=tcp` names what is below it.
  if (secure && asked === 'UDP') return err('sips goes over TLS, not over UDP')
  const protocol = secure && asked !== undefined ? 'TLS' : asked
  // §4: maddr is where to go, the host only what it is about.
  const host = withoutBrackets(param(uri.params, 'maddr') ?? uri.host)
  return ok({ host, literal: isIpv4(host) || isIpv6(host), port: uri.port, protocol, secure, name: uri.host })
}
