// Short-time objective intelligibility (Taal, Hendriks, Heusdens, Jensen: IEEE Trans. ASLP 19(7), 2011): 1 as clear as the original, 0 nothing of it.
import { hann, powerSpectrum } from './spectrum.ts'

/** Hz; what comes in is of 8 kHz and is taken there by 5/4. */
const RATE = 10_000
const FRAME = 256
const FFT = 512
/** One-third octave bands from 150 Hz. */
const BANDS = 15
const LOWEST_HZ = 150
/** Frames compared at once: 384 ms. */
const SEGMENT = 30
/** Frames of the original so much below its loudest are left out, dB. */
const RANGE_DB = 40
/** A degraded band counts at most this far below the original, dB. */
const CLIP_DB = -15

/** Two signals of 8 kHz, sample for sample at the same time. */
export function stoi(original: Float32Array, degraded: Float32Array): number {
  const [x, y] = withoutSilence(resampled(original), resampled(degraded))
  const [a, b] = [bands(x), bands(y)]
  let sum = 0
  let count = 0
  for (let end = SEGMENT; end <= a.length; end++) {
    for (let band = 0; band < BANDS; band++, count++) {
      const clean = a.slice(end - SEGMENT, end).map((frame) => frame[band]!)
      const other = b.slice(end - SEGMENT, end).map((frame) => frame[band]!)
      const scale = Math.sqrt(power(clean) / (power(other) + 1e-20))
      const most = 1 + 10 ** (-CLIP_DB / 20)
      sum += correlation(
        clean,
        other.map((value, i) => Math.min(value * scale, clean[i]! * most)),
      )
    }
  }
  return count === 0 ? 0 : sum / count
}

const power = (values: readonly number[]) => values.reduce((sum, v) => sum + v * v, 0)

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (v: readonly number[]) => v.reduce((sum, x) => sum + x, 0) / v.length
  const [ma, mb] = [mean(a), mean(b)]
  let [cross, aa, bb] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    cross += (a[i]! - ma) * (b[i]! - mb)
    aa += (a[i]! - ma) ** 2
    bb += (b[i]! - mb) ** 2
  }
  return cross / (Math.sqrt(aa * bb) + 1e-20)
}

/** 8 to 10 kHz by a windowed sinc of 24 taps a side. */
function resampled(samples: Float32Array): Float32Array {
  const out = new Float32Array(Math.floor((samples.length * RATE) / 8000))
  const reach = 24
  for (let n = 0; n < out.length; n++) {
    const at = (n * 8000) / RATE
    const first = Math.ceil(at - reach)
    let sum = 0
    for (let i = first; i < at + reach; i++) {
      const x = Math.PI * (at - i)
      const sinc = x === 0 ? 1 : Math.sin(x) / x
      sum += (samples[i] ?? 0) * sinc * (0.5 + 0.5 * Math.cos(x / reach))
    }
    out[n] = sum
  }
  return out
}

/** Only the frames in which the original speaks, overlapped and added again. */
function withoutSilence(x: Float32Array, y: Float32Array): readonly [Float32Array, Float32Array] {
  const window = hann(FRAME)
  const hop = FRAME / 2
  const starts = Array.from({ length: Math.max(0, Math.floor((x.length - FRAME) / hop) + 1) }, (_, i) => i * hop)
  const levels = starts.map((at) => window.reduce((sum, w, i) => sum + (x[at + i]! * w) ** 2, 0))
  const floor = Math.max(...levels, 0) * 10 ** (-RANGE_DB / 10)
  const kept = starts.filter((_, i) => levels[i]! > floor)
  const joined = (signal: Float32Array) => {
    const out = new Float32Array(kept.length * hop + hop)
    for (const [n, at] of kept.entries())
      for (let i = 0; i < FRAME; i++) out[n * hop + i] = out[n * hop + i]! + signal[at + i]! * window[i]!
    return out
  }
  return [joined(x), joined(y)]
}

/** Magnitude in each band, frame by frame. */
function bands(signal: Float32Array): number[][] {
  const window = hann(FRAME)
  const edges = Array.from({ length: BANDS }, (_, band) => {
    const centre = LOWEST_HZ * 2 ** (band / 3)
    const bin = (hz: number) => Math.round((hz * FFT) / RATE)
    return [bin(centre * 2 ** (-1 / 6)), bin(centre * 2 ** (1 / 6))] as const
  })
  const frames: number[][] = []
  for (let at = 0; at + FRAME <= signal.length; at += FRAME / 2) {
    const spectrum = powerSpectrum(signal, at, window, FFT)
    frames.push(edges.map(([low, high]) => Math.sqrt(spectrum.slice(low, high).reduce((sum, p) => sum + p, 0))))
  }
  return frames
}
