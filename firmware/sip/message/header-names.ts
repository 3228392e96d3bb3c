// Header field names: canonical spelling, compact forms (RFC 3261 §7.3.3, §20 and the IANA registry) and a fast look-up.
import { CLASS, TOKEN } from './chars.ts'

export const UNKNOWN = 0
export const VIA = 1
export const FROM = 2
export const TO = 3
export const CALL_ID = 4
export const CSEQ = 5
export const MAX_FORWARDS = 6
export const CONTENT_LENGTH = 7

/** By number, from 1; the routing headers first, with the numbers above. */
const NAMES = [
  '- Via From To Call-ID CSeq Max-Forwards Content-Length Contact Route Record-Route Expires Content-Type Allow Supported',
  'Require Proxy-Require Unsupported User-Agent Server Authorization Proxy-Authorization WWW-Authenticate Date Accept',
  'Proxy-Authenticate Min-Expires Retry-After Subject Event Allow-Events Subscription-State Refer-To Referred-By Path',
  'Replaces Session-Expires Min-SE RAck RSeq Reason Warning Accept-Encoding Accept-Language Accept-Contact Call-Info',
  'Alert-Info Content-Disposition Content-Encoding Content-Language Error-Info In-Reply-To MIME-Version Organization',
  'Authentication-Info Priority Privacy P-Asserted-Identity P-Preferred-Identity Reject-Contact Reply-To Request-Disposition',
  'Service-Route SIP-ETag SIP-If-Match Timestamp Diversion History-Info Identity Target-Dialog Join Answer-Mode',
]
  .join(' ')
  .split(' ')

const COMPACT: Readonly<Record<string, string>> = {
  a: 'Accept-Contact',
  b: 'Referred-By',
  c: 'Content-Type',
  d: 'Request-Disposition',
  e: 'Content-Encoding',
  f: 'From',
  i: 'Call-ID',
  j: 'Reject-Contact',
  k: 'Supported',
  l: 'Content-Length',
  m: 'Contact',
  o: 'Event',
  r: 'Refer-To',
  s: 'Subject',
  t: 'To',
  u: 'Allow-Events',
  v: 'Via',
  x: 'Session-Expires',
  y: 'Identity',
}

const BY_NAME = new Map<string, number>()
for (let id = 1; id < NAMES.length; id++) {
  BY_NAME.set(NAMES[id]!, id)
  BY_NAME.set(NAMES[id]!.toLowerCase(), id)
}
for (const [letter, name] of Object.entries(COMPACT)) BY_NAME.set(letter, BY_NAME.get(name)!)

/** Number of a header by its name in any case or its compact form; UNKNOWN for names not in the table. */
export function headerId(name: string): number {
  return BY_NAME.get(name) ?? BY_NAME.get(name.toLowerCase()) ?? UNKNOWN
}

/** Every name in the table in its canonical spelling. */
export const HEADER_NAMES: readonly string[] = NAMES.slice(1)

// The parser reads a name and finds its number in one pass: a trie over case-folded characters, as a table.
const LETTERS = 'abcdefghijklmnopqrstuvwxyz-'
/** 1–27 for what names in the table are made of, 28 for other token characters, 0 for what ends a name. */
const FOLD = Uint8Array.from({ length: 256 }, (_, code) => {
  const at = LETTERS.indexOf(String.fromCharCode(code).toLowerCase())
  return (CLASS[code]! & TOKEN) === 0 ? 0 : at >= 0 ? at + 1 : 28
})
const NOWHERE = 0
const ROOT = 1
/** Next node by node and folded character; nothing leads out of NOWHERE. */
const NEXT = new Uint16Array(32 * 1024)
/** Number of the name that ends at a node. */
const ENDS = new Uint8Array(1024)

let nodes = ROOT + 1
for (const [name, id] of BY_NAME) {
  let node = ROOT
  for (let i = 0; i < name.length; i++) {
    const edge = node * 32 + FOLD[name.charCodeAt(i)]!
    if (NEXT[edge] === NOWHERE) NEXT[edge] = nodes++
    node = NEXT[edge]!
  }
  ENDS[node] = id
}

/** Reads the token at `at`, at most 65,535 characters. Its length is in the lower 16 bits, its number above. */
export function readName(text: string, at: number): number {
  let node = ROOT
  let end = at
  for (;;) {
    const letter = FOLD[text.charCodeAt(end)]
    if (!letter) break
    node = NEXT[node * 32 + letter]!
    end++
  }
  return (ENDS[node]! << 16) | (end - at)
}
