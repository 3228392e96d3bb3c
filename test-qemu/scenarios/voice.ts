// What a conversation must sound like on an emulated machine that shares its processors with others.
import { expect } from 'vitest'
import type { ToneShare } from '../../firmware/testing/tone.ts'

/** Level of a tone at half of full scale. */
export const SPOKEN_DB = -6
/** What the handset's volume of 5 takes away. */
export const HANDSET_DB = -4

/**
 * Expects a tone for most of so many seconds, at that level: stretched and caught up, perhaps, but not in shreds. `pause`: how
 * long it was on hold amid that.
 */
export function expectTone({ seconds, levelDb, missing }: ToneShare, of: number, level: number, pause = 0): void {
  const heard = `heard for ${seconds.toFixed(1)} of ${of.toFixed(1)} s at ${levelDb.toFixed(1)} dB, ${missing.toFixed(1)} s amid it missing`
  expect(seconds, heard).toBeGreaterThan(0.75 * of)
  expect(missing, heard).toBeLessThan(0.2 * of + pause)
  expect(Math.abs(levelDb - level), heard).toBeLessThan(2)
}

/** Expects nothing of it but what was under way. */
export function expectSilence({ seconds }: ToneShare): void {
  expect(seconds).toBeLessThanOrEqual(0.3)
}
