// Whether signalling goes where others can read it, as far as a request or its way says.
import type { SipRequest } from './message.ts'
import { param } from './params.ts'
import { isSip, parseUri } from './uri.ts'

/** `transport` asked for, and the URI of the first hop: it is sure to be TLS. */
export function goesOverTls(transport: string | undefined, firstHop: string): boolean {
  if (transport?.startsWith('tls')) return true
  const uri = parseUri(firstHop)
  if (!uri.ok || !isSip(uri.value)) return false
  return uri.value.scheme === 'sips' || param(uri.value.params, 'transport')?.toLowerCase() === 'tls'
}

/** The last hop of this request was TLS. */
export const cameOverTls = ({ vias }: Pick<SipRequest, 'vias'>): boolean => vias[0]?.transport === 'TLS'
