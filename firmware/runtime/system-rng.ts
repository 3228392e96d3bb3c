// Chance that nobody can predict: tags, branches, nonces and contact users are made of it.
import { randomBytes } from 'node:crypto'
import type { Rng } from '../base/rng.ts'

/** From the operating system, fetched in blocks. */
export function systemRng(): Rng {
  let pool = randomBytes(0)
  let at = 0
  return {
    uint32() {
      if (at + 4 > pool.length) {
        pool = randomBytes(1024)
        at = 0
      }
      at += 4
      return pool.readUInt32LE(at - 4)
    },
  }
}
