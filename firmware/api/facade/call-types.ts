// What is given to and told by a call.
import type { PairSource } from '../core/index.ts'
import type { ExtraHeaders } from '../core/wire.ts'
import type { CallState, Direction, MediaStatus, Party, Role } from './names.ts'

/** What goes into a message beside what the stack puts there. */
export interface SipTxOption {
  readonly headers?: ExtraHeaders
  readonly contentType?: string
  readonly msgBody?: string
  /** Sent beside the offer in one multipart/mixed; of an INVITE only. */
  readonly multipartParts?: readonly { readonly contentType: string; readonly body: string }[]
}

/** How media of a call is to be. */
export interface CallSetting {
  /** 1; there is no call without sound. */
  readonly audioCount?: number
  /** 0; there are no pictures. */
  readonly videoCount?: number
  /** INVITE and re-INVITE go without an offer, the peer makes one, and the answer goes in the ACK. */
  readonly noSdpOffer?: boolean
  /** `reinvite` ends our hold with it. */
  readonly unhold?: boolean
  /** The application's own description, sent unchanged: media is its business then. */
  readonly sdp?: string
  /** The description `reinvite` sends names no address, as holding was said before RFC 3264; the one after it does. */
  readonly callOnHold?: boolean
  /** Each re-INVITE from now on moves the sound to other ports. */
  readonly clearSdp?: boolean
  /** Sockets of the application's own that sound comes to, and leaves by, with `makeCall` or `answer`; they stay the application's. */
  readonly mediaLsocks?: PairSource
  readonly mediaSsocks?: PairSource
  /** Sound leaves by other ports than it comes to. */
  readonly asymmetricRtp?: boolean
  /**
   * Digits of theirs that are told: by these ways alone. Kept. Default: by INFO, and by events where those are agreed on, else as tones;
   * with `audio` named here tones are listened for beside events, too.
   */
  readonly dtmfMethods?: readonly DtmfMethod[]
}

/** What an operation of a call takes: `opt` says how media is to be, `txOption` what goes into the message besides. */
export interface CallOpParam {
  /** Of an answer or a refusal, 100–699. */
  readonly statusCode?: number
  readonly reason?: string
  readonly opt?: CallSetting
  readonly txOption?: SipTxOption
}

/** What makes a call, beyond what every operation takes. */
export interface MakeCallParam extends CallOpParam {
  readonly userData?: unknown
  /** Without a final answer it is cancelled after this long, ms; 0 never. Default: the account's. */
  readonly ringTimeMs?: number
  /** Whatever else the application wants to find with the call. */
  readonly params?: Readonly<Record<string, unknown>>
}

/** Digits as telephone events (RFC 4733), by INFO (`application/dtmf-relay`), or as the tones themselves. */
export type DtmfMethod = 'rfc2833' | 'info' | 'audio'

/** Digits to be sent, and how. */
export interface CallSendDtmfParam {
  /** 0-9 A-D * #; anything else is a pause as long as a digit and the gap behind it. */
  readonly digits: string
  /** The first that can be is taken; default rfc2833, else audio. */
  readonly methods?: readonly DtmfMethod[]
  /** Of each digit, ms; default 100. */
  readonly duration?: number
}

/** What there is of sound in a call. */
export interface CallMedia {
  readonly status: MediaStatus
  readonly direction: Direction
  readonly codec: string
  readonly telephoneEvents: boolean
  readonly srtp: string | undefined
}

/** A stream of a call as it is now, its direction seen from here. */
export interface CallMediaInfo {
  readonly index: number
  readonly type: 'audio'
  readonly dir: Direction
  readonly status: MediaStatus
  /** Number of its port at the bridge; -1 while there is none. */
  readonly audioConfSlot: number
  /** e.g. `PCMA/8000`; '' while none. */
  readonly codec: string
  /** Suite of SRTP; undefined: packets are plain. */
  readonly srtp: string | undefined
  /** Digits can go as telephone events. */
  readonly telephoneEvents: boolean
}

/** A call as it is now, or as it was at its end; what is not known yet is '', statuses 0. */
export interface CallInfo {
  readonly id: number
  readonly role: Role
  readonly accountId: number
  readonly localUri: string
  /** User part of our Contact. */
  readonly localContact: string
  readonly remoteUri: string
  readonly remoteDisplay: string
  readonly remoteContact: string
  readonly callIdString: string
  readonly localTag: string
  readonly remoteTag: string
  readonly setting: CallSetting
  readonly state: CallState
  readonly stateText: string
  readonly lastStatusCode: number
  readonly lastReason: string
  /** Empty before there is media. */
  readonly media: readonly CallMediaInfo[]
  /** Seconds since it was answered, and since it began; both stand still at the end. */
  readonly connectDuration: number
  readonly totalDuration: number
}

/** Counters of a stream since it began; times in ms, NaN where nothing was measured yet. */
export interface StreamStat {
  readonly codec: string
  readonly remoteAddress: string
  readonly remotePort: number
  readonly rx: {
    readonly packets: number
    readonly bytes: number
    readonly lost: number
    readonly late: number
    readonly duplicate: number
    readonly malformed: number
    readonly jitterMs: number
    readonly delayMs: number
    readonly concealedMs: number
  }
  readonly tx: {
    readonly packets: number
    readonly bytes: number
    readonly lost: number
    readonly jitterMs: number
  }
  readonly roundTripMs: number
}

/** A message that came, as far as it is known. */
export interface RxData {
  readonly peer: Party
  /** By name as written; several values in order. */
  readonly headers: Readonly<Record<string, readonly string[]>>
  readonly body: string
}
