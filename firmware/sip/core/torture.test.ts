// Every message of RFC 4475 and RFC 5118, given to the engine as a datagram, with what becomes of it: the status it is answered
// with, `call` (an INVITE the application is told of), `application` (another request it is told of), or `discarded`.
import { expect, test } from 'vitest'
import { seededRng } from '../../base/rng.ts'
import { ms } from '../../base/time.ts'
import { CONFIG } from '../../testing/stage.ts'
import { VALID } from '../message/torture-messages.ts'
import { BODIES, IPV6 } from '../message/torture-more.ts'
import { DOUBTFUL, REFUSED } from '../message/torture-refused.ts'
import type { SipOutput } from './contract.ts'
import { createSipEngine } from './engine.ts'

type Outcome = number | 'call' | 'application' | 'discarded'
type Row = readonly [section: string, name: string, outcome: Outcome, why: string]

const MESSAGES: Readonly<Record<string, string>> = { ...VALID, ...BODIES, ...REFUSED, ...DOUBTFUL, ...IPV6 }

const RFC4475: readonly Row[] = [
  ['3.1.1.1', 'wsinv', 481, 'well formed; it names a dialog we do not have'],
  ['3.1.1.2', 'intmeth', 405, 'well formed; a method nobody knows'],
  ['3.1.1.3', 'esc01', 'call', 'escapes in the user part are its octets'],
  ['3.1.1.4', 'escnull', 405, 'escaped NULs are octets like others; a phone is no registrar'],
  ['3.1.1.5', 'esc02', 405, 'a method is not unescaped: RE%47IST%45R is not REGISTER'],
  ['3.1.1.6', 'lwsdisp', 200, 'no white space is needed between name and <'],
  ['3.1.1.7', 'longreq', 'call', 'long values, 34 Via'],
  ['3.1.1.8', 'dblreq', 405, 'the first request alone; what follows it in the datagram is dropped'],
  ['3.1.1.9', 'semiuri', 200, 'an escaped ; is part of the user'],
  ['3.1.1.10', 'transports', 200, 'transports nobody knows, below the top Via'],
  ['3.1.1.11', 'mpart01', 'application', 'NULs in the body'],
  ['3.1.1.12', 'unreason', 'discarded', 'well formed; nobody waits for it'],
  ['3.1.1.13', 'noreason', 'discarded', 'well formed; nobody waits for it'],
  ['3.1.2.1', 'badinv01', 400, 'Contact and Via with nothing between separators'],
  ['3.1.2.2', 'clerr', 400, 'Content-Length beyond the datagram'],
  ['3.1.2.3', 'ncl', 400, 'negative Content-Length'],
  ['3.1.2.4', 'scalar02', 400, 'CSeq and expiries beyond their range'],
  ['3.1.2.5', 'scalarlg', 'discarded', 'a response is never answered'],
  ['3.1.2.6', 'quotbal', 400, 'a quoted string without its end'],
  ['3.1.2.7', 'ltgtruri', 400, '<> around the Request-URI'],
  ['3.1.2.8', 'lwsruri', 400, 'white space in the Request-URI'],
  ['3.1.2.9', 'lwsstart', 400, 'two spaces in the start line'],
  ['3.1.2.10', 'trws', 400, 'a space at the end of the start line'],
  ['3.1.2.11', 'escruri', 400, 'headers in the Request-URI'],
  ['3.1.2.12', 'baddate', 'call', 'the RFC leaves it to us: nobody here reads Date'],
  ['3.1.2.13', 'regbadct', 400, 'a Contact with a ? needs brackets; said before that we are no registrar'],
  ['3.1.2.14', 'badaspec', 200, 'the RFC leaves it to us: spaces within <> mean nothing'],
  ['3.1.2.15', 'baddn', 400, 'a display name that has to be quoted'],
  ['3.1.2.16', 'badvers', 505, 'SIP/7.0'],
  ['3.1.2.17', 'mismatch01', 400, 'CSeq names another method'],
  ['3.1.2.18', 'mismatch02', 400, 'CSeq names another method, neither known: the RFC takes 400 before 501'],
  ['3.1.2.19', 'bigcode', 'discarded', 'a response whose status is no status'],
  ['3.2.1', 'badbranch', 200, 'z9hG4bK and nothing else: no more than any other branch'],
  ['3.3.1', 'insuf', 'discarded', 'without Call-ID, From and To there is nothing to answer with'],
  ['3.3.2', 'unkscm', 416, 'a scheme nobody knows'],
  ['3.3.3', 'novelsc', 416, 'a known scheme that is no address for SIP'],
  ['3.3.4', 'unksm2', 405, 'schemes nobody knows in From and To; a phone is no registrar'],
  ['3.3.5', 'bext01', 420, 'Require names what nobody supports'],
  ['3.3.6', 'invut', 415, 'a body of an unknown type'],
  ['3.3.7', 'regaut01', 405, 'an unknown Authorization scheme; a phone is no registrar'],
  ['3.3.8', 'multi01', 400, 'fields twice that may stand once'],
  ['3.3.9', 'mcl01', 400, 'Content-Length twice'],
  ['3.3.10', 'bcast', 'discarded', 'a response whose topmost Via is not ours alone'],
  ['3.3.11', 'zeromf', 200, 'only who passes it on answers 483; it has reached us'],
  ['3.3.12', 'cparam01', 405, 'Contact parameters; a phone is no registrar'],
  ['3.3.13', 'cparam02', 405, 'URI parameters; a phone is no registrar'],
  ['3.3.14', 'regescrt', 405, 'a Contact with an escaped Route; a phone is no registrar'],
  ['3.3.15', 'sdp01', 406, 'Accept without application/sdp'],
  ['3.4.1', 'inv2543', 'call', 'as RFC 2543 had it: no tag, no branch, no Max-Forwards'],
]

const RFC5118: readonly Row[] = [
  ['4.1', 'ipv6-good', 405, 'well formed; a phone is no registrar'],
  ['4.2', 'ipv6-bad', 400, 'an IPv6 address in the Request-URI without brackets'],
  ['4.3', 'port-ambiguous', 405, 'the whole of it is an address'],
  ['4.4', 'port-unambiguous', 405, 'the port stands outside the brackets'],
  ['4.5', 'via-received-param-with-delim', 481, 'received with brackets is taken'],
  ['4.5', 'via-received-param-no-delim', 200, 'received without brackets, as the grammar has it'],
  ['4.6', 'ipv6-in-sdp', 'call', 'IP6 in the description'],
  ['4.7', 'mult-ip-in-header', 481, 'both families in Via'],
  ['4.8', 'mult-ip-in-sdp', 'call', 'both families in the description'],
  ['4.9', 'ipv4-mapped-ipv6', 'call', 'mapped addresses are addresses'],
  ['4.10', 'ipv6-bug-abnf-3-colons', 400, 'three colons are a fault of the old grammar; the RFC leaves it to us'],
  ['4.10', 'ipv6-correct-abnf-2-colons', 200, 'two colons are right'],
]

function outcome(data: string): Outcome | Outcome[] {
  const engine = createSipEngine(CONFIG, seededRng(1))
  const local = { address: '192.0.2.77', port: 5060 }
  engine.handle({ kind: 'transport-up', transport: 'udp', protocol: 'UDP', local }, ms(0), [])
  const out: SipOutput[] = []
  const from = { address: '192.0.2.1', port: 5060 }
  engine.handle({ kind: 'datagram', transport: 'udp', from, data }, ms(0), out)
  const seen = out.flatMap((output): Outcome[] => {
    if (output.kind === 'send') return [Number(/^SIP\/2\.0 (\d{3}) /.exec(output.data)?.[1])]
    if (output.kind === 'session-incoming') return ['call']
    if (output.kind === 'request-incoming') return ['application']
    return output.kind === 'log' ? [] : [Number.NaN]
  })
  if (seen.length > 0) return seen.length === 1 ? seen[0]! : seen
  expect(engine.counts().dropped).toBe(1)
  return 'discarded'
}

test.each(RFC4475)('RFC 4475 §%s %s: %s, %s', (_, name, expected) => expect(outcome(MESSAGES[name]!)).toBe(expected))
test.each(RFC5118)('RFC 5118 §%s %s: %s, %s', (_, name, expected) => expect(outcome(MESSAGES[name]!)).toBe(expected))

test('every message has its row, and no row is without a message', () => {
  const rows = [...RFC4475, ...RFC5118].map(([, name]) => name)
  expect(rows.toSorted()).toEqual(Object.keys(MESSAGES).toSorted())
  expect([RFC4475.length, RFC5118.length]).toEqual([49, 12])
})
