// Digits beside RFC 4733: one INFO after the other with application/dtmf-relay, or the tones themselves (ITU-T Q.23).
import type { Tone } from '../media/contract.ts'
import type { CallId, UaCommand } from '../ua/contract.ts'
import type { Station } from './station.ts'

export interface DigitsByInfo {
  readonly all: string
  rest: string
  readonly durationMs: number
}

const NAME = 'dtmf:'
const GAP_MS = 60
const LEVEL_DB = -9
const ROWS: readonly (readonly [number, string])[] = [
  [697, '123A'],
  [770, '456B'],
  [852, '789C'],
  [941, '*0#D'],
]
const COLUMNS = [1209, 1336, 1477, 1633]

/** The INFO that brings the next digit; undefined: there is none. */
export function nextInfo(station: Station, call: CallId): (UaCommand & { readonly kind: 'send-request' }) | undefined {
  const digits = station.byInfo.get(call)
  if (digits === undefined || digits.rest === '') return undefined
  const content = `Signal=${digits.rest[0]}\r\nDuration=${digits.durationMs}\r\n`
  digits.rest = digits.rest.slice(1)
  const body = { contentType: 'application/dtmf-relay', content }
  return { kind: 'send-request', request: NAME + call, method: 'INFO', to: { call }, headers: [], body }
}

/** After the answer to one digit comes the next. True: that was a digit's request. */
export function sendNextDigit(station: Station, request: string, status: number): boolean {
  if (!request.startsWith(NAME)) return false
  if (status < 200) return true
  const call = request.slice(NAME.length)
  const digits = station.byInfo.get(call)
  if (digits === undefined) return true
  const next = status < 300 ? nextInfo(station, call) : undefined
  if (next !== undefined) {
    station.agent?.ua(next)
    return true
  }
  station.byInfo.delete(call)
  const sent = digits.all.slice(0, digits.all.length - digits.rest.length)
  station.tell(call, { event: 'dtmf-sent', digits: sent, by: 'info', status })
  return true
}

export function digitTones(digits: string, durationMs: number): Tone {
  const steps = [...digits].flatMap((digit) => [
    { frequencies: frequenciesOf(digit), ms: durationMs, levelDb: LEVEL_DB },
    { frequencies: [], ms: GAP_MS, levelDb: 0 },
  ])
  return { steps, repeat: 1 }
}

function frequenciesOf(digit: string): readonly number[] {
  const [row, keys] = ROWS.find(([, names]) => names.includes(digit)) ?? [0, '']
  return [row, COLUMNS[keys.indexOf(digit)] ?? 0]
}

/** True: that port played digits, and they are sent. */
export function endInBand(station: Station, port: string): boolean {
  const played = station.inBand.get(port)
  if (played === undefined) return false
  station.media({ kind: 'close-port', port })
  station.tell(played.call, { event: 'dtmf-sent', digits: played.digits, by: 'in-band' })
  return true
}
