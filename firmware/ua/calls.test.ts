import { describe, expect, test } from 'vitest'
import { invite, sdp, uaScript } from '../testing/ua-script.ts'

/** A user agent with one account, its start-up told and forgotten. */
function ready(change = {}) {
  const ua = uaScript(change)
  ua.account()
  ua.lines()
  return ua
}

function outgoing() {
  const ua = ready()
  ua.call('o')
  ua.state('o', 'CALLING')
  ua.body('o', 'answer', sdp(), true)
  ua.state('o', 'CONNECTING', 200)
  ua.state('o', 'CONFIRMED', 200)
  ua.lines()
  return ua
}

describe('outgoing', () => {
  test('rings, is answered, is hung up', () => {
    const ua = ready()
    ua.call('o')
    expect(ua.lines()).toEqual(['media stock-pairs 5', 'sip invite o sip:101@example.com sendrecv'])
    ua.state('o', 'CALLING')
    ua.state('o', 'EARLY', 180)
    expect(ua.lines()).toEqual(['app o calling -> calling 0', 'app o calling -> early 180'])
    ua.body('o', 'answer', sdp(), true)
    expect(ua.lines()).toEqual([
      'media open-stream call:o PCMA sendrecv to 4000',
      'app o media active sendrecv PCMA/8000',
    ])
    ua.state('o', 'CONNECTING', 200)
    ua.state('o', 'CONFIRMED', 200)
    expect(ua.lines()).toEqual(['app o early -> connecting 200', 'app o connecting -> confirmed 200'])
    ua.hangUp('o')
    expect(ua.lines()).toEqual(['media close-port call:o', 'app o media none inactive -', 'sip end o -'])
    ua.state('o', 'DISCONNECTING')
    ua.state('o', 'DISCONNECTED', 200, 'local')
    expect(ua.lines()).toEqual(['app o confirmed -> disconnected 200 local'])
    expect(ua.media.faults).toEqual([])
  })

  test('early media opens the port; another answer in the 200 changes it', () => {
    const ua = ready()
    ua.call('o')
    ua.state('o', 'CALLING')
    ua.body('o', 'answer', sdp(), true)
    ua.state('o', 'EARLY', 183)
    ua.lines()
    ua.body('o', 'answer', sdp({ port: 5000, formats: '0' }), true)
    expect(ua.lines()).toEqual([
      'media update-stream call:o PCMU sendrecv to 5000',
      'app o media active sendrecv PCMU/8000',
    ])
    ua.state('o', 'EARLY', 180)
    ua.state('o', 'EARLY', 180)
    expect(ua.lines()).toEqual(['app o early -> early 180', 'app o early -> early 180'])
  })

  test('refused: the pair goes back, nothing was opened', () => {
    const ua = ready()
    ua.call('o')
    ua.state('o', 'CALLING')
    ua.lines()
    ua.state('o', 'DISCONNECTED', 486, 'remote')
    expect(ua.lines()).toEqual(['media release-pair 1', 'app o calling -> disconnected 486 remote'])
    ua.state('o', 'DISCONNECTED', 486)
    ua.media.happen({ kind: 'dtmf', port: 'call:o', digit: '1', ended: true, durationMs: 100, tone: false })
    ua.hangUp('o')
    expect(ua.lines()).toEqual(['app refused hang-up o: unknown call'])
  })

  test('an answer without a codec of ours ends the call, and says why', () => {
    const ua = ready()
    ua.call('o')
    ua.state('o', 'CALLING')
    ua.lines()
    ua.body('o', 'answer', sdp({ formats: '18' }), true)
    expect(ua.lines()).toEqual(['media release-pair 1', 'sip end o 488'])
    ua.state('o', 'CONNECTING', 200)
    ua.state('o', 'DISCONNECTED', 0, 'local')
    expect(ua.lines()).toEqual(['app o calling -> disconnected 488 protocol'])
  })

  test('a 200 without any answer is no call', () => {
    const ua = ready()
    ua.call('o')
    ua.state('o', 'CALLING')
    ua.state('o', 'CONNECTING', 200)
    ua.lines()
    ua.state('o', 'CONFIRMED', 200)
    expect(ua.lines()).toEqual(['app o connecting -> confirmed 200', 'media release-pair 1', 'sip end o 488'])
  })

  test('hung up while it rings, answered in the same moment: stays ended', () => {
    const ua = ready()
    ua.call('o')
    ua.state('o', 'CALLING')
    ua.state('o', 'EARLY', 180)
    ua.hangUp('o')
    ua.lines()
    ua.body('o', 'answer', sdp(), true)
    ua.state('o', 'CONNECTING', 200)
    ua.state('o', 'CONFIRMED', 200)
    expect(ua.lines()).toEqual([])
    ua.state('o', 'DISCONNECTED', 487, 'local')
    expect(ua.lines()).toEqual(['app o early -> disconnected 487 local'])
    expect(ua.media.faults).toEqual([])
  })

  test('hung up, and then comes an answer nobody could use: it was ended once already', () => {
    const ua = ready()
    ua.call('o')
    ua.state('o', 'CALLING')
    ua.hangUp('o')
    ua.lines()
    ua.body('o', 'answer', sdp({ formats: '18' }), true)
    ua.body('o', 'offer', sdp(), true)
    expect(ua.lines()).toEqual([])
  })

  test('one call after another needs no more sockets than the first', () => {
    const ua = ready()
    for (const call of ['o1', 'o2', 'o3']) {
      ua.call(call)
      ua.state(call, 'CALLING')
      ua.body(call, 'answer', sdp(), true)
      ua.state(call, 'DISCONNECTED', 200)
    }
    expect(ua.lines().filter((line) => line.includes('stock-pairs'))).toEqual(['media stock-pairs 5'])
  })

  test.each([
    ['in:1', 'a', '101', 'not a name for an outgoing call'],
    ['o', 'b', '101', 'unknown account'],
    ['o', 'a', '', 'no number'],
  ])('%s on %s to %j is refused: %s', (call, account, target, why) => {
    const ua = ready()
    ua.app({ kind: 'make-call', call, account, target, headers: [] })
    expect(ua.lines()).toEqual([`app refused make-call ${call}: ${why}`])
  })

  test('what the engine will not start is refused and gives its pair back', () => {
    const ua = ready()
    ua.call('o')
    ua.lines()
    ua.sip({ kind: 'rejected', command: 'invite', id: 'o', reason: 'no transport' })
    expect(ua.lines()).toEqual(['media release-pair 1', 'app refused make-call o: no transport'])
  })
})

describe('incoming', () => {
  test('rings, is taken, they hang up', () => {
    const ua = ready()
    ua.incoming('in:1', sdp())
    expect(ua.lines()).toEqual(['media stock-pairs 5', 'app incoming in:1 for a from Bob bob'])
    ua.answer('in:1', 180)
    ua.state('in:1', 'EARLY', 180)
    expect(ua.lines()).toEqual(['sip respond in:1 180 -', 'app in:1 incoming -> early 180'])
    ua.answer('in:1', 200)
    expect(ua.lines()).toEqual([
      'media open-stream call:in:1 PCMA sendrecv to 4000',
      'app in:1 media active sendrecv PCMA/8000',
      'sip respond in:1 200 sendrecv',
    ])
    ua.answer('in:1', 200)
    expect(ua.lines()).toEqual(['app refused answer in:1: answered already'])
    ua.state('in:1', 'CONNECTING', 200)
    ua.state('in:1', 'CONFIRMED')
    ua.lines()
    ua.state('in:1', 'DISCONNECTED', 200, 'remote')
    expect(ua.lines()).toEqual([
      'media close-port call:in:1',
      'app in:1 media none inactive -',
      'app in:1 confirmed -> disconnected 200 remote',
    ])
    expect(ua.media.faults).toEqual([])
  })

  test('early media in the 183, the same again in the 200', () => {
    const ua = ready()
    ua.incoming('in:1', sdp())
    ua.answer('in:1', 183)
    ua.lines()
    ua.answer('in:1', 200)
    expect(ua.lines()).toEqual(['sip respond in:1 200 sendrecv'])
    const [early, final] = ua.sent.filter((c) => c.kind === 'respond')
    expect(early?.sdp).toBe(final?.sdp)
  })

  test('without an offer ours goes in the 200 and theirs comes in the ACK', () => {
    const ua = ready()
    ua.incoming('in:1', undefined)
    ua.answer('in:1', 200)
    ua.state('in:1', 'CONNECTING', 200)
    ua.lines()
    ua.body('in:1', 'answer', sdp())
    ua.state('in:1', 'CONFIRMED')
    expect(ua.lines()).toEqual([
      'media open-stream call:in:1 PCMA sendrecv to 4000',
      'app in:1 media active sendrecv PCMA/8000',
      'app in:1 connecting -> confirmed 0',
    ])
  })

  test('without an offer, and without an answer in the ACK: ended', () => {
    const ua = ready()
    ua.incoming('in:1', undefined)
    ua.answer('in:1', 200)
    ua.state('in:1', 'CONNECTING', 200)
    ua.lines()
    ua.state('in:1', 'CONFIRMED')
    expect(ua.lines()).toEqual(['app in:1 connecting -> confirmed 0', 'media release-pair 1', 'sip end in:1 488'])
  })

  test('cancelled in the moment it is answered: the port closes again', () => {
    const ua = ready()
    ua.incoming('in:1', sdp())
    ua.answer('in:1', 180)
    ua.answer('in:1', 200)
    ua.lines()
    ua.state('in:1', 'DISCONNECTED', 487, 'remote')
    ua.sip({ kind: 'rejected', command: 'respond', id: 'in:1', reason: 'ended' })
    expect(ua.lines()).toEqual([
      'media close-port call:in:1',
      'app in:1 media none inactive -',
      'app in:1 incoming -> disconnected 487 remote',
    ])
  })

  test('refused with the default and with a status of one’s own', () => {
    const ua = ready()
    ua.incoming('in:1', sdp())
    ua.lines()
    ua.hangUp('in:1')
    expect(ua.lines()).toEqual(['media release-pair 1', 'sip end in:1 -'])
    ua.incoming('in:2', sdp())
    ua.lines()
    ua.answer('in:2', 486)
    expect(ua.lines()).toEqual(['media release-pair 2', 'sip respond in:2 486 -'])
  })

  test.each([
    ['nobody here', 404, invite('sip:x@192.0.2.1', '<sip:x@192.0.2.1>'), sdp()],
    ['no common codec', 488, invite(), sdp({ formats: '18' })],
    ['no description at all', 488, invite(), 'nonsense'],
  ])('%s: %i, and the application hears nothing', (_, status, request, body) => {
    const ua = ready()
    ua.incoming('in:1', body, request)
    ua.state('in:1', 'DISCONNECTED', status)
    expect(ua.lines().filter((line) => !line.startsWith('media'))).toEqual([`sip respond in:1 ${status} -`])
    expect(ua.media.stock).toBeGreaterThanOrEqual(4)
  })

  test('more calls than allowed: 486; no RTP port left: 503, outgoing refused', () => {
    const ua = ready({ maxCalls: 1 })
    ua.incoming('in:1', sdp())
    ua.lines()
    ua.incoming('in:2', sdp())
    ua.call('o')
    expect(ua.lines()).toEqual(['sip respond in:2 486 -', 'app refused make-call o: too many calls'])
    // This engine never brings a socket pair.
    const empty = uaScript()
    empty.media.handle = () => {}
    empty.account()
    empty.lines()
    empty.incoming('in:1', sdp())
    empty.call('o')
    expect(empty.lines()).toEqual([
      'sip respond in:1 503 -',
      'app refused make-call o: no RTP port free in 20000–20998',
    ])
  })
})

describe('other RTP ports', () => {
  const portOf = (ua: ReturnType<typeof uaScript>, id: string) => {
    const invite = ua.sent.find((command) => command.kind === 'invite' && command.id === id)
    return Number(/m=audio (\d+)/.exec(invite?.kind === 'invite' ? (invite.sdp ?? '') : '')?.[1])
  }
  test('from then on; a call that has its own keeps them', () => {
    const ua = outgoing()
    ua.call('before')
    ua.app({ kind: 'set-rtp-ports', min: 31_000, max: 31_099 })
    ua.call('after')
    expect(portOf(ua, 'before')).toBeLessThan(21_000)
    expect(portOf(ua, 'after')).toBeGreaterThanOrEqual(31_000)
    ua.body('before', 'answer', sdp(), true)
    expect(ua.lines()).toContain('media open-stream call:before PCMA sendrecv to 4000')
    expect(ua.media.faults).toEqual([])
  })
  test.each([
    [1023, 2000],
    [2000, 65_536],
    [2000, 2000],
    [2001, 2002],
    [2000.5, 3000],
  ])('%d to %d is no range', (min, max) => {
    const ua = ready()
    ua.lines()
    ua.app({ kind: 'set-rtp-ports', min, max })
    expect(ua.lines()).toEqual([
      `app refused set-rtp-ports ${min}-${max}: not ports from 1024 to 65535, with an even one and the next`,
    ])
  })
})

describe('media of a call', () => {
  test('digits, statistics, silence', () => {
    const ua = outgoing()
    ua.app({ kind: 'send-dtmf', call: 'o', digits: '1#', durationMs: 100 })
    ua.app({ kind: 'send-dtmf', call: 'o', digits: 'x', durationMs: 100 })
    ua.app({ kind: 'send-dtmf', call: 'o', digits: '1', durationMs: 10 })
    ua.app({ kind: 'query-call', call: 'o', ref: 7 })
    ua.media.happen({ kind: 'dtmf', port: 'call:o', digit: '5', ended: false, durationMs: 0, tone: false })
    ua.media.happen({ kind: 'dtmf', port: 'call:o', digit: '5', ended: true, durationMs: 90, tone: false })
    ua.media.happen({ kind: 'stream-silent', port: 'call:o', forMs: 5000 })
    ua.media.happen({ kind: 'stream-receiving', port: 'call:o', from: { address: '192.0.2.9', port: 4000 } })
    ua.state('o', 'CONFIRMED')
    expect(ua.lines()).toEqual([
      'media send-dtmf call:o 1#',
      'app refused send-dtmf o: digits are 0-9 A-D * # and , up to 64',
      'app refused send-dtmf o: duration out of 40–8000 ms',
      'media query-stats call:o',
      'app o stats 7',
      'app o dtmf 5',
      'app o silent 5000',
      'app o silent 0',
    ])
  })

  test('a stream that fails is an error of the call, not its end; its port is closed once', () => {
    const ua = outgoing()
    ua.media.happen({ kind: 'port-failed', port: 'call:o', reason: 'no memory' })
    ua.state('o', 'CONFIRMED')
    expect(ua.lines()).toEqual(['app o media error sendrecv PCMA/8000'])
    ua.state('o', 'DISCONNECTED', 200, 'remote')
    expect(ua.lines()[0]).toBe('media close-port call:o')
  })
})
