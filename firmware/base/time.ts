// Monotonic time as the machines see it: an argument, never a global clock.

/** Milliseconds on a monotonic clock whose origin means nothing; fractions allowed. */
export type Millis = number & { readonly __unit: 'ms' }

/** The deadline of a machine that waits for nothing. */
export const FOREVER = Number.POSITIVE_INFINITY as Millis

/** A number of milliseconds as a time or duration of the machines. */
export const ms = (value: number): Millis => value as Millis
export const after = (start: Millis, delay: number): Millis => (start + delay) as Millis
export const earlier = (a: Millis, b: Millis): Millis => (a < b ? a : b)

/** From so many on, a millisecond more than was asked for is nothing, ms. */
const LONG_MS = 50
/**
 * The delay to give to `setTimeout`, ms. Node drops fractions, of the delay and of the time it counts from; who comes early finds
 * nothing due and has to arm the timer again, so nothing long is early.
 */
export const notEarly = (delayMs: number): number => Math.ceil(delayMs) + (delayMs < LONG_MS ? 0 : 1)
