// Chance as an argument: machines draw from an Rng given to them, so a test replays exactly by its seed.

export interface Rng {
  /** A uniform integer in 0 ≤ n < 2^32. */
  uint32(): number
}

/** xorshift128 seeded by splitmix32: for tests and simulations, never for secrets. */
export function seededRng(seed: number): Rng {
  let state = seed >>> 0
  const split = () => {
    state = (state + 0x9e3779b9) >>> 0
    let z = state
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
    return (z ^ (z >>> 16)) >>> 0
  }
  let [a, b, c, d] = [split(), split(), split(), split()]
  return {
    uint32() {
      const t = a ^ (a << 11)
      a = b
      b = c
      c = d
      d = (d ^ (d >>> 19) ^ t ^ (t >>> 8)) >>> 0
      return d
    },
  }
}

/** A uniform number in 0 ≤ x < 1. */
export const unit = (rng: Rng): number => rng.uint32() / 0x1_0000_0000

/** `digits` random hexadecimal digits. */
export function hex(rng: Rng, digits: number): string {
  let text = ''
  while (text.length < digits) text += rng.uint32().toString(16).padStart(8, '0')
  return text.slice(0, digits)
}
