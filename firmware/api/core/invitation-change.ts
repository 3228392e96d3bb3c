// What an invitation tells, and how a message of the peer is told.

import { utf8Decode } from '../../base/bytes.ts'
import type { Cause, SdpBy, SessionState, SipEvent, Try } from '../../sip/core/contract.ts'
import type { Party } from '../../sip/message/party.ts'
import type { IncomingReferral } from './referral.ts'
import type { SdpSession } from './sdp.ts'
import type { SdpUpdate } from './sdp-exchange.ts'
import { SipUri } from './sip-uri.ts'
import { bodyText, MessageHeaders } from './wire.ts'

/** NULL is where an outgoing one begins, DISCONNECTED the end of all. */
export type InvitationState = SessionState

/** What `invitation-changed-state` tells. */
export interface InvitationChange {
  readonly previousState: InvitationState
  /** May be the same: each provisional response is told. */
  readonly state: InvitationState
  /** Of the request that brought it; undefined when none did. */
  readonly method: string | undefined
  readonly requestUri: SipUri | undefined
  /** Of the response that brought it, or of a time-out or failure here; undefined otherwise. */
  readonly code: number | undefined
  readonly reason: string | undefined
  /** Of the message that brought it. */
  readonly headers: MessageHeaders | undefined
  /** Likewise; undefined also when it had none. Its type is in the headers. */
  readonly body: string | undefined
  /** Who decided, where something ended; undefined otherwise. */
  readonly cause: Cause | undefined
  /** Servers our INVITE did not get through at, in order. */
  readonly tries: readonly Try[]
  /** With CALLING again: the URI a 3xx has sent it on to. */
  readonly target: string | undefined
}

/** What `invitation-changed-session` tells. */
export interface SessionChange {
  readonly method: 'INVITE' | 'UPDATE'
  readonly code: number
  readonly reason: string
}

/** What `invitation-got-farewell` tells. */
export interface Farewell {
  readonly method: 'CANCEL' | 'BYE'
  /** Of the final response, to it or to the INVITE; 200 where their BYE crossed ours; 408 and 503 with a `cause` were made here. */
  readonly code: number
  readonly reason: string
  readonly cause: Cause | undefined
  /** Method of the request that was answered: INVITE where its own end made the CANCEL needless; undefined: nothing was. */
  readonly answered: string | undefined
  /** Of what came; undefined: nothing did. */
  readonly headers: MessageHeaders | undefined
}

/** What `invitation-redirected` tells. */
export interface Redirection {
  readonly code: number
  readonly reason: string
  /** Whom it can be sent on to, best first; SIP URIs alone. */
  readonly targets: readonly SipUri[]
  readonly headers: MessageHeaders
}

/** By name; `Invitation` is the sender of each. */
export interface InvitationNotifications<Invitation> {
  /** Each change of state, none left out. A new one with INCOMING is how incoming sessions are learnt of. */
  'invitation-changed-state': { readonly sender: Invitation; readonly data: InvitationChange }
  /** A negotiation is through: begin, change or end media. */
  'invitation-got-sdp-update': { readonly sender: Invitation; readonly data: SdpUpdate }
  /** What became of the CANCEL or BYE that `disconnect` sent, before DISCONNECTED: an answer, or none in 64·T1 (32 s). */
  'invitation-got-farewell': { readonly sender: Invitation; readonly data: Farewell }
  /** A 3xx, with `asksOnRedirect`: say `redirect` within `redirectMs`, or it ends with this response. */
  'invitation-redirected': { readonly sender: Invitation; readonly data: Redirection }
  /** The peer asks us to call somebody: accept or reject it. */
  'invitation-got-refer': { readonly sender: Invitation; readonly data: { readonly referral: IncomingReferral } }
  /** The session timer (RFC 4028) as agreed on: seconds, 0 for none, and who refreshes. */
  'invitation-got-timer': {
    readonly sender: Invitation
    readonly data: { readonly expires: number; readonly refresher: 'local' | 'remote' }
  }
  /**
   * Their response has an offer, as ours had none: propose an answer and call `acknowledge`. With `decidesUpdates` also an offer by
   * UPDATE or PRACK while it rings: `respondToUpdate`.
   */
  'invitation-got-sdp-offer': {
    readonly sender: Invitation
    readonly data: { readonly remoteSdp: SdpSession; readonly by: SdpBy }
  }
  /** What became of a re-INVITE or UPDATE of ours; 491: theirs came first, so that another offer has to be made. */
  'invitation-changed-session': { readonly sender: Invitation; readonly data: SessionChange }
  /** Somebody else is at the other end, or a name is known: after a transfer, a redirection, an answer. */
  'invitation-changed-remote-party': { readonly sender: Invitation; readonly data: { readonly party: Party } }
}

/** A change of state as it is told. */
export function changeOf(event: Extract<SipEvent, { kind: 'session-state' }>): InvitationChange {
  const { state, previous, status, reason, cause, message, tries = [], target } = event
  const failed = message === undefined && cause !== undefined && status !== 0
  const counts = message?.kind === 'response' || failed
  const request = message?.kind === 'request' ? message : undefined
  return {
    ...{ previousState: previous, state, cause, tries, target },
    method: request?.method,
    requestUri: request && SipUri.fromWire({ display: '', uri: request.uri }),
    code: counts ? status : undefined,
    reason: counts ? utf8Decode(reason) : undefined,
    headers: message && new MessageHeaders(message),
    body: message && bodyText(message),
  }
}

/** A redirection as it is told. */
export function redirectionOf({ targets, message }: Extract<SipEvent, { kind: 'session-redirected' }>): Redirection {
  const uris = targets.flatMap(({ uri }) => SipUri.fromWire({ display: '', uri }) ?? [])
  const { status: code, reason } = message
  return { code, reason: utf8Decode(reason), targets: uris, headers: new MessageHeaders(message) }
}

/** The end of an end, as it is told. */
export function farewellOf({
  method,
  status,
  reason,
  cause,
  message,
}: Extract<SipEvent, { kind: 'session-farewell' }>): Farewell {
  return {
    ...{ method, code: status, reason: utf8Decode(reason), cause },
    answered: message?.kind === 'response' ? message.cseq.method : undefined,
    headers: message && new MessageHeaders(message),
  }
}
