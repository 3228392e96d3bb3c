// What a voice path did to a known signal: delay by cross-correlation, level, and the noise that no linear channel explains.

export interface Delay {
  /** Samples by which `received` lags `reference`. */
  readonly samples: number
  /** Normalised correlation there, 0 (nothing alike) to 1 (the same). */
  readonly likeness: number
}

export interface Quality {
  /** Median over spoken windows of signal to residual after the best linear fit of the channel, dB. */
  readonly snrDb: number
  /** The tenth part of the windows is worse than this, dB: what single drop-outs do. */
  readonly worstSnrDb: number
  /** Received minus sent level over the spoken windows, dB. */
  readonly levelDb: number
  /** Median over spoken windows, samples. */
  readonly delay: number
  /** Spoken windows judged. */
  readonly windows: number
}

/** Coarse search works on this many samples added to one. */
const COARSE = 4

export interface Place {
  /** Index in the signal where the template begins. */
  readonly at: number
  /** Normalised correlation there, 0 (nothing alike) to 1 (the same). */
  readonly likeness: number
}

/** Where `template` is found in `signal`, its beginning looked for in [least, most]. */
export function locate(template: Float32Array, signal: Float32Array, least: number, most: number): Place {
  const rough = search(decimate(template), decimate(signal), Math.floor(least / COARSE), Math.ceil(most / COARSE))
  const near = rough.at * COARSE
  return search(template, signal, Math.max(least, near - 2 * COARSE), Math.min(most, near + 2 * COARSE))
}

/** By how much `received[from … from + length)` lags `reference`, between `least` and `most` samples. */
export function findDelay(
  reference: Float32Array,
  received: Float32Array,
  from: number,
  length: number,
  least: number,
  most: number,
): Delay {
  const place = locate(received.subarray(from, from + length), reference, from - most, from - least)
  return { samples: from - place.at, likeness: place.likeness }
}

function search(template: Float32Array, signal: Float32Array, least: number, most: number): Place {
  let best: Place = { at: Math.max(0, least), likeness: 0 }
  const energy = dot(template, 0, template, 0, template.length)
  for (let at = Math.max(0, least); at <= most && at + template.length <= signal.length; at++) {
    const cross = dot(template, 0, signal, at, template.length)
    if (cross <= 0) continue
    const likeness = cross / Math.sqrt(energy * dot(signal, at, signal, at, template.length) + 1e-12)
    if (likeness > best.likeness) best = { at, likeness }
  }
  return best
}

function dot(a: Float32Array, aAt: number, b: Float32Array, bAt: number, count: number): number {
  const n = Math.max(0, Math.min(count, a.length - aAt, b.length - bAt))
  let sum = 0
  for (let i = 0; i < n; i++) sum += a[aAt + i]! * b[bAt + i]!
  return sum
}

function decimate(samples: Float32Array): Float32Array {
  const out = new Float32Array(Math.floor(samples.length / COARSE))
  for (let i = 0; i < out.length; i++) {
    let sum = 0
    for (let k = 0; k < COARSE; k++) sum += samples[i * COARSE + k]!
    out[i] = sum
  }
  return out
}

/** Taps of the fitted channel: room for fractional delays and the filters of rate converters. */
const TAPS = 48
/** Windows quieter than this against the loudest are pauses. */
const PAUSE_DB = -30

/** As like as this a window is where the one before was; elsewhere it is believed to be from so much on. */
const [THERE, ELSEWHERE] = [0.98, 0.9]

/**
 * Judges `received[from … from + length)` against `reference` read `delay` samples earlier, in windows of `window` samples. A jitter
 * buffer may move the delay by up to `reach` samples from one window to the next; the windows in which it does are judged as they are.
 */
export function judge(
  reference: Float32Array,
  received: Float32Array,
  from: number,
  length: number,
  delay: number,
  window: number,
  reach = 0,
): Quality {
  const windows: { readonly at: number; readonly delay: number; readonly sent: number }[] = []
  for (let at = from; at + window <= Math.min(from + length, received.length); at += window) {
    const [first, last] = [TAPS, reference.length - window - TAPS]
    const [least, most] = [Math.max(first, at - delay - reach), Math.min(last, at - delay + reach)]
    if (reach > 0) delay = moved(received.subarray(at, at + window), reference, at, delay, least, most)
    if (at - delay < first || at - delay > last) continue
    windows.push({ at, delay, sent: dot(reference, at - delay, reference, at - delay, window) })
  }
  const floor = Math.max(...windows.map((each) => each.sent), 0) * 10 ** (PAUSE_DB / 10)
  const spoken = windows.filter((each) => each.sent > floor)
  if (spoken.length === 0) return { snrDb: 0, worstSnrDb: 0, levelDb: -Infinity, delay, windows: 0 }
  const total = (of: (each: (typeof spoken)[number]) => number) => spoken.reduce((sum, each) => sum + of(each), 1e-12)
  const heard = total(({ at }) => dot(received, at, received, at, window))
  const snrs = spoken.map((each) => channelSnr(reference, received, each.at, each.delay, window)).sort((a, b) => a - b)
  const delays = spoken.map((each) => each.delay).sort((a, b) => a - b)
  return {
    snrDb: snrs[Math.floor(snrs.length / 2)]!,
    worstSnrDb: snrs[Math.floor(snrs.length / 10)]!,
    levelDb: 10 * Math.log10(heard / total((each) => each.sent)),
    delay: delays[Math.floor(delays.length / 2)]!,
    windows: spoken.length,
  }
}

/** The delay of what is heard at `at`: that of before, unless it is found elsewhere only. */
function moved(
  heard: Float32Array,
  reference: Float32Array,
  at: number,
  delay: number,
  least: number,
  most: number,
): number {
  if (search(heard, reference, at - delay, at - delay).likeness >= THERE) return delay
  const place = locate(heard, reference, least, most)
  return place.likeness >= ELSEWHERE ? at - place.at : delay
}

/** Signal to residual of the least-squares FIR fit of `received` by `reference` in one window, dB. */
function channelSnr(reference: Float32Array, received: Float32Array, at: number, delay: number, window: number) {
  const first = at - delay - TAPS / 2
  const matrix = Array.from({ length: TAPS }, () => new Float64Array(TAPS))
  const right = new Float64Array(TAPS)
  for (let i = 0; i < TAPS; i++) {
    right[i] = dot(received, at, reference, first + i, window)
    for (let j = i; j < TAPS; j++) {
      matrix[i]![j] = dot(reference, first + i, reference, first + j, window)
      matrix[j]![i] = matrix[i]![j]!
    }
  }
  // The signal is band-limited, so the equations are nearly singular: a little white noise (−70 dB) makes them solvable.
  const ridge = matrix[0]![0]! * 1e-7 + 1e-12
  for (let i = 0; i < TAPS; i++) matrix[i]![i]! += ridge
  const taps = solve(matrix, right)
  const power = dot(received, at, received, at, window)
  let residual = 0
  for (let n = 0; n < window; n++) {
    let y = 0
    for (let i = 0; i < TAPS; i++) y += taps[i]! * reference[first + i + n]!
    residual += (received[at + n]! - y) ** 2
  }
  return 10 * Math.log10((power + 1e-12) / (residual + 1e-12))
}

/** Gaussian elimination; the matrix is symmetric and positive definite, so no pivoting is needed. */
function solve(matrix: Float64Array[], right: Float64Array): Float64Array {
  const n = right.length
  for (let k = 0; k < n; k++) {
    for (let i = k + 1; i < n; i++) {
      const factor = matrix[i]![k]! / matrix[k]![k]!
      for (let j = k; j < n; j++) matrix[i]![j]! -= factor * matrix[k]![j]!
      right[i]! -= factor * right[k]!
    }
  }
  const x = new Float64Array(n)
  for (let i = n - 1; i >= 0; i--) {
    let sum = right[i]!
    for (let j = i + 1; j < n; j++) sum -= matrix[i]![j]! * x[j]!
    x[i] = sum / matrix[i]![i]!
  }
  return x
}
