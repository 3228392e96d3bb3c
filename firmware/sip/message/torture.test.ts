// RFC 4475: each message with the outcome its section asks of a parser; what a user agent then does is above.
import { describe, expect, test } from 'vitest'
import { contacts, expires, maxForwards, recordRoutes, requires, routes } from './headers.ts'
import type { SipMessage, SipRequest } from './message.ts'
import { parseMessage } from './parse.ts'
import { printRequest, printResponse } from './print.ts'
import { VALID } from './torture-messages.ts'
import { DOUBTFUL, REFUSED } from './torture-refused.ts'

const parse = (text: string): SipMessage => {
  const result = parseMessage(text)
  if (!result.ok) throw new Error(`${result.error.what} at ${result.error.at}`)
  return result.value
}
const valid = (name: string) => parse(VALID[name]!)
const request = (name: string) => valid(name) as SipRequest
const bodyless = ({ name }: { name: string }) => !/^(content-length|l)$/i.test(name)

describe('taken', () => {
  test.each(Object.keys(VALID))('%s, and the same after printing', (name) => {
    const m = valid(name)
    const headers = m.fields.filter(bodyless)
    const again = parse(
      m.kind === 'request'
        ? printRequest({ method: m.method, uri: m.uriText, headers, body: m.body })
        : printResponse({ status: m.status, reason: m.reason, headers, body: m.body }),
    )
    expect({ ...again }).toEqual({ ...m })
    expect(again.fields.filter(bodyless)).toEqual(headers)
  })

  test('wsinv', () => {
    const m = request('wsinv')
    expect(m.uri).toMatchObject({ user: 'vivekg', params: [{ name: 'unknownparam', value: undefined }] })
    expect([m.toTag, m.fromTag, m.from.display]).toEqual(['1918181833n', '98asjd8', 'J Rosenberg \\"'])
    expect(m.cseq).toEqual({ number: 9, method: 'INVITE' })
    expect(maxForwards(m)).toBe(68)
    expect(m.vias.map((v) => [v.transport, v.host, v.branch])).toEqual([
      ['UDP', '192.0.2.2', '390skdjuw'],
      ['TCP', 'spindle.example.com', 'z9hG4bK9ikj8'],
      ['UDP', '192.168.255.111', 'z9hG4bK30239'],
    ])
    expect(m.header('Subject')).toBe('')
    expect(m.header('newfangledheader')).toBe('newfangled value continued newfangled value')
    expect(m.header('UnknownHeaderWithUnusualValue')).toBe(';;,,;;,;')
    expect(routes(m)).toMatchObject({ ok: true, value: [{ uri: { host: 'services.example.com' } }] })
    expect(contacts(m)).toMatchObject({
      ok: true,
      value: [
        {
          display: 'Quoted string ""',
          params: [
            { name: 'newparam', value: 'newvalue' },
            { name: 'secondparam', value: undefined },
            { name: 'q', value: '0.33' },
          ],
        },
      ],
    })
    expect(m.body).toHaveLength(150)
  })

  test('intmeth', () => {
    const m = request('intmeth')
    expect(m.method).toBe("!interesting-Method0123456789_*+`.%indeed'~")
    expect(m.uri).toMatchObject({
      user: "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*",
      password: "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)",
      host: 'example.com',
    })
    expect(m.to.display).toBe('BEL:\x07 NUL:\0 DEL:\x7f')
    expect(m.from.display).toBe("token1~` token2'+_ token3*%!.-")
    expect(m.callId).toBe('intmeth.word%ZK-!.*_+\'@word`~)(><:\\/"][?}{')
  })

  test('esc01, escnull, esc02: escapes are undone in URIs only', () => {
    expect(request('esc01').uri).toMatchObject({ user: 'sips:user@example.com', host: 'example.net' })
    expect(contacts(valid('esc01'))).toMatchObject({
      value: [{ uri: { user: 'caller', params: [{ name: 'lr' }, { name: 'name', value: 'value%41' }] } }],
    })
    expect(valid('escnull').to.uri).toMatchObject({ user: 'null-\0-null' })
    expect(contacts(valid('escnull'))).toMatchObject({ value: [{ uri: { user: '\0' } }, { uri: { user: '\0\0' } }] })
    expect(request('esc02').method).toBe('RE%47IST%45R')
    expect(valid('esc02').to.display).toBe('%Z%45')
    expect(contacts(valid('esc02'))).toMatchObject({ value: { length: 2 } })
  })

  test('lwsdisp, semiuri, cparam: where a name or a parameter ends', () => {
    expect(valid('lwsdisp').from).toMatchObject({ display: 'caller', uri: { user: 'caller' } })
    expect(request('semiuri').uri).toMatchObject({ user: 'user;par=u@example.net', host: 'example.com', params: [] })
    const unknown = [{ name: 'unknownparam', value: undefined }]
    expect(contacts(valid('cparam01'))).toMatchObject({ value: [{ params: unknown, uri: { params: [] } }] })
    expect(contacts(valid('cparam02'))).toMatchObject({ value: [{ params: [], uri: { params: unknown } }] })
    expect(contacts(valid('regescrt'))).toMatchObject({
      value: [{ uri: { headers: [{ name: 'Route', value: '<sip:sip.example.com>' }] } }],
    })
  })

  test('longreq, transports, bcast: every Via', () => {
    expect(valid('longreq').vias).toHaveLength(34)
    expect(valid('transports').vias.map((v) => v.transport)).toEqual(['UDP', 'SCTP', 'TLS', 'UNKNOWN', 'TCP'])
    expect(valid('bcast').vias[1]!.host).toBe('255.255.255.255')
    expect(valid('badbranch').vias[0]!.branch).toBe('z9hG4bK')
  })

  test('dblreq: what follows the body is dropped', () => {
    expect([request('dblreq').method, valid('dblreq').body]).toEqual(['REGISTER', ''])
  })

  test('unreason, noreason', () => {
    expect(valid('unreason')).toMatchObject({ status: 200 })
    expect(valid('noreason')).toMatchObject({ status: 100, reason: '' })
  })

  test('unkscm, novelsc, unksm2: other schemes', () => {
    expect(request('unkscm').uri).toEqual({ scheme: 'nobodyknowsthisscheme', rest: 'totallyopaquecontent' })
    expect(request('novelsc').uri).toEqual({ scheme: 'soap.beep', rest: '//192.0.2.103:3002' })
    expect(valid('unksm2').to.uri).toEqual({ scheme: 'isbn', rest: '2983792873' })
    expect(valid('unksm2').from.uri).toEqual({ scheme: 'http', rest: '//www.example.com' })
  })

  test('bext01, zeromf, inv2543', () => {
    expect(requires(valid('bext01'))).toEqual(['nothingSupportsThis', 'nothingSupportsThisEither'])
    expect(maxForwards(valid('zeromf'))).toBe(0)
    const m = valid('inv2543')
    expect([m.fromTag, m.vias[0]!.branch, expires(m)]).toEqual([undefined, undefined, undefined])
    expect(m.body).toMatch(/^v=0\r\n.*\r\n$/s)
    expect(recordRoutes(m)).toMatchObject({ value: [{ uri: { params: [{ name: 'maddr' }] } }] })
  })
})

describe('refused', () => {
  /** What, the status a 400 class answer has, and whether there is enough to send it. */
  test.each([
    ['badinv01', 'parameter without a name', 400, true],
    ['clerr', 'Content-Length is too large', 400, true],
    ['ncl', 'Content-Length is not a number', 400, true],
    ['scalar02', 'CSeq is too large', 400, true],
    ['scalarlg', 'CSeq is too large', 400, false],
    ['quotbal', 'quoted string without its end', 400, true],
    ['ltgtruri', 'not a URI scheme', 400, true],
    ['lwsruri', 'version is not SIP/2.0', 400, true],
    ['lwsstart', 'no Request-URI', 400, true],
    ['trws', 'version is not SIP/2.0', 400, true],
    ['escruri', 'headers in the Request-URI', 400, true],
    ['baddn', 'character not allowed in a display name', 400, true],
    ['badvers', 'version is not SIP/2.0', 505, true],
    ['mismatch01', 'CSeq names another method', 400, true],
    ['mismatch02', 'CSeq names another method', 400, true],
    ['bigcode', 'status is not three digits', 400, false],
    ['insuf', 'no From', 400, false],
    ['multi01', 'CSeq stands twice', 400, true],
    ['mcl01', 'Content-Length stands twice', 400, true],
  ])('%s: %s', (name, what, status, canAnswer) => {
    const result = parseMessage(REFUSED[name]!)
    if (result.ok) throw new Error('parsed')
    expect([result.error.what, result.error.status, result.error.answerable !== undefined]).toEqual([
      what,
      status,
      canAnswer,
    ])
  })

  test('none forgotten', () => expect(Object.keys(REFUSED)).toHaveLength(19))
})

describe('taken, and the doubtful part left to its reader', () => {
  test('baddate: nobody needs Date', () => expect(parse(DOUBTFUL.baddate!).header('Date')).toMatch(/EST$/))
  test('regbadct: Contact has a ? without brackets', () => expect(contacts(parse(DOUBTFUL.regbadct!)).ok).toBe(false))
  test('badaspec: spaces within the brackets mean nothing', () =>
    expect(parse(DOUBTFUL.badaspec!).to.uri).toMatchObject({ user: 't.watson', host: 'example.org' }))
})
