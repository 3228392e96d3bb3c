// Monotonic time as the machines see it: an argument, never a global clock.

/** Milliseconds on a monotonic clock whose origin means nothing; fractions allowed. */
export type Millis = number & { readonly __unit: 'ms' }

/** The deadline of a machine that waits for nothing. */
export const FOREVER = Number.POSITIVE_INFINITY as Millis

/** A number of milliseconds as a time or duration of the machines. */
export const ms = (value: number): Millis => value as Millis
export const after = (start: Millis, delay: number): Millis => (start + delay) as Millis
export const earlier = (a: Millis, b: Millis): Millis => (a < b ? a : b)
