// What two recordings of a handset, its mouth and its ear, say about the way between: delay, level, quality.
import { readFileSync } from 'node:fs'
import { findDelay, judge, locate, type Quality } from '../../lab/signal/quality.ts'
import { decodeWav } from '../../lab/signal/wav.ts'
import { MARK_MS, RATE } from './instrument.ts'

/** One instant has one index in both. */
export interface Handset {
  readonly mouth: Float32Array
  readonly ear: Float32Array
  /** Index of the mark. */
  readonly mark: number
}

/** What is looked for in the other recording, ms. */
const TEMPLATE_MS = 2000
/** Windows in which quality is judged, ms. */
const WINDOW_MS = 200
/** Below this likeness what was heard is not what was said. */
const LIKE = 0.5
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
  const delay = findDelay(said, heard, from, template, samples(least), samples(most))
  if (delay.likeness < LIKE) return undefined
  const quality = judge(said, heard, from, until - from, delay.samples, samples(WINDOW_MS))
  return { delayMs: (delay.samples * 1000) / RATE, quality }
}

/** The last instant something was said, in samples. */
export const lastSound = (sound: Float32Array): number => sound.findLastIndex((x) => Math.abs(x) > 0.02)
