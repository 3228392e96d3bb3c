// Chance that nobody can predict: tags, branches, nonces and contact users are made of it.
import { closeSync, openSync, readSync } from 'node:fs'
import type { Rng } from '../base/rng.ts'

const BLOCK = 1024

/** From the kernel, in blocks; not through node:crypto, which takes 10 ms to load while the phone is to register. */
export function systemRng(): Rng {
  const pool = Buffer.alloc(BLOCK)
  let at = BLOCK
  return {
    uint32() {
      if (at === BLOCK) {
        fill(pool)
        at = 0
      }
      at += 4
      return pool.readUInt32LE(at - 4)
    },
  }
}

function fill(pool: Buffer): void {
  const source = openSync('/dev/urandom', 'r')
  try {
    for (let got = 0; got < pool.length; ) got += readSync(source, pool, { offset: got })
  } finally {
    closeSync(source)
  }
}
