// The digest against the vectors of RFC 2617 §3.5 and RFC 7616 §3.9, the other forms against Node's hashes; challenges.
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { utf8Encode } from '../../base/bytes.ts'
import type { SipResponse } from '../message/message.ts'
import { parseMessage } from '../message/parse.ts'
import { challenges, parseAuth } from './challenge.ts'
import { type Algorithm, algorithm, digest, ha1Of, keyOf, type Qop } from './digest.ts'

interface Asked {
  readonly username: string
  readonly realm: string
  readonly password: string
  readonly nonce: string
  readonly cnonce: string
  readonly count: number
  readonly qop: Qop | undefined
  readonly method: string
  readonly uri: string
  readonly body: string
  readonly algorithm: Algorithm
}
const asked = ({ username, realm, password, ...input }: Asked) => {
  const ha1 = ha1Of(input.algorithm, username, realm, password)
  return digest({ ...input, key: keyOf(input.algorithm, ha1, input.nonce, input.cnonce) })
}

describe('digest', () => {
  const rfc7616 = {
    username: 'Mufasa',
    realm: 'http-auth@example.org',
    password: 'Circle of Life',
    nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
    cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
    count: 1,
    qop: 'auth' as const,
    method: 'GET',
    uri: '/dir/index.html',
    body: '',
  }

  test('RFC 2617 §3.5', () => {
    const input = {
      ...rfc7616,
      algorithm: algorithm(undefined)!,
      realm: 'testrealm@host.com',
      password: 'Circle Of Life',
      nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
      cnonce: '0a4f113b',
    }
    expect(asked(input)).toBe('6629fae49393a05397450978507c4ef1')
  })

  test.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ])('RFC 7616 §3.9.1 %s', (name, response) => {
    expect(asked({ ...rfc7616, algorithm: algorithm(name)! })).toBe(response)
  })

  test('RFC 7616 §3.9.2 SHA-512-256, as erratum 4897 corrects it', () => {
    const known = algorithm('SHA-512-256')!
    const username = utf8Encode('Jäsøn Doe')
    const input = {
      ...{ ...rfc7616, algorithm: known, username, realm: 'api@example.org', password: 'Secret, or not?' },
      nonce: '5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK',
      cnonce: 'NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v',
      uri: '/doe.json',
    }
    expect(asked(input)).toBe('3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5')
    expect(known.hash(`${username}:api@example.org`)).toBe(
      '793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b',
    )
  })

  test.each(['MD5', 'SHA-256', 'SHA-512-256'])('%s: -sess, auth-int, and without qop', (name) => {
    const hash = (text: string) => createHash(name.replace('SHA-', 'SHA')).update(text, 'latin1').digest('hex')
    const { username, realm, password, nonce, cnonce } = rfc7616
    const secret = hash(`${username}:${realm}:${password}`)
    const input = { ...rfc7616, count: 0x1f, body: 'v=0\xff' }
    expect(asked({ ...input, algorithm: algorithm(`${name}-SESS`)!, qop: 'auth-int' })).toBe(
      hash(
        `${hash(`${secret}:${nonce}:${cnonce}`)}:${nonce}:0000001f:${cnonce}:auth-int:` +
          hash(`GET:/dir/index.html:${hash('v=0\xff')}`),
      ),
    )
    expect(asked({ ...input, algorithm: algorithm(name)!, qop: undefined })).toBe(
      hash(`${secret}:${nonce}:${hash('GET:/dir/index.html')}`),
    )
  })

  test('names of algorithms', () => {
    const named = (text: string) => {
      const { name, session, aka } = algorithm(text) ?? {}
      return [name, session, aka]
    }
    expect(named('sha-512-256-SESS')).toEqual(['SHA-512-256', true, undefined])
    expect(named('AKAv1-MD5')).toEqual(['MD5', false, 1])
    expect(named('akav2-sha-256-sess')).toEqual(['SHA-256', true, 2])
    const unknown = ['', 'SHA-512', 'AKAv3-MD5', 'AKAv1', '-sess', 'toString', 'MD5-sess-sess']
    expect(unknown.map(algorithm)).toEqual(unknown.map(() => undefined))
  })
})

const response = (...lines: string[]): SipResponse => {
  const head = [
    'SIP/2.0 401 Unauthorized',
    'Via: SIP/2.0/UDP h',
    'From: <sip:a@b>;tag=1',
    'To: <sip:a@b>',
    'Call-ID: x',
  ]
  const result = parseMessage([...head, 'CSeq: 1 REGISTER', ...lines, '', ''].join('\r\n'))
  if (!result.ok || result.value.kind !== 'response') throw new Error('not a response')
  return result.value
}

describe('challenges', () => {
  const PLAIN = { userhash: false, utf8: false, domain: [] }
  const BARE = { opaque: undefined, stale: false, algorithm: undefined, qop: undefined, ...PLAIN }

  test('several headers, several in one, other schemes and broken ones left out', () => {
    const found = challenges(
      response(
        'WWW-Authenticate: Digest realm="a, \\"b\\"",nonce="n1",qop="auth, AUTH-INT",algorithm=SHA-256,stale=TRUE,opaque=""',
        'WWW-Authenticate: Basic realm="x", Digest realm="a",nonce=n2, domain="sip:a tel:1 sips:u@B:1", userhash=TRUE,charset=utf-8',
        'WWW-Authenticate: Digest realm="unbalanced',
        'WWW-Authenticate: Digest realm="no nonce"',
        'Proxy-Authenticate: digest\r\n  Realm="p" , NONCE="n3"',
      ),
    )
    expect(found).toEqual([
      {
        proxy: false,
        realm: 'a, \\"b\\"',
        nonce: 'n1',
        opaque: '',
        stale: true,
        algorithm: 'SHA-256',
        qop: ['auth', 'auth-int'],
        ...PLAIN,
      },
      { ...BARE, proxy: false, realm: 'a', nonce: 'n2', userhash: true, utf8: true, domain: ['a', 'b'] },
      { ...BARE, proxy: true, realm: 'p', nonce: 'n3' },
    ])
  })

  test.each([
    ['', 'no scheme or parameter'],
    ['Digest', 'scheme without parameters'],
    ['realm="x"', 'no scheme'],
    ['Digest realm', 'parameter without a value'],
    ['Digest realm=', 'parameter without a value'],
    ['Digest realm="x" nonce="y"', 'no comma between parameters'],
    ['Digest realm="x",', 'no scheme or parameter'],
    ['Digest realm="x",realm="y"', 'realm stands twice'],
    ['Digest"x"', 'no space after the scheme'],
    [`Digest ${Array.from({ length: 40 }, (_, i) => `a${i}=b`).join()}`, 'too many parameters'],
  ])('%j: %s', (text, what) => {
    const result = parseAuth(text)
    expect(result.ok ? 'parsed' : result.error.what).toBe(what)
  })

  test('never throws on any bytes', () => {
    const piece = fc.constantFrom('Digest ', 'realm', '=', '"', ',', ' ', '\\', 'x', '\0', '\xff')
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        parseAuth(pieces.join(''))
      }),
    )
  })
})
