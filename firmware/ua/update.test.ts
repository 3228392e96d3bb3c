// UPDATE asked for by the application (RFC 3311).
import { expect, test } from 'vitest'
import { sdp, uaScript } from '../testing/ua-script.ts'

type Ua = ReturnType<typeof uaScript>

function ready(): Ua {
  const ua = uaScript()
  ua.account()
  return ua
}

/** A user agent in a call. */
function talking(): Ua {
  const ua = ready()
  ua.call('o')
  ua.state('o', 'CALLING')
  ua.body('o', 'answer', sdp(), true)
  ua.state('o', 'CONNECTING', 200)
  ua.state('o', 'CONFIRMED', 200)
  ua.lines()
  return ua
}

const update = (ua: Ua, offer: boolean, call = 'o') =>
  ua.app({ kind: 'update', call, offer, headers: [{ name: 'X-A', value: '1' }] })
const result = (ua: Ua, status: number) => ua.sip({ kind: 'reinvite-result', id: 'o', status, reason: 'OK' })

test('with an offer: what is agreed counts', () => {
  const ua = talking()
  update(ua, true)
  expect(ua.lines()).toEqual(['sip update o sendrecv'])
  expect(ua.sent.at(-1)).toMatchObject({ headers: [{ name: 'X-A', value: '1' }] })
  ua.state('o', 'REINVITING')
  ua.body('o', 'answer', sdp({ port: 6000 }), true)
  ua.state('o', 'CONFIRMED', 200)
  result(ua, 200)
  expect(ua.lines()).toEqual([
    'media update-stream call:o PCMA sendrecv to 6000',
    'app o media active sendrecv PCMA/8000',
    'app o modified 200',
  ])
})

test('our hold is kept', () => {
  const ua = talking()
  ua.app({ kind: 'hold', call: 'o' })
  ua.body('o', 'answer', sdp({ way: 'recvonly' }), true)
  result(ua, 200)
  ua.lines()
  update(ua, true)
  expect(ua.lines()).toEqual(['sip update o sendonly'])
})

test('without an offer nothing is negotiated', () => {
  const ua = talking()
  update(ua, false)
  result(ua, 200)
  expect(ua.lines()).toEqual(['sip update o -', 'app o modified 200'])
})

test('while it rings only without an offer, and never before', () => {
  const ua = ready()
  ua.call('o')
  ua.state('o', 'CALLING')
  ua.lines()
  update(ua, false)
  ua.state('o', 'EARLY', 180)
  update(ua, true)
  update(ua, false)
  update(ua, false, 'ghost')
  const asked = (line: string) => /update/.test(line)
  expect(ua.lines().filter(asked)).toEqual([
    'app refused update o: not in a call',
    'app refused update o: not in a call',
    'sip update o -',
    'app refused update ghost: unknown call',
  ])
  // It does not stand in the way of the answer.
  ua.body('o', 'answer', sdp(), true)
  ua.state('o', 'CONNECTING', 200)
  ua.state('o', 'CONFIRMED', 200)
  result(ua, 200)
  expect(ua.lines().at(-1)).toBe('app o modified 200')
})

test('refused, put off by theirs, or not to be had at all', () => {
  const ua = talking()
  update(ua, true)
  result(ua, 491)
  result(ua, 488)
  expect(ua.lines()).toEqual(['sip update o sendrecv', 'sip update o sendrecv', 'app o modified 488'])
  update(ua, false)
  ua.sip({ kind: 'rejected', command: 'update', id: 'o', reason: 'UPDATE is not in the Allow of the peer' })
  update(ua, true)
  ua.app({ kind: 'hold', call: 'o' })
  expect(ua.lines()).toEqual([
    'sip update o -',
    'app o modified 491',
    'sip update o sendrecv',
    'app refused hold o: a change is under way',
  ])
})

test('asked while theirs is being answered: waits for that', () => {
  const ua = talking()
  ua.body('o', 'offer', sdp({ port: 5000 }))
  ua.state('o', 'REINVITED')
  ua.lines()
  update(ua, false)
  expect(ua.lines()).toEqual([])
  ua.state('o', 'CONFIRMED')
  expect(ua.lines()).toEqual(['sip update o -'])
})
