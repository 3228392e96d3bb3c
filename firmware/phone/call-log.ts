// The calls of this session: who called whom, when, how long and how it ended. Bounded; nothing of it is on disk.
import type { Millis } from '../base/time.ts'
import type { LogEntry } from './contract.ts'
import type { PhoneCall, PhoneState } from './state.ts'

export const LOG_SIZE = 100

/** A call nobody here took is missed, whoever ended it, unless it was sent on; one that was refused here is not. */
export type Ending = 'over' | 'missed' | 'forwarded'

const withEntry = (state: PhoneState, entry: LogEntry): PhoneState => ({
  ...state,
  log: [entry, ...state.log].slice(0, LOG_SIZE),
  missed: entry.kind === 'missed' ? Math.min(state.missed + 1, LOG_SIZE) : state.missed,
})

/** What to dial to reach that caller again; '' for one who did not say who he is. */
function numberOf({ direction, peer }: PhoneCall): string {
  if (direction === 'out') return peer.number
  if (/anonymous/i.test(peer.uri)) return ''
  return peer.uri.includes('@') ? peer.number : peer.uri
}

/** A name told later belongs to the number that was called, or to somebody else. */
const nameOf = ({ peer, identity }: PhoneCall): string =>
  peer.display === '' && identity?.number === peer.number ? identity.display : peer.display

export const logged = (state: PhoneState, call: PhoneCall, ending: Ending, cause: string, now: Millis): PhoneState =>
  withEntry(state, {
    kind: ending === 'over' ? (call.direction === 'out' ? 'placed' : 'received') : ending,
    name: nameOf(call),
    number: numberOf(call),
    account: call.account,
    at: call.began,
    lastedMs: call.since === undefined ? 0 : now - call.since,
    cause,
  })

/** Numbers dialled, the last one first, each once. */
export const redialList = (log: readonly LogEntry[]): LogEntry[] => {
  const seen = new Set<string>()
  return log.filter(({ kind, number }) => kind === 'placed' && !seen.has(number) && seen.add(number))
}
