// CRC-32 beside zlib's.
import { crc32 as known } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { crc32 } from './crc32.ts'

test('the check value of its parameters', () => {
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926)
})

test('as zlib says, of any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(crc32(bytes)).toBe(known(bytes))
    }),
  )
})
