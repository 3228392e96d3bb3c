// The host gets another address: what becomes of calls and accounts, in order, and of media in two families.
import { describe, expect, test } from 'vitest'
import { USUAL_TERMS } from '../sip/usage/invite/terms.ts'
import { invite, sdp, uaScript } from '../testing/ua-script.ts'

const MOVE = { kind: 'move', mediaAddress: '192.0.2.7' } as const
type Script = ReturnType<typeof uaScript>

function talk(ua: Script, id = 'o') {
  ua.call(id)
  ua.state(id, 'CALLING')
  ua.body(id, 'answer', sdp(), true)
  ua.state(id, 'CONNECTING', 200)
  ua.state(id, 'CONFIRMED', 200)
}
function started(config: Parameters<typeof uaScript>[0] = {}): Script {
  const ua = uaScript(config)
  ua.account('a', { registrar: 'sip:example.com' })
  ua.lines()
  return ua
}
const registered = (ua: Script, status = 200) =>
  ua.sip({
    ...{ kind: 'registration-state', id: 'a#1', state: status < 300 ? 'registered' : 'unregistered' },
    ...{ previous: 'registered', status, reason: 'OK', cause: undefined },
    ...{ contact: '', contacts: [], expires: 300, retryMs: undefined },
  })
/** The lines without those of the stock. */
const lines = (ua: Script) => ua.lines().filter((line) => !line.startsWith('media stock-pairs'))
const offerOf = (ua: Script, kind: 'reinvite' | 'respond') => {
  const last = ua.sent.findLast((command) => command.kind === kind)
  return last && 'sdp' in last ? (last.sdp ?? '') : ''
}

test('a call is offered anew from there, its old sockets go when that is answered; each step is told', () => {
  const ua = started()
  talk(ua)
  ua.lines()
  ua.app(MOVE)
  expect(lines(ua)).toEqual(['app address 192.0.2.7 bound - 200', 'sip reinvite o sendrecv'])
  expect(offerOf(ua, 'reinvite')).toContain('c=IN IP4 192.0.2.7\r\n')
  registered(ua)
  expect(lines(ua)).toEqual(['app account a registered 200', 'app address 192.0.2.7 account a 200'])
  ua.state('o', 'REINVITING')
  ua.body('o', 'answer', sdp(), true)
  expect(lines(ua)).toEqual([
    'media close-port call:o',
    'app o media none inactive -',
    'media open-stream call:o PCMA sendrecv to 4000',
    'app o media active sendrecv PCMA/8000',
  ])
  ua.state('o', 'CONFIRMED', 200)
  ua.sip({ kind: 'reinvite-result', id: 'o', status: 200, reason: 'OK' })
  expect(lines(ua)).toEqual([
    'app o modified 200',
    'app address 192.0.2.7 call o 200',
    'app address 192.0.2.7 done - 200',
  ])
  ua.hangUp('o')
  ua.state('o', 'DISCONNECTED', 200)
  expect(ua.media.faults).toEqual([])
})

test('a held call stays held; what was under way is offered with what is so now', () => {
  const ua = started()
  talk(ua)
  ua.app({ kind: 'hold', call: 'o' })
  ua.lines()
  ua.app(MOVE)
  expect(lines(ua)).toContain('sip reinvite o sendonly')
  expect(offerOf(ua, 'reinvite')).toContain('c=IN IP4 192.0.2.7')
})

test.each([
  ['answered', 200],
  ['refused', 488],
])('what was under way and is %s meanwhile says nothing of what took its place', (_, status) => {
  const ua = started()
  talk(ua)
  ua.app({ kind: 'hold', call: 'o' })
  ua.state('o', 'REINVITING')
  ua.app(MOVE)
  registered(ua)
  ua.lines()
  if (status === 200) ua.body('o', 'answer', sdp(), true)
  ua.state('o', 'CONFIRMED', status)
  ua.sip({ kind: 'reinvite-result', id: 'o', status, reason: '' })
  const meanwhile = lines(ua)
  expect(meanwhile).toContain('sip reinvite o sendonly')
  expect(meanwhile.filter((line) => / modified | address /.test(line))).toEqual([])
  ua.state('o', 'REINVITING')
  ua.body('o', 'answer', sdp(), true)
  ua.state('o', 'CONFIRMED', 200)
  ua.sip({ kind: 'reinvite-result', id: 'o', status: 200, reason: 'OK' })
  expect(lines(ua)).toEqual(expect.arrayContaining(['app o modified 200', 'app address 192.0.2.7 done - 200']))
})

test('a call that rings here is answered from there', () => {
  const ua = started()
  ua.incoming('in:1', sdp())
  ua.answer('in:1', 180)
  ua.app(MOVE)
  ua.answer('in:1', 200)
  expect(offerOf(ua, 'respond')).toContain('c=IN IP4 192.0.2.7')
  ua.state('in:1', 'CONNECTING', 200)
  ua.state('in:1', 'CONFIRMED')
  ua.hangUp('in:1')
  ua.state('in:1', 'DISCONNECTED', 200)
  expect(ua.media.faults).toEqual([])
})

const calledAnew = (ua: Script, description: string) =>
  ua.sip({
    ...{ kind: 'session-state', id: 'o', state: 'CALLING', previous: 'EARLY', status: 0, reason: '', cause: undefined },
    ...{ message: undefined, sdp: description },
  })
const proposed = (ua: Script) => {
  const last = ua.sent.findLast((command) => command.kind === 'offer')
  return last?.kind === 'offer' ? last.sdp : ''
}

test.each([
  ['rings', false],
  ['is heard', true],
])('a call of ours that %s there is called anew from here: no re-INVITE follows', (_name, heard) => {
  const ua = started()
  ua.call('o')
  ua.state('o', 'CALLING')
  if (heard) ua.body('o', 'answer', sdp(), true)
  ua.state('o', 'EARLY', 183)
  ua.lines()
  ua.app(MOVE)
  expect(lines(ua)).toContain('sip offer o sendrecv')
  expect(proposed(ua)).toContain('c=IN IP4 192.0.2.7\r\n')
  calledAnew(ua, proposed(ua))
  expect(ua.heard.findLast(({ kind }) => kind === 'call-sdp')).toMatchObject({ stage: 'offered', local: proposed(ua) })
  ua.state('o', 'EARLY', 180)
  ua.body('o', 'answer', sdp(), true)
  ua.state('o', 'CONNECTING', 200)
  ua.state('o', 'CONFIRMED', 200)
  expect(ua.sent.some(({ kind }) => kind === 'reinvite')).toBe(false)
  expect(ua.media.faults).toEqual([])
  ua.app({ kind: 'hold', call: 'o' })
  expect(ua.sent.some(({ kind }) => kind === 'reinvite')).toBe(true)
  ua.hangUp('o')
  ua.state('o', 'DISCONNECTED', 200)
  expect(ua.media.faults).toEqual([])
})

test('without an offer of ours there is none to renew', () => {
  const ua = started()
  ua.app({ kind: 'make-call', call: 'o', account: 'a', target: 'bob', headers: [], lateOffer: true })
  ua.state('o', 'CALLING')
  ua.app(MOVE)
  expect(ua.sent.some(({ kind }) => kind === 'offer')).toBe(false)
})

test('called anew before there were sockets here, with what was offered before: a re-INVITE follows', () => {
  const ua = started()
  ua.call('o')
  ua.state('o', 'CALLING')
  ua.state('o', 'EARLY', 180)
  const first = ua.sent.findLast((command) => command.kind === 'invite')?.sdp ?? ''
  ua.app(MOVE)
  calledAnew(ua, first)
  ua.state('o', 'EARLY', 180)
  ua.body('o', 'answer', sdp(), true)
  ua.state('o', 'CONNECTING', 200)
  expect(ua.sent.some(({ kind }) => kind === 'reinvite')).toBe(false)
  ua.state('o', 'CONFIRMED', 200)
  expect(offerOf(ua, 'reinvite')).toContain('c=IN IP4 192.0.2.7')
  ua.state('o', 'REINVITING')
  ua.body('o', 'answer', sdp(), true)
  ua.state('o', 'CONFIRMED', 200)
  ua.sip({ kind: 'reinvite-result', id: 'o', status: 200, reason: 'OK' })
  ua.hangUp('o')
  ua.state('o', 'DISCONNECTED', 200)
  expect(ua.media.faults).toEqual([])
})

test('what was said reliably while it rang is not said again: a re-INVITE follows when it is answered', () => {
  const ua = started()
  ua.account('a', { registrar: 'sip:example.com', terms: USUAL_TERMS })
  ua.incoming('in:1', sdp(), invite(undefined, undefined, ['Supported: 100rel']))
  ua.answer('in:1', 183)
  ua.app(MOVE)
  ua.answer('in:1', 200)
  ua.state('in:1', 'CONNECTING', 200)
  expect(ua.sent.some(({ kind }) => kind === 'reinvite')).toBe(false)
  ua.state('in:1', 'CONFIRMED')
  expect(offerOf(ua, 'reinvite')).toContain('c=IN IP4 192.0.2.7')
})

test('a call that ends meanwhile, and an account that does not get through, end the move too', () => {
  const ua = started()
  talk(ua)
  ua.app(MOVE)
  ua.lines()
  ua.state('o', 'DISCONNECTED', 408, 'timeout')
  registered(ua, 503)
  expect(lines(ua)).toEqual([
    'media release-pair 7',
    'media close-port call:o',
    'app o media none inactive -',
    'app o confirmed -> disconnected 408 timeout',
    'app address 192.0.2.7 call o 408',
    'app account a unregistered 503',
    'app address 192.0.2.7 account a 503',
    'app address 192.0.2.7 done - 200',
  ])
  expect(ua.media.faults).toEqual([])
})

test('with nothing to carry over it is done at once', () => {
  const ua = uaScript()
  ua.account('a', { registrar: undefined })
  ua.lines()
  ua.app(MOVE)
  expect(lines(ua)).toEqual(['app address 192.0.2.7 bound - 200', 'app address 192.0.2.7 done - 200'])
})

describe('two families', () => {
  const both = { alsoMediaAddress: '2001:db8::7' }
  const six = sdp({ address: '2001:db8::9' }).replaceAll('IN IP4', 'IN IP6')

  test.each([
    ['sip:bob@[2001:db8::9]', 'c=IN IP6 2001:db8::7'],
    ['sip:bob@192.0.2.9', 'c=IN IP4 192.0.2.1'],
    ['bob', 'c=IN IP4 192.0.2.1'],
  ])('a call to %s offers %s', (target, expected) => {
    const ua = started(both)
    ua.call('o', target)
    const invited = ua.sent.findLast((command) => command.kind === 'invite')
    expect(invited?.sdp).toContain(expected)
  })

  test('only what was at the address that went moves, and stays in its family', () => {
    const ua = started(both)
    talk(ua)
    ua.lines()
    ua.app({ kind: 'move', mediaAddress: '192.0.2.1', alsoMediaAddress: '2001:db8::8' })
    expect(lines(ua)).toEqual(['app address 192.0.2.1 bound - 200', 'app address 192.0.2.1 done - 200'])
    ua.app({ kind: 'move', mediaAddress: '192.0.2.7', alsoMediaAddress: '2001:db8::8' })
    expect(lines(ua)).toEqual(['app address 192.0.2.7 bound - 200', 'sip reinvite o sendrecv'])
    expect(offerOf(ua, 'reinvite')).toContain('c=IN IP4 192.0.2.7')
    expect(ua.media.faults).toEqual([])
  })

  test('an offer is answered in its own family, or refused where there is none', () => {
    const ua = started(both)
    ua.incoming('in:1', six)
    ua.answer('in:1', 200)
    expect(offerOf(ua, 'respond')).toContain('c=IN IP6 2001:db8::7')
    const one = started()
    one.incoming('in:1', six, invite())
    expect(one.lines()).toEqual(['sip respond in:1 488 -'])
  })
})
