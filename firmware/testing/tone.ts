// A test tone in a file, and how much of a recording is that tone.
import { readFileSync, writeFileSync } from 'node:fs'
import { decodeWav, encodeWav } from '../lab/signal/wav.ts'

/** Writes a sine of `hertz` at half of full scale. */
export function writeTone(file: string, hertz: number, seconds: number, rate: number): void {
  const samples = Float32Array.from(
    { length: seconds * rate },
    (_, i) => 0.5 * Math.sin((2 * Math.PI * hertz * i) / rate),
  )
  writeFileSync(file, encodeWav({ rate, samples }))
}

export interface ToneShare {
  /** Seconds in which the tone was there: 100 ms windows with at least 90 % of their energy at `hertz` and above −40 dBFS. */
  readonly seconds: number
  /** Median level of those windows, dB below full scale of a sine. */
  readonly levelDb: number
}

/** How long and how loud `hertz` is heard in a WAV file. */
export function toneIn(file: string, hertz: number): ToneShare {
  const sound = decodeWav(readFileSync(file))
  if (!sound.ok) throw new Error(`${file}: ${sound.error}`)
  const { rate, samples } = sound.value
  const size = rate / 10
  const levels: number[] = []
  for (let at = 0; at + size <= samples.length; at += size) {
    const window = samples.subarray(at, at + size)
    const energy = window.reduce((sum, x) => sum + x * x, 0) / size
    const part = powerAt(window, hertz, rate)
    if (part / energy >= 0.9 && energy > 1e-4) levels.push(10 * Math.log10(2 * part))
  }
  return {
    seconds: levels.length / 10,
    levelDb: levels.sort((a, b) => a - b)[levels.length >> 1] ?? Number.NEGATIVE_INFINITY,
  }
}

/** Mean power of the component at `hertz` (Goertzel). */
function powerAt(window: Float32Array, hertz: number, rate: number): number {
  const c = 2 * Math.cos((2 * Math.PI * hertz) / rate)
  let [s1, s2] = [0, 0]
  for (const x of window) [s1, s2] = [x + c * s1 - s2, s1]
  return (2 * (s1 * s1 + s2 * s2 - c * s1 * s2)) / window.length ** 2
}
