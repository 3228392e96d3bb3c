// What two recordings of a handset, its mouth and its ear, say about the way between: delay, level, quality.
import { readFileSync } from 'node:fs'
import { type Delay, findDelay, judge, locate, type Quality } from '../../lab/signal/quality.ts'
import { decodeWav } from '../../lab/signal/wav.ts'
import { MARK_MS, RATE } from './instrument.ts'

/** One instant has one index in both. */
export interface Handset {
  readonly mouth: Float32Array
  readonly ear: Float32Array
  /** Index of the mark. */
  readonly mark: number
}

/** Pieces looked for in the other recording, ms, and how many: a jitter buffer may move the delay in the middle of one. */
const [TEMPLATE_MS, TEMPLATES] = [700, 3]
/** Windows in which quality is judged, ms. */
const WINDOW_MS = 200
/** By so much it may move the delay from one window to the next, ms. */
const REACH_MS = 40
/** Below this likeness what was heard is not what was said; from the other on nothing likelier is looked for. */
const [LIKE, SURE] = [0.6, 0.95]
export const samples = (ms: number) => Math.round((ms * RATE) / 1000)

/** Throws with the reason when a file is missing, foreign or without its mark. */
export function readHandset(mouthFile: string, earFile: string): Handset {
  const [mouth, ear] = [mouthFile, earFile].map((file) => {
    const sound = decodeWav(readFileSync(file))
    if (!sound.ok) throw new Error(`${file}: ${sound.error}`)
    if (sound.value.rate !== RATE) throw new Error(`${file}: ${sound.value.rate} Hz instead of ${RATE}`)
    return sound.value.samples
  }) as [Float32Array, Float32Array]
  const onset = mouth.findIndex((x) => Math.abs(x) > 0.02)
  if (onset < 0) throw new Error(`${mouthFile}: silent`)
  const mark = mouth.subarray(onset, onset + samples(MARK_MS * 0.9))
  const place = locate(mark, ear, 0, ear.length - mark.length)
  if (place.likeness < 0.8) throw new Error(`${earFile}: the mark is not in it`)
  const shift = place.at - onset
  return shift >= 0
    ? { mouth, ear: ear.subarray(shift), mark: onset }
    : { mouth: mouth.subarray(-shift), ear, mark: place.at }
}

export interface Stretch {
  /** Indices in what was heard. */
  readonly from: number
  readonly until: number
}

/** What `heard` repeats of `said`, later by `least` to `most` ms; undefined when it does not. */
export function compare(
  said: Float32Array,
  heard: Float32Array,
  { from, until }: Stretch,
  least: number,
  most: number,
): { readonly delayMs: number; readonly quality: Quality } | undefined {
  const template = Math.min(until - from, samples(TEMPLATE_MS))
  let delay: Delay = { samples: 0, likeness: 0 }
  for (let i = 0; i < TEMPLATES && delay.likeness < SURE && from + (i + 1) * template <= until; i++) {
    const found = findDelay(said, heard, from + i * template, template, samples(least), samples(most))
    if (found.likeness > delay.likeness) delay = found
  }
  if (delay.likeness < LIKE) return undefined
  const quality = judge(said, heard, from, until - from, delay.samples, samples(WINDOW_MS), samples(REACH_MS))
  return { delayMs: (quality.delay * 1000) / RATE, quality }
}

/** The last instant something was said, in samples. */
export const lastSound = (sound: Float32Array): number => sound.findLastIndex((x) => Math.abs(x) > 0.02)
