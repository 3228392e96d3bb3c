// CONTRACT: the desk phone. What a person wants of it (PhoneIntent), what it shows (PhoneView), what it makes others do.

import type { BoardCommand } from '../../hal/api/board.ts'
import type { LogRecord } from '../base/log.ts'
import type { Millis } from '../base/time.ts'
import type { MediaCommand, MediaEvent } from '../media/contract.ts'
import type { AccountConfig, AccountId, CallId, Party, UaCommand, UaEvent } from '../ua/contract.ts'

/** What the user does, freed from which key did it. */
export type PhoneIntent =
  | { readonly kind: 'hook'; readonly state: 'off' | 'on' | 'flash' }
  /** A dial-pad key: a digit of a number, or a DTMF digit in a call. `at`: when it was pressed. */
  | { readonly kind: 'digit'; readonly digit: string }
  | { readonly kind: 'erase' }
  /** Dials what was entered, now. */
  | { readonly kind: 'dial' }
  /** Takes the ringing call. */
  | { readonly kind: 'answer' }
  /** Refuses the ringing call, or leaves the call, the entered number, the busy tone. */
  | { readonly kind: 'end' }
  /** Holds the active call, or resumes the held one. */
  | { readonly kind: 'hold' }
  | { readonly kind: 'mute' }
  | { readonly kind: 'redial' }
  | { readonly kind: 'volume'; readonly step: 1 | -1 }

export interface LineView {
  readonly account: AccountId
  readonly label: string
  readonly registered: boolean
  /** In words for the user, when not registered: `wrong password`, `no answer from pbx.example.com`. '' while trying first. */
  readonly reason: string
}

export interface CallView {
  readonly call: CallId
  readonly peer: Party
  readonly direction: 'in' | 'out'
  /** When it was answered; undefined before. */
  readonly since: Millis | undefined
  readonly codec: string
  readonly remoteHold: boolean
  readonly muted: boolean
}

/** What the phone is doing, the one thing the screen is about. */
export type Activity =
  | { readonly name: 'starting'; readonly step: string }
  | { readonly name: 'idle' }
  /** Off hook or pre-dialling. */
  | { readonly name: 'dialling'; readonly digits: string }
  | { readonly name: 'calling'; readonly call: CallView; readonly ringing: boolean }
  | { readonly name: 'ringing'; readonly call: CallView }
  | { readonly name: 'in-call'; readonly call: CallView }
  | { readonly name: 'held'; readonly call: CallView }
  /** Stays 3 s, or as long as the handset is off. */
  | { readonly name: 'ended'; readonly call: CallView; readonly cause: string; readonly lastedMs: number }

export interface PhoneView {
  readonly activity: Activity
  /** `idle` with no registered line is shown as not registered, with the reason. */
  readonly lines: readonly LineView[]
  readonly offHook: boolean
  /** Handset volume 0–10. */
  readonly volume: number
}

export interface PhoneSettings {
  readonly accounts: readonly { readonly id: AccountId; readonly label: string; readonly config: AccountConfig }[]
  /** Device of the handset, opened once as port `handset`. */
  readonly handset: Extract<MediaCommand, { kind: 'open-device' }>['device']
  /** Tone plan by country, ISO 3166 in lower case. */
  readonly country: string
  readonly volume: number
  /** Dials by itself this long after the last digit, ms. */
  readonly interDigitMs: number
}

export type PhoneInput =
  | { readonly from: 'user'; readonly intent: PhoneIntent }
  | { readonly from: 'ua'; readonly event: UaEvent }
  | { readonly from: 'media'; readonly event: MediaEvent }
  /** New settings take effect at once; the caller applies them only when `idle`. */
  | { readonly from: 'settings'; readonly settings: PhoneSettings }
  /** Shown while starting: `network`, `waiting for configuration`; undefined: started. */
  | { readonly from: 'start'; readonly step: string | undefined }

export type PhoneOutput =
  | { readonly to: 'ua'; readonly command: UaCommand }
  | { readonly to: 'media'; readonly command: MediaCommand }
  | { readonly to: 'board'; readonly command: Extract<BoardCommand, { kind: 'led' }> }
  /** The view changed; the newest one counts. */
  | { readonly to: 'screen'; readonly view: PhoneView }
  /** A configuration may be applied now (no call, no ringing, handset down), or not. */
  | { readonly to: 'provisioning'; readonly idle: boolean }
  | { readonly to: 'log'; readonly record: LogRecord }
