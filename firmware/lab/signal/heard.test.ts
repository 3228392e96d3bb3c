// The instruments for speech through a jitter buffer measured: what was done to the speech is what they find.
import { expect, test } from 'vitest'
import { seededRng, unit } from '../../base/rng.ts'
import { follow } from './follow.ts'
import { judgeHeard, mosOf } from './heard.ts'
import { hann, powerSpectrum } from './spectrum.ts'
import { speech } from './speech.ts'
import { stoi } from './stoi.ts'

const said = speech(seededRng(4), 8000, 8).samples
const late = (samples: number) => said.map((_, i) => said[i - samples] ?? 0)
const noisy = (level: number) => {
  const rng = seededRng(5)
  return said.map((x) => x + (unit(rng) * 2 - 1) * level)
}

test('a sine is in its bin, and all power is there', () => {
  const sine = Float32Array.from({ length: 256 }, (_, i) => Math.sin((2 * Math.PI * 32 * i) / 256))
  const spectrum = powerSpectrum(sine, 0, new Float64Array(256).fill(1), 256)
  expect(spectrum[32]).toBeCloseTo(128 ** 2, 3)
  expect(spectrum.reduce((sum, p) => sum + p, 0)).toBeCloseTo(128 ** 2, 3)
  expect([...hann(4)].map((w) => w.toFixed(6))).toEqual(['0.000000', '0.500000', '1.000000', '0.500000'])
})

test('a clean path: its delay, nothing made up, all intelligible', () => {
  const heard = judgeHeard(said, late(333), 200)
  expect(heard.delayMs).toBeCloseTo(333 / 8, 1)
  expect(heard.delay95Ms).toBeCloseTo(333 / 8, 1)
  expect(heard.substituted).toBe(0)
  expect(heard.distanceDb).toBeLessThan(0.01)
  expect(heard.stoi).toBeGreaterThan(0.999)
  expect(heard.mos).toBeGreaterThan(4.3)
})

test('a delay that changes in the middle is followed', () => {
  const middle = said.length / 2
  const heard = said.map((_, i) => said[i - (i < middle ? 160 : 480)] ?? 0)
  const delays = follow(said, heard, 1600).filter(({ spoken, whole }) => spoken && whole)
  expect(new Set(delays.map(({ delay }) => delay))).toEqual(new Set([160, 480]))
  const judged = judgeHeard(said, heard, 200)
  expect(judged.delay95Ms).toBe(60)
  expect(judged.substituted).toBeLessThan(0.02)
  expect(judged.stoi).toBeGreaterThan(0.98)
})

test('frames that are silenced or made noise of are found, about as many as there were', () => {
  const rng = seededRng(6)
  for (const instead of [() => 0, () => (unit(rng) - 0.5) * 0.1]) {
    const heard = late(80)
    for (let at = 0; at < heard.length; at += 160) {
      if (unit(rng) >= 0.1) continue
      for (let i = at; i < at + 160; i++) heard[i] = instead()
    }
    const judged = judgeHeard(said, heard, 200)
    // A hole of 20 ms spoils each piece of 32 + 16 ms that overlaps it by much.
    expect(judged.substituted).toBeGreaterThan(0.1)
    expect(judged.substituted).toBeLessThan(0.35)
    expect(judged.distanceDb).toBeGreaterThan(0.8)
    expect(judged.stoi).toBeLessThan(0.97)
  }
})

test('intelligibility falls as noise grows, from 1 towards 0', () => {
  const scores = [0, 0.02, 0.1, 0.5, 3].map((level) => stoi(said, noisy(level)))
  expect(scores[0]).toBeCloseTo(1, 6)
  for (const [i, score] of scores.slice(1).entries()) expect(score).toBeLessThan(scores[i]!)
  expect(scores.at(-1)).toBeLessThan(0.3)
  expect(stoi(said, speech(seededRng(8), 8000, 8).samples)).toBeLessThan(0.3)
})

test('the E-model: R 93.2 is 4.41; 5 % lost with concealment 3.9 and less; 400 ms is heard', () => {
  expect(mosOf(0, 0)).toBeCloseTo(4.41, 2)
  expect(mosOf(0, 0.05)).toBeCloseTo(3.95, 1)
  expect(mosOf(400, 0)).toBeLessThan(3.8)
  expect(mosOf(0, 1)).toBeLessThan(1.3)
})
