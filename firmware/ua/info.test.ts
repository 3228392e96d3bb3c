// INFO in calls: digits both ways as the wild writes them, and packages.
import { describe, expect, test } from 'vitest'
import { sdp, uaScript } from '../testing/ua-script.ts'
import type { UaConfig } from './contract.ts'

function talking(change: Partial<UaConfig> = {}, formats = '8 0 101') {
  const ua = uaScript(change)
  ua.account()
  ua.call('o')
  ua.state('o', 'CALLING')
  ua.body('o', 'answer', sdp({ formats }), true)
  ua.state('o', 'CONNECTING', 200)
  ua.state('o', 'CONFIRMED', 200)
  ua.lines()
  return ua
}

describe('coming', () => {
  const DIGIT = ['Content-Type: application/dtmf']
  test('is told as a digit, in a call', () => {
    const ua = talking()
    ua.request('in:9', 'INFO', 'o', DIGIT, '7')
    ua.request('in:10', 'INFO', undefined, DIGIT, '8')
    expect(ua.lines().filter((line) => line.includes('dtmf'))).toEqual(['app o dtmf 7 by info'])
  })
  test('is the application’s when that answers INFO', () => {
    const ua = talking({ decides: ['INFO'] })
    ua.request('in:9', 'INFO', 'o', DIGIT, '7')
    expect(ua.lines()).toEqual(['app INFO in:9 for a o 5000'])
  })
})

describe('packages (RFC 6086)', () => {
  test('one that nobody takes is 469, with those that are', () => {
    const ua = talking({ infoPackages: ['ringing', 'Foo'] })
    ua.request('in:9', 'INFO', 'o', ['Info-Package: bar;x=1'])
    ua.request('in:10', 'INFO', 'o', ['Info-Package: foo'])
    ua.request('in:11', 'INFO', 'o')
    expect(ua.lines().filter((line) => line.startsWith('sip'))).toEqual([
      'sip reply in:9 469',
      'sip reply in:10 200',
      'sip reply in:11 200',
    ])
    const refusal = ua.sent.find((each) => each.kind === 'reply' && each.status === 469)
    expect(refusal).toMatchObject({ headers: [{ name: 'Recv-Info', value: 'ringing, Foo' }] })
  })
  test('none at all: each is 469, and nothing is said in calls', () => {
    const ua = talking()
    ua.request('in:9', 'INFO', 'o', ['Info-Package: foo'])
    expect(ua.sent.at(-1)).toMatchObject({ status: 469, headers: [{ name: 'Recv-Info', value: '' }] })
    expect(ua.sent.find((each) => each.kind === 'invite')?.headers).toEqual([])
  })
  test('those taken are said by INVITE and 200', () => {
    const ua = talking({ infoPackages: ['foo'] })
    const says = { headers: [{ name: 'Recv-Info', value: 'foo' }] }
    expect(ua.sent.find((each) => each.kind === 'invite')).toMatchObject(says)
    ua.incoming('in:1', sdp())
    ua.answer('in:1', 180)
    expect(ua.sent.at(-1)).toMatchObject({ status: 180, headers: [] })
    ua.answer('in:1', 200)
    expect(ua.sent.at(-1)).toMatchObject({ status: 200, ...says })
  })
})

describe('sent', () => {
  const send = (ua: ReturnType<typeof talking>, digits: string, by?: 'rtp' | 'dtmf-relay' | 'dtmf') =>
    ua.app({ kind: 'send-dtmf', call: 'o', digits, durationMs: 100, ...(by && { by }) })
  const sent = (ua: ReturnType<typeof talking>) => ua.lines().filter((line) => !line.includes('media active'))

  test('one after the other, as each is taken', () => {
    const ua = talking()
    send(ua, '4,2', 'dtmf-relay')
    expect(sent(ua)).toEqual(['sip INFO digit:o o'])
    const body = { contentType: 'application/dtmf-relay', content: 'Signal=4\r\nDuration=100\r\n' }
    expect(ua.sent.at(-1)).toMatchObject({ body })
    ua.result('digit:o', 100)
    send(ua, '1', 'dtmf')
    expect(sent(ua)).toEqual(['app refused send-dtmf o: digits are on their way'])
    ua.result('digit:o', 200)
    ua.result('digit:o', 200)
    expect(sent(ua)).toEqual(['sip INFO digit:o o', 'app o dtmf-sent 42 200'])
    send(ua, '#', 'dtmf')
    expect(ua.sent.at(-1)).toMatchObject({ body: { contentType: 'application/dtmf', content: '#' } })
  })
  test('a refusal ends it', () => {
    const ua = talking()
    send(ua, '42', 'dtmf')
    ua.result('digit:o', 415)
    expect(sent(ua)).toEqual(['sip INFO digit:o o', 'app o dtmf-sent 4 415'])
  })
  test('as events when those were agreed, else by INFO', () => {
    const ua = talking()
    send(ua, '4')
    expect(sent(ua)).toEqual(['media send-dtmf call:o 4'])
    const other = talking({}, '8')
    send(other, '4')
    expect(sent(other)).toEqual(['sip INFO digit:o o'])
    other.sip({ kind: 'rejected', command: 'request', id: 'digit:o', reason: 'that session has no dialog' })
    expect(sent(other)).toEqual(['app refused send-dtmf o: that session has no dialog'])
  })
  test('no digits', () => {
    const ua = talking()
    send(ua, ',', 'dtmf')
    expect(sent(ua)).toEqual(['app refused send-dtmf o: digits are 0-9 A-D * #, up to 64'])
  })
  test('nothing is told of a call that is over', () => {
    const ua = talking()
    send(ua, '42', 'dtmf')
    ua.state('o', 'DISCONNECTED', 200, 'remote')
    ua.lines()
    ua.result('digit:o', 481)
    expect(sent(ua)).toEqual([])
  })
})
