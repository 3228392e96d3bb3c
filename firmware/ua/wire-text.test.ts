import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromWire, toWire } from './wire-text.ts'

test.each([
  ['Alice', 'Alice'],
  ['Jörg', 'J\xc3\xb6rg'],
  ['100 %', '100 %'],
  ['50 % für', '50 % f\xc3\xbcr'],
  ['日本', '\xe6\x97\xa5\xe6\x9c\xac'],
])('%s on the wire and back', (text, wire) => {
  expect(toWire(text)).toBe(wire)
  expect(fromWire(wire)).toBe(text)
})
test('what is no UTF-8 is shown as it came', () => expect(fromWire('J\xf6rg')).toBe('J\xf6rg'))
test('nothing written into a header ends its line', () => expect(toWire('a\r\nVia: x\ud800')).toBe('a  Via: x '))
test('property: whatever is printable comes back, and every char is a byte', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      fc.pre(!/[\p{Cc}\p{Cs}]/u.test(text))
      const wire = toWire(text)
      expect(fromWire(wire)).toBe(text)
      for (const char of wire) expect(char.charCodeAt(0)).toBeLessThan(256)
    }),
  )
})
