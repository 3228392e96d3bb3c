// Speech-like test signal by code: syllables of voiced and unvoiced sound with pauses, never twice the same, telephone band.
import { type Rng, unit } from '../../base/rng.ts'
import type { Sound } from './wav.ts'

/** Mean level while speaking, dB below full scale; about what a handset gives (ITU-T P.56 puts speech near −26 dBov). */
const LEVEL_DB = -24

/** Two-pole resonator of unit gain at its centre: one formant of the vocal tract. */
function resonator(rate: number, hertz: number, bandwidth: number): (x: number) => number {
  const r = Math.exp((-Math.PI * bandwidth) / rate)
  const c = 2 * r * Math.cos((2 * Math.PI * hertz) / rate)
  const gain = (1 - r) * Math.sqrt(1 - 2 * r * Math.cos((4 * Math.PI * hertz) / rate) + r * r)
  let y1 = 0
  let y2 = 0
  return (x) => {
    const y = gain * x + c * y1 - r * r * y2
    y2 = y1
    y1 = y
    return y
  }
}

/** Second-order Butterworth section (RBJ's cookbook), low- or high-pass. */
function section(rate: number, hertz: number, pass: 'low' | 'high'): (x: number) => number {
  const w = (2 * Math.PI * hertz) / rate
  const alpha = Math.sin(w) / Math.SQRT2
  const cos = Math.cos(w)
  const b1 = pass === 'low' ? 1 - cos : -(1 + cos)
  const b0 = Math.abs(b1) / 2
  const a0 = 1 + alpha
  let [x1, x2, y1, y2] = [0, 0, 0, 0]
  return (x) => {
    const y = (b0 * x + b1 * x1 + b0 * x2 + 2 * cos * y1 - (1 - alpha) * y2) / a0
    x2 = x1
    x1 = x
    y2 = y1
    y1 = y
    return y
  }
}

/** `seconds` of it at `rate` (8000–48000 Hz) after `silence` seconds of nothing; the same seed speaks the same words. */
export function speech(rng: Rng, rate: number, seconds: number, silence = 0): Sound {
  const spoken = speak(rng, rate, seconds)
  const samples = new Float32Array(Math.round(rate * silence) + spoken.length)
  samples.set(spoken, samples.length - spoken.length)
  return { rate, samples }
}

function speak(rng: Rng, rate: number, seconds: number): Float32Array {
  const samples = new Float32Array(Math.round(rate * seconds))
  const between = (low: number, high: number) => low + (high - low) * unit(rng)
  for (let at = 0; at < samples.length; ) {
    at += syllable(samples, at, rate, rng, between)
    // Mostly short closures, at times a breath.
    at += Math.round(rate * (unit(rng) < 0.15 ? between(0.15, 0.35) : between(0.01, 0.06)))
  }
  const filters = [section(rate, 300, 'high'), section(rate, 3200, 'low'), section(rate, 3200, 'low')]
  for (let i = 0; i < samples.length; i++) for (const filter of filters) samples[i] = filter(samples[i]!)
  const level = Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length)
  const gain = 10 ** (LEVEL_DB / 20) / Math.max(level, 1e-9)
  return samples.map((x) => Math.max(-0.95, Math.min(0.95, x * gain)))
}

/** Adds one syllable at `at` and says how many samples it took. */
function syllable(
  samples: Float32Array,
  at: number,
  rate: number,
  rng: Rng,
  between: (low: number, high: number) => number,
): number {
  const length = Math.round(rate * between(0.08, 0.28))
  const voiced = unit(rng) < 0.75
  const formants = voiced
    ? [
        resonator(rate, between(300, 800), 80),
        resonator(rate, between(900, 2200), 110),
        resonator(rate, between(2300, 3100), 160),
      ]
    : [resonator(rate, between(1500, 3200), 900)]
  const loudness = between(0.4, 1) * (voiced ? 1 : 0.4)
  const pitch = between(95, 190)
  const glide = between(-0.25, 0.25)
  let phase = 0
  for (let i = 0; i < length && at + i < samples.length; i++) {
    const progress = i / length
    const noise = unit(rng) * 2 - 1
    phase += (pitch * (1 + glide * progress)) / rate
    const pulse = phase >= 1 ? 1 : 0
    phase -= pulse
    const source = voiced ? pulse * 14 + noise * 0.02 : noise
    const envelope = Math.min(1, progress * 8, (1 - progress) * 5)
    let sum = 0
    for (const formant of formants) sum += formant(source)
    samples[at + i] = sum * envelope * loudness
  }
  return length
}
