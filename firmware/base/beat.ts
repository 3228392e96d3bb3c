// When what may have gone wrong unnoticed at rest is looked at: all of it at the same times, so that it wakes the processor once.
import { type Millis, ms } from './time.ts'

export const BEAT_MS = 4000

/** The first beat after `now`. The clock itself beats, so whoever goes by it looks together, whenever they began. */
export const nextBeat = (now: Millis): Millis => ms((Math.floor(now / BEAT_MS) + 1) * BEAT_MS)
