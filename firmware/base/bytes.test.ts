// UTF-8 against Node's own encoder, and what is not UTF-8.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asciiLower, asciiTrim, fromBase64, fromHex, toBase64, toHex, utf8Decode, utf8Encode } from './bytes.ts'

test('encoding is what Node encodes, and decodes back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(utf8Encode(text)).toBe(Buffer.from(text, 'utf8').toString('latin1'))
      expect(utf8Decode(utf8Encode(text))).toBe(text)
    }),
  )
})

test('lone surrogates are replaced', () => expect(utf8Encode('a\ud800b')).toBe('a\xef\xbf\xbdb'))

test.each([
  ['a continuation alone', 'a\x80b', 'a\ufffdb'],
  ['a sequence cut off', 'a\xe2\x82', 'a\ufffd\ufffd'],
  ['an overlong form', '\xc0\xaf', '\ufffd\ufffd'],
  ['a surrogate', '\xed\xa0\x80', '\ufffd\ufffd\ufffd'],
  ['beyond U+10FFFF', '\xf4\x90\x80\x80', '\ufffd\ufffd\ufffd\ufffd'],
  ['latin-1', 'M\xfcller', 'M\ufffdller'],
])('decoding %s', (_, bytes, text) => expect(utf8Decode(bytes)).toBe(text))

test('decoding never throws on any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      utf8Decode(String.fromCharCode(...bytes))
    }),
  )
})

test('lower case and trimming leave UTF-8 alone', () => {
  expect(asciiLower('ABC\xc3\x89')).toBe('abc\xc3\x89')
  expect(asciiTrim(' \t\xc3\xa0\r\n')).toBe('\xc3\xa0')
})

describe('hexadecimal and Base64', () => {
  test('there and back, as Buffer says', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (array) => {
        const buffer = Buffer.from(array)
        const bytes = buffer.toString('latin1')
        expect([toHex(bytes), toBase64(bytes)]).toEqual([buffer.toString('hex'), buffer.toString('base64')])
        expect([fromHex(toHex(bytes)), fromBase64(toBase64(bytes))]).toEqual([bytes, bytes])
      }),
    )
  })

  test.each(['a', 'ab=c', 'ab$=', 'abc', '====', 'abcde==='])('%j is no Base64', (text) =>
    expect(fromBase64(text)).toBeUndefined(),
  )
})
