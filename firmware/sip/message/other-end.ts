// Who is at the other end of a call, as far as its messages say it and may be believed (RFC 3325, RFC 4916), and for whom it was.

import { partyOf } from './addressing.ts'
import type { NameAddr, SipMessage, SipRequest } from './message.ts'
import type { Diversion, Party } from './party.ts'
import { parseUri, sameUri } from './uri.ts'
import { assertedIdentities, diversions, privacy, remoteParties } from './who.ts'

/** Privacy that keeps the network's word on somebody from people (RFC 3323 §4.2, RFC 3325 §9.3). */
const WITHHELD = ['id', 'user', 'header']

/** On the word of a server of ours; undefined: there is none, or it is not for us to show. */
function vouchedFor(message: SipMessage): Party | undefined {
  if (privacy(message).some((value) => WITHHELD.includes(value))) return undefined
  const [asserted] = assertedIdentities(message)
  if (asserted) return { ...partyOf(asserted), source: 'P-Asserted-Identity' }
  const [remote] = remoteParties(message)
  return remote && { ...partyOf(remote), source: 'Remote-Party-ID' }
}

/** Who sent a request. */
export const callerOf = (request: SipRequest, trusted: boolean): Party =>
  (trusted ? vouchedFor(request) : undefined) ?? inFrom(request)

const inFrom = ({ from }: SipRequest): Party => ({ ...partyOf(from), source: 'From' })

/** Whom the call was for before it came here, the last first; servers of ours alone are believed. */
export const divertedOf = (request: SipRequest, trusted: boolean): readonly Diversion[] =>
  trusted ? diversions(request).map(({ from, reason }) => ({ party: partyOf(from), reason })) : []

/** The emergency service calls back (RFC 7090 §3): servers of ours alone are believed. */
export const isCallBack = (request: SipRequest, trusted: boolean): boolean =>
  trusted && request.header('Priority')?.trim().toLowerCase() === 'psap-callback'

/** The other end of one call. */
export class OtherEnd {
  party: Party
  /** From of their last request; before the first the address called. */
  #from: Pick<NameAddr, 'display' | 'uri'> | undefined

  /** `invite`: theirs, when they called. */
  constructor(party: Party, invite: SipRequest | undefined) {
    const called = parseUri(party.uri)
    this.party = party
    this.#from = invite?.from ?? (called.ok ? { display: '', uri: called.value } : undefined)
  }

  /** True: `message` of theirs says that it is somebody else, or gives a name. A refusal says nothing of that. */
  hear(message: SipMessage, trusted: boolean): boolean {
    if (message.kind === 'response' && (message.status < 101 || message.status > 299)) return false
    const next = (trusted ? vouchedFor(message) : undefined) ?? this.#renamed(message)
    if (message.kind === 'request') this.#from = message.from
    const { uri, display, source } = this.party
    if (next === undefined || (next.uri === uri && next.display === display && next.source === source)) return false
    this.party = next
    return true
  }

  /** A 3xx sends the call on to `uri`. */
  sendOn(uri: string): void {
    const to = parseUri(uri)
    if (!to.ok) return
    this.#from = { display: '', uri: to.value }
    this.party = { ...partyOf({ ...this.#from, params: [] }), source: 'Contact' }
  }

  /** RFC 4916 §4.4.2: their From is another one than before. */
  #renamed(message: SipMessage): Party | undefined {
    if (message.kind === 'response') return undefined
    const { display, uri } = message.from
    const known = this.#from !== undefined && sameUri(uri, this.#from.uri)
    return known && (display === '' || display === this.#from?.display) ? undefined : inFrom(message)
  }
}
