// The hashes against the vectors of RFC 1321 §A.5, RFC 6234 §8.5, FIPS 180-4, RFC 2202, and Node's own for every padding.
import { createHash, createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { hmac } from './hmac.ts'
import { md5 } from './md5.ts'
import { sha256 } from './sha256.ts'
import { sha512Half } from './sha512-256.ts'

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

describe('SHA-512/256: the examples NIST publishes for FIPS 180-4', () => {
  test.each([
    ['abc', '53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23'],
    [
      'abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu',
      '3928e184fb8690f840da3988121d31be65cb9d3ef83ee6146feac861e19b563a',
    ],
  ])('%s', (text, digest) => expect(sha512Half(text)).toBe(digest))
})

describe('HMAC', () => {
  const hex = (bytes: string) => Buffer.from(bytes, 'latin1').toString('hex')

  // RFC 2202 §2, cases 1 and 2.
  test.each([
    ['\x0b'.repeat(16), 'Hi There', '9294727a3638bb1c13f48ef8158bfc9d'],
    ['Jefe', 'what do ya want for nothing?', '750c783e6ab0b503eaa86e310a5db738'],
  ])('RFC 2202: %j', (key, text, digest) => expect(hex(hmac(md5, key, text))).toBe(digest))

  test('every length of key', () => {
    for (let length = 0; length <= 130; length++) {
      const key = 'k'.repeat(length)
      const node = (name: string) => createHmac(name, key).update('text').digest('hex')
      expect([hex(hmac(md5, key, 'text')), hex(hmac(sha256, key, 'text'))]).toEqual([node('md5'), node('sha256')])
    }
  })
})

test('every length around the block size, every byte value', () => {
  const all = String.fromCharCode(...Array.from({ length: 256 }, (_, i) => (i * 7) & 255))
  for (let length = 0; length <= 512; length++) {
    const bytes = (all + all).slice(0, length)
    expect(md5(bytes)).toBe(nodeHash('md5', bytes))
    expect(sha256(bytes)).toBe(nodeHash('sha256', bytes))
    expect(sha512Half(bytes)).toBe(nodeHash('sha512-256', bytes))
  }
})
