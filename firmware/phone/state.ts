// What the phone knows: a value that is replaced, never changed in place. What is heard, lit and shown follows from it.
import { FOREVER, type Millis } from '../base/time.ts'
import type { PortId } from '../media/contract.ts'
import type { ToneName } from '../media/tones.ts'
import type { AccountId, CallId, Party } from '../ua/contract.ts'
import type { PhoneSettings } from './contract.ts'

export interface Line {
  readonly account: AccountId
  readonly label: string
  /** Whom it registers with, for words; undefined: a line that needs no registration. */
  readonly host: string | undefined
  readonly registered: boolean
  readonly reason: string
}

export interface PhoneCall {
  readonly id: CallId
  readonly account: AccountId
  readonly peer: Party
  readonly direction: 'in' | 'out'
  /** The number as dialled; '' for incoming calls. */
  readonly dialled: string
  /** Lines an emergency call has failed on already. */
  readonly tried: readonly AccountId[]
  readonly since: Millis | undefined
  /** The other side rings (180). */
  readonly ringing: boolean
  /** Its bridge port, while there is one. */
  readonly port: PortId | undefined
  readonly codec: string
  /** RTP has come: early media is heard instead of our own ringback. */
  readonly audible: boolean
  readonly remoteHold: boolean
  readonly muted: boolean
  /** What the user wants, what was agreed, and what is being asked for now: keys may be faster than the network. */
  readonly wantHeld: boolean
  readonly held: boolean
  readonly asking: 'hold' | 'resume' | undefined
}

/** What will happen by itself while a number is entered. */
export interface Due {
  readonly what: 'howl' | 'dial' | 'clear'
  readonly at: Millis
}

export type Phase =
  | { readonly name: 'idle' }
  /** Handset off or pre-dialling. Off hook without digits and without `due`: the howler sounds. */
  | { readonly name: 'dialling'; readonly digits: string; readonly due: Due | undefined }
  /** `unheardUntil`: when the user agent must have taken the call up; FOREVER once it has. */
  | { readonly name: 'calling'; readonly call: PhoneCall; readonly unheardUntil: Millis }
  | { readonly name: 'ringing'; readonly call: PhoneCall }
  | { readonly name: 'talking'; readonly call: PhoneCall }
  | {
      readonly name: 'ended'
      readonly call: PhoneCall
      readonly cause: string
      readonly lastedMs: number
      readonly tone: Extract<ToneName, 'busy' | 'congestion'>
      /** FOREVER while the handset is off. */
      readonly until: Millis
    }

export interface PhoneState {
  readonly phase: Phase
  readonly offHook: boolean
  readonly volume: number
  readonly lines: readonly Line[]
  readonly settings: PhoneSettings | undefined
  readonly lastNumber: string
  /** Calls hung up here whose end has not been reported yet. */
  readonly leaving: readonly CallId[]
  /** Names the next outgoing call. */
  readonly nextCall: number
  /** What start-up is at; undefined: started. */
  readonly step: string | undefined
}

export const initialState = (step: string | undefined, volume: number): PhoneState => ({
  phase: { name: 'idle' },
  offHook: false,
  volume,
  lines: [],
  settings: undefined,
  lastNumber: '',
  leaving: [],
  nextCall: 1,
  step,
})

export function callOf(phase: Phase): PhoneCall | undefined {
  switch (phase.name) {
    case 'idle':
    case 'dialling':
    case 'ended':
      return undefined
    case 'calling':
    case 'ringing':
    case 'talking':
      return phase.call
  }
}

/** No call, no ringing, nothing entered, handset down, nothing left to take down. */
export const isIdle = ({ phase, offHook, leaving }: PhoneState): boolean =>
  (phase.name === 'idle' || phase.name === 'ended') && !offHook && leaving.length === 0

export function deadlineOf(phase: Phase): Millis {
  switch (phase.name) {
    case 'dialling':
      return phase.due?.at ?? FOREVER
    case 'calling':
      return phase.unheardUntil
    case 'ended':
      return phase.until
    case 'idle':
    case 'ringing':
    case 'talking':
      return FOREVER
  }
}

/** A line can be called from: it is registered, needs no registration, or is trying for the first time. */
export const isUsable = (line: Line): boolean => line.registered || line.reason === ''
