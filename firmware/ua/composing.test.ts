// Who is writing (RFC 3994): begun, refreshed, ended, both ways, in virtual time.
import { describe, expect, test } from 'vitest'
import { IS_COMPOSING } from '../sip/packages/is-composing.ts'
import { sdp, uaScript } from '../testing/ua-script.ts'

function talking() {
  const ua = uaScript()
  ua.account()
  ua.call('o')
  ua.state('o', 'CALLING')
  ua.body('o', 'answer', sdp(), true)
  ua.state('o', 'CONFIRMED', 200)
  ua.lines()
  return ua
}
type Ua = ReturnType<typeof talking>
const IN_CALL = { call: 'o' }
const BESIDE = { account: 'a', target: '102' }

describe('ours', () => {
  const write = (ua: Ua, active = true, to: typeof IN_CALL | typeof BESIDE = IN_CALL) =>
    ua.app({ kind: 'compose', to, active, contentType: 'text/plain' })
  const last = (ua: Ua) => {
    const sent = ua.sent.at(-1)
    const content = sent?.kind === 'request' ? (sent.body?.content ?? '') : ''
    return [/<state>(\w+)</.exec(content)?.[1], /<refresh>(\d+)</.exec(content)?.[1]]
  }

  test('begins once, however many keys; ends 15 s after the last', () => {
    const ua = talking()
    write(ua)
    write(ua)
    expect(ua.lines()).toEqual(['sip MESSAGE composing:1 o'])
    expect(last(ua)).toEqual(['active', '60'])
    ua.at(10_000)
    write(ua)
    ua.wake(24_999)
    expect(ua.lines()).toEqual([])
    ua.wake(25_000)
    expect(ua.lines()).toEqual(['sip MESSAGE composing:2 o'])
    expect(last(ua)).toEqual(['idle', undefined])
    expect(ua.deadline()).toBe(Number.POSITIVE_INFINITY)
  })
  test('is said again before they forget it', () => {
    const ua = talking()
    for (let at = 0; at <= 40_000; at += 5000) {
      ua.at(at)
      write(ua)
    }
    ua.lines()
    ua.wake(45_000)
    expect(ua.lines()).toEqual(['sip MESSAGE composing:2 o'])
    expect(last(ua)).toEqual(['active', '60'])
  })
  test('thrown away is idle, and nothing when there was nothing', () => {
    const ua = talking()
    write(ua, false)
    write(ua, true, BESIDE)
    write(ua, false, BESIDE)
    expect(ua.lines()).toEqual([
      'sip MESSAGE composing:1 sip:102@example.com',
      'sip MESSAGE composing:2 sip:102@example.com',
    ])
    expect(last(ua)).toEqual(['idle', undefined])
  })
  test('a message that goes there says it; its answers are nobody’s', () => {
    const ua = talking()
    write(ua)
    const body = { contentType: 'text/plain', content: 'hi' }
    ua.app({ kind: 'send-request', request: 'r', method: 'MESSAGE', to: IN_CALL, headers: [], body })
    ua.lines()
    ua.result('composing:1', 200)
    ua.wake(60_000)
    expect(ua.lines()).toEqual([])
  })
  test('ends with the call; of an unknown one is refused', () => {
    const ua = talking()
    write(ua)
    ua.state('o', 'DISCONNECTED', 200, 'remote')
    ua.lines()
    ua.wake(60_000)
    expect(ua.lines()).toEqual([])
    write(ua)
    expect(ua.lines()).toEqual(['app refused compose o: unknown call'])
  })
})

describe('theirs', () => {
  const xmlOf = (state: string, refresh?: number) => {
    const more = refresh === undefined ? '' : `<refresh>${refresh}</refresh>`
    return `<isComposing xmlns="urn:ietf:params:xml:ns:im-iscomposing"><state>${state}</state>${more}</isComposing>`
  }
  const says = (ua: Ua, state: string, refresh?: number) =>
    ua.request('in:9', 'MESSAGE', 'o', [`Content-Type: ${IS_COMPOSING}`], xmlOf(state, refresh))
  const told = (ua: Ua) => ua.lines().filter((line) => line.startsWith('app composing'))

  test('begins, is refreshed, ends', () => {
    const ua = talking()
    says(ua, 'active', 60)
    ua.at(50_000)
    says(ua, 'active', 60)
    ua.wake(100_000)
    expect(told(ua)).toEqual(['app composing o bob true'])
    says(ua, 'idle')
    says(ua, 'idle')
    expect(told(ua)).toEqual(['app composing o bob false'])
  })
  test('ends when nothing more is heard: 120 s unless it says', () => {
    const ua = talking()
    says(ua, 'active')
    ua.wake(119_999)
    expect(told(ua)).toEqual(['app composing o bob true'])
    ua.wake(120_000)
    expect(told(ua)).toEqual(['app composing o bob false'])
  })
  test('ends when what was written comes; with the call nothing more is told', () => {
    const ua = talking()
    says(ua, 'active')
    ua.request('in:10', 'MESSAGE', 'o', ['Content-Type: text/plain'], 'hi')
    expect(told(ua)).toEqual(['app composing o bob true', 'app composing o bob false'])
    says(ua, 'active')
    ua.state('o', 'DISCONNECTED', 200, 'remote')
    ua.wake(500_000)
    expect(told(ua)).toEqual(['app composing o bob true'])
  })
  test('beside calls; what nobody can read says nothing', () => {
    const ua = talking()
    const type = [`Content-Type: ${IS_COMPOSING}`]
    ua.request('in:9', 'MESSAGE', undefined, type, '<nonsense')
    expect(told(ua)).toEqual([])
    ua.request('in:9', 'MESSAGE', undefined, type, xmlOf('active', 60))
    expect(told(ua)).toEqual(['app composing a bob true'])
  })
})
