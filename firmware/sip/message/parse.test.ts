// The message parser: framing, look-up of fields, limits, and what an error leaves to answer with.
import { describe, expect, test } from 'vitest'
import { HEADER_NAMES, headerId, readName, UNKNOWN } from './header-names.ts'
import { LIMITS } from './limits.ts'
import { parseMessage } from './parse.ts'
import { INVITE, OK_200, REGISTER } from './samples.ts'

const HEAD = {
  via: 'Via: SIP/2.0/UDP h;branch=z9hG4bK1',
  from: 'From: <sip:a@b>;tag=1',
  to: 'To: <sip:c@d>',
  callId: 'Call-ID: x',
  cseq: 'CSeq: 1 OPTIONS',
}
const text = (start: string, head: readonly string[], body = '') => [start, ...head, '', body].join('\r\n')
const OPTIONS = 'OPTIONS sip:c@d SIP/2.0'
/** OPTIONS with these lines more, or in the place of the ones of that name. */
const options = (change: Partial<typeof HEAD> = {}, ...more: string[]) =>
  text(OPTIONS, [...Object.values({ ...HEAD, ...change }), ...more])

const parsed = (message: string) => {
  const result = parseMessage(message)
  if (!result.ok) throw new Error(`${result.error.what} at ${result.error.at}`)
  return result.value
}
const refused = (message: string) => {
  const result = parseMessage(message)
  if (result.ok) throw new Error('parsed')
  return result.error
}

describe('framing', () => {
  test('the samples', () => {
    expect(parsed(INVITE)).toMatchObject({ kind: 'request', method: 'INVITE', vias: { length: 2 } })
    expect(parsed(INVITE).body).toMatch(/^v=0\r\n.*\r\n$/s)
    expect(parsed(REGISTER)).toMatchObject({ kind: 'request', uriText: 'sip:pbx.example.com', body: '' })
    expect(parsed(OK_200)).toMatchObject({ kind: 'response', status: 200, reason: 'OK', toTag: 'b7c6d5e4f3a2' })
  })

  test('line ends before the start line, bare line feeds, a body without Content-Length', () => {
    expect(parsed(`\r\n\r\n${options()}`).callId).toBe('x')
    expect(parsed(options().replaceAll('\r\n', '\n')).callId).toBe('x')
    expect(parsed(`${options()}rest`).body).toBe('rest')
  })

  test('Content-Length cuts, in bytes; NUL and anything else may stand in a body', () => {
    expect(parsed(`${options({}, 'Content-Length: 3')}\0\r\nab`).body).toBe('\0\r\n')
    expect(parsed(`${options({}, 'l:0')}ab`).body).toBe('')
  })

  test('a lone CR within a line is white space, also when read as text', () => {
    const m = parsed(options({ to: 'To: <sip:c@d>\r;tag=2' }, 'X: a\rb'))
    expect([m.toTag, m.header('X')]).toEqual(['2', 'a b'])
  })

  test('a line that is no header field is ignored (§8.2)', () => {
    const m = parsed(options({}, 'no colon', 'two words: x', ': x', 'X: y'))
    expect(m.fields.map((f) => f.name)).toEqual(['Via', 'From', 'To', 'Call-ID', 'CSeq', 'X'])
  })
})

describe('looking up fields', () => {
  const m = parsed(
    options({}, 'm: <sip:1@x>', 'X-Own: 1', 'CONTACT: <sip:2@x>', 'x-own  :\t2 ', 'Subject:\r\n  a\r\n\tb  '),
  )

  test('by long name in any case, compact forms found, several lines in order', () => {
    expect(m.header('contact')).toBe('<sip:1@x>')
    expect(m.headers('Contact')).toEqual(['<sip:1@x>', '<sip:2@x>'])
    expect(m.headers('m')).toEqual(['<sip:1@x>', '<sip:2@x>'])
    expect(m.headers('X-OWN')).toEqual(['1', '2'])
    expect([m.header('subject'), m.header('s')]).toEqual(['a b', 'a b'])
    expect([m.header('Expires'), m.header('X-Other'), m.headers('Route')]).toEqual([undefined, undefined, []])
  })

  test('fields keep names as written', () => {
    expect(m.fields.slice(5)).toEqual([
      { name: 'm', value: '<sip:1@x>' },
      { name: 'X-Own', value: '1' },
      { name: 'CONTACT', value: '<sip:2@x>' },
      { name: 'x-own', value: '2' },
      { name: 'Subject', value: 'a b' },
    ])
  })

  test('a name that is like a known one only in some bits is another name', () => {
    expect(parsed(options({}, '\x16ia: SIP/2.0/UDP x', 'Expire3: 5')).header('Expires')).toBeUndefined()
  })

  test('the parser and the look-up by name know the same names', () => {
    expect(HEADER_NAMES.length).toBeGreaterThan(60)
    for (const name of HEADER_NAMES) {
      for (const spelled of [name, name.toLowerCase(), name.toUpperCase()]) {
        expect(readName(`x${spelled} : y`, 1)).toBe((headerId(spelled) << 16) | name.length)
      }
      expect(readName(`${name}x:`, 0) >> 16).toBe(UNKNOWN)
      expect(headerId(name)).not.toBe(UNKNOWN)
    }
  })
})

describe('refused', () => {
  test.each([
    ['', 'start line without its end'],
    ['\r\n\r\n', 'start line without its end'],
    ['OPTIONS', 'start line without its end'],
    [text('OPTIONS', []), 'no space after the method'],
    [text(' OPTIONS sip:c@d SIP/2.0', []), 'no method'],
    [text('OPTIONS sip:c@d', []), 'no version'],
    [text('OPTIONS sip:c@d SIP/2.0 ', []), 'version is not SIP/2.0'],
    [text('OPTIONS c@d SIP/2.0', []), 'URI without a scheme'],
    [text('SIP/2.0 99 x', []), 'status is not three digits'],
    [text('SIP/2.0 099 x', []), 'status is not in 100–699'],
    [text('SIP/2.0 700 x', []), 'status is not in 100–699'],
    [text('SIP/3.0 200 OK', []), 'version is not SIP/2.0'],
    [options().slice(0, -2), 'no empty line after the header fields'],
    [options({ via: 'X: y' }), 'no Via'],
    [options({ from: 'X: y' }), 'no From'],
    [options({ to: 'X: y' }), 'no To'],
    [options({ callId: 'X: y' }), 'no Call-ID'],
    [options({ cseq: 'X: y' }), 'no CSeq'],
    [options({ callId: 'Call-ID: ' }), 'Call-ID is empty'],
    [options({ callId: 'Call-ID: x y' }), 'something follows the value'],
    [options({ cseq: 'CSeq: 1' }), 'no space in CSeq'],
    [options({ cseq: 'CSeq: 1 ' }), 'no method in CSeq'],
    [options({ cseq: 'CSeq: 2147483648 OPTIONS' }), 'CSeq is too large'],
    [options({ cseq: 'CSeq: 1 options' }), 'CSeq names another method'],
    [options({ via: 'Via: SIP/2.0/UDP h,' }), 'no / after the protocol'],
    [options({}, 'Max-Forwards: 256'), 'Max-Forwards is too large'],
    [options({}, 'Max-Forwards: 7 0'), 'something follows the value'],
    [options({}, 'Content-Length: 1'), 'body is shorter than Content-Length'],
    [options({ to: 'To: <sip:c@d>, <sip:e@f>' }), 'something follows the value'],
    [options({}, 'X: a\0b'), 'NUL in a header field'],
  ])('%j: %s', (message, what) => expect(refused(message).what).toBe(what))

  test('where: the offset in the text', () => {
    const message = options({ to: 'To: <sip:c d>' })
    expect(message.slice(refused(message).at)).toMatch(/^ d>\r\n/)
  })

  test('limits', () => {
    const many = (count: number, line: string) => options({}, ...Array<string>(count).fill(line))
    expect(refused(options() + ' '.repeat(LIMITS.message)).status).toBe(513)
    expect(refused(text(`OPTIONS sip:${'a'.repeat(LIMITS.uri)} SIP/2.0`, Object.values(HEAD))).status).toBe(414)
    expect(refused(text(`OPTIONS sip:${'a'.repeat(LIMITS.line)} SIP/2.0`, Object.values(HEAD))).status).toBe(414)
    expect(refused(many(LIMITS.fields, 'X: y')).what).toBe('too many header fields')
    expect(refused(many(LIMITS.vias, HEAD.via)).what).toBe('too many Via values')
    expect(refused(options({}, `X: ${'a'.repeat(LIMITS.line)}`)).what).toBe('header field is too long')
    expect(parsed(many(LIMITS.fields - 5, 'X: y')).headers('x')).toHaveLength(LIMITS.fields - 5)
  })
})

describe('what is left to answer with', () => {
  test('the routing fields as written, in order, on one line each', () => {
    const message = text('OPTIONS <bad> SIP/2.0', [
      'v: SIP/2.0/UDP one;branch=1,\r\n SIP/2.0/UDP two',
      'X: y',
      'Via x: SIP/2.0/UDP none',
      'VIA:SIP/2.0/UDP three',
      't: "unbalanced <sip:c@d> ',
      'f : <sip:a@b>;tag=1',
      'i: x\0y',
      'CSeq:   7 OPTIONS',
      'To: <sip:second@d>',
    ])
    expect(refused(message).answerable).toEqual({
      vias: ['SIP/2.0/UDP one;branch=1, SIP/2.0/UDP two', 'SIP/2.0/UDP three'],
      to: '"unbalanced <sip:c@d>',
      from: '<sip:a@b>;tag=1',
      callId: 'xy',
      cseq: '7 OPTIONS',
    })
  })

  test('of a message that is too large', () => {
    const error = refused(options() + ' '.repeat(LIMITS.message))
    expect([error.status, error.answerable?.callId]).toEqual([513, 'x'])
  })

  test.each([
    ['a response', text('SIP/2.0 200', Object.values({ ...HEAD, to: 'To: <' }))],
    ['an ACK', text('ACK <bad> SIP/2.0', Object.values(HEAD))],
    ['no Via', text('OPTIONS <bad> SIP/2.0', Object.values({ ...HEAD, via: 'X: y' }))],
    ['no tag-bearing field', text('OPTIONS <bad> SIP/2.0', Object.values({ ...HEAD, from: 'X: y' }))],
    ['cut off', text('OPTIONS <bad> SIP/2.0', Object.values(HEAD)).slice(0, 90)],
  ])('%s: nothing', (_, message) => expect(refused(message).answerable).toBeUndefined())
})
