import { describe, expect, test } from 'vitest'
import { completeTarget, headersProblem, headerText, isSamePerson, partyCalled, partyOf } from './addressing.ts'
import { parseNameAddr } from './name-addr.ts'
import { isSip, parseUri } from './uri.ts'

const uri = (text: string) => {
  const parsed = parseUri(text)
  if (!parsed.ok || !isSip(parsed.value)) throw new Error(text)
  return parsed.value
}
const AOR = uri('sip:alice@example.com:5070')

describe('what is dialled', () => {
  test.each([
    ['101', 'sip:101@example.com:5070'],
    [' 101 ', 'sip:101@example.com:5070'],
    ['*21*5#', 'sip:*21*5%23@example.com:5070'],
    ['+4930123', 'sip:+4930123@example.com:5070'],
    ['jörg', 'sip:j%C3%B6rg@example.com:5070'],
    ['bob@example.org', 'sip:bob@example.org'],
    ['sip:bob@example.org;transport=udp', 'sip:bob@example.org;transport=udp'],
    ['SIPS:bob@example.org', 'SIPS:bob@example.org'],
    ['"Bob" <sip:bob@example.org>', 'sip:bob@example.org'],
    ['<101>', 'sip:101@example.com:5070'],
    ['+49 30 123', 'sip:+4930123@example.com:5070'],
    ['tel:+49-30-(123);phone-context=x', 'sip:+4930123@example.com:5070'],
  ])('%s calls %s', (target, wanted) => {
    expect(completeTarget(target, AOR)).toEqual({ ok: true, value: wanted })
  })
  test.each([
    ['', 'no number'],
    ['  ', 'no number'],
    ['sip:', 'not a SIP address'],
    ['tel:nobody', 'not a telephone number'],
    ['a b@c d', 'not a SIP address'],
    ['mailto:bob@example.org', 'not a SIP address'],
    ['https://example.org', 'not a SIP address'],
    ['Bob Smith', 'not a SIP address'],
    ['<mailto:x>', 'not a SIP address'],
  ])('%j is refused: %s', (target, error) => expect(completeTarget(target, AOR)).toEqual({ ok: false, error }))
})

describe('who it is', () => {
  test.each([
    ['"J\xc3\xb6rg" <sip:101@pbx>', { uri: 'sip:101@pbx', display: 'Jörg', number: '101' }],
    ['<sip:pbx.example.com>', { uri: 'sip:pbx.example.com', display: '', number: 'pbx.example.com' }],
    ['<tel:+4930123;phone-context=x>', { uri: 'tel:+4930123;phone-context=x', display: '', number: '+4930123' }],
  ])('%s', (header, party) => {
    const parsed = parseNameAddr(header)
    expect(parsed.ok && partyOf(parsed.value)).toEqual(party)
  })
  test('who is called is known by the URI', () => {
    expect(partyCalled('sip:101@pbx')).toEqual({ uri: 'sip:101@pbx', display: '', number: '101' })
  })
})

describe('what is written into headers', () => {
  test('text of people is UTF-8 without control characters', () => {
    expect(headerText('J\u00f6rg\r\nVia: x')).toBe('J\xc3\xb6rg  Via: x')
  })
  test.each([
    ['X-Test', 'a b', undefined],
    ['X Test', 'a', 'not a header field: "X Test"'],
    ['', 'a', 'not a header field: ""'],
    ['X-Test', 'a\r\nVia: x', 'not a header field: "X-Test"'],
    ['X-Test', '\u20ac', 'not a header field: "X-Test"'],
    ['vIA', 'x', 'vIA is the stack’s own'],
    ['l', '5', 'l is the stack’s own'],
    ['Contact', '<sip:x>', 'Contact is the stack’s own'],
  ])('%j: %j is %s', (name, value, problem) => expect(headersProblem([{ name, value }])).toBe(problem))
  test('a response may say where to go', () =>
    expect(headersProblem([{ name: 'Contact', value: '<sip:x>' }], 'response')).toBeUndefined())
})

test.each([
  ['sip:bob@example.com', 'sips:bob@EXAMPLE.com:5071;transport=tcp', true],
  ['sip:example.com', 'sip:example.com;lr', true],
  ['sip:bob@example.com', 'sip:Bob@example.com', false],
  ['sip:bob@example.com', 'sip:bob@example.org', false],
  ['tel:101', 'tel:101', false],
])('%s and %s are one: %s', (a, b, same) => {
  expect(isSamePerson(a, b)).toBe(same)
})
