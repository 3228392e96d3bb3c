// A test tone in a file, and how much of a recording is that tone.
import { readFileSync, writeFileSync } from 'node:fs'
import { decodeWav, encodeWav, type Sound } from '../lab/signal/wav.ts'

/** Writes a sine of `hertz` at half of full scale. */
export function writeTone(file: string, hertz: number, seconds: number, rate: number): void {
  const samples = Float32Array.from(
    { length: seconds * rate },
    (_, i) => 0.5 * Math.sin((2 * Math.PI * hertz * i) / rate),
  )
  writeFileSync(file, encodeWav({ rate, samples }))
}

/** Hz; what lies between two candidates loses 3 % in a window of 100 ms. */
const STEP = 2

export interface ToneShare {
  /** Seconds in which the tone was there: 100 ms windows with at least 90 % of their energy at `hertz` and above −40 dBFS. */
  readonly seconds: number
  /** Median level of those windows, dB below full scale of a sine. */
  readonly levelDb: number
  /** Seconds in which it was not, between the first of those windows and the last. */
  readonly missing: number
}

/** How long and how loud `hertz` is heard in a WAV file. */
export function toneIn(file: string, hertz: number, off = 0): ToneShare {
  const sound = decodeWav(readFileSync(file))
  if (!sound.ok) throw new Error(`${file}: ${sound.error}`)
  return toneOf(sound.value, hertz, off)
}

/**
 * How long and how loud `hertz` is heard in a sound. `off`: as a share of it, how far the tone may be off, as it is while a
 * converter of rates follows another clock.
 */
export function toneOf({ rate, samples }: Sound, hertz: number, off = 0): ToneShare {
  const candidates = [hertz]
  for (let f = hertz * (1 - off); f < hertz * (1 + off); f += STEP) candidates.push(f)
  const size = rate / 10
  const levels: number[] = []
  let [first, last] = [-1, -1]
  for (let at = 0; at + size <= samples.length; at += size) {
    const window = samples.subarray(at, at + size)
    const energy = window.reduce((sum, x) => sum + x * x, 0) / size
    const part = Math.max(...candidates.map((f) => powerAt(window, f, rate)))
    if (part / energy < 0.9 || energy <= 1e-4) continue
    levels.push(10 * Math.log10(2 * part))
    if (first < 0) first = at
    last = at
  }
  return {
    seconds: levels.length / 10,
    levelDb: levels.sort((a, b) => a - b)[levels.length >> 1] ?? Number.NEGATIVE_INFINITY,
    missing: levels.length === 0 ? 0 : (last - first) / size / 10 + 0.1 - levels.length / 10,
  }
}

/** Mean power of the component at `hertz` (Goertzel). */
function powerAt(window: Float32Array, hertz: number, rate: number): number {
  const c = 2 * Math.cos((2 * Math.PI * hertz) / rate)
  let [s1, s2] = [0, 0]
  for (const x of window) [s1, s2] = [x + c * s1 - s2, s1]
  return (2 * (s1 * s1 + s2 * s2 - c * s1 * s2)) / window.length ** 2
}
