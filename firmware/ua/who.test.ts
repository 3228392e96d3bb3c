// Who is at the other end: on whose word, what strangers say, names that come later; and what we say of ourselves.
import { describe, expect, test } from 'vitest'
import type { SipMessage } from '../sip/message/message.ts'
import { parseMessage } from '../sip/message/parse.ts'
import { invite, request, sdp, uaScript } from '../testing/ua-script.ts'
import type { AccountConfig } from './contract.ts'

function ready(change: Partial<AccountConfig> = {}) {
  const ua = uaScript()
  ua.account('a', change)
  ua.lines()
  return ua
}
const TO = ['sip:alice@example.com', '<sip:alice@example.com>'] as const
const BOSS = 'P-Asserted-Identity: "Boss" <sip:1@example.com>'

describe('the caller', () => {
  const comes = (headers: readonly string[], trusted: boolean) => {
    const ua = ready()
    ua.sip({ kind: 'session-incoming', id: 'in:1', request: invite(...TO, headers), sdp: sdp(), trusted })
    const event = ua.heard.find((each) => each.kind === 'call-incoming')
    return { peer: `${event?.peer.display} ${event?.peer.number} ${event?.peer.source}`, diverted: event?.diverted }
  }

  test.each([
    ['asserted', [BOSS], true, 'Boss 1 P-Asserted-Identity'],
    ['asserted with Remote-Party-ID', ['Remote-Party-ID: <sip:2@x>', BOSS], true, 'Boss 1 P-Asserted-Identity'],
    ['Remote-Party-ID', ['Remote-Party-ID: "Two" <sip:2@x>;party=calling'], true, 'Two 2 Remote-Party-ID'],
    ['a number', ['P-Asserted-Identity: tel:+4930123'], true, ' +4930123 P-Asserted-Identity'],
    ['to be withheld', [BOSS, 'Privacy: id'], true, 'Bob bob From'],
    ['not withheld', [BOSS, 'Privacy: none'], true, 'Boss 1 P-Asserted-Identity'],
    ['malformed', ['P-Asserted-Identity: <sip:1@'], true, 'Bob bob From'],
    ['said by a stranger', [BOSS, 'Remote-Party-ID: <sip:2@x>'], false, 'Bob bob From'],
  ])('%s', (_name, headers, trusted, peer) => {
    expect(comes(headers, trusted).peer).toBe(peer)
  })

  test('for whom it was before, unless a stranger says so', () => {
    const lines = ['Diversion: "Sales" <sip:300@x>;reason=no-answer', 'Diversion: <sip:301@x>']
    expect(comes(lines, true).diverted).toMatchObject([
      { party: { display: 'Sales', number: '300' }, reason: 'no-answer' },
      { party: { number: '301' }, reason: '' },
    ])
    expect(comes(lines, false).diverted).toBeUndefined()
  })
})

function response(status: number, headers: readonly string[]): SipMessage {
  const head = [
    'From: <sip:alice@example.com>;tag=2',
    'To: <sip:101@example.com>;tag=1',
    'Call-ID: 2',
    'CSeq: 1 INVITE',
  ]
  const read = parseMessage(
    [`SIP/2.0 ${status} X`, 'Via: SIP/2.0/UDP h;branch=z9hG4bK1', ...head, ...headers, '', ''].join('\r\n'),
  )
  if (!read.ok) throw new Error(read.error.what)
  return read.value
}

describe('the other end of a call of ours', () => {
  function called() {
    const ua = ready()
    ua.call('o')
    ua.state('o', 'CALLING')
    ua.body('o', 'answer', sdp(), true)
    ua.lines()
    const hears = (message: SipMessage, trusted: boolean, state: 'EARLY' | 'CONFIRMED' | 'REINVITED' = 'EARLY') => {
      const event = { id: 'o', previous: 'CALLING', status: 180, reason: '', cause: undefined } as const
      ua.sip({ kind: 'session-state', state, ...event, message, trusted })
      return ua.lines().filter((line) => line.includes(' is '))
    }
    return { ua, hears }
  }
  const from = (value: string) => {
    const text = request('UPDATE')
    return { ...text, header: text.header.bind(text), headers: () => [], from: fromOf(value) }
  }
  const fromOf = (value: string) => {
    const read = parseMessage(
      `OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: ${value};tag=1\r\nTo: <sip:x>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n`,
    )
    if (!read.ok) throw new Error(read.error.what)
    return read.value.from
  }

  test('is told by a response of the own server, once; a refusal and strangers tell nothing', () => {
    const { hears } = called()
    expect(hears(response(180, [BOSS]), false)).toEqual([])
    expect(hears(response(180, [BOSS]), true)).toEqual(['app o is Boss 1 by P-Asserted-Identity'])
    expect(hears(response(183, [BOSS]), true)).toEqual([])
    expect(hears(response(486, ['P-Asserted-Identity: <sip:9@x>']), true)).toEqual([])
    expect(hears(response(200, ['P-Asserted-Identity: "Carol" <sip:2@x>']), true, 'CONFIRMED')).toEqual([
      'app o is Carol 2 by P-Asserted-Identity',
    ])
  })

  test('is another one once From says so (RFC 4916), and not while it says what it did', () => {
    const { ua, hears } = called()
    expect(hears(response(180, [BOSS]), true)).toHaveLength(1)
    expect(hears(from('<sip:101@example.com>'), false, 'CONFIRMED')).toEqual([])
    expect(hears(from('"Dan" <sip:102@example.com>'), false, 'CONFIRMED')).toEqual(['app o is Dan 102 by From'])
    expect(hears(from('"Dan" <sip:102@example.com>'), false, 'CONFIRMED')).toEqual([])
    ua.sip({ kind: 'session-refreshed', id: 'o', message: from('"Eve" <sip:103@example.com>') })
    expect(ua.lines()).toEqual(['app o is Eve 103 by From'])
  })
})

describe('who we say we are', () => {
  const sentBy = (config: Partial<AccountConfig>, anonymous?: boolean) => {
    const ua = ready(config)
    ua.app({ kind: 'make-call', call: 'o', account: 'a', target: '101', headers: [], anonymous })
    const invited = ua.sent.find((each) => each.kind === 'invite')
    const headers = invited?.headers.map(({ name, value }) => `${name}: ${value}`)
    return [`${invited?.identity.displayName} ${invited?.identity.aor}`, ...(headers ?? [])]
  }
  const NAMELESS = 'Anonymous sip:anonymous@anonymous.invalid'
  const PREFERRED = 'P-Preferred-Identity: "Alice" <sip:alice@example.com>'

  test('by name', () => expect(sentBy({})).toEqual(['Alice sip:alice@example.com']))
  test('without, for this call', () => expect(sentBy({}, true)).toEqual([NAMELESS, 'Privacy: id', PREFERRED]))
  test('without, by account', () => expect(sentBy({ anonymous: true })).toEqual([NAMELESS, 'Privacy: id', PREFERRED]))
  test('by name for this call all the same', () =>
    expect(sentBy({ anonymous: true }, false)).toEqual(['Alice sip:alice@example.com']))
  test('a peer without a server between is told nothing', () =>
    expect(sentBy({ registrar: undefined, preferredIdentity: 'tel:1' }, true)).toEqual([NAMELESS, 'Privacy: id']))
  test('preferred', () =>
    expect(sentBy({ preferredIdentity: '"Büro" <tel:+4930123>' })[1]).toBe(
      'P-Preferred-Identity: "B\u00c3\u00bcro" <tel:+4930123>',
    ))
  test('a MESSAGE too', () => {
    const ua = ready({ anonymous: true })
    const to = { account: 'a', target: '101' }
    ua.app({ kind: 'send-request', request: 'm', method: 'MESSAGE', to, headers: [], body: undefined })
    const sent = ua.sent.find((each) => each.kind === 'request')
    expect([sent?.identity.aor, sent?.headers[0]]).toEqual([
      'sip:anonymous@anonymous.invalid',
      { name: 'Privacy', value: 'id' },
    ])
  })
  test.each(['mailto:a@b', 'nobody', '<sip:a@b>;tag=1'])('%s cannot be preferred', (preferredIdentity) => {
    const ua = uaScript()
    ua.account('a', { preferredIdentity })
    expect(ua.lines().at(-1)).toContain(`no identity that can be preferred: ${preferredIdentity}`)
  })
})
