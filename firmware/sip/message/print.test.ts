// The printer, and with it the whole: any message prints and reads back; any bytes are a value, never an exception.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contacts, contentType, recordRoutes, retryAfter, routes } from './headers.ts'
import type { HeaderField, SipMessage } from './message.ts'
import { printNameAddr } from './name-addr.ts'
import { parseMessage } from './parse.ts'
import { printRequest, printResponse } from './print.ts'
import { INVITE, OK_200, REGISTER } from './samples.ts'
import { VALID } from './torture-messages.ts'

const OPTIONS = { method: 'OPTIONS', uri: 'sip:a@b', headers: [{ name: 'X', value: 'y' }], body: 'abc' }

test('as text', () => {
  expect(printRequest(OPTIONS)).toBe('OPTIONS sip:a@b SIP/2.0\r\nX: y\r\nContent-Length: 3\r\n\r\nabc')
  expect(printResponse({ status: 180, reason: 'Ringing', headers: [], body: '' })).toBe(
    'SIP/2.0 180 Ringing\r\nContent-Length: 0\r\n\r\n',
  )
})

describe('misuse throws', () => {
  const header = (name: string, value: string) => () => printRequest({ ...OPTIONS, headers: [{ name, value }] })

  test.each([
    ['LF in a value', header('X', 'y\nVia: z')],
    ['CR in a value', header('X', 'y\rz')],
    ['NUL in a value', header('X', 'y\0')],
    ['text that is not bytes', header('X', 'дом')],
    ['LF in a name', header('X\n', 'y')],
    ['an empty name', header('', 'y')],
    ['a colon in a name', header('X:', 'y')],
    ['a space in the method', () => printRequest({ ...OPTIONS, method: 'A B' })],
    ['a space in the URI', () => printRequest({ ...OPTIONS, uri: 'sip:a b' })],
    ['no URI', () => printRequest({ ...OPTIONS, uri: '' })],
    ['LF in the reason', () => printResponse({ status: 200, reason: 'a\nb', headers: [], body: '' })],
    ['no status', () => printResponse({ status: Number.NaN, reason: '', headers: [], body: '' })],
  ])('%s', (_, print) => expect(print).toThrow())

  test('a quoted NUL is not misuse (§25.1)', () => expect(header('X', '"\\\0"')).not.toThrow())
})

const printed = (m: SipMessage): string => {
  const headers = m.fields.filter(({ name }) => !/^(content-length|l)$/i.test(name))
  return m.kind === 'request'
    ? printRequest({ method: m.method, uri: m.uriText, headers, body: m.body })
    : printResponse({ status: m.status, reason: m.reason, headers, body: m.body })
}

const byte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code))
const bytes = fc.string({ unit: byte, maxLength: 40 })
const line = bytes.map((text) => text.replace(/[\0\r\n]/g, ' ').replace(/^[ \t]+|[ \t]+$/g, ''))
const token = fc.stringMatching(/^[A-Za-z0-9.!%*_+`'~-]{1,10}$/)
const other = token.filter((name) => !/^(via|v|from|f|to|t|call-id|i|cseq|max-forwards|content-length|l)$/i.test(name))
const address = fc
  .record({ display: line, user: fc.string({ unit: byte, minLength: 1, maxLength: 6 }), tag: token })
  .map(({ display, user, tag }) =>
    printNameAddr({
      display,
      uri: { scheme: 'sip', user, password: undefined, host: 'h', port: 5070, params: [], headers: [] },
      params: [{ name: 'tag', value: tag }],
    }),
  )

test('any message prints and reads back', () => {
  const message = fc.record({
    method: token,
    branch: token,
    from: address,
    to: address,
    callId: token,
    more: fc.array(fc.record({ name: other, value: line }), { maxLength: 4 }),
    body: bytes,
  })
  fc.assert(
    fc.property(message, ({ method, branch, from, to, callId, more, body }) => {
      const headers: HeaderField[] = [
        { name: 'Via', value: `SIP/2.0/UDP h;branch=${branch}` },
        { name: 'From', value: from },
        ...more,
        { name: 'To', value: to },
        { name: 'Call-ID', value: callId },
        { name: 'CSeq', value: `1 ${method}` },
      ]
      const text = printRequest({ method, uri: 'sip:x@y', headers, body })
      const result = parseMessage(text)
      if (!result.ok) throw new Error(result.error.what)
      expect(result.value).toMatchObject({ method, callId, body, vias: [{ branch }] })
      expect(result.value.fields.slice(0, -1)).toEqual(headers)
      expect(printed(result.value)).toBe(text)
    }),
  )
})

/** Everything a reader may be asked; none may throw, and what parsed can be printed. */
function useAll(text: string): void {
  const result = parseMessage(text)
  if (!result.ok) {
    const { answerable } = result.error
    if (answerable === undefined) return
    const { vias, from, to, callId, cseq } = answerable
    const copied = [...vias, from, to, callId, cseq].map((value) => ({ name: 'X', value }))
    printResponse({ status: 400, reason: result.error.what, headers: copied, body: '' })
    return
  }
  const m = result.value
  for (const { name } of m.fields) m.headers(name)
  for (const read of [contacts, routes, recordRoutes, retryAfter, contentType]) read(m)
  const again = parseMessage(printed(m))
  expect(again.ok && { ...again.value }).toEqual({ ...m })
}

test('mutated, cut and spliced messages', () => {
  const whole = [INVITE, REGISTER, OK_200, ...Object.values(VALID)]
  const piece = fc.oneof(
    fc.constantFrom(
      '\r\n',
      '\n',
      '\r',
      '\r\n ',
      '"',
      '<',
      '>',
      ';',
      ',',
      ':',
      '@',
      '\\',
      '\0',
      '%',
      '[',
      ' ',
      'Via:',
      '(',
      '=',
    ),
    bytes,
  )
  const edit = fc.record({ at: fc.nat(1500), cut: fc.nat(6), put: piece })
  fc.assert(
    fc.property(fc.constantFrom(...whole), fc.array(edit, { minLength: 1, maxLength: 4 }), (text, edits) => {
      for (const { at, cut, put } of edits) {
        const from = at % (text.length + 1)
        text = text.slice(0, from) + put + text.slice(from + cut)
      }
      useAll(text)
    }),
    { numRuns: 3000 },
  )
})

test('every truncation', () => {
  for (const text of [INVITE, VALID.wsinv!, VALID.intmeth!]) {
    for (let length = 0; length < text.length; length++) useAll(text.slice(0, length))
  }
})

test('any bytes', () => {
  const noise = fc.string({ unit: byte, maxLength: 200 })
  fc.assert(
    fc.property(noise, fc.boolean(), (text, started) => useAll(started ? `OPTIONS sip:a SIP/2.0\r\n${text}` : text)),
  )
})
