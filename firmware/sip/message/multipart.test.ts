// Multipart bodies: read as RFC 2046 wants, printed so that reading gives the same, and no octets that are not theirs taken.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contentType, parseMediaType } from './headers.ts'
import {
  type BodyPart,
  isMultipart,
  type Multipart,
  parseDisposition,
  parseMultipart,
  partHeader,
  partType,
  printMultipart,
} from './multipart.ts'
import { parseMessage } from './parse.ts'
import { BODIES } from './torture-more.ts'

function read(type: string, content: string): Multipart | string {
  const parsed = parseMediaType(type)
  if (!parsed.ok) throw new Error(parsed.error.what)
  const parts = parseMultipart(parsed.value, content)
  return parts.ok ? parts.value : parts.error.what
}
const mixed = (content: string) => read('multipart/mixed;boundary=b', content)
const plain = (content: string): BodyPart => ({ contentType: 'text/plain', headers: [], content })

describe('read', () => {
  test.each<[string, string, Multipart | string]>([
    ['one part', '--b\r\n\r\nHello\r\n--b--\r\n', { subtype: 'mixed', parts: [plain('Hello')] }],
    ['LF alone', '--b\n\nHello\n--b--', { subtype: 'mixed', parts: [plain('Hello')] }],
    ['before and after', 'x\r\n--b\r\n\r\nHello\r\n--b--\r\nx', { subtype: 'mixed', parts: [plain('Hello')] }],
    ['white space', '--b \t\r\n\r\nHello\r\n--b-- \r\n', { subtype: 'mixed', parts: [plain('Hello')] }],
    ['a line break that is the part’s', '--b\r\n\r\nHi\r\n\r\n--b--', { subtype: 'mixed', parts: [plain('Hi\r\n')] }],
    ['a longer boundary is none', '--b\r\n\r\n--bc\r\n--b--', { subtype: 'mixed', parts: [plain('--bc')] }],
    ['a boundary within a line is none', '--b\r\n\r\nx--b\r\n--b--', { subtype: 'mixed', parts: [plain('x--b')] }],
    [
      'no content',
      '--b\r\nContent-Type: text/html\r\n\r\n\r\n--b--',
      {
        subtype: 'mixed',
        parts: [{ contentType: 'text/html', headers: [], content: '' }],
      },
    ],
    [
      'head alone',
      '--b\r\nContent-ID: <1>\r\n--b--',
      {
        subtype: 'mixed',
        parts: [{ contentType: 'text/plain', headers: [{ name: 'Content-ID', value: '<1>' }], content: '' }],
      },
    ],
    ['nothing at all', '--b\r\n--b--', { subtype: 'mixed', parts: [plain('')] }],
    [
      'folded',
      '--b\r\nContent-Type: text/html;\r\n charset=utf-8\r\nX : 1\r\n\r\nHi\r\n--b--',
      {
        subtype: 'mixed',
        parts: [{ contentType: 'text/html; charset=utf-8', headers: [{ name: 'X', value: '1' }], content: 'Hi' }],
      },
    ],
    ['no boundary in it', 'Hello', 'boundary not found'],
    ['no end', '--b\r\n\r\nHello', 'the closing boundary is missing'],
    ['nothing but the end', '--b--\r\n', 'no part'],
    ['a field without a name', '--b\r\nHello\r\n\r\n--b--', 'a header field of a part has no name'],
    ['too many parts', `${'--b\r\n\r\n\r\n'.repeat(40)}--b--`, 'more than 32 parts'],
    ['too many fields', `--b\r\n${'X: 1\r\n'.repeat(40)}\r\n--b--`, 'more than 32 header fields in a part'],
  ])('%s', (_, content, expected) => expect(mixed(content)).toEqual(expected))

  test.each(['multipart/mixed', 'multipart/mixed;boundary=""', `multipart/mixed;boundary=${'b'.repeat(71)}`])(
    'no boundary: %s',
    (type) => expect(read(type, '--b\r\n\r\n--b--')).toBe('no boundary of 1–70 characters'),
  )

  test('mpart01 of RFC 4475: NULs and all', () => {
    const message = parseMessage(BODIES.mpart01!)
    if (!message.ok) throw new Error(message.error.what)
    const type = contentType(message.value)!
    expect(isMultipart(type)).toBe(true)
    const parts = parseMultipart(type, message.value.body)
    if (!parts.ok) throw new Error(parts.error.what)
    expect(parts.value.parts.map(({ content, contentType: of }) => [of, content.length])).toEqual([
      ['text/plain', 5],
      ['application/octet-stream', 342],
    ])
    const [first, last] = [parts.value.parts[1]!.content.slice(0, 4), parts.value.parts[1]!.content.slice(-2)]
    expect([first, last]).toEqual(['0\x82\x01R', '\xd0\x05'])
    expect(partHeader(parts.value.parts[0]!, 'content-transfer-encoding')).toBe('binary')
  })

  test.each([
    [undefined, '', undefined],
    ['session', 'session', undefined],
    ['Render; HANDLING=Optional', 'render', 'optional'],
    ['icon;size=1;handling=required', 'icon', 'required'],
    [';;', '', undefined],
  ])('disposition %s', (text, type, handling) => expect(parseDisposition(text)).toEqual({ type, handling }))
})

describe('written', () => {
  const part = fc.record({
    contentType: fc.constantFrom('application/sdp', 'text/plain', 'application/pidf+xml'),
    headers: fc.array(
      fc.record({
        name: fc.constantFrom('Content-ID', 'X-Y'),
        value: fc.string({ unit: fc.constantFrom('a', '<', '"', ';') }),
      }),
      { maxLength: 3 },
    ),
    content: fc.string({ unit: fc.constantFrom('a', '\r\n', '\n', '-', '\0', 'part-', ':') }),
  })
  test('and read again is the same', () =>
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        const body = printMultipart('mixed', parts, '0123456789ab')
        const type = partType(body)!
        expect(parseMultipart(type, body.content)).toEqual({ ok: true, value: { subtype: 'mixed', parts } })
      }),
    ))
  test('a line break in a field is misuse', () =>
    expect(() => printMultipart('mixed', [{ ...plain(''), headers: [{ name: 'X', value: 'a\r\nb' }] }], 'x')).toThrow())
  test('reading never throws, whatever comes', () =>
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('--b', '\r\n', '\n', '--', ' ', 'a:', 'x', '\0') }),
        (text) => void mixed(text),
      ),
    ))
})
