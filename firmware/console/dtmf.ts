// Digits beside RFC 4733: one INFO after the other with application/dtmf-relay, or the tones themselves.
import type { CallId, UaCommand } from '../ua/contract.ts'
import type { Station } from './station.ts'

export interface DigitsByInfo {
  readonly all: string
  rest: string
  readonly durationMs: number
}

const NAME = 'dtmf:'
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

/** True: that port played digits, and they are sent. */
export function endInBand(station: Station, port: string): boolean {
  const played = station.inBand.get(port)
  if (played === undefined) return false
  station.media({ kind: 'close-port', port })
  station.tell(played.call, { event: 'dtmf-sent', digits: played.digits, by: 'in-band' })
  return true
}
