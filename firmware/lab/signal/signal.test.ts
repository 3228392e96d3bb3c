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

/** What a jitter buffer does: from 3 s on `by` samples later, twice; a period is repeated and faded over. */
function stretched(by: number, times: number): Float32Array {
  let out = Array.from(channel(400, 0, 0))
  for (let n = 1; n <= times; n++) {
    const at = 48000 + n * 8000
    const fade = out.slice(at, at + by).map((x, i) => x + ((out[at - by + i]! - x) * (i + 1)) / by)
    out = [...out.slice(0, at), ...fade, ...out.slice(at)]
  }
  return Float32Array.from(out)
}

test('a delay that moves is followed; where it moves is judged as it is, and all that is no delay too', () => {
  const moves = stretched(130, 2)
  expect(judge(said, moves, 32000, 56000, 400, 3200).snrDb).toBeLessThan(20)
  const followed = judge(said, moves, 32000, 56000, 400, 3200, 640)
  expect(followed.snrDb).toBeGreaterThan(40)
  expect([400, 530, 660]).toContain(followed.delay)
  expect(judge(said, moves, 52000, 8000, 400, 3200, 640).worstSnrDb).toBeLessThan(25)

  const rng = seededRng(4)
  const holes = Array.from({ length: 300 }, () => unit(rng) < 0.03)
  const torn = moves.map((x, i) => (holes[Math.floor(i / 320)] ? 0 : x))
  expect(judge(said, torn, 32000, 56000, 400, 3200, 640).worstSnrDb).toBeLessThan(15)
  const soft = judge(
    said,
    moves.map((x) => x / 2),
    32000,
    56000,
    400,
    3200,
    640,
  )
  expect(soft.levelDb).toBeCloseTo(-6, 1)
  const noisy = moves.map((x) => x + (unit(rng) - 0.5) * 0.02)
  expect(judge(said, noisy, 32000, 56000, 400, 3200, 640).snrDb).toBeLessThan(25)
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
