// Damages messages as networks, broken peers and attackers do: every change follows from the Rng.
import type { Rng } from '../../base/rng.ts'

/** What grammars trip over. */
const WORDS = [
  ...[
    '',
    ' ',
    '\t',
    '\r',
    '\n',
    '\r\n',
    '\r\n\r\n',
    '\r\n ',
    '\0',
    '\xff',
    '\xc3\x28',
    '"',
    '\\',
    '\\"',
    '<',
    '>',
    '<>',
  ],
  ...[',', ';', ':', '@', '=', '?', '/', '*', '%', '%00', '%0d%0a', '%3e', '%zz', '[', ']', '[::1]', '[::', '(', ')'],
  ...['-1', '0', '1', '255', '256', '65536', '2147483648', '4294967296', '99999999999999999999', '1e9', '0x10'],
  ...[
    ';rport',
    ';tag=',
    ';lr',
    ';branch=z9hG4bK',
    ';received=',
    'sip:',
    'sips:',
    'tel:',
    'SIP/2.0',
    'SIP/2.0/UDP ',
    'Digest ',
  ],
  ...[
    'INVITE',
    'ACK',
    'BYE',
    'CANCEL',
    'UPDATE',
    'OPTIONS',
    'REFER',
    'NOTIFY',
    '180',
    '200',
    '401',
    '407',
    '481',
    '491',
  ],
  ...[
    'Require: x\r\n',
    'Via: ',
    'Contact: *\r\n',
    'Content-Length: 0\r\n',
    'Record-Route: <sip:h;lr>\r\n',
    'Replaces: a;to-tag=b',
  ],
  ...[
    'm=audio 9 RTP/AVP 0\r\n',
    'm=audio 0 RTP/AVP 8\r\n',
    'c=IN IP4 0.0.0.0\r\n',
    'c=IN IP6 ::\r\n',
    'a=inactive\r\n',
    'a=sendonly\r\n',
  ],
  ...['a=rtpmap:', 'a=fmtp:', 'a=ptime:', 'a=rtcp:', 'qop="auth"', 'nonce=""', 'algorithm=SHA-256', 'stale=true'],
]

/** A uniform integer below `end`. */
export const below = (rng: Rng, end: number): number => (end <= 1 ? 0 : rng.uint32() % end)
export const oneOf = <T>(rng: Rng, list: readonly T[]): T => list[below(rng, list.length)]!

/** Characters of one byte each. */
function noise(rng: Rng, length: number): string {
  let text = ''
  while (text.length < length) text += String.fromCharCode(rng.uint32() & 0xff)
  return text
}

type Change = (text: string, rng: Rng, others: readonly string[]) => string

const splice = (text: string, at: number, drop: number, put: string): string =>
  text.slice(0, at) + put + text.slice(at + drop)
const line = (text: string, rng: Rng): { readonly from: number; readonly until: number } => {
  const at = below(rng, text.length)
  const end = text.indexOf('\n', at)
  return { from: text.lastIndexOf('\n', at - 1) + 1, until: end < 0 ? text.length : end + 1 }
}

const CHANGES: readonly Change[] = [
  (text, rng) => splice(text, below(rng, text.length), below(rng, 4), oneOf(rng, WORDS)),
  (text, rng) => splice(text, below(rng, text.length), below(rng, 40), ''),
  (text, rng) => splice(text, below(rng, text.length), 1, noise(rng, 1)),
  (text, rng) => text.slice(0, below(rng, text.length)),
  (text, rng) => {
    const { from, until } = line(text, rng)
    return splice(text, from, until - from, '')
  },
  (text, rng) => {
    const { from, until } = line(text, rng)
    return splice(text, from, 0, text.slice(from, until).repeat(1 + below(rng, 5)))
  },
  (text, rng) => {
    const { from, until } = line(text, rng)
    const taken = text.slice(from, until)
    return splice(splice(text, from, until - from, ''), below(rng, text.length), 0, taken)
  },
  (text, rng, others) => {
    const other = oneOf(rng, others)
    const { from, until } = line(other, rng)
    return splice(text, line(text, rng).from, 0, other.slice(from, until))
  },
  (text, rng, others) => text.slice(0, below(rng, text.length)) + oneOf(rng, others).slice(below(rng, 400)),
  // Numbers are where lengths and sequences live.
  (text, rng) => {
    const numbers = [...text.matchAll(/[0-9]+/g)]
    if (numbers.length === 0) return text
    const { index, 0: digits } = oneOf(rng, numbers)
    return splice(text, index, digits.length, oneOf(rng, ['0', '', '7', '70000', '4294967295', '00000000000000000001']))
  },
  (text, rng) => splice(text, below(rng, text.length), 0, noise(rng, below(rng, 20))),
]
/** Long things are made seldom: they are slow to make, and one is like the other. */
const LONG: readonly Change[] = [
  (text, rng) => splice(text, below(rng, text.length), 0, oneOf(rng, WORDS).repeat(below(rng, 4000))),
  (text, rng) => {
    const { from, until } = line(text, rng)
    return splice(text, from, 0, text.slice(from, until).repeat(below(rng, 600)))
  },
  (_text, rng) => noise(rng, below(rng, 70_000)),
]

/** One to six changes of one of `corpus`; at most what one datagram carries. */
export function mutate(rng: Rng, corpus: readonly string[]): string {
  let text = oneOf(rng, corpus)
  for (let changes = 1 + below(rng, 6); changes > 0; changes--)
    text = oneOf(rng, below(rng, 100) === 0 ? LONG : CHANGES)(text, rng, corpus)
  return text.slice(0, 65_507)
}
