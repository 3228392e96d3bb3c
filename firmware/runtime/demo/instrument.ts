// Hears what a handset says beside what it hears: a recorder on its mouth, and a mark in both recordings at one instant, so
// that their samples can be told apart in time exactly.
import type { MediaCommand, PortId } from '../../media/contract.ts'

/** Silence the spoken file begins with, so that the mark stands alone, seconds. */
export const LEAD_SECONDS = 0.6
export const RATE = 16000
/** Length of the mark: four different dual tones, found again in one place only. */
export const MARK_MS = 80

const MARK = [
  [697, 1209],
  [770, 1336],
  [852, 1477],
  [941, 1633],
].map((frequencies) => ({ frequencies, ms: MARK_MS / 4, levelDb: -12 }))

/** Commands for an engine whose port `handset` is a WAV device recording what it plays; `file` gets what it says. */
export const instrument = (handset: PortId, file: string): readonly MediaCommand[] => [
  { kind: 'open-recorder', port: 'probe:mouth', file, rate: RATE, maxBytes: 0 },
  { kind: 'open-tone', port: 'probe:mark', tone: { steps: MARK, repeat: 1 } },
  { kind: 'connect', from: 'probe:mark', to: handset },
  { kind: 'connect', from: 'probe:mark', to: 'probe:mouth' },
  { kind: 'connect', from: handset, to: 'probe:mouth' },
]
