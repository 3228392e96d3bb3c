// RTP that stays away: told, and the end of the call where an account wants that.
import { expect, test } from 'vitest'
import { sdp, uaScript } from '../testing/ua-script.ts'

/** In a call, `seconds` without RTP end it. */
function talking(silenceEndsS: number | undefined, way = 'sendrecv') {
  const ua = uaScript()
  ua.account('a', silenceEndsS === undefined ? {} : { silenceEndsS })
  ua.call('o')
  ua.state('o', 'CALLING')
  ua.body('o', 'answer', sdp({ way }), true)
  ua.state('o', 'CONFIRMED', 200)
  ua.at(1000)
  ua.lines()
  return {
    ...ua,
    silent: (forMs: number) => {
      ua.media.happen({ kind: 'stream-silent', port: 'call:o', forMs })
      ua.app({ kind: 'query-record', call: 'o', ref: 1 })
    },
    comes: () => {
      ua.media.happen({ kind: 'stream-receiving', port: 'call:o', from: { address: '192.0.2.9', port: 4000 } })
      ua.app({ kind: 'query-record', call: 'o', ref: 1 })
    },
  }
}
const NEVER = Number.POSITIVE_INFINITY

test('after so many seconds in all the call ends, and says that the peer was silent', () => {
  const ua = talking(30)
  ua.silent(5000)
  expect(ua.deadline()).toBe(26_000)
  ua.wake(25_999)
  expect(ua.lines()).toEqual(['app o record 1', 'app o silent 5000'])
  ua.wake(26_000)
  expect(ua.lines()).toEqual(['media close-port call:o', 'app o media none inactive -', 'sip end o -'])
  expect(ua.deadline()).toBe(NEVER)
  ua.state('o', 'DISCONNECTED', 200, 'local')
  expect(ua.lines()).toEqual(['app o confirmed -> disconnected 408 timeout'])
})

test('RTP that comes again, and a call that ends before: nothing is waited for', () => {
  const ua = talking(30)
  ua.silent(5000)
  ua.comes()
  expect(ua.deadline()).toBe(NEVER)
  ua.silent(5000)
  ua.hangUp('o')
  expect(ua.deadline()).toBe(NEVER)
})

test.each([
  ['not asked for', undefined, 'sendrecv'],
  ['0', 0, 'sendrecv'],
])('%s: the call stays', (_, seconds, way) => {
  const ua = talking(seconds, way)
  ua.silent(5000)
  expect(ua.deadline()).toBe(NEVER)
})

test('held meanwhile: nobody has to send', () => {
  const ua = talking(30)
  ua.silent(5000)
  ua.app({ kind: 'hold', call: 'o' })
  ua.body('o', 'answer', sdp({ way: 'recvonly' }), true)
  ua.lines()
  ua.wake(26_000)
  expect(ua.lines()).toEqual([])
  expect(ua.deadline()).toBe(NEVER)
})
