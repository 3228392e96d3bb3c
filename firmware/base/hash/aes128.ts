// AES-128 (FIPS 197), one block, encryption alone: what Milenage is made of. Tables by secret bytes, so not against who can time it.

/** Times x in GF(2^8). */
const twice = (byte: number): number => ((byte << 1) ^ (byte & 0x80 ? 0x11b : 0)) & 0xff

/** §5.1.1: the inverse, then the affine map; 3 generates the field, and 0xf6 = 1/3. */
const SBOX = (() => {
  const box = new Uint8Array(256)
  let p = 1
  let q = 1
  do {
    p ^= twice(p)
    // q / 3, step by step.
    q ^= q << 1
    q ^= q << 2
    q ^= q << 4
    q &= 0xff
    if (q & 0x80) q ^= 0x09
    const turned = (by: number) => ((q << by) | (q >>> (8 - by))) & 0xff
    box[p] = q ^ turned(1) ^ turned(2) ^ turned(3) ^ turned(4) ^ 0x63
  } while (p !== 1)
  box[0] = 0x63
  return box
})()

/** §5.2: eleven round keys of 16 bytes. */
function expand(key: Uint8Array): Uint8Array {
  const keys = new Uint8Array(176)
  keys.set(key)
  let constant = 1
  for (let at = 16; at < 176; at += 4) {
    const word = keys.slice(at - 4, at)
    if (at % 16 === 0) {
      word.set([SBOX[word[1]!]! ^ constant, SBOX[word[2]!]!, SBOX[word[3]!]!, SBOX[word[0]!]!])
      constant = twice(constant)
    }
    for (let i = 0; i < 4; i++) keys[at + i] = keys[at + i - 16]! ^ word[i]!
  }
  return keys
}

/** §5.1. `key` and the blocks are 16 bytes. */
export function aes128(key: Uint8Array): (block: Uint8Array) => Uint8Array {
  const keys = expand(key)
  const add = (state: Uint8Array, round: number) => {
    for (let i = 0; i < 16; i++) state[i]! ^= keys[16 * round + i]!
  }
  return (block) => {
    let state = block.slice()
    add(state, 0)
    for (let round = 1; round <= 10; round++) {
      // SubBytes and ShiftRows: row r of each column comes from r columns on.
      state = Uint8Array.from({ length: 16 }, (_, i) => SBOX[state[(i + 4 * (i & 3)) & 15]!]!)
      if (round < 10) mixColumns(state)
      add(state, round)
    }
    return state
  }
}

/** §5.1.3. */
function mixColumns(state: Uint8Array): void {
  for (let at = 0; at < 16; at += 4) {
    const column = state.slice(at, at + 4)
    const all = column[0]! ^ column[1]! ^ column[2]! ^ column[3]!
    for (let i = 0; i < 4; i++) state[at + i] = column[i]! ^ all ^ twice(column[i]! ^ column[(i + 1) & 3]!)
  }
}
