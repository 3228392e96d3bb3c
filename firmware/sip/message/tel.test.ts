// tel: URIs, read and compared (RFC 3966 §3, §4).
import { describe, expect, test } from 'vitest'
import { telOf } from './tel.ts'
import { parseUri, sameUri } from './uri.ts'

const uri = (text: string) => {
  const read = parseUri(text)
  if (!read.ok) throw new Error(text)
  return read.value
}

test.each([
  ['tel:+1-201-555-0123', '+12015550123', []],
  ['tel:7042;phone-context=example.com', '7042', [{ name: 'phone-context', value: 'example.com' }]],
  ['TEL:(030).12-34;EXT=5', '0301234', [{ name: 'ext', value: '5' }]],
  ['tel:*21#', '*21#', []],
  [
    'tel:+49;isub=1;x-flag',
    '+49',
    [
      { name: 'isub', value: '1' },
      { name: 'x-flag', value: undefined },
    ],
  ],
])('%s', (text, number, params) => expect(telOf(uri(text))).toEqual({ number, params }))

test.each([
  'tel:alice',
  'tel:+',
  'tel:+12A',
  'tel:()',
  'tel:1;',
  'tel:1;=2',
  'sip:1@x',
  'mailto:1',
  `tel:${'1'.repeat(40)}`,
])('%s is no number', (text) => expect(telOf(uri(text))).toBeUndefined())

describe('compared', () => {
  test.each([
    ['tel:+1-201-555-0123', 'tel:+12015550123', true],
    ['tel:+1 ', 'tel:+1', false],
    ['tel:+1201', 'tel:1201', false],
    ['tel:7042;phone-context=example.com', 'tel:7042;phone-context=EXAMPLE.com', true],
    ['tel:7042;phone-context=+1-201', 'tel:7042;phone-context=+1201', true],
    ['tel:7042;phone-context=example.com', 'tel:7042', false],
    ['tel:1;a=1;b=2', 'tel:1;B=2;A=1', true],
    ['tel:1;ext=1-2', 'tel:1;ext=12', true],
    ['tel:1;a=1', 'tel:1;a=2', false],
    ['tel:1;a=1', 'tel:1;b=1', false],
    ['tel:12', 'sip:12@example.com', false],
    ['mailto:a@b', 'mailto:a@b', true],
  ])('%s and %s', (a, b, same) => {
    const [one, other] = [parseUri(a), parseUri(b)]
    expect(one.ok && other.ok && sameUri(one.value, other.value)).toBe(same)
  })
})
