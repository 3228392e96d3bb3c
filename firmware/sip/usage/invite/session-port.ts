// A session as its parts see it: the opening, changes of either side, the 2xx waiting for its ACK.
import type { Millis } from '../../../base/time.ts'
import type { Cause, SdpBy, SessionState, SessionTerms, Try } from '../../core/contract.ts'
import type { Dialog } from '../../dialog/dialog.ts'
import type { HeaderField, SipRequest, SipResponse } from '../../message/message.ts'
import type { Answer, Incoming } from '../../transaction/response.ts'
import type { Digest } from '../digest.ts'
import type { UsageEnvironment } from '../environment.ts'
import { type Failure, type Requester, statusOf } from '../requester.ts'
import type { SessionTimer } from './session-timer.ts'

/** Why a state is entered, as reported with it. */
export interface Because {
  readonly status: number
  readonly reason: string
  readonly cause?: Cause | undefined
  readonly message?: SipRequest | SipResponse | undefined
  /** Servers our INVITE did not get through at. */
  readonly tries?: readonly Try[]
  /** Where the call is sent on to. */
  readonly target?: string
  /** Our description in an INVITE that goes out again. */
  readonly sdp?: string | undefined
  /** The dialog is gone with all of its usages (RFC 5057 §5.1). */
  readonly lost?: boolean
}

/** Whose offer waits for an answer in the exchange a session began with. */
export type Exchange = 'ours' | 'theirs' | 'done'

export interface SessionPort {
  readonly id: string
  readonly localTag: string
  readonly environment: UsageEnvironment
  readonly requester: Requester
  readonly contactUser: string
  readonly digest: Digest
  readonly terms: SessionTerms
  readonly timer: SessionTimer
  readonly state: SessionState
  /** A 2xx of ours has no ACK yet. */
  readonly awaitsAck: boolean
  /** An offer of theirs within the session waits for our answer. */
  readonly isAsked: boolean
  dialog: Dialog | undefined
  enter(state: SessionState, because: Because): void
  /** Reports a description of the peer. */
  sdp(role: 'offer' | 'answer', sdp: string, by: SdpBy, inResponse: boolean): void
  /** Of an early dialog. */
  exchange(dialog: Dialog): Exchange
  /** A PRACK of ours in it has no answer yet: what overtook it would make it look old (RFC 3261 §12.2.2). */
  isPracking(dialog: Dialog): boolean
  /** Their PRACK brought an offer. */
  offered(prack: Incoming, dialog: Dialog, sdp: string, now: Millis): void
  /** Their offer within the session has been answered, or refused. */
  settled(now: Millis): void
  /** Answers a request inside the dialog at once. */
  answer(incoming: Incoming, answer: Answer, now: Millis): void
  /** Sends the 2xx `text` to `incoming` again until its ACK comes, which brings the answer when the 2xx `offered`. */
  awaitAck(incoming: Incoming, text: string, offered: boolean, now: Millis): void
  /** What was asked to be sent for the end, and has no answer yet. */
  leaving: 'CANCEL' | 'BYE' | undefined
  /** What became of it; told once, at the latest with the end. */
  farewell(method: 'CANCEL' | 'BYE', because: Because): void
  /** DISCONNECTED now; a BYE nobody waits for goes out first when `bye`. */
  finish(because: Because, bye: boolean, now: Millis): void
  /** BYE, as the end was asked for here: DISCONNECTED follows its answer. */
  bye(now: Millis): void
}

/** What an application asks to be sent as a response. */
export interface Reply {
  readonly status: number
  readonly reason: string | undefined
  readonly sdp: string | undefined
  readonly headers: readonly HeaderField[]
}

export const byResponse = (message: SipResponse, cause?: Cause): Because => ({
  status: message.status,
  reason: message.reason,
  cause,
  message,
})

export const byFailure = (why: Failure, cause: Cause = why, detail?: string): Because => ({
  ...statusOf(why, detail),
  cause,
})

/** An application's reply as the transaction sends it. */
export const answerOf = (
  reply: Reply,
  toTag: string,
  more: readonly HeaderField[],
  sdp: string | undefined,
): Answer => ({
  status: reply.status,
  reason: reply.reason,
  toTag,
  headers: [
    ...more,
    ...reply.headers,
    ...(sdp === undefined ? [] : [{ name: 'Content-Type', value: 'application/sdp' }]),
  ],
  body: sdp ?? '',
})
