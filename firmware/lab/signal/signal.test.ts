// The measuring instruments measured: known delay, level and noise are found again; different speech is not taken for an echo.
import { expect, test } from 'vitest'
import { seededRng, unit } from '../../base/rng.ts'
import { findDelay, judge } from './quality.ts'
import { speech } from './speech.ts'
import { decodeWav, encodeWav } from './wav.ts'

const RATE = 16000
const said = speech(seededRng(1), RATE, 6).samples

function channel(delay: number, gainDb: number, noise: number): Float32Array {
  const rng = seededRng(9)
  const gain = 10 ** (gainDb / 20)
  return said.map((_, i) => (said[i - delay] ?? 0) * gain + (unit(rng) * 2 - 1) * noise)
}

test('speech has the level meant, pauses, and another seed says something else', () => {
  const power = (x: Float32Array) => 10 * Math.log10(x.reduce((sum, v) => sum + v * v, 0) / x.length)
  expect(power(said)).toBeCloseTo(-24, 0)
  const frames = Array.from({ length: 300 }, (_, i) => power(said.subarray(i * 320, i * 320 + 320)))
  expect(frames.filter((level) => level < -50).length).toBeGreaterThan(10)
  const other = speech(seededRng(2), RATE, 6).samples
  expect(findDelay(said, other, 32000, 32000, 0, 8000).likeness).toBeLessThan(0.4)
})

test('the delay of an echo is found to the sample', () => {
  for (const delay of [0, 37, 1603]) {
    const found = findDelay(said, channel(delay, -6, 0.0001), 32000, 32000, 0, 8000)
    expect(found.samples).toBe(delay)
    expect(found.likeness).toBeGreaterThan(0.99)
  }
})

test('level and noise are found, and a linear channel is no noise', () => {
  // Uniform noise of ±a has power a²/3.
  const noise = Math.sqrt(3) * 10 ** (-54 / 20)
  const quality = judge(said, channel(400, -3, noise), 32000, 48000, 400, 3200)
  expect(quality.levelDb).toBeCloseTo(-3, 1)
  expect(Math.abs(quality.snrDb - (54 - 24 - 3))).toBeLessThan(3)
  expect(quality.windows).toBeGreaterThan(10)
  const clean = channel(400, -3, 0)
  const smoothed = clean.map((x, i) => (x + (clean[i - 1] ?? 0)) / 2)
  expect(judge(said, smoothed, 32000, 48000, 400, 3200).snrDb).toBeGreaterThan(45)
})

test('drop-outs show in the worst windows', () => {
  const torn = channel(400, 0, 0).map((x, i) => (i % 16000 < 4000 ? 0 : x))
  const quality = judge(said, torn, 32000, 48000, 400, 3200)
  expect(quality.snrDb).toBeGreaterThan(40)
  expect(quality.worstSnrDb).toBeLessThan(5)
})

test('WAV survives the way to bytes and back; what is cut or foreign is told', () => {
  const wav = encodeWav({ rate: RATE, samples: said })
  const back = decodeWav(wav)
  expect(back.ok && back.value.rate).toBe(RATE)
  expect(back.ok && Math.max(...back.value.samples.map((x, i) => Math.abs(x - said[i]!)))).toBeLessThan(1e-4)
  expect(decodeWav(wav.subarray(0, 1044))).toMatchObject({ ok: true, value: { samples: { length: 500 } } })
  expect(decodeWav(new Uint8Array(9))).toEqual({ ok: false, error: 'not a RIFF/WAVE file' })
  expect(decodeWav(wav.subarray(0, 30))).toMatchObject({ ok: false })
})
