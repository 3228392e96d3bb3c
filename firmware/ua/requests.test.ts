// Requests beside calls, re-INVITEs, records and descriptions, as lines.
import { describe, expect, test } from 'vitest'
import { sdp, uaScript } from '../testing/ua-script.ts'

function ready(change = {}) {
  const ua = uaScript(change)
  ua.account()
  ua.lines()
  return ua
}

function talking(change = {}) {
  const ua = ready(change)
  ua.call('o')
  ua.state('o', 'CALLING')
  ua.body('o', 'answer', sdp(), true)
  ua.state('o', 'CONNECTING', 200)
  ua.state('o', 'CONFIRMED', 200)
  ua.lines()
  return ua
}

const body = { contentType: 'text/plain', content: 'hi' }
type Ua = ReturnType<typeof ready>
const send = (
  ua: Ua,
  request: string,
  to: object,
  method = 'MESSAGE',
  headers: { name: string; value: string }[] = [],
) => ua.app({ kind: 'send-request', request, method, to: to as { call: string }, headers, body })
const sent = (ua: Ua) => ua.lines().filter((line) => !line.startsWith('media'))

describe('sending', () => {
  test('inside a call and outside, each with its result', () => {
    const ua = talking()
    send(ua, 'r1', { call: 'o' })
    send(ua, 'r2', { account: 'a', target: '102' }, 'OPTIONS')
    expect(sent(ua)).toEqual(['sip MESSAGE request:r1 o', 'sip OPTIONS request:r2 sip:102@example.com'])
    ua.result('request:r2', 200)
    ua.result('request:r1', 408, '', 'timeout')
    expect(sent(ua)).toEqual(['app result r2 200', 'app result r1 408'])
    send(ua, 'r1', { call: 'o' })
    expect(sent(ua)).toEqual(['sip MESSAGE request:r1 o'])
  })

  test.each<[string, (ua: Ua) => void, string]>([
    ['an unknown call', (ua) => send(ua, 'r', { call: 'x' }), 'refused send-request r: unknown call'],
    [
      'an unknown account',
      (ua) => send(ua, 'r', { account: 'x', target: '1' }),
      'refused send-request r: unknown account',
    ],
    ['no address', (ua) => send(ua, 'r', { account: 'a', target: '' }), 'refused send-request r: no number'],
    [
      'a header that is none',
      (ua) => send(ua, 'r', { call: 'o' }, 'INFO', [{ name: 'X\r\nY', value: '' }]),
      'refused send-request r: not a header field: "X\\r\\nY"',
    ],
  ])('%s is refused', (_name, act, line) => {
    const ua = talking()
    act(ua)
    expect(sent(ua)).toEqual([`app ${line}`])
  })

  test('a name is taken until the final response, and free when the engine refuses', () => {
    const ua = talking()
    send(ua, 'r', { call: 'o' })
    send(ua, 'r', { call: 'o' })
    expect(sent(ua)).toEqual(['sip MESSAGE request:r o', 'app refused send-request r: name in use'])
    ua.sip({ kind: 'rejected', command: 'request', id: 'request:r', reason: 'that session has no dialog' })
    send(ua, 'r', { call: 'o' })
    expect(sent(ua)).toEqual(['app refused send-request r: that session has no dialog', 'sip MESSAGE request:r o'])
  })

  test('names of calls and of requests are kept apart', () => {
    const ua = talking()
    ua.call('request:r')
    ua.state('request:r', 'CALLING')
    send(ua, 'r', { call: 'o' })
    ua.lines()
    ua.sip({ kind: 'rejected', command: 'request', id: 'request:r', reason: 'no' })
    expect(sent(ua)).toEqual(['app refused send-request r: no'])
  })

  test('not in a call that is ending', () => {
    const ua = talking()
    ua.hangUp('o')
    ua.lines()
    send(ua, 'r', { call: 'o' })
    expect(sent(ua)).toEqual(['app refused send-request r: the call is ending'])
  })
})

describe('coming', () => {
  test('MESSAGE and INFO get their 200 at once', () => {
    const ua = talking()
    ua.request('in:9', 'MESSAGE', 'o')
    ua.request('in:10', 'INFO')
    expect(ua.lines()).toEqual([
      ...['sip reply in:9 200', 'app MESSAGE in:9 for a o 0', 'sip reply in:10 200', 'app INFO in:10 for a - 0'],
    ])
    expect(ua.deadline()).toBe(Number.POSITIVE_INFINITY)
  })

  test('credentials stay here', () => {
    const ua = ready()
    ua.request('in:9', 'MESSAGE', undefined, ['Authorization: Digest x', 'X-Room: 5'])
    const told = ua.heard.at(-1)
    const names = told?.kind === 'request-incoming' ? told.headers.map(({ name }) => name) : []
    expect(names).toContain('X-Room')
    expect(names).not.toContain('Authorization')
  })

  test('for nobody here: 404', () => {
    const ua = ready()
    ua.app({ kind: 'remove-account', account: 'a' })
    ua.lines()
    ua.request('in:9', 'MESSAGE')
    expect(sent(ua)).toEqual(['sip reply in:9 404'])
  })

  test('what is not known here waits for the application, then is refused', () => {
    const ua = talking()
    ua.at(1000)
    ua.request('in:10', 'PUBLISH')
    expect(ua.lines()).toEqual(['app PUBLISH in:10 for a - 5000'])
    expect(ua.deadline()).toBe(6000)
    ua.wake(5999)
    expect(ua.lines()).toEqual([])
    ua.wake(6000)
    expect(ua.lines()).toEqual(['sip reply in:10 501'])
    expect(ua.deadline()).toBe(Number.POSITIVE_INFINITY)
  })

  test('the application decides, once', () => {
    const ua = ready({ decides: ['MESSAGE'] })
    ua.request('in:9', 'MESSAGE')
    const reply = (status: number) =>
      ua.app({ kind: 'reply', request: 'in:9', status, reason: undefined, headers: [], body: undefined })
    reply(100)
    reply(486)
    reply(486)
    ua.wake(60_000)
    expect(ua.lines()).toEqual([
      'app MESSAGE in:9 for a - 5000',
      'app refused reply in:9: status out of 200–699',
      'sip reply in:9 486',
      'app refused reply in:9: no request of that name waits for an answer',
    ])
  })
})

describe('re-INVITE', () => {
  const reinvite = (ua: Ua, unhold: boolean, offer = true) =>
    ua.app({ kind: 'reinvite', call: 'o', unhold, offer, headers: [{ name: 'X-A', value: '1' }] })
  const held = () => {
    const ua = talking()
    ua.app({ kind: 'hold', call: 'o' })
    ua.state('o', 'REINVITING')
    ua.body('o', 'answer', sdp({ way: 'recvonly' }), true)
    ua.state('o', 'CONFIRMED', 200)
    ua.sip({ kind: 'reinvite-result', id: 'o', status: 200, reason: 'OK' })
    ua.lines()
    return ua
  }

  test('keeps our hold, or releases it with `unhold`', () => {
    const ua = held()
    reinvite(ua, false)
    expect(ua.lines()).toEqual(['sip reinvite o sendonly'])
    expect(ua.sent.at(-1)).toMatchObject({ headers: [{ name: 'X-A', value: '1' }] })
    const other = held()
    reinvite(other, true)
    expect(other.lines()).toEqual(['sip reinvite o sendrecv'])
  })

  test('without an offer the peer makes one, and the ACK answers it', () => {
    const ua = held()
    reinvite(ua, true, false)
    expect(ua.lines()).toEqual(['sip reinvite o -'])
    ua.state('o', 'REINVITING')
    ua.body('o', 'offer', sdp(), true)
    ua.state('o', 'CONFIRMED', 200)
    ua.sip({ kind: 'reinvite-result', id: 'o', status: 200, reason: 'OK' })
    expect(ua.lines()).toEqual([
      'sip ack o sendrecv',
      'media update-stream call:o PCMA sendrecv to 4000',
      'app o media active sendrecv PCMA/8000',
      'app o modified 200',
    ])
  })

  test('overtaken by theirs it is asked for anew, with a fresh offer, but not for ever', () => {
    const ua = talking()
    reinvite(ua, true)
    for (let i = 0; i < 4; i++) ua.sip({ kind: 'reinvite-result', id: 'o', status: 491, reason: 'Request Pending' })
    const asked = 'sip reinvite o sendrecv'
    expect(ua.lines()).toEqual([asked, asked, asked, asked, 'app o modified 491'])
  })

  test('one at a time', () => {
    const ua = talking()
    reinvite(ua, true)
    reinvite(ua, true)
    expect(ua.lines()).toEqual(['sip reinvite o sendrecv', 'app refused reinvite o: a change is under way'])
  })
})

test('a late offer: none in the INVITE, theirs in the 200, ours in the ACK', () => {
  const ua = ready()
  ua.app({ kind: 'make-call', call: 'o', account: 'a', target: '101', headers: [], lateOffer: true })
  expect(ua.lines()).toContain('sip invite o sip:101@example.com -')
  ua.state('o', 'CALLING')
  ua.body('o', 'offer', sdp(), true)
  ua.state('o', 'CONNECTING', 200)
  ua.state('o', 'CONFIRMED', 200)
  expect(ua.lines()).toContain('sip ack o sendrecv')
  expect(ua.media.ports.has('call:o')).toBe(true)
})

test('descriptions are told as they are offered and agreed', () => {
  const ua = talking()
  const told = ua.heard.flatMap((event) => (event.kind === 'call-sdp' ? [event] : []))
  expect(told.map(({ stage }) => stage)).toEqual(['offered', 'active'])
  expect(told[0]).toMatchObject({ local: expect.stringContaining('m=audio'), remote: undefined })
  expect(told[1]).toMatchObject({ local: told[0]?.local, remote: sdp() })
  // Nothing is told of a call before its first state.
  expect(ua.heard.findIndex((e) => e.kind === 'call-sdp')).toBeGreaterThan(
    ua.heard.findIndex((e) => e.kind === 'call-state'),
  )
})

test('the record of a call: who, where, how long', () => {
  const ua = ready()
  const record = () => {
    ua.app({ kind: 'query-record', call: 'in:1', ref: 1 })
    const told = ua.heard.at(-1)
    return told?.kind === 'call-record' ? told.record : undefined
  }
  ua.at(1000)
  ua.incoming('in:1', sdp())
  expect(record()).toMatchObject({ role: 'uas', state: 'incoming', status: 0, callId: '1', remoteTag: '1', totalMs: 0 })
  ua.at(3000)
  ua.answer('in:1', 180)
  ua.state('in:1', 'EARLY', 180)
  expect(record()).toMatchObject({ status: 180, reason: 'Ringing', connectedMs: 0, totalMs: 2000 })
  ua.answer('in:1', 200)
  ua.state('in:1', 'CONNECTING', 200)
  ua.state('in:1', 'CONFIRMED', 200)
  ua.at(10_000)
  expect(record()).toMatchObject({
    ...{ account: 'a', state: 'confirmed', local: 'sip:alice@example.com', peerContact: 'sip:bob@192.0.2.9' },
    ...{ connectedMs: 7000, totalMs: 9000, media: { status: 'active', port: 'call:in:1' } },
  })
})

test('asking for 100 changes nothing: the stack sends its own', () => {
  const ua = ready()
  ua.incoming('in:1', sdp())
  ua.lines()
  ua.answer('in:1', 100)
  ua.answer('in:1', 99)
  expect(ua.lines()).toEqual(['app refused answer in:1: status out of 100–699'])
})
