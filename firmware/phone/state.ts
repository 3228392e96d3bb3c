// What the phone knows: a value that is replaced, never changed in place. What is heard, lit and shown follows from it.
import { after, earlier, FOREVER, type Millis } from '../base/time.ts'
import type { PortId } from '../media/contract.ts'
import type { Cadence } from '../media/rings.ts'
import type { ToneName } from '../media/tones.ts'
import type { AccountId, CallId, Party } from '../ua/contract.ts'
import type { Alert } from './alert.ts'
import { redialList } from './call-log.ts'
import type { Choices } from './chosen.ts'
import type { CallLog, PhoneSettings, Route } from './contract.ts'
import type { DialMap } from './dial-map.ts'
import type { Phonebook } from './phonebook.ts'
import { NOTHING_WATCHED, type Watching } from './watching.ts'

export interface Line {
  readonly account: AccountId
  readonly label: string
  readonly aor: string
  /** Whom it registers with, for words; undefined: a line that needs no registration. */
  readonly host: string | undefined
  readonly registered: boolean
  readonly reason: string
  readonly retryAt: Millis | undefined
}

/** A call that is being sent on, until it is gone or taken back. */
export interface Sent {
  readonly to: Party
  /** Our call with `to`, whose place it is to take. */
  readonly other: CallId | undefined
  /** It rings there. */
  readonly ringing: boolean
  /** Why it came to nothing, in words. */
  readonly failed: string | undefined
}

export interface PhoneCall {
  readonly id: CallId
  readonly account: AccountId
  /** As dialled, or as it was when it came. */
  readonly peer: Party
  /** Who is there as far as was told since. */
  readonly identity: Party | undefined
  /** Whom it was for before it was sent on to us. */
  readonly diverted: Party | undefined
  /** What its Alert-Info says of it. */
  readonly alert: Alert | Cadence | undefined
  readonly direction: 'in' | 'out'
  /** `calling`: ours, not answered yet; `ringing`: theirs, not answered yet. */
  readonly stage: 'calling' | 'ringing' | 'talking'
  /** The number called, after the dial plan; '' for incoming calls. */
  readonly dialled: string
  /** Lines an emergency call has failed on already. */
  readonly tried: readonly AccountId[]
  readonly began: Millis
  /** When a call that rings is taken without anybody's doing, if nothing else is going on then; FOREVER: never. */
  readonly answerAt: Millis
  /** Whom it is sent on to when nobody takes it until then; '' and FOREVER: nobody. */
  readonly sendOn: string
  readonly sendOnAt: Millis
  /** When the user agent must have taken the call up; FOREVER once it has. */
  readonly unheardUntil: Millis
  readonly since: Millis | undefined
  /** The other side rings (180). */
  readonly ringing: boolean
  /** Its bridge port, while there is one. */
  readonly port: PortId | undefined
  readonly codec: string
  readonly secured: boolean
  /** RTP has come: early media is heard instead of our own ringback. */
  readonly audible: boolean
  readonly remoteHold: boolean
  readonly muted: boolean
  /** What the user wants, what was agreed, and what is being asked for now: keys may be faster than the network. */
  readonly wantHeld: boolean
  readonly held: boolean
  readonly asking: 'hold' | 'resume' | undefined
  readonly sent: Sent | undefined
}

/** What will happen by itself while a number is entered. */
export interface Due {
  readonly what: 'howl' | 'dial' | 'clear'
  readonly at: Millis
}

/** What the user is at. A call that rings is never the focus: it lies over it until it is taken. */
export type Focus =
  | { readonly name: 'idle' }
  /** Handset off or pre-dialling. Off hook without digits and without `due`: the howler sounds. */
  | { readonly name: 'dialling'; readonly digits: string; readonly due: Due | undefined }
  /** The call being made or spoken in, or the one on hold the user stands before. All others are set aside. */
  | { readonly name: 'call'; readonly id: CallId }
  | {
      readonly name: 'ended'
      readonly call: PhoneCall
      readonly cause: string
      readonly lastedMs: number
      readonly tone: Extract<ToneName, 'busy' | 'congestion'>
      /** FOREVER while the handset is off and no other call is left. */
      readonly until: Millis
    }

export interface PhoneState {
  readonly focus: Focus
  /** In the order they began, at most MAX_CALLS, at most one of them ringing. */
  readonly calls: readonly PhoneCall[]
  /** All calls, each one answered, hear each other and the handset. */
  readonly conference: boolean
  /** The phone is in use: the handset is up, or somebody listens hands-free. */
  readonly offHook: boolean
  readonly handsetUp: boolean
  /** Where one listens and speaks. */
  readonly route: Route
  /** Ports whose device does not work at the moment. */
  readonly lost: readonly PortId[]
  /** What the user has set; what holds of it says `settled`. */
  readonly choices: Choices
  /** A short tone that shows how loud it now is, that a call was taken by itself, or that one could not be sent on. */
  readonly sample:
    | {
        readonly tone: Extract<ToneName, 'confirmation' | 'ring' | 'congestion'>
        readonly until: Millis
        readonly on?: Route
      }
    | undefined
  readonly lines: readonly Line[]
  readonly settings: PhoneSettings | undefined
  readonly dialMap: DialMap | undefined
  readonly phonebook: Phonebook
  readonly lastNumber: string
  /** The calls that are over. */
  readonly past: CallLog
  /** UTC is the machines' clock plus this, ms; undefined: it is not known. */
  readonly utcOffsetMs: number | undefined
  readonly watching: Watching
  /** What a server asked for (check-sync), to be done when the phone is idle. */
  readonly sync: 'read' | 'restart' | undefined
  /** Calls hung up here whose end has not been reported yet. */
  readonly leaving: readonly CallId[]
  /** Names the next outgoing call. */
  readonly nextCall: number
  /** What start-up is at; undefined: started. */
  readonly step: string | undefined
}

/** One to speak to and one beside it. */
export const MAX_CALLS = 2

export const initialState = (step: string | undefined, choices: Choices, past: CallLog): PhoneState => ({
  focus: { name: 'idle' },
  calls: [],
  conference: false,
  offHook: false,
  handsetUp: false,
  route: 'handset',
  lost: [],
  choices,
  sample: undefined,
  lines: [],
  settings: undefined,
  dialMap: undefined,
  phonebook: new Map(),
  lastNumber: redialList(past.log)[0]?.number ?? '',
  past,
  utcOffsetMs: undefined,
  watching: NOTHING_WATCHED,
  sync: undefined,
  leaving: [],
  nextCall: 1,
  step,
})

/** The call the user is at. */
export const focused = ({ focus, calls }: PhoneState): PhoneCall | undefined =>
  focus.name === 'call' ? calls.find((call) => call.id === focus.id) : undefined

export const ringingOf = ({ calls }: PhoneState): PhoneCall | undefined =>
  calls.find((call) => call.stage === 'ringing')

/** The call set aside, or the other one of a conference. */
export function besideOf(state: PhoneState): PhoneCall | undefined {
  const { focus, calls } = state
  return calls.find((call) => call.stage === 'talking' && !(focus.name === 'call' && call.id === focus.id))
}

/** It has been sent on, and what becomes of that is not known yet. */
export const isLeaving = ({ sent }: PhoneCall): boolean => sent !== undefined && sent.failed === undefined

/** A call rings and nobody is spoken to: it has the screen and the bell. Otherwise it waits. */
export function isAlerting(state: PhoneState): boolean {
  const call = focused(state)
  return ringingOf(state) !== undefined && (call === undefined || call.wantHeld)
}

/** No call, no ringing, nothing entered, handset down, nothing left to take down. */
export const isIdle = ({ focus, calls, offHook, leaving }: PhoneState): boolean =>
  (focus.name === 'idle' || focus.name === 'ended') && calls.length === 0 && !offHook && leaving.length === 0

function focusDeadline(focus: Focus): Millis {
  switch (focus.name) {
    case 'dialling':
      return focus.due?.at ?? FOREVER
    case 'ended':
      return focus.until
    case 'idle':
    case 'call':
      return FOREVER
  }
}

/** Rings so long at most, ms: by then every proxy on the way has given the call up (RFC 3261 §16.6, timer C). */
export const RING_MS = 180_000

/** When the phone stops waiting for what this call waits for: an answer, or somebody to take it up. Or takes it itself. */
export const patienceOf = ({ stage, began, answerAt, sendOnAt, unheardUntil }: PhoneCall): Millis =>
  stage === 'ringing' ? earlier(after(began, RING_MS), earlier(answerAt, sendOnAt)) : unheardUntil

export const deadlineOf = ({ focus, calls, sample }: PhoneState): Millis =>
  calls.reduce((due, call) => earlier(due, patienceOf(call)), earlier(focusDeadline(focus), sample?.until ?? FOREVER))

/** A line can be called from: it is registered, needs no registration, or is trying for the first time. */
export const isUsable = (line: Line): boolean => line.registered || line.reason === ''
