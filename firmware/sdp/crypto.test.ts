// a=crypto in and out, what of it is refused, and descriptions without their keys.
import { describe, expect, test } from 'vitest'
import { toBase64 } from '../base/bytes.ts'
import { seededRng } from '../base/rng.ts'
import { newKey, parseCrypto, printCrypto, SRTP_SUITES, withoutKeys } from './crypto.ts'

const KEY = 'WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz'

describe('a=crypto', () => {
  test('the line of RFC 4568 §9.1, with a lifetime and an MKI', () => {
    const parsed = parseCrypto(`1 AES_CM_128_HMAC_SHA1_80 inline:${KEY}|2^20|1:4 FEC_ORDER=FEC_SRTP`)
    expect(parsed.ok ? '' : parsed.error).toBe('a=crypto:1 AES_CM_128_HMAC_SHA1_80: asks for FEC_ORDER=FEC_SRTP')
    const plain = parseCrypto(`1 AES_CM_128_HMAC_SHA1_80 inline:${KEY}|2^20|258:4 WSH=64 -ODD KDR=0`)
    if (!plain.ok) throw new Error(plain.error)
    expect(plain.value).toMatchObject({ tag: 1, suite: 'AES_CM_128_HMAC_SHA1_80', key: { mki: '\0\0\x01\x02' } })
    expect(plain.value.key.key.reveal()).toBe(KEY)
    expect(printCrypto(plain.value)).toBe(`1 AES_CM_128_HMAC_SHA1_80 inline:${KEY}|258:4`)
  })

  test.each([
    ['nothing', '', 'without a tag'],
    ['no tag', `AES_CM_128_HMAC_SHA1_80 inline:${KEY}`, 'without a tag'],
    ['a suite of tomorrow', `1 AES_512 inline:${KEY}`, 'not known: AES_512'],
    ['no key', '1 AES_CM_128_HMAC_SHA1_80', 'no inline: key'],
    ['another method', `1 AES_CM_128_HMAC_SHA1_80 uri:${KEY}`, 'no inline: key'],
    ['two keys', `1 AES_CM_128_HMAC_SHA1_80 inline:${KEY}|1:1;inline:${KEY}|2:1`, 'more than one key'],
    ['a short key', '1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGw=', 'has not 30 bytes'],
    ['the key of another suite', `1 AEAD_AES_256_GCM inline:${KEY}`, 'has not 44 bytes'],
    ['a lifetime of more than 2^48', `1 AES_CM_128_HMAC_SHA1_80 inline:${KEY}|2^49`, 'neither a lifetime nor an MKI'],
    ['an MKI too long', `1 AES_CM_128_HMAC_SHA1_80 inline:${KEY}|1:17`, 'neither a lifetime nor an MKI'],
    ['an MKI that does not fit', `1 AES_CM_128_HMAC_SHA1_80 inline:${KEY}|256:1`, 'neither a lifetime nor an MKI'],
    ['three things behind', `1 AES_CM_128_HMAC_SHA1_80 inline:${KEY}|2^20|1:1|x`, 'neither a lifetime nor an MKI'],
    ['no encryption', `1 AES_CM_128_HMAC_SHA1_80 inline:${KEY} UNENCRYPTED_SRTP`, 'asks for UNENCRYPTED_SRTP'],
    ['keys derived anew', `1 AES_CM_128_HMAC_SHA1_80 inline:${KEY} KDR=10`, 'asks for KDR=10'],
  ])('%s is refused in words, which never show the key', (_, value, why) => {
    const parsed = parseCrypto(value)
    expect(parsed.ok ? 'taken' : parsed.error).toContain(why)
    expect(parsed.ok ? '' : parsed.error).not.toContain(KEY.slice(0, 8))
  })

  test('any bytes are read or refused, never thrown over', () => {
    const rng = seededRng(7)
    const alphabet = '1 :|;^=+/abcAEinline\x00\xff'
    for (let i = 0; i < 5000; i++) {
      let value = i % 2 ? `1 AES_CM_128_HMAC_SHA1_80 inline:${KEY}` : ''
      for (let n = rng.uint32() % 20; n > 0; n--) value += alphabet[rng.uint32() % alphabet.length]
      expect(typeof parseCrypto(value).ok).toBe('boolean')
    }
  })

  test('new keys are of their suite’s size, no two alike, and read back', () => {
    const rng = seededRng(1)
    const seen = new Set<string>()
    for (const suite of [...SRTP_SUITES, ...SRTP_SUITES]) {
      const line = { tag: 5, suite, key: { key: newKey(suite, rng), mki: '' } }
      const read = parseCrypto(printCrypto(line))
      expect(read.ok && read.value.key.key.reveal()).toBe(line.key.key.reveal())
      seen.add(line.key.key.reveal())
      expect(`${line.key.key} ${JSON.stringify(line)}`).not.toContain(line.key.key.reveal())
    }
    expect(seen.size).toBe(2 * SRTP_SUITES.length)
  })

  test('the generator is used whole', () => {
    let next = 0
    const key = newKey('AEAD_AES_128_GCM', { uint32: () => 0x01020304 + 0x04040404 * next++ })
    expect(key.reveal()).toBe(toBase64(String.fromCharCode(...Array.from({ length: 28 }, (_, i) => i + 1))))
  })
})

test('withoutKeys leaves everything but keys', () => {
  const text = [
    'm=audio 1 RTP/SAVP 0',
    `A=CRYPTO:1 X INLINE:${KEY}|1:4 KDR=0`,
    'k=clear:geheim',
    `a=note:inline:${KEY}`,
  ]
  expect(withoutKeys(text.join('\r\n'))).toBe(
    ['m=audio 1 RTP/SAVP 0', 'A=CRYPTO:1 X INLINE:***', 'k=clear:***', `a=note:inline:${KEY}`].join('\r\n'),
  )
})
