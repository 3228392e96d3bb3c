// How long to wait before the next attempt to connect: full jitter, so that a thousand phones do not come back at once.

/** First and largest bound of the wait, ms. */
export const BACKOFF = { first: 1000, most: 60_000 } as const

/** Uniform in 0 … min(most, first · 2^failures). `chance` is uniform in 0 ≤ x < 1. */
export const backoff = (failures: number, chance: number): number =>
  chance * Math.min(BACKOFF.most, BACKOFF.first * 2 ** Math.min(failures, 16))
