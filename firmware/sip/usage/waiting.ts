// What a request on its way waits for, beside its response.
import type { ChallengeId } from '../core/contract.ts'
import type { HeaderField, SipResponse } from '../message/message.ts'
import type { Failure } from './requester.ts'

/** CANCEL of an INVITE: not asked for; to be sent once a provisional response came (§9.1); sent. */
export type Cancelling =
  | { readonly name: 'no' }
  | { readonly name: 'wanted' | 'sent'; readonly headers: readonly HeaderField[] }

/** What the timer stands for. */
export type Waiting =
  | { readonly name: 'nothing' }
  /** To report a failure known before the first send. */
  | { readonly name: 'failed'; readonly why: Failure; readonly detail: string | undefined }
  /** For a sign of life of the server. */
  | { readonly name: 'server' }
  /** For CANCEL to have had an effect. */
  | { readonly name: 'cancel' }
  /** For the application's word on a challenge: then it is given up. */
  | { readonly name: 'word'; readonly question: ChallengeId; readonly response: SipResponse }
