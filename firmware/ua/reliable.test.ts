// Calls whose provisional responses are reliable and whose timers run (RFC 3262, RFC 4028): what the user agent does with both.
import { describe, expect, test } from 'vitest'
import type { SessionTerms } from '../sip/core/contract.ts'
import { USUAL_TERMS } from '../sip/usage/invite/terms.ts'
import { invite, sdp, uaScript } from '../testing/ua-script.ts'

const REQUIRED: SessionTerms = { reliable: 'required', timer: { mode: 'required', expires: 600, minSe: 120 } }
const asks = (...headers: string[]) => invite(undefined, undefined, headers)

function ready(terms: SessionTerms = USUAL_TERMS) {
  const ua = uaScript()
  ua.account('a', { terms })
  ua.lines()
  return ua
}
type Ua = ReturnType<typeof ready>

const sip = (ua: Ua) => ua.lines().filter((line) => line.startsWith('sip '))
const told = (ua: Ua, what: string) => ua.lines().filter((line) => line.startsWith(`app ${what}`))

test('an account’s terms go with its calls, both ways', () => {
  const ua = ready(REQUIRED)
  ua.call('o')
  expect(ua.sent.findLast(({ kind }) => kind === 'invite')).toMatchObject({ terms: REQUIRED })
  ua.lines()
  ua.incoming('in:1', sdp(), asks('Supported: 100rel, timer'))
  expect(sip(ua)).toEqual(['sip terms in:1 required required'])
})

test.each<[SessionTerms, string[], number, string, string]>([
  [REQUIRED, ['Supported: timer'], 421, 'Require', '100rel'],
  [REQUIRED, ['Supported: 100rel'], 421, 'Require', 'timer'],
  [REQUIRED, ['Supported: 100rel, timer', 'Session-Expires: 100'], 422, 'Min-SE', '120'],
  [{ ...USUAL_TERMS, reliable: 'off' }, ['Require: 100rel'], 420, 'Unsupported', '100rel'],
])('%j: a call with %j is refused before anybody hears of it', (terms, headers, status, name, value) => {
  const ua = ready(terms)
  ua.incoming('in:1', sdp(), asks(...headers))
  expect(ua.lines()).toEqual([`sip respond in:1 ${status} -`])
  expect(ua.sent.at(-1)).toMatchObject({ headers: [{ name, value }] })
})

test.each([
  ['minSe below 90', { mode: 'always', expires: 600, minSe: 60 }],
  ['expires below minSe', { mode: 'always', expires: 100, minSe: 120 }],
  ['half a second', { mode: 'always', expires: 600.5, minSe: 120 }],
] as const)('a timer that cannot be is refused: %s', (_name, timer) => {
  const ua = uaScript()
  ua.account('a', { terms: { reliable: 'off', timer } })
  expect(told(ua, 'refused set-account')).toHaveLength(1)
})

// What the caller says of 100rel; what 180, 183 and 200 say to an INVITE without an offer.
test.each<[SessionTerms, string, string[]]>([
  [USUAL_TERMS, 'Supported: 100rel', ['180 -', '183 sendrecv', '200 -']],
  [USUAL_TERMS, 'Require: 100rel', ['180 sendrecv', '183 -', '200 -']],
  [USUAL_TERMS, 'Supported: timer', ['180 -', '183 -', '200 sendrecv']],
  [{ ...USUAL_TERMS, reliable: 'off' }, 'Supported: 100rel', ['180 -', '183 -', '200 sendrecv']],
])('without an offer ours is in the first response that can have it: %j, %s', (terms, header, lines) => {
  const ua = ready(terms)
  ua.incoming('in:1', undefined, asks(header))
  ua.lines()
  for (const status of [180, 183, 200]) ua.answer('in:1', status)
  expect(sip(ua)).toEqual(lines.map((line) => `sip respond in:1 ${line}`))
})

test('the answer to an offer in a 183 comes in the PRACK: media begin early', () => {
  const ua = ready()
  ua.incoming('in:1', undefined, asks('Supported: 100rel'))
  ua.answer('in:1', 183)
  ua.state('in:1', 'EARLY', 183)
  ua.lines()
  ua.body('in:1', 'answer', sdp(), false, 'PRACK')
  expect(ua.lines()).toEqual([
    'media open-stream call:in:1 PCMA sendrecv to 4000',
    'app in:1 media active sendrecv PCMA/8000',
  ])
  ua.answer('in:1', 200)
  ua.state('in:1', 'CONNECTING', 200)
  ua.state('in:1', 'CONFIRMED')
  expect(ua.lines()).toContain('app in:1 connecting -> confirmed 0')
})

test('an offer in a 183 of theirs is answered at once, in the PRACK', () => {
  const ua = ready()
  ua.app({ kind: 'make-call', call: 'o', account: 'a', target: '101', headers: [], lateOffer: true })
  ua.state('o', 'CALLING')
  ua.lines()
  ua.body('o', 'offer', sdp(), true)
  ua.state('o', 'EARLY', 183)
  ua.state('o', 'CONNECTING', 200)
  ua.state('o', 'CONFIRMED', 200)
  expect(ua.lines()).toEqual([
    'sip ack o sendrecv',
    'media open-stream call:o PCMA sendrecv to 4000',
    'app o media active sendrecv PCMA/8000',
    'app o calling -> early 183',
    'app o early -> connecting 200',
    'app o connecting -> confirmed 200',
  ])
})

describe('before the call is answered', () => {
  function ringing() {
    const ua = ready()
    ua.call('o')
    ua.state('o', 'CALLING')
    ua.body('o', 'answer', sdp(), true)
    ua.state('o', 'EARLY', 183)
    ua.lines()
    return ua
  }
  const update = (ua: Ua) => ua.app({ kind: 'update', call: 'o', offer: true, headers: [] })

  test('an offer of theirs is answered at once, or refused', () => {
    const ua = ringing()
    ua.body('o', 'offer', sdp({ port: 6000 }), false, 'UPDATE')
    expect(ua.lines()).toEqual([
      'sip answer-offer o sendrecv',
      'media update-stream call:o PCMA sendrecv to 6000',
      'app o media active sendrecv PCMA/8000',
    ])
    ua.body('o', 'offer', sdp({ formats: '99' }), false, 'PRACK')
    expect(sip(ua)).toEqual(['sip answer-offer o -'])
    ua.state('o', 'CONNECTING', 200)
    ua.state('o', 'CONFIRMED', 200)
    expect(ua.lines()).toEqual(['app o early -> connecting 200', 'app o connecting -> confirmed 200'])
  })

  test('an offer of ours by UPDATE: agreed on, not usable, or not to be had', () => {
    const ua = ringing()
    update(ua)
    expect(sip(ua)).toEqual(['sip update o sendrecv'])
    ua.body('o', 'answer', sdp({ port: 6000 }), true, 'UPDATE')
    ua.sip({ kind: 'reinvite-result', id: 'o', status: 200, reason: 'OK' })
    expect(told(ua, 'o modified')).toEqual(['app o modified 200'])
    update(ua)
    ua.lines()
    ua.body('o', 'answer', sdp({ formats: '99' }), true, 'UPDATE')
    ua.sip({ kind: 'reinvite-result', id: 'o', status: 200, reason: 'OK' })
    expect(ua.lines().filter((line) => /end|modified/.test(line))).toEqual(['app o modified 488'])
    update(ua)
    ua.lines()
    ua.sip({ kind: 'rejected', command: 'update', id: 'o', reason: 'that takes 100rel' })
    expect(told(ua, 'o modified')).toEqual(['app o modified 491'])
  })

  test('an answer to the INVITE while ours is asked is none to the UPDATE', () => {
    const ua = ringing()
    update(ua)
    ua.body('o', 'answer', sdp({ port: 7000 }), true)
    ua.sip({ kind: 'reinvite-result', id: 'o', status: 200, reason: 'OK' })
    expect(told(ua, 'o modified')).toEqual(['app o modified 488'])
  })
})

describe('session timers', () => {
  function talking() {
    const ua = ready()
    ua.call('o')
    ua.state('o', 'CALLING')
    ua.body('o', 'answer', sdp(), true)
    ua.state('o', 'CONNECTING', 200)
    ua.state('o', 'CONFIRMED', 200)
    ua.lines()
    return ua
  }
  const refresh = (ua: Ua) => ua.sip({ kind: 'session-refresh', id: 'o' })

  test('told as agreed, but not of calls that are over', () => {
    const ua = talking()
    ua.sip({ kind: 'session-timer', id: 'o', expires: 600, refresher: 'remote' })
    expect(ua.lines()).toEqual(['app o timer 600 remote'])
    ua.hangUp('o')
    ua.lines()
    ua.sip({ kind: 'session-timer', id: 'o', expires: 0, refresher: 'remote' })
    ua.sip({ kind: 'session-timer', id: 'ghost', expires: 0, refresher: 'remote' })
    expect(ua.lines()).toEqual([])
  })

  test('a refresh by re-INVITE keeps what is, and nobody is told', () => {
    const ua = talking()
    ua.app({ kind: 'hold', call: 'o' })
    ua.body('o', 'answer', sdp({ way: 'recvonly' }), true)
    ua.sip({ kind: 'reinvite-result', id: 'o', status: 200, reason: 'OK' })
    ua.lines()
    refresh(ua)
    expect(ua.lines()).toEqual(['sip reinvite o sendonly'])
    ua.state('o', 'REINVITING')
    ua.body('o', 'answer', sdp({ way: 'recvonly' }), true)
    ua.state('o', 'CONFIRMED', 200)
    ua.sip({ kind: 'reinvite-result', id: 'o', status: 200, reason: 'OK' })
    expect(told(ua, 'o modified')).toEqual([])
    ua.app({ kind: 'resume', call: 'o' })
    expect(sip(ua)).toEqual(['sip reinvite o sendrecv'])
  })

  test('a hold asked for during one follows it, also when the engine would not refresh', () => {
    for (const refused of [false, true]) {
      const ua = talking()
      refresh(ua)
      ua.state('o', 'REINVITING')
      ua.lines()
      ua.app({ kind: 'hold', call: 'o' })
      ua.app({ kind: 'resume', call: 'o' })
      expect(ua.lines()).toEqual(['app refused resume o: a change is under way'])
      if (refused) {
        ua.state('o', 'CONFIRMED', 200)
        ua.sip({ kind: 'rejected', command: 'reinvite', id: 'o', reason: 'not now' })
      } else {
        ua.body('o', 'answer', sdp(), true)
        ua.state('o', 'CONFIRMED', 200)
        ua.sip({ kind: 'reinvite-result', id: 'o', status: 200, reason: 'OK' })
      }
      expect(sip(ua)).toEqual(['sip reinvite o sendonly'])
      ua.state('o', 'REINVITING')
      ua.body('o', 'answer', sdp({ way: 'recvonly' }), true)
      ua.state('o', 'CONFIRMED', 200)
      ua.sip({ kind: 'reinvite-result', id: 'o', status: 200, reason: 'OK' })
      expect(told(ua, 'o modified')).toEqual(['app o modified 200'])
    }
  })

  test('a change under way is a refresh, and a call that ends needs none', () => {
    const ua = talking()
    ua.app({ kind: 'hold', call: 'o' })
    ua.lines()
    refresh(ua)
    expect(ua.lines()).toEqual([])
    ua.hangUp('o')
    ua.lines()
    refresh(ua)
    expect(ua.lines()).toEqual([])
  })
})
