// Header field names: canonical spelling, compact forms (RFC 3261 §7.3.3, §20 and the IANA registry) and a fast look-up.

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

/** Spelling used for printing; undefined for UNKNOWN. */
export const headerName = (id: number): string | undefined => (id === UNKNOWN ? undefined : NAMES[id])

// The parser's look-up works on the text in place: names in one bucket share length and first letter.
const bucket = (first: number, length: number): number => ((length & 31) << 5) | (first & 31)
const FIRST = new Uint8Array(1024)
const NEXT = new Uint8Array(256)
const SPELLED: string[] = ['']
const ID: number[] = [UNKNOWN]
for (const [name, id] of BY_NAME) {
  if (name !== name.toLowerCase()) continue
  const slot = SPELLED.push(name) - 1
  ID.push(id)
  const key = bucket(name.charCodeAt(0), name.length)
  NEXT[slot] = FIRST[key]!
  FIRST[key] = slot
}

/** Number of the name that stands at [start, end) of the text; every character of it is a token character. */
export function headerIdAt(text: string, start: number, end: number): number {
  const length = end - start
  for (let slot = FIRST[bucket(text.charCodeAt(start), length)]!; slot !== 0; slot = NEXT[slot]!) {
    const name = SPELLED[slot]!
    if (name.length !== length) continue
    let i = 0
    while (i < length && (text.charCodeAt(start + i) | 32) === name.charCodeAt(i)) i++
    if (i === length) return ID[slot]!
  }
  return UNKNOWN
}
