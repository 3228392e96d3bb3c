// CONTRACT: the desk phone. What a person wants of it (PhoneIntent), what it shows (PhoneView), what it makes others do.

import type { BoardCommand } from '../../hal/api/board.ts'
import type { LogRecord } from '../base/log.ts'
import type { Millis } from '../base/time.ts'
import type { DeviceConfig, MediaCommand, MediaEvent } from '../media/contract.ts'
import type { RingName } from '../media/rings.ts'
import type { BusyState, Pickup } from '../sip/packages/dialog-set.ts'
import type { PresenceSummary } from '../sip/packages/presence.ts'
import type { AccountConfig, AccountId, CallId, Party, UaCommand, UaEvent } from '../ua/contract.ts'
import type { Choice, Choices } from './chosen.ts'

/** Where one listens and speaks, with the handset down but for the first. */
export type Route = 'handset' | HandsFree
export type HandsFree = 'speaker' | 'headset'

/** What the user does, freed from which key did it. */
export type PhoneIntent =
  | { readonly kind: 'hook'; readonly state: 'off' | 'on' | 'flash' }
  /** A dial-pad key: a digit of a number, or a DTMF digit in a call. `at`: when it was pressed. */
  | { readonly kind: 'digit'; readonly digit: string }
  | { readonly kind: 'erase' }
  /** Dials what was entered, now. */
  | { readonly kind: 'dial' }
  /** Takes the call that rings or waits; whoever was spoken to is on hold. */
  | { readonly kind: 'answer' }
  /** Refuses the call that rings or waits; what else there is goes on. */
  | { readonly kind: 'reject' }
  /** Refuses the ringing call, or leaves the call, the entered number, the busy tone; then back to the call set aside. */
  | { readonly kind: 'end' }
  /** Holds the active call, or resumes the held one; in a conference both. */
  | { readonly kind: 'hold' }
  /** Holds the active call and takes the other one. */
  | { readonly kind: 'swap' }
  /** Joins the two calls, or parts them: the other one is on hold then. */
  | { readonly kind: 'conference' }
  /** Holds the active call and gives dial tone for a second one. */
  | { readonly kind: 'new-call' }
  /** Sends the call on hold to the number entered, or to the one who is called or spoken to; with one call only, as `new-call`. */
  | { readonly kind: 'transfer' }
  | { readonly kind: 'mute' }
  | { readonly kind: 'redial' }
  /** Calls a number of the log, on `account` if that line can be called from. `replaces`: takes over the call it names (RFC 3891). */
  | { readonly kind: 'call'; readonly number: string; readonly account?: AccountId; readonly replaces?: string }
  /** Without `of`: of what is heard now. With it a short tone shows how loud that is. */
  | { readonly kind: 'volume'; readonly step: 1 | -1; readonly of?: Route | 'ringer' }
  /**
   * The key of a way to listen: takes the call or gives dial tone there, or moves what is heard there. Pressed again it ends that, or
   * goes back to a handset that is up.
   */
  | { readonly kind: 'route'; readonly route: HandsFree }
  /** Calls the mailbox messages wait in, or the first there is a number of. */
  | { readonly kind: 'voicemail' }
  /** A key of the configuration by its place, 0 the first: calls, takes the call that rings there, or sends the call on there. */
  | { readonly kind: 'key'; readonly at: number }
  /** A digit is held down. All that is entered, it is the key it stands for, `1` the mailbox; else nothing. */
  | { readonly kind: 'held-digit'; readonly digit: string }
  /** The missed calls have been looked at. */
  | { readonly kind: 'log-seen' }

export interface LineView {
  readonly account: AccountId
  readonly label: string
  readonly aor: string
  readonly registered: boolean
  /** In words for the user, when not registered: `wrong password`, `no answer from pbx.example.com`. '' while trying first. */
  readonly reason: string
  /** When it is tried again by itself; undefined while it is being tried, or never. */
  readonly retryAt: Millis | undefined
}

/**
 * Whom calls are sent on to (302): a number as one would dial it, or an address; '' nobody. All of them, those that find the phone
 * in use or not to be disturbed, those nobody takes here.
 */
export interface Forwarding {
  readonly all: string
  readonly busy: string
  readonly noAnswer: string
  /** How long it rings before `noAnswer` counts, s. */
  readonly afterS: number
}

/** A call that is over. Texts are at most MAX_TEXT long (`call-log.ts`). */
export interface LogEntry {
  /**
   * `missed`: nobody here took it, also because the phone was in use or not to be disturbed. `forwarded`: sent on to somebody else
   * before anybody took it. Refused by the user is `received`.
   */
  readonly kind: 'placed' | 'received' | 'missed' | 'forwarded'
  readonly name: string
  /** What to dial to call back: as entered, the caller's number, or his URI; '' when he did not say who he is. */
  readonly number: string
  /** The line it went out on or came in on; '' when there was none. */
  readonly account: AccountId
  /** When it began, UTC, ms since 1970; undefined: the clock was not set. */
  readonly at: number | undefined
  /** The same by the machines' clock; undefined: in an earlier start. */
  readonly began: Millis | undefined
  /** 0: never answered. */
  readonly lastedMs: number
  readonly cause: string
}

export interface CallLog {
  /** Newest first, at most LOG_SIZE. */
  readonly log: readonly LogEntry[]
  /** Calls missed since it was last looked at. */
  readonly missed: number
}

export interface CallView {
  readonly call: CallId
  /** Who is there as far as is known; may change while it lasts. */
  readonly peer: Party
  /** Whom the call was for before it was sent on to us. */
  readonly diverted?: Party | undefined
  readonly direction: 'in' | 'out'
  /** When it was answered; undefined before. */
  readonly since: Millis | undefined
  readonly codec: string
  /** Its sound is encrypted. */
  readonly secured: boolean
  readonly remoteHold: boolean
  readonly muted: boolean
  /** Whom it has been sent on to, which is under way, or `failed` for that reason. */
  readonly sent?: { readonly to: Party; readonly ringing: boolean; readonly failed: string | undefined } | undefined
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
  /** The first call is the one that goes on when they are parted. */
  | { readonly name: 'conference'; readonly calls: readonly [CallView, CallView]; readonly held: boolean }
  /** Stays 3 s, or as long as the handset is off. */
  | { readonly name: 'ended'; readonly call: CallView; readonly cause: string; readonly lastedMs: number }

/** A line's mailbox. `fresh` and `old` voice messages, undefined: it does not say. */
export interface MailboxView {
  readonly account: AccountId
  readonly label: string
  readonly waiting: boolean
  readonly fresh: number | undefined
  readonly old: number | undefined
  /** To call it; '' when none is known. */
  readonly number: string
}

/** Somebody whose calls or presence are watched; undefined: that is not. `unknown` is neither idle nor away. */
export interface BuddyView {
  readonly account: AccountId
  /** What to call. */
  readonly number: string
  readonly label: string
  readonly busy: BusyState | undefined
  readonly presence: PresenceSummary | undefined
  /** The call that rings there can be taken from here. */
  readonly pickup: Pickup | undefined
}

/** A key the configuration gives a meaning. */
export interface KeyView {
  readonly label: string
  readonly kind: KeySetting['kind']
  readonly digit: string
  /** Of whose calls are watched; undefined: nobody's are. `unknown` is not idle. */
  readonly busy: BusyState | undefined
  /** A press takes the call that rings there. */
  readonly takes: boolean
  /** Messages wait in the mailbox it calls. */
  readonly waiting: boolean
  /** Of a key that turns something on: whether that is on. */
  readonly on: boolean | undefined
}

export interface PhoneView {
  readonly activity: Activity
  /** `idle` with no registered line is shown as not registered, with the reason. */
  readonly lines: readonly LineView[]
  readonly offHook: boolean
  /** The way in use; the handset at rest. */
  readonly route: Route
  /** Volume of that, 0–10. */
  readonly volume: number
  /** Volumes of the other ways there are. */
  readonly handsFree: readonly { readonly route: HandsFree; readonly volume: number }[]
  /** Ringer volume 1–10. */
  readonly ringer: number
  /** A call that waits beside the one the screen is about. */
  readonly waiting: CallView | undefined
  /** A call on hold beside the one the screen is about. */
  readonly beside: CallView | undefined
  /** Calls missed since the log was last looked at. */
  readonly missed: number
  readonly mailboxes: readonly MailboxView[]
  readonly buddies: readonly BuddyView[]
  readonly keys: readonly KeyView[]
  /** Tone plan in use. */
  readonly country: string
  /** Calls that come are refused. */
  readonly dnd: boolean
  /** As far as it is done: what leads back here is left out. */
  readonly forward: Forwarding
}

/** One of the phone book. */
export interface Contact {
  readonly name: string
  /** Numbers as one would dial them, and addresses. */
  readonly numbers: readonly string[]
}

export interface KeySetting {
  readonly label: string
  /** `blf`: whose calls are watched (RFC 4235). `dnd` turns do not disturb on and off. */
  readonly kind: 'speed-dial' | 'blf' | 'voicemail' | 'dnd'
  /** A number or an address; '' for the mailbox messages wait in, and for `dnd`. */
  readonly target: string
  /** The line to prefer, and that watches. */
  readonly account: AccountId
  /** The digit that, held down, stands for it; '': none. */
  readonly digit: string
}

/** What rings for which calls. */
export interface Rings {
  readonly ring: RingName
  /** For calls whose Alert-Info says so; undefined: as for others. */
  readonly internal: RingName | undefined
  readonly external: RingName | undefined
  readonly priority: RingName | undefined
}

export interface PhoneSettings {
  readonly accounts: readonly {
    readonly id: AccountId
    readonly label: string
    readonly config: AccountConfig
    /** Whether its mailbox is subscribed to, and the number to call it, '' for none. Told unasked it is shown anyway. */
    readonly mailbox?: { readonly subscribe: boolean; readonly number: string } | undefined
    /** Address of a list of people whose calls are watched (RFC 4662). */
    readonly buddyList?: string | undefined
    /** Its presence is published. */
    readonly publish?: boolean
  }[]
  /** People to see at a glance. */
  readonly buddies?: readonly {
    readonly label: string
    readonly uri: string
    readonly account: AccountId
    readonly watch: 'calls' | 'presence' | 'both'
  }[]
  /** In the order of the board's `key1`, `key2` …; more than there are of these are on the screen alone. */
  readonly keys?: readonly KeySetting[]
  readonly contacts?: readonly Contact[]
  /** Device of the handset, opened once as port `handset`. */
  readonly handset: DeviceConfig
  /** Devices of the other ways sound can go, those that are there; each opened once as a port of its name. */
  readonly routes?: { readonly [K in HandsFree | 'ringer']?: DeviceConfig | undefined }
  /** Tone plan by country, ISO 3166 in lower case. */
  readonly country: string
  readonly rings: Rings
  /** Keys are heard in the handset while no call is. */
  readonly keyClicks: boolean
  readonly volume: number
  /** Dials by itself this long after the last digit, ms. */
  readonly interDigitMs: number
  /** Digit map (RFC 3435 §2.1.5, see `dial-map.ts`); '' or a wrong one: every number is dialled as entered. */
  readonly dialMap: string
  /** A second call waits, with a tone in the ear; else it finds the phone busy (486). */
  readonly callWaiting: boolean
  /** Calls that come are refused; with which status (480, 486), also when it is the user who wants that. */
  readonly dnd: { readonly on: boolean; readonly status: number }
  readonly forward: Forwarding
}

export type PhoneInput =
  | { readonly from: 'user'; readonly intent: PhoneIntent }
  | { readonly from: 'ua'; readonly event: UaEvent }
  | { readonly from: 'media'; readonly event: MediaEvent }
  /** New settings take effect at once; the caller applies them only when `idle`. */
  | { readonly from: 'settings'; readonly settings: PhoneSettings }
  /** The user sets something; see `chosen.ts`. */
  | { readonly from: 'choice'; readonly choice: Choice }
  /** UTC, ms since 1970, is the machines' clock plus this; undefined: the clock is not set. Told again when it was set anew. */
  | { readonly from: 'clock'; readonly utcOffsetMs: number | undefined }
  /** Shown while starting: `network`, `no configuration yet`; undefined: started. */
  | { readonly from: 'start'; readonly step: string | undefined }

export type PhoneOutput =
  | { readonly to: 'ua'; readonly command: UaCommand }
  | { readonly to: 'media'; readonly command: MediaCommand }
  | { readonly to: 'board'; readonly command: Extract<BoardCommand, { kind: 'led' }> }
  /** The view changed; the newest one counts. */
  | { readonly to: 'screen'; readonly view: PhoneView }
  /** Whenever it changed: to be shown, and kept over a restart. */
  | { readonly to: 'call-log'; readonly calls: CallLog }
  /** The phone book, whenever settings brought one. */
  | { readonly to: 'contacts'; readonly contacts: readonly Contact[] }
  /** What the user has set, whenever that changed: to be kept over a restart. */
  | { readonly to: 'choices'; readonly choices: Choices }
  /** A configuration may be applied now (no call, no ringing, handset down), or not. */
  | { readonly to: 'provisioning'; readonly idle: boolean }
  /** A server asked for it and the phone is idle: the configuration is to be read anew, or everything started anew. */
  | { readonly to: 'sync'; readonly restart: boolean }
  | { readonly to: 'log'; readonly record: LogRecord }
