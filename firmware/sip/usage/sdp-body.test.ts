// Which body is the offer, and what a body that cannot be taken is answered with (RFC 3261 §20.11, RFC 5621).
import { expect, test } from 'vitest'
import type { SipMessage } from '../message/message.ts'
import { parseMessage } from '../message/parse.ts'
import { otherParts, sdpBody, sdpOf } from './sdp-body.ts'

const SDP = 'application/sdp'
const HEAD = [
  'INVITE sip:a@example.com SIP/2.0',
  'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1',
  'From: <sip:b@example.com>;tag=1',
  'To: <sip:a@example.com>',
  'Call-ID: 1',
  'CSeq: 1 INVITE',
]

function invite(headers: readonly string[], body: string): SipMessage {
  const message = parseMessage([...HEAD, ...headers, `Content-Length: ${body.length}`, '', body].join('\r\n'))
  if (!message.ok) throw new Error(message.error.what)
  return message.value
}
function judged(headers: readonly string[], body: string): string {
  const part = sdpOf(invite(headers, body))
  return part.kind === 'sdp' ? part.sdp : part.kind
}
const part = (type: string, content: string, ...headers: string[]) =>
  ['--b', `Content-Type: ${type}`, ...headers, '', content, ''].join('\r\n')
const multi = (subtype: string, ...parts: string[]) =>
  judged([`Content-Type: multipart/${subtype};boundary=b`], `${parts.join('')}--b--\r\n`)
const one = (type: string, ...headers: string[]) => judged([`Content-Type: ${type}`, ...headers], 'body')
const disposition = (text: string) => `Content-Disposition: ${text}`
const XML = 'application/pidf+xml'
const inner = '--c\r\nContent-Type: application/sdp\r\n\r\nnested\r\n--c--'

test.each<[string, string, string]>([
  ['no body', judged([], ''), 'none'],
  ['a description', one(SDP), 'body'],
  ['for the session', one(SDP, disposition('session')), 'body'],
  ['for an early session (RFC 3959)', one(SDP, disposition('early-session')), 'unsupported'],
  ['that if it can be', one(SDP, disposition('early-session;handling=optional')), 'none'],
  ['packed', one(SDP, 'Content-Encoding: gzip'), 'unsupported'],
  ['packed as it is', one(SDP, 'Content-Encoding: identity'), 'body'],
  ['something else', one(XML), 'unsupported'],
  ['something else, required', one(XML, disposition('render;handling=required')), 'unsupported'],
  ['something else, if it can be', one(XML, disposition('render;handling=optional')), 'none'],
  ['no type', judged([], 'body'), 'unsupported'],
  ['among others', multi('mixed', part(XML, 'x'), part(SDP, 'sdp')), 'sdp'],
  [
    'beside one that is required',
    multi('mixed', part(SDP, 'sdp'), part(XML, 'x', disposition('render;handling=required'))),
    'unsupported',
  ],
  [
    'beside one that is not',
    multi('mixed', part(SDP, 'sdp'), part(XML, 'x', disposition('x;handling=optional'))),
    'sdp',
  ],
  ['the first of two', multi('mixed', part(SDP, 'one'), part(SDP, 'two')), 'one'],
  ['others alone', multi('mixed', part(XML, 'x')), 'unsupported'],
  ['optional ones alone', multi('mixed', part(XML, 'x', disposition('x;handling=optional'))), 'none'],
  ['the best that is understood', multi('alternative', part(SDP, 'one'), part(SDP, 'two'), part(XML, 'x')), 'two'],
  ['none understood', multi('alternative', part(XML, 'x')), 'unsupported'],
  [
    'signed: the signature is let be',
    multi(
      'signed',
      part(SDP, 'sdp'),
      part('application/pkcs7-signature', 'x', disposition('attachment;handling=optional')),
    ),
    'sdp',
  ],
  ['nested', multi('mixed', part('multipart/alternative;boundary=c', inner)), 'nested'],
  ['broken', multi('mixed'), 'malformed'],
  [
    'broken, if it can be',
    judged(['Content-Type: multipart/mixed', disposition('session;handling=optional')], 'x'),
    'none',
  ],
])('%s', (_, got, expected) => expect(got).toBe(expected))

test('nesting has an end', () => {
  let body = 'sdp'
  let type = SDP
  for (const boundary of ['a', 'b', 'c', 'd']) {
    body = `--${boundary}\r\nContent-Type: ${type}\r\n\r\n${body}\r\n--${boundary}--`
    type = `multipart/mixed;boundary=${boundary}`
  }
  expect(judged([`Content-Type: ${type}`], body)).toBe('unsupported')
})

test('written alone, or first among others', () => {
  const location = { contentType: XML, headers: [{ name: 'Content-ID', value: '<1>' }], content: 'here' }
  expect(sdpBody(undefined)).toBeUndefined()
  expect(sdpBody('sdp')).toEqual({ contentType: SDP, content: 'sdp' })
  const both = sdpBody('sdp', [location], 'chance')!
  expect(judged([`Content-Type: ${both.contentType}`], both.content)).toBe('sdp')
  expect(both.content).toContain('Content-ID: <1>\r\n\r\nhere\r\n')
  expect(sdpBody(undefined, [location], 'chance')?.content).not.toContain(SDP)
})

test('what else came along', () => {
  const others = (type: string, body: string) =>
    otherParts(invite([`Content-Type: ${type}`], body)).map(({ contentType, content }) => `${contentType} ${content}`)
  const both = `${part('multipart/alternative;boundary=c', `${inner}`)}${part(XML, 'here')}--b--`
  expect(others('multipart/mixed;boundary=b', both)).toEqual([`${XML} here`])
  expect(others(SDP, 'sdp')).toEqual([])
  expect(others(XML, 'here')).toEqual([`${XML} here`])
  expect(others('multipart/mixed', 'broken')).toEqual(['multipart/mixed broken'])
  expect(otherParts(invite([], ''))).toEqual([])
})
