// Transfers as lines: asked for, asked of us, and calls that come to take the place of others.
import { describe, expect, test } from 'vitest'
import { invite, request, sdp, uaScript } from '../testing/ua-script.ts'
import type { UaCommand } from './contract.ts'

function talking(config = {}) {
  const ua = uaScript()
  ua.account('a', config)
  ua.call('o')
  ua.state('o', 'CALLING')
  ua.body('o', 'answer', sdp(), true)
  ua.state('o', 'CONNECTING', 200)
  ua.state('o', 'CONFIRMED', 200)
  ua.lines()
  return ua
}
type Ua = ReturnType<typeof talking>
const sip = (ua: Ua) => ua.lines().filter((line) => !line.startsWith('media'))

describe('asked for', () => {
  const refer = (ua: Ua, more: Partial<Extract<UaCommand, { kind: 'transfer' }>> = {}) =>
    ua.app({ kind: 'transfer', call: 'o', target: '102', headers: [], ...more })
  const progress = (ua: Ua, by: 'response' | 'notify', status: number, final = false) =>
    ua.sip({ kind: 'refer-progress', id: 'refer:o', by, status, reason: '', final, cause: undefined })

  test('accepted, in progress, done; who asks is named (RFC 3892)', () => {
    const ua = talking()
    refer(ua)
    expect(ua.lines()).toEqual(['sip refer refer:o o sip:102@example.com'])
    const headers = [{ name: 'Referred-By', value: '<sip:alice@example.com>' }]
    expect(ua.sent.at(-1)).toMatchObject({ headers, subscribe: true, insist: true })
    progress(ua, 'response', 202)
    progress(ua, 'notify', 180)
    progress(ua, 'notify', 200, true)
    progress(ua, 'notify', 200, true)
    expect(ua.lines()).toEqual([
      'app o transfer response 202',
      'app o transfer notify 180',
      'app o transfer notify 200 final',
    ])
  })

  test('one at a time, until refused', () => {
    const ua = talking()
    refer(ua)
    refer(ua)
    progress(ua, 'response', 603, true)
    refer(ua)
    ua.sip({ kind: 'rejected', command: 'refer', id: 'refer:o', reason: 'too many REFERs' })
    expect(ua.lines()).toEqual([
      'sip refer refer:o o sip:102@example.com',
      'app refused transfer o: a transfer is under way',
      'app o transfer response 603 final',
      'sip refer refer:o o sip:102@example.com',
      'app refused transfer o: too many REFERs',
    ])
  })

  test('in the place of another call, insisting on it or not, quietly', () => {
    const ua = talking()
    ua.call('consult', '102')
    ua.lines()
    refer(ua, { target: '', replaces: 'consult', insist: false, quiet: true })
    expect(ua.lines()).toEqual(['sip refer refer:o o - replaces consult'])
    expect(ua.sent.at(-1)).toMatchObject({ insist: false, subscribe: false })
    refer(ua, { replaces: 'nobody' })
    expect(ua.lines()).toEqual(['app refused transfer o: unknown call'])
  })

  test('without a name when the call has none, and with the one the application gives', () => {
    const nameless = talking({ anonymous: true })
    refer(nameless)
    expect(nameless.sent.at(-1)).toMatchObject({ headers: [] })
    const given = talking()
    const headers = [{ name: 'Referred-By', value: '<sip:boss@x>' }]
    refer(given, { headers })
    expect(given.sent.at(-1)).toMatchObject({ headers })
  })

  test('nothing more is to be heard of it', () => {
    const ua = talking()
    refer(ua)
    ua.app({ kind: 'end-transfer', call: 'o' })
    progress(ua, 'notify', 180)
    ua.app({ kind: 'end-transfer', call: 'o' })
    expect(ua.lines().slice(1)).toEqual([
      'sip end-refer refer:o',
      'app refused end-transfer o: no transfer is under way',
    ])
  })
})

describe('asked of us', () => {
  const asks = (
    ua: Ua,
    more: { method?: string; headers?: { name: string; value: string }[]; session?: undefined } = {},
  ) => {
    const message = request('REFER', ['Referred-By: <sip:bob@example.com>'])
    const { method = 'INVITE', headers = [] } = more
    const session = 'session' in more ? undefined : 'o'
    const replaces = undefined
    ua.sip({
      kind: 'refer-incoming',
      id: 'in:9',
      session,
      request: message,
      referTo: 'sip:103@x',
      replaces,
      headers,
      method,
    })
  }
  const answer = (ua: Ua, call: string | undefined, status = 603) =>
    ua.app({ kind: 'answer-transfer', transfer: 'in:9', call, status, reason: undefined })

  test('declined when nobody says anything', () => {
    const ua = talking()
    asks(ua)
    expect(sip(ua)).toEqual(['app transfer in:9 for a o to 103 false 5000'])
    expect(ua.deadline()).toBe(5000)
    ua.wake(5000)
    answer(ua, undefined)
    expect(sip(ua)).toEqual([
      'sip reply in:9 603',
      'app refused answer-transfer in:9: no transfer of that name waits for an answer',
    ])
  })

  test('taken: the call is made with what came along, and its progress told', () => {
    const ua = talking()
    asks(ua, { headers: [{ name: 'Replaces', value: 'x;to-tag=1;from-tag=2' }] })
    expect(sip(ua)).toEqual(['app transfer in:9 for a o to 103 true 5000'])
    answer(ua, 'new')
    expect(sip(ua)).toEqual(['sip invite new sip:103@x sendrecv', 'sip reply in:9 202'])
    expect(ua.sent.find((each) => each.kind === 'invite' && each.id === 'new')).toMatchObject({
      headers: [
        { name: 'Replaces', value: 'x;to-tag=1;from-tag=2' },
        { name: 'Referred-By', value: '<sip:bob@example.com>' },
      ],
    })
    ua.state('new', 'CALLING')
    ua.state('new', 'EARLY', 180)
    ua.body('new', 'answer', sdp(), true)
    ua.sip({
      ...{ kind: 'session-state', id: 'new', state: 'CONFIRMED', previous: 'CONNECTING', status: 200, reason: 'OK' },
      ...{ cause: undefined, message: undefined },
    })
    ua.state('new', 'DISCONNECTED', 200, 'remote')
    expect(ua.lines().filter((line) => line.includes('refer-notify'))).toEqual([
      'sip refer-notify in:9 180',
      'sip refer-notify in:9 200',
    ])
  })

  test('a call that fails is told so', () => {
    const ua = talking()
    asks(ua)
    answer(ua, 'new')
    ua.state('new', 'CALLING')
    ua.lines()
    ua.state('new', 'DISCONNECTED', 486, 'remote')
    expect(sip(ua)).toContain('sip refer-notify in:9 486')
  })

  test('a call that cannot be made declines it; so does a status', () => {
    const ua = talking()
    asks(ua)
    answer(ua, 'o')
    expect(sip(ua).slice(1)).toEqual(['app refused make-call o: name in use', 'sip reply in:9 603'])
    asks(ua)
    answer(ua, undefined, 200)
    answer(ua, undefined, 480)
    expect(sip(ua).slice(1)).toEqual(['app refused answer-transfer in:9: status out of 300–699', 'sip reply in:9 480'])
  })

  test('for other things than calls: 501; of nobody here: 404', () => {
    const ua = talking()
    asks(ua, { method: 'BYE' })
    expect(sip(ua)).toEqual(['sip reply in:9 501'])
    ua.app({ kind: 'remove-account', account: 'a' })
    ua.lines()
    asks(ua, { session: undefined })
    expect(sip(ua)).toEqual(['sip reply in:9 404'])
  })
})

describe('a call that takes the place of another', () => {
  function comes() {
    const ua = talking()
    ua.sip({ kind: 'session-incoming', id: 'in:2', request: invite(), sdp: sdp(), replaces: 'o' })
    expect(sip(ua)).toEqual(['app incoming in:2 for a from Bob bob replaces o'])
    return ua
  }
  test('is taken by itself, and the other one ended', () => {
    const ua = comes()
    expect(ua.deadline()).toBe(1000)
    ua.wake(1000)
    expect(sip(ua)).toContain('sip respond in:2 200 sendrecv')
    expect(ua.deadline()).toBe(Number.POSITIVE_INFINITY)
    ua.state('in:2', 'CONNECTING', 200)
    expect(sip(ua)).toContain('sip end o -')
  })
  test('is taken by the application at once', () => {
    const ua = comes()
    ua.answer('in:2', 200)
    ua.state('in:2', 'CONNECTING', 200)
    expect(sip(ua)).toContain('sip end o -')
    ua.wake(1000)
    expect(sip(ua)).toEqual([])
  })
  test('is refused: the other one goes on', () => {
    const ua = comes()
    ua.answer('in:2', 603)
    ua.state('in:2', 'DISCONNECTED', 603, 'local')
    ua.lines()
    ua.wake(1000)
    expect(sip(ua)).toEqual([])
  })
})
