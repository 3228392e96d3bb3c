// Typed readers of single headers, on messages that carry them in every form.
import { describe, expect, test } from 'vitest'
import * as h from './headers.ts'
import type { SipMessage } from './message.ts'
import { parseMessage } from './parse.ts'
import { reasonPhrase } from './status.ts'

const message = (...lines: string[]): SipMessage => {
  const result = parseMessage(
    [
      'REGISTER sip:d SIP/2.0',
      'Via: SIP/2.0/UDP h;branch=z9hG4bK1',
      'From: <sip:a@b>;tag=1',
      'To: <sip:c@d>',
      'Call-ID: x',
      'CSeq: 1 REGISTER',
      ...lines,
      '',
      '',
    ].join('\r\n'),
  )
  if (!result.ok) throw new Error(result.error.what)
  return result.value
}

describe('Contact', () => {
  test('over lines and commas, *, none, malformed', () => {
    const users = h.contacts(message('Contact: <sip:1@x>;expires=60, sip:2@x', 'm: "3" <sip:3@x>'))
    expect(users).toMatchObject({ ok: true, value: [{ uri: { user: '1' } }, { uri: { user: '2' } }, { display: '3' }] })
    expect(h.contacts(message('Contact: *'))).toEqual({ ok: true, value: '*' })
    expect(h.contacts(message())).toEqual({ ok: true, value: [] })
    expect(h.contacts(message('Contact: *', 'Contact: <sip:1@x>')).ok).toBe(false)
    expect(h.contacts(message('Contact: <sip:1@x>,')).ok).toBe(false)
    expect(h.contacts(message(...Array<string>(200).fill('m: <sip:1@x>'))).ok).toBe(false)
  })

  test('its expires', () => {
    const read = h.contacts(message('Contact: <sip:1@x>;expires=60, <sip:2@x>;expires=soon, <sip:3@x>'))
    if (!read.ok || read.value === '*') throw new Error('no contacts')
    expect(read.value.map(h.contactExpires)).toEqual([60, 3600, undefined])
  })
})

test('Route and Record-Route', () => {
  const m = message('Route: <sip:p1;lr>, <sip:p2;lr>', 'Record-Route: <sip:r1;lr>', 'Record-Route: <sip:r2;lr>')
  expect(h.routes(m)).toMatchObject({ value: [{ uri: { host: 'p1' } }, { uri: { host: 'p2' } }] })
  expect(h.recordRoutes(m)).toMatchObject({ value: [{ uri: { host: 'r1' } }, { uri: { host: 'r2' } }] })
})

test('numbers: read, malformed, too large, absent', () => {
  expect(h.expires(message('Expires: 60'))).toBe(60)
  expect(h.expires(message('Expires: soon'))).toBe(3600)
  expect(h.expires(message(`Expires: 1${'0'.repeat(100)}`))).toBe(0xffff_ffff)
  expect(h.expires(message())).toBeUndefined()
  expect(h.minExpires(message('Min-Expires: 120'))).toBe(120)
  expect(h.minExpires(message('Min-Expires: -1'))).toBeUndefined()
  expect(h.maxForwards(message('Max-Forwards: 0070'))).toBe(70)
  expect(h.maxForwards(message())).toBeUndefined()
})

test.each([
  ['120', 120, 0],
  ['18000;duration=3600', 18000, 1],
  ['120 (I am in a (long) meeting \\) )', 120, 0],
  ['120 (x) ;duration=60', 120, 1],
])('Retry-After: %s', (text, seconds, params) => {
  const read = h.retryAfter(message(`Retry-After: ${text}`))
  expect([read?.seconds, read?.params.length]).toEqual([seconds, params])
})

test.each(['', 'soon', '120 (', '120 x', '99999999999'])('Retry-After %j says nothing', (text) => {
  expect(h.retryAfter(message(`Retry-After: ${text}`))).toBeUndefined()
})

test('option tags and methods: all lines, empty values left out, UTF-8 unharmed', () => {
  const m = message('Supported: 100rel , timer,,', 'k: replaces', 'Require: \xc3\xa0', 'Allow: INVITE, ACK')
  expect(h.supported(m)).toEqual(['100rel', 'timer', 'replaces'])
  expect(h.requires(m)).toEqual(['\xc3\xa0'])
  expect(h.allow(m)).toEqual(['INVITE', 'ACK'])
  expect([h.proxyRequires(m), h.unsupported(m)]).toEqual([[], []])
})

test('Content-Type', () => {
  expect(h.contentType(message('c: Application/SDP ; charset="UTF-8"'))).toEqual({
    type: 'application/sdp',
    params: [{ name: 'charset', value: 'UTF-8' }],
  })
  expect(h.contentType(message('Content-Type: application'))).toBeUndefined()
  expect(h.contentType(message())).toBeUndefined()
})

test('reason phrases: known, by class, none', () => {
  expect([486, 499, 299, 999].map(reasonPhrase)).toEqual(['Busy Here', 'Bad Request', 'OK', 'Unknown'])
})

test.each([
  [
    ['Reason: SIP;cause=200;text="Call completed elsewhere"'],
    [{ protocol: 'SIP', cause: 200, text: 'Call completed elsewhere' }],
  ],
  [
    ['Reason: Q.850 ;cause=16, sip;cause=486', 'Reason: X'],
    [
      { protocol: 'Q.850', cause: 16, text: '' },
      { protocol: 'SIP', cause: 486, text: '' },
      { protocol: 'X', cause: undefined, text: '' },
    ],
  ],
  [['Reason: ;cause=1', 'Reason: SIP;cause=abc'], [{ protocol: 'SIP', cause: undefined, text: '' }]],
  [[], []],
])('%j', (lines, expected) => expect(h.reasons(message(...lines))).toEqual(expected))
