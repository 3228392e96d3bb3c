// Digest as the lab asks for it, answered by this product's own client half.
import { expect, test } from 'vitest'
import { seededRng } from '../base/rng.ts'
import { Secret } from '../base/secret.ts'
import { ms } from '../base/time.ts'
import { authorize, NO_AUTH } from '../sip/auth/authorize.ts'
import { challenges } from '../sip/auth/challenge.ts'
import type { SipRequest, SipResponse } from '../sip/message/message.ts'
import { parseMessage } from '../sip/message/parse.ts'
import { createDigest } from './digest.ts'

const rng = seededRng(1)
const URI = 'sip:127.0.0.1:30000'
const COMMON = ['Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKa', 'From: <sip:100@lab>;tag=f', 'To: <sip:100@lab>']
const message = (start: string, headers: readonly string[]) => {
  const lines = [start, ...COMMON, 'Call-ID: c', 'CSeq: 1 REGISTER', ...headers, 'Content-Length: 0', '', '']
  const parsed = parseMessage(lines.join('\r\n'))
  if (!parsed.ok) throw new Error(parsed.error.what)
  return parsed.value
}
const register = (headers: readonly string[] = []) =>
  message(`REGISTER ${URI} SIP/2.0`, ['Max-Forwards: 70', ...headers]) as SipRequest

/** The header a client with this password sends after the challenge. */
function answered(lines: readonly { name: string; value: string }[], password: string): string {
  const refusal = message(
    'SIP/2.0 401 Unauthorized',
    lines.map(({ name, value }) => `${name}: ${value}`),
  ) as SipResponse
  const credentials = [{ realm: '*', username: '100', password: new Secret(password) }]
  const request = { method: 'REGISTER', uri: URI, body: '', hops: [] }
  const result = authorize(challenges(refusal), request, credentials, rng, NO_AUTH)
  if (!result.ok) throw new Error(result.error.what)
  return result.value.headers.map(({ name, value }) => `${name}: ${value}`).join('\r\n')
}

test('the right password is who it says, once per count; a wrong one is asked again', () => {
  const digest = createDigest('lab', new Map([['100', new Secret('right')]]), rng)
  const first = digest(register(), 'registrar', ms(0))
  if (!('challenge' in first)) throw new Error('not challenged')
  expect(first.challenge.map(({ value }) => /algorithm=([^,]+)/.exec(value)?.[1])).toEqual([
    'SHA-512-256',
    'SHA-256',
    'MD5',
  ])
  const good = register([answered(first.challenge, 'right')])
  expect(digest(good, 'registrar', ms(1))).toEqual({ user: '100' })
  expect(digest(good, 'registrar', ms(2))).toHaveProperty('challenge')
  expect(digest(register([answered(first.challenge, 'wrong')]), 'registrar', ms(3))).toHaveProperty('challenge')
})

test('an old nonce is told to be stale', () => {
  const digest = createDigest('lab', new Map([['100', new Secret('right')]]), rng)
  const first = digest(register(), 'registrar', ms(0))
  if (!('challenge' in first)) throw new Error('not challenged')
  const late = digest(register([answered(first.challenge, 'right')]), 'registrar', ms(400_000))
  expect('challenge' in late && late.challenge[0]?.value).toContain('stale=TRUE')
})
