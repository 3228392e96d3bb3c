// Who calls and after whom, as the headers of several RFCs and of the wild say it.
import { describe, expect, test } from 'vitest'
import type { SipMessage } from './message.ts'
import { parseMessage } from './parse.ts'
import { printUri } from './uri.ts'
import { assertedIdentities, diversions, privacy, remoteParties } from './who.ts'

function message(lines: readonly string[], start = 'INVITE sip:d@h SIP/2.0'): SipMessage {
  const head = [start, 'Via: SIP/2.0/UDP h;branch=z9hG4bK1', 'From: <sip:a@b>;tag=1', 'To: <sip:c@d>', 'Call-ID: x']
  const read = parseMessage([...head, 'CSeq: 1 INVITE', ...lines, '', ''].join('\r\n'))
  if (!read.ok) throw new Error(read.error.what)
  return read.value
}

test('P-Asserted-Identity: a SIP URI and a number, over lines and commas; what is malformed is none', () => {
  const both = message(['P-Asserted-Identity: "Cullen Jennings" <sip:fluffy@cisco.com>, tel:+14085264000'])
  expect(assertedIdentities(both).map(({ display, uri }) => [display, printUri(uri)])).toEqual([
    ['Cullen Jennings', 'sip:fluffy@cisco.com'],
    ['', 'tel:+14085264000'],
  ])
  const lines = message(['p-asserted-identity: <sip:1@x>', 'P-Asserted-Identity: <sip:2@x'])
  expect(assertedIdentities(lines).map(({ uri }) => printUri(uri))).toEqual(['sip:1@x'])
  expect(assertedIdentities(message([]))).toEqual([])
})

test('Privacy over semicolons and lines', () => {
  expect(privacy(message(['Privacy: ID; critical', 'Privacy: user']))).toEqual(['id', 'critical', 'user'])
  expect(privacy(message([]))).toEqual([])
})

describe('Remote-Party-ID', () => {
  test.each([
    ['INVITE sip:d@h SIP/2.0', '"Bob" <sip:bob@x>;party=calling;id-type=subscriber;privacy=off;screen=yes', 'Bob'],
    ['INVITE sip:d@h SIP/2.0', '"Bob" <sip:bob@x>', 'Bob'],
    ['INVITE sip:d@h SIP/2.0', '"Bob" <sip:bob@x>;party=called', undefined],
    ['INVITE sip:d@h SIP/2.0', '"Bob" <sip:bob@x>;privacy=full', undefined],
    ['SIP/2.0 180 Ringing', '"Bob" <sip:bob@x>;party=called', 'Bob'],
    ['SIP/2.0 180 Ringing', '"Bob" <sip:bob@x>;party=calling', undefined],
  ])('%s %s', (start, value, display) => {
    expect(remoteParties(message([`Remote-Party-ID: ${value}`], start))[0]?.display).toBe(display)
  })
})

describe('who sent the call on', () => {
  const told = (...lines: string[]) =>
    diversions(message(lines)).map(({ from, reason }) => `${printUri(from.uri).split('?')[0]} ${reason}`)

  test('Diversion, the last first (RFC 5806 §4)', () => {
    expect(
      told(
        'Diversion: <sip:bob@x>;reason=user-busy;counter=1',
        'Diversion: <sip:carol@x>;reason=Unconditional;privacy=off, <sip:dan@x>',
      ),
    ).toEqual(['sip:bob@x user-busy', 'sip:carol@x unconditional', 'sip:dan@x '])
    expect(told('Diversion: <sip:bob@x>;privacy=full')).toEqual([])
  })

  test('History-Info with mp and cause (RFC 7044 §10.3, RFC 4458)', () => {
    expect(
      told(
        'History-Info: <sip:bob@x>;index=1',
        'History-Info: <sip:bob@192.0.2.4?Reason=SIP%3Bcause%3D302>;index=1.1;rc=1',
        'History-Info: <sip:carol@x;cause=302>;index=1.2;mp=1, <sip:carol@192.0.2.5>;index=1.2.1;rc=1.2',
        'History-Info: <sip:dan@x;cause=408>;index=1.3;mp=1.2',
      ),
    ).toEqual(['sip:carol@x;cause=302 no-answer', 'sip:bob@x unconditional'])
  })

  test('History-Info of RFC 4244: the reason is in the entry that was left; the last is us', () => {
    expect(
      told(
        'History-Info: <sip:bob@x?Reason=SIP%3Bcause%3D486%3Btext%3D%22Busy%20Here%22>;index=1',
        'History-Info: <sip:us@y?Reason=SIP%3Bcause%3D486>;index=2',
      ),
    ).toEqual(['sip:bob@x user-busy'])
    expect(
      told('History-Info: <sip:bob@x?Privacy=history&Reason=SIP%3Bcause%3D486>;index=1,<sip:us@y>;index=2'),
    ).toEqual([])
    expect(told('History-Info: <sip:us@y>;index=1')).toEqual([])
  })
})
