// The family of addresses a call is about.
import { isIpv4, isIpv6 } from '../base/ip.ts'
import type { Family } from '../media/pair-stock.ts'
import { isSip, parseUri } from '../sip/message/uri.ts'

/** The family of addresses a URI leaves no doubt about. */
export function familyCalled(text: string): Family | undefined {
  const uri = parseUri(text)
  const host = uri.ok && isSip(uri.value) ? uri.value.host : ''
  return isIpv6(host) ? 'IP6' : isIpv4(host) ? 'IP4' : undefined
}

/** The one an offer speaks of; undefined: it does not, or there is none. */
export const familyOffered = (sdp: string | undefined): Family | undefined =>
  /^c=IN (IP[46]) /m.exec(sdp ?? '')?.[1] as Family | undefined
