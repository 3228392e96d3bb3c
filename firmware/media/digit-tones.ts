// Keypad digits as the tones they are (ITU-T Q.23).
import type { Tone } from './contract.ts'

const GAP_MS = 60
const LEVEL_DB = -9
const ROWS: readonly (readonly [number, string])[] = [
  [697, '123A'],
  [770, '456B'],
  [852, '789C'],
  [941, '*0#D'],
]
const COLUMNS = [1209, 1336, 1477, 1633]

/** One after the other with gaps of 60 ms; digits are 0-9 A-D * #. */
export function digitTones(digits: string, durationMs: number): Tone {
  const steps = [...digits].flatMap((digit) => [
    { frequencies: frequenciesOf(digit), ms: durationMs, levelDb: LEVEL_DB },
    { frequencies: [], ms: GAP_MS, levelDb: 0 },
  ])
  return { steps, repeat: 1 }
}

/** The two of a key, Hz. */
export function frequenciesOf(digit: string): readonly [number, number] {
  const [row, keys] = ROWS.find(([, names]) => names.includes(digit)) ?? [0, '']
  return [row, COLUMNS[keys.indexOf(digit)] ?? 0]
}
