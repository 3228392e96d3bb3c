// Digits as tones in the call's stream, beside named events and INFO.
import type { Station } from './station.ts'

/** True: that port played digits, and they are sent. */
export function endInBand(station: Station, port: string): boolean {
  const played = station.inBand.get(port)
  if (played === undefined) return false
  station.media({ kind: 'close-port', port })
  station.tell(played.call, { event: 'dtmf-sent', digits: played.digits, by: 'in-band' })
  return true
}
