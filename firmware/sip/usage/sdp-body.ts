// Session descriptions as bodies: taken out of messages, alone or among other parts, put into requests (RFC 3261 §7.4, RFC 5621).
import { accepts, contentType, type MediaType } from '../message/headers.ts'
import type { Body, HeaderField, SipMessage, SipRequest } from '../message/message.ts'
import {
  type BodyPart,
  isMultipart,
  MAX_PARTS,
  parseDisposition,
  parseMultipart,
  partHeader,
  partType,
  printMultipart,
} from '../message/multipart.ts'
import type { Answer } from '../transaction/response.ts'

const SDP = 'application/sdp'
/** What an offer may come as (RFC 5621 §3.1). */
const ACCEPT: HeaderField = {
  name: 'Accept',
  value: `${SDP}, multipart/mixed, multipart/alternative, multipart/related`,
}
/** A multipart in a multipart in a multipart. */
const MAX_DEPTH = 3

/** `malformed` is answered with 400; `unsupported`, a body we must understand and do not, with 415; what is marked optional is `none`. */
export type SdpPart =
  | { readonly kind: 'sdp'; readonly sdp: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'unsupported' }
  | { readonly kind: 'malformed'; readonly what: string }

const NONE: SdpPart = { kind: 'none' }
const UNSUPPORTED: SdpPart = { kind: 'unsupported' }

export function sdpOf(message: SipMessage): SdpPart {
  if (message.body === '') return NONE
  const type = contentType(message)
  // The usual case, without a look at the rest.
  if (
    type?.type === SDP &&
    message.header('Content-Disposition') === undefined &&
    isPlain(message.header('Content-Encoding'))
  )
    return { kind: 'sdp', sdp: message.body }
  return judge(type, message.body, (name) => message.header(name), 0)
}

const isPlain = (encoding: string | undefined): boolean => encoding === undefined || /^identity$/i.test(encoding)

function judge(
  type: MediaType | undefined,
  content: string,
  header: (name: string) => string | undefined,
  depth: number,
): SdpPart {
  const { type: purpose, handling } = parseDisposition(header('Content-Disposition'))
  // RFC 3261 §20.11: a description is for the session unless it says otherwise (early-session: RFC 3959).
  const forUs = purpose === '' || purpose === 'session'
  const plain = isPlain(header('Content-Encoding'))
  if (type?.type === SDP && forUs && plain) return { kind: 'sdp', sdp: content }
  if (type !== undefined && isMultipart(type) && plain && depth < MAX_DEPTH) {
    const read = parseMultipart(type, content)
    if (!read.ok) return handling === 'optional' ? NONE : { kind: 'malformed', what: read.error.what }
    const { subtype, parts } = read.value
    return subtype === 'alternative' ? best(parts, depth) : all(parts, depth)
  }
  return handling === 'optional' ? NONE : UNSUPPORTED
}

const judgePart = (part: BodyPart, depth: number): SdpPart =>
  judge(partType(part), part.content, (name) => partHeader(part, name), depth + 1)

/** RFC 2046 §5.1.4: the last that is understood. */
function best(parts: readonly BodyPart[], depth: number): SdpPart {
  const understood = parts
    .map((part) => judgePart(part, depth))
    .findLast(({ kind }) => kind === 'sdp' || kind === 'none')
  return understood ?? UNSUPPORTED
}

/**
 * The first description. What stands beside one and does not say how it is to be handled is let be, although RFC 5621 §8 has
 * it required: a call is not refused for its caller's location or picture. Said to be required, it is.
 */
function all(parts: readonly BodyPart[], depth: number): SdpPart {
  let found: SdpPart | undefined
  let doubtful: SdpPart | undefined
  for (const part of parts) {
    const judged = judgePart(part, depth)
    if (judged.kind === 'sdp') found ??= judged
    else if (judged.kind !== 'none') {
      if (parseDisposition(partHeader(part, 'Content-Disposition')).handling === 'required') return judged
      doubtful ??= judged
    }
  }
  return found ?? doubtful ?? NONE
}

/** What a request with such a body is answered with; undefined when it can be taken. */
export function bodyRefusal(part: SdpPart): Answer | undefined {
  switch (part.kind) {
    case 'sdp':
    case 'none':
      return undefined
    case 'unsupported':
      return { status: 415, headers: [ACCEPT] }
    case 'malformed':
      return { status: 400, reason: `Bad Request: ${part.what}` }
  }
}

/** RFC 3261 §13.3.1.3, §21.4.7: who takes no description cannot be answered with one. */
export const unanswerable = (request: SipRequest): Answer | undefined =>
  accepts(request, SDP) ? undefined : { status: 406 }

/** As above for responses, where what is not understood can only be ignored. */
export function sdpIn(message: SipMessage): string | undefined {
  const part = sdpOf(message)
  return part.kind === 'sdp' ? part.sdp : undefined
}

/** Everything in a body but descriptions, for the application: parts of parts too, at most as many as a multipart may have. */
export function otherParts(message: SipMessage): readonly BodyPart[] {
  if (message.body === '') return []
  const contentType = message.header('Content-Type') ?? ''
  const found: BodyPart[] = []
  gather({ contentType, headers: [], content: message.body }, found, 0)
  return found
}

function gather(part: BodyPart, found: BodyPart[], depth: number): void {
  const type = partType(part)
  if (type?.type === SDP) return
  const inner =
    type !== undefined && isMultipart(type) && depth < MAX_DEPTH ? parseMultipart(type, part.content) : undefined
  if (inner?.ok) for (const one of inner.value.parts) gather(one, found, depth + 1)
  else if (found.length < MAX_PARTS) found.push(part)
}

/** The body of a request: the description alone, or first among other parts; `token` is chance. */
export function sdpBody(sdp: string | undefined, more: readonly BodyPart[] = [], token = ''): Body | undefined {
  const own = sdp === undefined ? undefined : { contentType: SDP, content: sdp }
  if (more.length === 0) return own
  return printMultipart('mixed', own === undefined ? more : [{ ...own, headers: [] }, ...more], token)
}
