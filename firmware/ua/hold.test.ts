import { describe, expect, test } from 'vitest'
import { sdp, uaScript } from '../testing/ua-script.ts'

/** A user agent in a call. */
function talking() {
  const ua = uaScript()
  ua.account()
  ua.call('o')
  ua.state('o', 'CALLING')
  ua.body('o', 'answer', sdp(), true)
  ua.state('o', 'CONNECTING', 200)
  ua.state('o', 'CONFIRMED', 200)
  ua.lines()
  return {
    ...ua,
    hold: () => ua.app({ kind: 'hold', call: 'o' }),
    resume: () => ua.app({ kind: 'resume', call: 'o' }),
    /** Our re-INVITE is answered. */
    answered(way: string) {
      ua.state('o', 'REINVITING')
      ua.body('o', 'answer', sdp({ way }), true)
      ua.state('o', 'CONFIRMED', 200)
      ua.sip({ kind: 'reinvite-result', id: 'o', status: 200, reason: 'OK' })
    },
    refused(status: number) {
      ua.state('o', 'REINVITING')
      ua.state('o', 'CONFIRMED', status)
      ua.sip({ kind: 'reinvite-result', id: 'o', status, reason: 'No' })
    },
    /** Their re-INVITE. */
    reinvited(offer: string | undefined) {
      if (offer !== undefined) ua.body('o', 'offer', offer)
      ua.state('o', 'REINVITED')
    },
  }
}

describe('our hold', () => {
  test('hold and resume', () => {
    const ua = talking()
    ua.hold()
    expect(ua.lines()).toEqual(['sip reinvite o sendonly'])
    ua.answered('recvonly')
    expect(ua.lines()).toEqual([
      'media update-stream call:o PCMA sendonly to 4000',
      'app o media local-hold sendonly PCMA/8000',
      'app o modified 200',
    ])
    ua.resume()
    expect(ua.lines()).toEqual(['sip reinvite o sendrecv'])
    ua.answered('sendrecv')
    expect(ua.lines().slice(1)).toEqual(['app o media active sendrecv PCMA/8000', 'app o modified 200'])
  })

  test('491: theirs came first, so ours is offered anew, three times at most', () => {
    const ua = talking()
    ua.hold()
    for (let i = 0; i < 4; i++) ua.refused(491)
    expect(ua.lines()).toEqual([...Array(4).fill('sip reinvite o sendonly'), 'app o modified 491'])
  })

  test('refused: the call is as it was, and hold may be asked again', () => {
    const ua = talking()
    ua.hold()
    ua.refused(488)
    expect(ua.lines()).toEqual(['sip reinvite o sendonly', 'app o modified 488'])
    ua.resume()
    ua.hold()
    expect(ua.lines()).toEqual(['app refused resume o: not on hold', 'sip reinvite o sendonly'])
  })

  test('an answer that cannot be used leaves the call as it was', () => {
    const ua = talking()
    ua.hold()
    ua.lines()
    ua.state('o', 'REINVITING')
    ua.body('o', 'answer', sdp({ formats: '18', way: 'recvonly' }), true)
    ua.state('o', 'CONFIRMED', 200)
    ua.sip({ kind: 'reinvite-result', id: 'o', status: 200, reason: 'OK' })
    expect(ua.lines()).toEqual(['app o modified 488'])
  })

  test('asked twice, or before anybody answered', () => {
    const ua = talking()
    ua.hold()
    ua.hold()
    ua.resume()
    ua.call('p')
    ua.app({ kind: 'hold', call: 'p' })
    expect(ua.lines().filter((line) => line.startsWith('app'))).toEqual([
      'app refused hold o: a change is under way',
      'app refused resume o: a change is under way',
      'app refused hold p: not in a call',
    ])
  })

  test('the BYE overtakes the hold: nothing after the end', () => {
    const ua = talking()
    ua.hold()
    ua.hangUp('o')
    ua.lines()
    ua.answered('recvonly')
    expect(ua.lines()).toEqual([])
    ua.state('o', 'DISCONNECTED', 200, 'local')
    ua.sip({ kind: 'reinvite-result', id: 'o', status: 481, reason: '' })
    expect(ua.lines()).toEqual(['app o confirmed -> disconnected 200 local'])
    expect(ua.media.faults).toEqual([])
  })

  test('their BYE overtakes our hold', () => {
    const ua = talking()
    ua.hold()
    ua.state('o', 'REINVITING')
    ua.lines()
    ua.state('o', 'DISCONNECTED', 200, 'remote')
    expect(ua.lines().at(-1)).toBe('app o confirmed -> disconnected 200 remote')
  })

  test('their re-INVITE was faster: ours follows when it is answered', () => {
    const ua = talking()
    ua.hold()
    ua.reinvited(sdp({ port: 5000 }))
    ua.sip({ kind: 'rejected', command: 'reinvite', id: 'o', reason: 'REINVITED' })
    ua.lines()
    ua.state('o', 'CONFIRMED')
    expect(ua.lines()).toEqual(['sip reinvite o sendonly'])
  })

  test('asked while theirs is being answered: waits for that', () => {
    const ua = talking()
    ua.reinvited(sdp({ port: 5000 }))
    ua.lines()
    ua.hold()
    expect(ua.lines()).toEqual([])
    ua.state('o', 'CONFIRMED')
    expect(ua.lines()).toEqual(['sip reinvite o sendonly'])
  })

  test('their re-INVITE without an offer, while ours waits after a 491, is not taken for our hold', () => {
    const ua = talking()
    ua.hold()
    ua.state('o', 'REINVITING')
    ua.state('o', 'CONFIRMED', 491)
    ua.reinvited(undefined)
    ua.body('o', 'answer', sdp())
    ua.state('o', 'CONFIRMED')
    expect(ua.lines().at(-1)).toBe('app o media active sendrecv PCMA/8000')
    ua.answered('recvonly')
    expect(ua.lines().slice(-2)).toEqual(['app o media local-hold sendonly PCMA/8000', 'app o modified 200'])
  })

  test('what the engine rejects without a reason in sight is given up', () => {
    const ua = talking()
    ua.hold()
    ua.lines()
    ua.sip({ kind: 'rejected', command: 'reinvite', id: 'o', reason: 'no' })
    expect(ua.lines()).toEqual(['app o modified 491'])
  })
})

describe('their hold', () => {
  test.each([
    ['sendonly', {}, 'recvonly', 'remote-hold'],
    ['inactive', {}, 'inactive', 'remote-hold'],
    ['recvonly', {}, 'sendonly', 'active'],
    ['sendrecv', { address: '0.0.0.0' }, 'recvonly', 'remote-hold'],
  ])('%s %j is answered %s and shown as %s', (way, change, ours, status) => {
    const ua = talking()
    ua.reinvited(sdp({ way, ...change }))
    const lines = ua.lines()
    expect(lines[0]).toBe(`sip respond o 200 ${ours}`)
    expect(lines.at(-1)).toBe(`app o media ${status} ${ours} PCMA/8000`)
    ua.state('o', 'CONFIRMED')
    ua.reinvited(sdp())
    expect(ua.lines().at(-1)).toBe('app o media active sendrecv PCMA/8000')
  })

  test('digits do not go into a call they hold', () => {
    const ua = talking()
    ua.reinvited(sdp({ way: 'sendonly' }))
    ua.lines()
    ua.app({ kind: 'send-dtmf', call: 'o', digits: '1', durationMs: 100 })
    expect(ua.lines()).toEqual(['app refused send-dtmf o: on hold'])
  })

  test('both hold: inactive; we resume first, then they', () => {
    const ua = talking()
    ua.reinvited(sdp({ way: 'sendonly' }))
    ua.state('o', 'CONFIRMED')
    ua.lines()
    ua.hold()
    expect(ua.lines()).toEqual(['sip reinvite o inactive'])
    ua.answered('inactive')
    expect(ua.lines().slice(1)).toEqual(['app o media local-hold inactive PCMA/8000', 'app o modified 200'])
    ua.resume()
    expect(ua.lines()).toEqual(['sip reinvite o sendrecv'])
    ua.answered('sendonly')
    expect(ua.lines().slice(1)).toEqual(['app o media remote-hold recvonly PCMA/8000', 'app o modified 200'])
    ua.reinvited(sdp())
    expect(ua.lines().at(-1)).toBe('app o media active sendrecv PCMA/8000')
  })

  test('they change something while we hold: our hold stays', () => {
    const ua = talking()
    ua.hold()
    ua.answered('recvonly')
    ua.lines()
    ua.reinvited(sdp({ port: 6000 }))
    expect(ua.lines()).toEqual([
      'sip respond o 200 sendonly',
      'media update-stream call:o PCMA sendonly to 6000',
      'app o media local-hold sendonly PCMA/8000',
    ])
  })
})

describe('their re-INVITE', () => {
  test('nothing in common: 488, and the call is as it was', () => {
    const ua = talking()
    ua.reinvited(sdp({ formats: '18' }))
    ua.state('o', 'CONFIRMED')
    expect(ua.lines()).toEqual(['sip respond o 488 -'])
  })

  test('without an offer: ours goes in the 200, their answer comes in the ACK', () => {
    const ua = talking()
    ua.reinvited(undefined)
    expect(ua.lines()).toEqual(['sip respond o 200 sendrecv'])
    ua.body('o', 'answer', sdp({ port: 7000 }))
    ua.state('o', 'CONFIRMED')
    expect(ua.lines()).toEqual([
      'media update-stream call:o PCMA sendrecv to 7000',
      'app o media active sendrecv PCMA/8000',
    ])
  })

  test('without an offer while we hold: we go on holding', () => {
    const ua = talking()
    ua.hold()
    ua.answered('recvonly')
    ua.lines()
    ua.reinvited(undefined)
    expect(ua.lines()).toEqual(['sip respond o 200 sendonly'])
  })

  test('an offer is answered once: the next re-INVITE without one gets ours', () => {
    const ua = talking()
    ua.reinvited(sdp({ way: 'sendonly' }))
    ua.state('o', 'CONFIRMED')
    ua.lines()
    ua.reinvited(undefined)
    expect(ua.lines()).toEqual(['sip respond o 200 sendrecv'])
  })

  test('the offer of the INVITE, told a second time, is none of a re-INVITE', () => {
    const ua = uaScript()
    ua.account()
    ua.incoming('in:1', sdp())
    ua.body('in:1', 'offer', sdp({ way: 'sendonly' }))
    ua.answer('in:1', 200)
    ua.state('in:1', 'CONNECTING', 200)
    ua.state('in:1', 'CONFIRMED')
    ua.lines()
    ua.state('in:1', 'REINVITED')
    expect(ua.lines()).toEqual(['sip respond in:1 200 sendrecv'])
  })

  test('an offer in a response is answered in the ACK', () => {
    const ua = talking()
    ua.body('o', 'offer', sdp({ way: 'sendonly' }), true)
    expect(ua.lines()[0]).toBe('sip ack o recvonly')
  })
})
