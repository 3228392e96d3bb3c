// MD5 and SHA-256 against the vectors of RFC 1321 §A.5 and RFC 6234 §8.5, and against Node's own for every padding.
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { md5 } from './md5.ts'
import { sha256 } from './sha256.ts'

const nodeHash = (name: string, bytes: string) => createHash(name).update(Buffer.from(bytes, 'latin1')).digest('hex')

describe('md5', () => {
  test.each([
    ['', 'd41d8cd98f00b204e9800998ecf8427e'],
    ['a', '0cc175b9c0f1b6a831c399e269772661'],
    ['abc', '900150983cd24fb0d6963f7d28e17f72'],
    ['message digest', 'f96b697d7cb7938d525a2f31aaf161d0'],
    ['abcdefghijklmnopqrstuvwxyz', 'c3fcd3d76192e4007dfb496cca67e13b'],
    ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', 'd174ab98d277d9f5a5611c2c9f419d9f'],
    ['1234567890'.repeat(8), '57edf4a22be3c955ac49da2e2107b67a'],
  ])('%s', (text, digest) => expect(md5(text)).toBe(digest))
})

describe('sha256', () => {
  test.each([
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
    [
      '0123456701234567012345670123456701234567012345670123456701234567'.repeat(10),
      '594847328451bdfa85056225462cc1d867d877fb388df0ce35f25ab5562bfbb5',
    ],
  ])('%s', (text, digest) => expect(sha256(text)).toBe(digest))
})

test('every length around the block size, every byte value', () => {
  const all = String.fromCharCode(...Array.from({ length: 256 }, (_, i) => (i * 7) & 255))
  for (let length = 0; length <= 256; length++) {
    const bytes = all.slice(0, length)
    expect(md5(bytes)).toBe(nodeHash('md5', bytes))
    expect(sha256(bytes)).toBe(nodeHash('sha256', bytes))
  }
})
