// What tests of offers and answers stand on: our side of an audio stream, and descriptions of theirs.
import type { SessionDescription } from '../sdp/description.ts'
import { type LocalAudio, PCMU } from '../sdp/local.ts'
import { parseSdp } from '../sdp/parse.ts'
import { printSdp } from '../sdp/print.ts'

/** Of our descriptions. */
export const ORIGIN = { username: '-', sessionId: '1' }

/** PCMU, without telephone events, and whatever else a test wants. */
export const localAudio = (more: Partial<LocalAudio> = {}): LocalAudio => ({
  ...{ address: '192.0.2.10', rtpPort: 30_000, rtcpPort: 30_001, codecs: [PCMU], events: undefined, ptimeMs: 20 },
  ...{ direction: 'sendrecv', order: 'offerer', ...more },
})

/** A description of theirs: `lines` after those of the session. */
export const theirSdp = (...lines: readonly string[]): SessionDescription =>
  unwrap(parseSdp([...SESSION, ...lines, ''].join('\r\n')))

/** What there is; throws with the fault where there is none. */
export function unwrap<T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: object },
): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

/** The lines that begin with `start`. */
export const linesOf = (description: SessionDescription, start: RegExp): readonly string[] =>
  printSdp(description)
    .split('\r\n')
    .filter((line) => start.test(line))

const SESSION = ['v=0', 'o=- 1 1 IN IP4 192.0.2.20', 's=-', 'c=IN IP4 192.0.2.20', 't=0 0']
