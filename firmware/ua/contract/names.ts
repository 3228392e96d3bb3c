// CONTRACT of the user agent: what accounts, calls and the rest are called, and what is known of a call.
import type { Direction, PortId } from '../../media/contract.ts'
import type { SrtpSuite } from '../../sdp/crypto.ts'
import type { CallState } from '../../sip/message/call-state.ts'
import type { Party } from '../../sip/message/party.ts'

/** An application’s name for an account. */
export type AccountId = string
/** A name for a call: the application’s for one it makes, `in:…` for one that came. Not the header Call-ID. */
export type CallId = string

export type { CallState } from '../../sip/message/call-state.ts'
export type { Diversion, Party } from '../../sip/message/party.ts'

/** `none` before sound was agreed; `local-hold`: we hold them, `remote-hold`: they hold us; `error`: it could not be had. */
export type MediaStatus = 'none' | 'active' | 'local-hold' | 'remote-hold' | 'error'

/** The sound of a call. */
export interface CallMedia {
  readonly status: MediaStatus
  /** Our own side's direction. */
  readonly direction: Direction
  /** e.g. `PCMA/8000`; '' while none. */
  readonly codec: string
  /** The bridge port; undefined while there is none. */
  readonly port: PortId | undefined
  /** Telephone events were agreed. */
  readonly dtmf: boolean
  /** Suite of SRTP its packets go under; absent: they are plain. */
  readonly srtp?: SrtpSuite
}

/** Everything known of a call, as PJSUA's call info. What has not been learned yet is ''. */
export interface CallRecord {
  readonly account: AccountId
  /** Who sent the INVITE: `uac` is us. */
  readonly role: 'uac' | 'uas'
  readonly state: CallState
  /** Of the last response sent or received; 0 and '' before the first. */
  readonly status: number
  readonly reason: string
  /** Our own address, and the user part of the Contact it is reached by. */
  readonly local: string
  readonly contactUser: string
  readonly peer: Party
  /** URI of their Contact; where requests of this dialog go. */
  readonly peerContact: string
  /** From the first message of the peer on. */
  readonly callId: string
  readonly localTag: string
  readonly remoteTag: string
  readonly media: CallMedia
  /** Since it was confirmed (0 before), and since it began, ms. Both stand still at the end. */
  readonly connectedMs: number
  readonly totalMs: number
}

/** The user agent's name for a question about a 401 or 407. */
export type ChallengeName = string
/** The user agent's name for a transfer asked of us. */
export type TransferName = string

/** An application's name for a request it sends; it may be used again once the final response came. */
export type RequestName = string

/** The user agent's name for a subscription of somebody else's. */
export type SubscriberName = string

/** An application's name for a publication; it may be used again once its `final` state came. */
export type PublicationName = string

/** An application's name for a subscription; it may be used again once its `final` state came. */
export type SubscriptionName = string
