// µ-law of the measuring caller: every byte comes back, and G.711's corner values are where they are.
import { expect, test } from 'vitest'
import { decodeMuLaw, encodeMuLaw } from './mu-law.ts'

test('every byte but the second zero is its own code', () => {
  for (let byte = 0; byte < 256; byte++) {
    const again = encodeMuLaw(decodeMuLaw(byte))
    expect(again).toBe(byte === 0x7f ? 0xff : byte)
  }
  expect(decodeMuLaw(0xff)).toBe(0)
  expect(decodeMuLaw(0x80) * 32_768).toBe(32_124)
  expect(decodeMuLaw(0x00) * 32_768).toBe(-32_124)
  expect(encodeMuLaw(-1)).toBe(0x00)
})
