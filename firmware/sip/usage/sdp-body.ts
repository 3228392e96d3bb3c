// Session descriptions as bodies: taken out of messages, put into requests (RFC 3261 §7.4, RFC 3204/5621 handling).
import { contentType } from '../message/headers.ts'
import type { Body, SipMessage } from '../message/message.ts'

const SDP = 'application/sdp'

/** A body we must understand and do not is `unsupported` (415); one marked optional, or none, is `none`. */
export type SdpPart =
  | { readonly kind: 'sdp'; readonly sdp: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'unsupported' }

const NONE: SdpPart = { kind: 'none' }

export function sdpOf(message: SipMessage): SdpPart {
  if (message.body === '') return NONE
  const encoding = message.header('Content-Encoding')
  const plain = encoding === undefined || encoding.toLowerCase() === 'identity'
  if (plain && contentType(message)?.type === SDP) return { kind: 'sdp', sdp: message.body }
  return /;\s*handling\s*=\s*optional/i.test(message.header('Content-Disposition') ?? '')
    ? NONE
    : { kind: 'unsupported' }
}

/** As above for responses, where what is not understood can only be ignored. */
export function sdpIn(message: SipMessage): string | undefined {
  const part = sdpOf(message)
  return part.kind === 'sdp' ? part.sdp : undefined
}

export const sdpBody = (sdp: string | undefined): Body | undefined =>
  sdp === undefined ? undefined : { contentType: SDP, content: sdp }
