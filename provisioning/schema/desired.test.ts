// The desired document: reading, defaults, contradictions, and that no fault shows a secret.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { documentWith, text } from '../testing/documents.ts'
import { canonical, MAX_DOCUMENT, readDesired } from './desired.ts'
import { plainFormats } from './formats.ts'

const K = '0123456789abcdef0123456789abcdef'
const read = (content: string) => readDesired(content, plainFormats)
const faults = (content: string) => {
  const result = read(content)
  if (result.ok) throw new Error('accepted')
  return result.error
}

test('the least document is a whole configuration', () => {
  const result = read('{"contract":1,"version":1,"config":{"accounts":[{"id":"main","aor":"sip:alice@example.com"}]}}')
  expect(result).toMatchObject({
    ok: true,
    value: {
      version: 1,
      apply: { when: 'idle', confirmSeconds: 60 },
      secrets: {},
      config: {
        accounts: [
          { id: 'main', label: 'alice', username: 'alice', realm: '*', codecs: ['PCMA', 'PCMU'], ptimeMs: 20 },
        ],
        handset: { kind: 'alsa', capture: 'handset_capture', playback: 'handset_playback', rate: 16000, periodMs: 20 },
        tones: { country: 'us', ring: 'country', rings: {}, keyClicks: false },
        dial: { interDigitMs: 4000 },
        audio: { volume: 5 },
        network: { sipPort: 5060, rtpPorts: { min: 16384, max: 16583 }, dscp: 46, jitter: { minMs: 20, maxMs: 200 } },
      },
    },
  })
})

test('the place of a JSON error is told, the text around it is not', () => {
  const { errors, version } = faults('{"contract": 1,\n"secrets": {"main": {"password": "hunter2}}}')
  expect(version).toBeUndefined()
  expect(errors).toEqual([
    {
      path: '',
      expected: 'a JSON document in UTF-8',
      got: 'an error in line 2, column 34',
      hint: 'check it with any JSON tool',
    },
  ])
  expect(faults('{"password": hunter2}').errors[0]!.got).toBe('an error in line 1, column 14')
  expect(faults('  ').errors[0]!.got).toBe('nothing')
})

test('a document too large is not even parsed', () => {
  expect(faults(' '.repeat(MAX_DOCUMENT + 1)).errors[0]).toMatchObject({ expected: 'at most 131072 characters' })
})

test.each([
  [
    'two accounts of one name',
    {
      config: {
        accounts: [
          { id: 'a', aor: 'sip:a@b' },
          { id: 'a', aor: 'sip:a@b' },
        ],
      },
      secrets: {},
    },
    '/config/accounts/1/id',
  ],
  ['a line with nothing to prove itself with', { secrets: { main: {} } }, '/secrets/main'],
  ['two things to prove itself with', { secrets: { main: { password: 'x', aka: { k: K } } } }, '/secrets/main'],
  ['an ha1 of any realm', { secrets: { main: { ha1: { value: K } } } }, '/secrets/main'],
  [
    'an ha1 too short for its hash',
    { account: { realm: 'r' }, secrets: { main: { ha1: { hash: 'SHA-256', value: K } } } },
    '/secrets/main',
  ],
  ['keys without op', { secrets: { main: { aka: { k: K } } } }, '/secrets/main'],
  ['keys that are none', { secrets: { main: { aka: { k: 'hunter2', op: K } } } }, '/secrets/main/aka/k'],
  [
    'a patience that ends before it begins',
    { account: { retry: { firstMs: 5000, longestMs: 4000 } } },
    '/config/accounts/0/retry/longestMs',
  ],
  [
    'a session timer shorter than it may be',
    { account: { sessionTimer: { expiresS: 100, minS: 120 } } },
    '/config/accounts/0/sessionTimer/expiresS',
  ],
  ['a secret for nobody', { secrets: { other: { password: 'x' } } }, '/secrets/other'],
  [
    'somebody to watch from a line that is not there',
    { config: { buddies: [{ label: 'Bob', uri: 'sip:b@c', account: 'other' }] } },
    '/config/buddies/0/account',
  ],
  ['a key that calls nobody', { config: { keys: [{ label: 'Bob', kind: 'blf' }] } }, '/config/keys/0/target'],
  [
    'a key of a line that is not there',
    { config: { keys: [{ label: 'Bob', kind: 'blf', target: '201', account: 'other' }] } },
    '/config/keys/0/account',
  ],
  [
    'a digit of two keys',
    {
      config: {
        keys: [
          { label: 'Bob', kind: 'speed-dial', target: '201', digit: 2 },
          { label: 'Mail', kind: 'voicemail', digit: 2 },
        ],
      },
    },
    '/config/keys/1/digit',
  ],
  [
    'calls sent on to where they came from',
    { config: { calls: { forward: { busy: 'sip:alice@example.com' } } } },
    '/config/calls/forward/busy',
  ],
  [
    'too few RTP ports',
    { config: { network: { rtpPorts: { min: 20000, max: 20003 } } } },
    '/config/network/rtpPorts/max',
  ],
  [
    'SIP among the RTP ports',
    { config: { network: { sipPort: 20004, rtpPorts: { min: 20000, max: 20100 } } } },
    '/config/network/sipPort',
  ],
  [
    'a certificate without its key',
    { config: { network: { tls: { certificate: '/etc/phone.pem' } } } },
    '/config/network/tls/key',
  ],
  [
    'a line over a transport that is off',
    { account: { transport: 'tls' }, config: { network: { tls: { on: false } } } },
    '/config/accounts/0/transport',
  ],
  [
    'jitter bounds the wrong way',
    { config: { network: { jitter: { minMs: 90, maxMs: 80 } } } },
    '/config/network/jitter/maxMs',
  ],
  [
    'an odd first RTP port',
    { config: { network: { rtpPorts: { min: 20001, max: 20100 } } } },
    '/config/network/rtpPorts/min',
  ],
  ['a version that is no number', { version: '7' as unknown as number }, '/version'],
])('%s is refused', (_, parts, path) => {
  expect(faults(text(parts)).errors.map((error) => error.path)).toEqual([path])
})

test('the version of a refused document is known as far as it can be read', () => {
  expect(faults(text({ version: 9, config: { extra: 1 } })).version).toBe(9)
  expect(faults('[]').version).toBeUndefined()
  expect(faults('null').version).toBeUndefined()
})

test('canonical does not depend on the order of keys or on white space', () => {
  expect(canonical({ b: [1, { d: null, c: 'x' }], a: true })).toBe('{"a":true,"b":[1,{"c":"x","d":null}]}')
})

test('whatever the document, a reader answers with a value or with faults, and no fault holds a secret', () => {
  const secret = 'hunter2hunter2'
  const place = fc.constantFrom('secrets', 'config', 'apply', 'contract', 'version', 'password')
  const shape = fc.oneof(
    fc.constant(secret),
    fc.constant([secret]),
    fc.constant({ main: secret }),
    fc.constant({ main: { password: [secret] } }),
    fc.constant({ main: { password: secret.repeat(20) } }),
    fc.constant({ main: { password: 1, passwort: secret } }),
  )
  fc.assert(
    fc.property(place, shape, (key, value) => {
      const result = read(JSON.stringify({ ...documentWith(), [key]: value }))
      const hidden = key === 'secrets' || key === 'password' || typeof value !== 'string'
      return result.ok || !hidden || !JSON.stringify(result.error).includes(secret)
    }),
  )
  fc.assert(fc.property(fc.json(), (json) => typeof read(json).ok === 'boolean'))
})

test('a phone book of a thousand fits into a document', () => {
  const person = (n: number) => ({
    name: `Firstname Lastname ${n}`,
    numbers: [`+49 30 555 ${1000 + n}`, `${1000 + n}`],
  })
  const contacts = Array.from({ length: 1000 }, (_, n) => person(n))
  const read = readDesired(JSON.stringify(documentWith({ config: { contacts } })), plainFormats)
  expect(read.ok && read.value.config.contacts).toEqual(contacts)
  const more = JSON.stringify(documentWith({ config: { contacts: [...contacts, person(1000)] } }))
  expect(faults(more).errors[0]).toMatchObject({ path: '/config/contacts', expected: 'a list of 0 to 1000' })
})
