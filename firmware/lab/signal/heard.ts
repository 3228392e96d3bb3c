// Figures for speech that came through a network and a jitter buffer: delay, share made up, spectral distance, intelligibility, E-model.
import { follow, HOP, PIECE, type Piece } from './follow.ts'
import { hann, powerSpectrum } from './spectrum.ts'
import { stoi } from './stoi.ts'

export interface Heard {
  /** From said to heard, ms: mean, and what 95 % of the time stays below. */
  readonly delayMs: number
  readonly delay95Ms: number
  /** Share of the spoken time that was made up or bent, 0–1. */
  readonly substituted: number
  /** Mean over spoken pieces of the distance between the log spectra of said and heard, dB. */
  readonly distanceDb: number
  /** See stoi.ts. */
  readonly stoi: number
  /** ITU-T G.107's estimate of what people would say, 1–4.41. */
  readonly mos: number
}

/** Both of 8 kHz, on one line of time; delays of up to `mostMs` are found. */
export function judgeHeard(said: Float32Array, heard: Float32Array, mostMs: number): Heard {
  const pieces = follow(said, heard, mostMs * 8)
  const spoken = pieces.filter((piece) => piece.spoken)
  const delays = spoken.map(({ delay }) => delay / 8).sort((a, b) => a - b)
  const delayMs = delays.reduce((sum, ms) => sum + ms, 0) / delays.length
  const substituted = spoken.filter(({ whole }) => !whole).length / spoken.length
  return {
    delayMs,
    delay95Ms: delays[Math.floor(delays.length * 0.95)] ?? Number.NaN,
    substituted,
    distanceDb: spoken.reduce((sum, { at, delay }) => sum + distance(said, at - delay, heard, at), 0) / spoken.length,
    stoi: stoi(asHeard(said, pieces), heard.slice(pieces[0]?.at, (pieces.at(-1)?.at ?? 0) + PIECE)),
    mos: mosOf(delayMs, substituted),
  }
}

/** What was said, each piece moved to where it was heard. */
function asHeard(said: Float32Array, pieces: readonly Piece[]): Float32Array {
  const window = hann(PIECE)
  const out = new Float32Array((pieces.length + 1) * HOP)
  for (const [n, { at, delay }] of pieces.entries())
    for (let i = 0; i < PIECE; i++) out[n * HOP + i] = out[n * HOP + i]! + said[at - delay + i]! * window[i]!
  return out
}

const WINDOW = hann(PIECE)
/** Bins from 125 Hz to 3.4 kHz. */
const [LOW, HIGH] = [4, 110]
/** So far below a loud bin all are alike. */
const FLOOR = 0.003

function distance(said: Float32Array, saidAt: number, heard: Float32Array, heardAt: number): number {
  const a = powerSpectrum(said, saidAt, WINDOW, PIECE)
  const b = powerSpectrum(heard, heardAt, WINDOW, PIECE)
  let sum = 0
  for (let k = LOW; k < HIGH; k++) sum += (10 * Math.log10((a[k]! + FLOOR) / (b[k]! + FLOOR))) ** 2
  return Math.sqrt(sum / (HIGH - LOW))
}

/** G.107 with the default values: R = 93.2 − Id − Ie,eff; G.711 with concealment has Bpl 25.1 (G.113 Appendix I). */
export function mosOf(delayMs: number, lost: number): number {
  const late = delayMs > 177.3 ? 0.11 * (delayMs - 177.3) : 0
  const percent = 100 * lost
  const r = 93.2 - 0.024 * delayMs - late - (95 * percent) / (percent + 25.1)
  return r <= 0 ? 1 : 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6
}
