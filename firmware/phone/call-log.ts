// The calls that are over: who called whom, when, how long and how it ended. Bounded in number and in length.
import { type Millis, ms } from '../base/time.ts'
import type { CallLog, LogEntry } from './contract.ts'
import { known } from './phonebook.ts'
import type { PhoneCall, PhoneState } from './state.ts'

export const LOG_SIZE = 100
/** Of a name, a number, a reason, in characters: names come from strangers. */
export const MAX_TEXT = 255

export const NO_CALLS: CallLog = { log: [], missed: 0 }

/** A call nobody here took is missed, whoever ended it, unless it was sent on; one that was refused here is not. */
export type Ending = 'over' | 'missed' | 'forwarded'

const withEntry = ({ log, missed }: CallLog, entry: LogEntry): CallLog => ({
  log: [entry, ...log].slice(0, LOG_SIZE),
  missed: entry.kind === 'missed' ? Math.min(missed + 1, LOG_SIZE) : missed,
})

/** What to dial to reach that caller again; '' for one who did not say who he is, or at too great a length. */
function numberOf({ direction, peer }: PhoneCall): string {
  if (direction === 'out') return peer.number
  if (/anonymous/i.test(peer.uri)) return ''
  return peer.uri.includes('@') ? peer.number : peer.uri
}

/** A name told later belongs to the number that was called, or to somebody else. */
const nameOf = ({ peer, identity }: PhoneCall): string =>
  peer.display === '' && identity?.number === peer.number ? identity.display : peer.display

const dateOf = (began: Millis, utcOffsetMs: number | undefined): number | undefined =>
  utcOffsetMs === undefined ? undefined : Math.round(began + utcOffsetMs)

export function logged(state: PhoneState, call: PhoneCall, ending: Ending, cause: string, now: Millis): PhoneState {
  const number = numberOf(call)
  const entry: LogEntry = {
    kind: ending === 'over' ? (call.direction === 'out' ? 'placed' : 'received') : ending,
    name: known(state, { ...call.peer, display: nameOf(call) }).display.slice(0, MAX_TEXT),
    number: number.length > MAX_TEXT ? '' : number,
    account: call.account,
    at: dateOf(call.began, state.utcOffsetMs),
    began: call.began,
    lastedMs: call.since === undefined ? 0 : Math.round(now - call.since),
    cause: cause.slice(0, MAX_TEXT),
  }
  return { ...state, past: withEntry(state.past, entry) }
}

/** The clock was set: what began before that is dated by it, what began in an earlier start stays without a date. */
export function dated(state: PhoneState, utcOffsetMs: number | undefined): PhoneState {
  const isDue = ({ at, began }: LogEntry) => at === undefined && began !== undefined
  if (utcOffsetMs === undefined || !state.past.log.some(isDue)) return { ...state, utcOffsetMs }
  const log = state.past.log.map((entry) =>
    isDue(entry) ? { ...entry, at: dateOf(entry.began!, utcOffsetMs) } : entry,
  )
  return { ...state, utcOffsetMs, past: { ...state.past, log } }
}

/** When a call began by the machines' clock, of an earlier start as well; undefined: nobody knows. */
export function begunAt({ utcOffsetMs }: PhoneState, { at, began }: LogEntry): Millis | undefined {
  if (began !== undefined) return began
  return at === undefined || utcOffsetMs === undefined ? undefined : ms(at - utcOffsetMs)
}

/** Numbers dialled, the last one first, each once. */
export const redialList = (log: readonly LogEntry[]): LogEntry[] => {
  const seen = new Set<string>()
  return log.filter(({ kind, number }) => kind === 'placed' && !seen.has(number) && seen.add(number))
}
