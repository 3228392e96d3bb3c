// Secured calls of the user agent: what is offered and taken, keys that stay and change, what is told and what never is.
import { describe, expect, test } from 'vitest'
import { Secret } from '../base/secret.ts'
import type { MediaCommand } from '../media/contract.ts'
import { invite, sdp, uaScript } from '../testing/ua-script.ts'
import type { AccountConfig } from './contract.ts'

const [KEY, OTHER] = ['c', 'd'].map((fill) => Buffer.from(fill.repeat(30)).toString('base64'))
const SUITE = 'AES_CM_128_HMAC_SHA1_80'
const secured = (tag = 1, key = KEY, way = 'sendrecv', profile = 'RTP/SAVP') =>
  `${sdp({ way }).replace('RTP/AVP', profile)}a=crypto:${tag} ${SUITE} inline:${key}\r\n`

function script(config: Partial<AccountConfig>) {
  const streams: Extract<MediaCommand, { kind: 'open-stream' | 'update-stream' }>[] = []
  const ua = uaScript()
  const handle = ua.media.handle
  ua.media.handle = (command) => {
    if (command.kind === 'open-stream' || command.kind === 'update-stream') streams.push(command)
    handle(command)
  }
  ua.account('a', config)
  return {
    ...ua,
    streams,
    /** Our offer or answer last sent. */
    said: () => ua.sent.flatMap((command) => ('sdp' in command && command.sdp ? [command.sdp] : [])).at(-1) ?? '',
    keys: () => streams.map(({ stream }) => stream.srtp?.receive.key.reveal() ?? 'plain'),
    own: () => new Set(streams.map(({ stream }) => stream.srtp?.send.key.reveal() ?? 'plain')),
  }
}

/** `o` is called and answers so. */
function called(config: Partial<AccountConfig>, answer: string) {
  const ua = script(config)
  ua.call('o')
  ua.state('o', 'CALLING')
  ua.body('o', 'answer', answer, true)
  ua.state('o', 'CONNECTING', 200)
  ua.state('o', 'CONFIRMED', 200)
  return ua
}

const profileIn = (text: string) => /m=audio \d+ (\S+)/.exec(text)?.[1]
const ended = (ua: ReturnType<typeof script>) => {
  ua.state('o', 'DISCONNECTED', 200, 'local')
  return ua.heard.find((event) => event.kind === 'call-state' && event.state === 'disconnected')
}

describe('outgoing', () => {
  test('mandatory: offered as RTP/SAVP, and the answer’s key is in force', () => {
    const ua = called({ srtp: 'mandatory' }, secured())
    expect(profileIn(ua.said())).toBe('RTP/SAVP')
    expect(ua.said().match(/a=crypto:\d \S+/g)).toEqual([
      `a=crypto:1 ${SUITE}`,
      'a=crypto:2 AEAD_AES_256_GCM',
      'a=crypto:3 AEAD_AES_128_GCM',
      'a=crypto:4 AES_256_CM_HMAC_SHA1_80',
    ])
    expect(ua.streams[0]!.stream.srtp).toMatchObject({ suite: SUITE })
    expect(ua.said()).toContain(`inline:${ua.streams[0]!.stream.srtp!.send.key.reveal()}`)
    expect(ua.keys()).toEqual([KEY])
    expect(ua.heard.findLast((event) => event.kind === 'call-media')?.media).toMatchObject({ srtp: SUITE })
  })

  test.each([
    ['off', secured(), 488, "the answer's a=crypto:1 AES_CM_128_HMAC_SHA1_80 is not what was offered"],
    ['mandatory', sdp(), 488, 'the answer has no key for SRTP, and nothing less is taken here'],
    ['optional', secured(9), 488, "the answer's a=crypto:9 AES_CM_128_HMAC_SHA1_80 is not what was offered"],
  ] as const)('%s: an answer that will not do ends the call and says why', (srtp, answer, status, reason) => {
    const ua = called({ srtp }, answer)
    expect(ua.streams).toEqual([])
    expect(ended(ua)).toMatchObject({ status, reason })
  })

  test('optional: plain with whoever is plain, and said so', () => {
    const ua = called({ srtp: 'optional' }, sdp())
    expect(profileIn(ua.said())).toBe('RTP/AVP')
    expect(ua.keys()).toEqual(['plain'])
    expect(ua.heard.findLast((event) => event.kind === 'call-media')?.media).not.toHaveProperty('srtp')
  })

  test('forks answer with keys of their own: the last one counts', () => {
    const ua = script({ srtp: 'mandatory' })
    ua.call('o')
    ua.state('o', 'CALLING')
    ua.body('o', 'answer', secured(1, KEY), false)
    ua.body('o', 'answer', secured(1, OTHER), true)
    expect(ua.keys()).toEqual([KEY, OTHER])
    expect(ua.own().size).toBe(1)
  })

  test('hold and resume keep both keys; another key of theirs is taken, ours stays', () => {
    const ua = called({ srtp: 'mandatory' }, secured())
    const first = ua.said().match(/inline:\S+/g)
    for (const [kind, way] of [
      ['hold', 'recvonly'],
      ['resume', 'sendrecv'],
    ] as const) {
      ua.app({ kind, call: 'o' })
      expect(ua.said().match(/inline:\S+/g)).toEqual(first)
      ua.state('o', 'REINVITING')
      ua.body('o', 'answer', secured(1, KEY, way), true)
      ua.state('o', 'CONFIRMED', 200)
      ua.sip({ kind: 'reinvite-result', id: 'o', status: 200, reason: 'OK' })
    }
    ua.body('o', 'offer', secured(7, OTHER))
    ua.state('o', 'REINVITED')
    expect(ua.keys()).toEqual([KEY, KEY, KEY, OTHER])
    expect(ua.own().size).toBe(1)
    expect(ua.said()).toContain(`a=crypto:7 ${SUITE} inline:${[...ua.own()][0]}`)
    // The very same again changes nothing.
    ua.state('o', 'CONFIRMED', 200)
    ua.body('o', 'offer', secured(7, OTHER))
    ua.state('o', 'REINVITED')
    expect(ua.keys()).toHaveLength(4)
  })

  test('a re-INVITE that takes the keys away is refused where they are mandatory; the call goes on as it was', () => {
    const ua = called({ srtp: 'mandatory' }, secured())
    ua.body('o', 'offer', sdp())
    ua.state('o', 'REINVITED')
    expect(ua.lines()).toContain('sip respond o 488 -')
    expect(ua.keys()).toEqual([KEY])
  })

  test('sockets elsewhere have keys of their own', () => {
    const ua = called({ srtp: 'mandatory' }, secured())
    ua.app({ kind: 'move', mediaAddress: '192.0.2.77' })
    expect(ua.said()).toContain('192.0.2.77')
    expect(ua.said()).not.toContain([...ua.own()][0])
  })
})

describe('incoming', () => {
  test.each([
    ['off', sdp(), 'RTP/AVP', 'plain'],
    ['off', secured(1, KEY, 'sendrecv', 'RTP/AVP'), 'RTP/AVP', 'plain'],
    ['off', secured(), 488, ''],
    ['optional', sdp(), 'RTP/AVP', 'plain'],
    ['optional', secured(), 'RTP/SAVP', KEY],
    ['optional', secured(1, KEY, 'sendrecv', 'RTP/AVP'), 'RTP/AVP', KEY],
    ['mandatory', sdp(), 488, ''],
    ['mandatory', secured(), 'RTP/SAVP', KEY],
    ['mandatory', secured(1, KEY, 'sendrecv', 'RTP/AVP'), 'RTP/AVP', KEY],
  ] as const)('%s', (srtp, offer, outcome, key) => {
    const ua = script({ srtp })
    ua.incoming('in:1', offer)
    if (outcome === 488) {
      expect(ua.lines()).toContain('sip respond in:1 488 -')
      return
    }
    ua.answer('in:1', 200)
    expect(profileIn(ua.said())).toBe(outcome)
    expect(ua.keys()).toEqual([key])
  })
})

describe('signalling that others can read', () => {
  const REFUSE = { srtpOverClear: 'refuse' } as const
  test.each([
    ['mandatory', {}, 'refused make-call o: SRTP is mandatory, and its keys are to go over TLS only'],
    ['optional', {}, 'RTP/AVP'],
    ['mandatory', { transport: 'tls' }, 'RTP/SAVP'],
    ['mandatory', { proxies: ['sip:p.example.com;transport=TLS'] }, 'RTP/SAVP'],
    [
      'mandatory',
      { proxies: ['sip:p.example.com;transport=tcp'] },
      'refused make-call o: SRTP is mandatory, and its keys are to go over TLS only',
    ],
    ['mandatory', { aor: 'sips:alice@example.com' }, 'RTP/SAVP'],
  ] as const)('%s, keys over TLS only, %o', (srtp, how, outcome) => {
    const ua = script({ srtp, ...REFUSE, ...how })
    ua.call('o')
    const refused = ua.lines().find((line) => line.startsWith('app refused'))
    expect(refused?.slice(4) ?? profileIn(ua.said())).toBe(outcome)
    if (srtp === 'optional') expect(ua.said()).not.toContain('crypto')
  })

  test('an INVITE that came in clear, and one over TLS', () => {
    const ua = script({ srtp: 'mandatory', ...REFUSE })
    ua.incoming('in:1', secured())
    expect(ua.lines()).toContain('sip respond in:1 488 -')
    ua.incoming('in:2', secured(), invite(undefined, undefined, [], 'TLS'))
    ua.answer('in:2', 200)
    expect(profileIn(ua.said())).toBe('RTP/SAVP')
  })
})

test('keys are in nothing the application is told, nor in what it writes down', () => {
  const ua = called({ srtp: 'mandatory' }, secured())
  ua.incoming('in:1', secured(1, OTHER))
  ua.answer('in:1', 200)
  const told = JSON.stringify(ua.heard)
  expect(told).toContain(`a=crypto:1 ${SUITE} inline:***`)
  for (const key of [KEY!, OTHER!, ...ua.own()]) expect(told).not.toContain(key)
  expect(JSON.stringify(ua.streams)).not.toContain(KEY)
  expect(ua.streams[0]!.stream.srtp!.send.key).toBeInstanceOf(Secret)
})

test('an account without a suite is none', () => {
  const ua = script({ srtpSuites: [] })
  expect(ua.lines().at(-1)).toBe('app refused set-account a: no suite for SRTP')
})
