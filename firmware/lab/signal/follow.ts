// Speech heard through a jitter buffer, whose delay changes as it goes: where each piece of it was said, and what was not said at all.

/** Samples of a piece, and from one to the next: 32 and 16 ms at 8 kHz. */
export const PIECE = 256
export const HOP = 128
/** Compared around the piece's beginning: long enough for a pitch period and a half of the lowest voice. */
const WINDOW = 384
/** Likeness of what was transmitted whole; less is a substitute or stretched. */
const WHOLE = 0.9
/** From so much on a new delay is believed, however far from the last. */
const CERTAIN = 0.97
/** Samples about the last delay that are looked at first. */
const NEAR = 96
/** Pieces whose level is so much below the mean are pauses: nobody hears what becomes of them. */
const PAUSE_DB = -25

export interface Piece {
  /** Index in what was heard. */
  readonly at: number
  /** By so many samples it came later than it was said. */
  readonly delay: number
  /** What was said there was no pause. */
  readonly spoken: boolean
  /** It is what was said; else it was made up in its place, or bent. */
  readonly whole: boolean
}

function energy(samples: Float32Array, at: number, count: number): number {
  let sum = 0
  for (let i = at; i < at + count; i++) sum += samples[i]! * samples[i]!
  return sum
}

interface Likest {
  readonly delay: number
  readonly likeness: number
}

function likest(
  said: Float32Array,
  heard: Float32Array,
  at: number,
  least: number,
  most: number,
  floor: number,
): Likest {
  const here = energy(heard, at, WINDOW) + floor
  let best: Likest = { delay: least, likeness: -1 }
  let there = energy(said, at - least, WINDOW)
  for (let delay = least; delay <= most; delay++) {
    const from = at - delay
    let cross = 0
    for (let i = 0; i < WINDOW; i++) cross += heard[at + i]! * said[from + i]!
    const likeness = cross / Math.sqrt(here * (there + floor))
    if (likeness > best.likeness) best = { delay, likeness }
    // The window moves one sample back in what was said.
    there += said[from - 1]! ** 2 - said[from + WINDOW - 1]! ** 2
  }
  return best
}

/** Both of 8 kHz and on one line of time; delays of up to `most` samples are found. */
export function follow(said: Float32Array, heard: Float32Array, most: number): Piece[] {
  const mean = energy(said, 0, said.length) / said.length
  const floor = mean * WINDOW * 1e-5
  const pause = mean * PIECE * 10 ** (PAUSE_DB / 10)
  const pieces: Piece[] = []
  let delay = 0
  for (let at = most + NEAR; at + WINDOW < Math.min(said.length, heard.length); at += HOP) {
    let found = likest(said, heard, at, Math.max(0, delay - NEAR), Math.min(most, delay + NEAR), floor)
    if (found.likeness < WHOLE) {
      const far = likest(said, heard, at, 0, most, floor)
      if (far.likeness > CERTAIN) found = far
    }
    const whole = found.likeness >= WHOLE
    if (whole) delay = found.delay
    pieces.push({ at, delay, spoken: energy(said, at - delay, PIECE) > pause, whole })
  }
  return pieces
}
