// SIP messages from the wire (RFC 3261 §7, §25.1). Never throws; a message that does not parse is a MessageError.
import { err, ok, type Result } from '../../base/result.ts'
import { answerable } from './answerable.ts'
import { BACKSLASH, COLON, COMMA, CR, HT, SP } from './chars.ts'
import { CALL_ID, CONTENT_LENGTH, CSEQ, FROM, MAX_FORWARDS, readName, TO, VIA } from './header-names.ts'
import { LIMITS } from './limits.ts'
import type { MessageError, NameAddr, ParseError, SipMessage, Via } from './message.ts'
import { readNameAddr } from './name-addr.ts'
import { type CSeq, ParsedRequest, ParsedResponse, type Parts, packField } from './parsed.ts'
import { Reader } from './reader.ts'
import { readStartLine } from './start-line.ts'
import { readVia } from './via.ts'

/** Parses one whole message. Octets after the body that Content-Length names are no part of it (§18.3). */
export function parseMessage(text: string): Result<SipMessage, MessageError> {
  const r = new Reader(text, 0, text.length)
  if (text.length > LIMITS.message) {
    r.fail('message is too large', '3261 §21.5.7', LIMITS.message)
    return refuse(r, 513)
  }
  const line = readStartLine(r)
  if (line === undefined) return refuse(r, r.status)
  const parts = readFields(r)
  if (parts === undefined) return refuse(r, 400)
  if (line.kind === 'response') return ok(new ParsedResponse(parts, line.status, line.reason))
  if (parts.cseq.method !== line.method) {
    r.fail('CSeq names another method', '3261 §8.1.1.5', 0)
    return refuse(r, 400)
  }
  return ok(new ParsedRequest(parts, line.method, line.uri, line.uriText))
}

function refuse(r: Reader, status: MessageError['status']): Result<never, MessageError> {
  const { at, what, rfc }: ParseError = r.problem ?? { at: r.at, what: 'malformed', rfc: '3261 §7' }
  return err({ at, what, rfc, status, answerable: answerable(r.text) })
}

/** All header fields and the body. A line that is no field is ignored like any field nobody needs (§8.2). */
function readFields(r: Reader): Parts | undefined {
  const { text } = r
  const places: number[] = []
  const vias: Via[] = []
  let from: NameAddr | undefined
  let to: NameAddr | undefined
  let callId: string | undefined
  let cseq: CSeq | undefined
  let maxForwards: number | undefined
  let length: number | undefined
  let lines = 0
  let at = r.at
  for (;;) {
    const lineStart = at
    let lf = text.indexOf('\n', at)
    if (lf < 0) return r.fail('no empty line after the header fields', '3261 §7', text.length)
    if (lf === at || (lf === at + 1 && text.charCodeAt(at) === CR)) {
      at = lf + 1
      break
    }
    for (let next = text.charCodeAt(lf + 1); next === SP || next === HT; next = text.charCodeAt(lf + 1)) {
      const more = text.indexOf('\n', lf + 1)
      if (more < 0) return r.fail('no empty line after the header fields', '3261 §7', text.length)
      lf = more
    }
    if (++lines > LIMITS.fields) return r.fail('too many header fields', '3261 §7.3', lineStart)
    if (lf - lineStart > LIMITS.line) return r.fail('header field is too long', '3261 §7.3', lineStart)
    const name = readName(text, at)
    at += name & 0xffff
    const nameEnd = at
    while (text.charCodeAt(at) === SP || text.charCodeAt(at) === HT) at++
    if (nameEnd === lineStart || text.charCodeAt(at) !== COLON) {
      at = lf + 1
      continue
    }
    const id = name >> 16
    places.push(packField(id, lineStart))
    r.at = at + 1
    r.end = text.charCodeAt(lf - 1) === CR ? lf - 1 : lf
    at = lf + 1
    if (id > CONTENT_LENGTH) continue
    switch (id) {
      case VIA:
        do {
          if (vias.length === LIMITS.vias) return r.fail('too many Via values', '3261 §8.1.1.6')
          r.skipLws()
          const via = readVia(r)
          if (via === undefined) return undefined
          vias.push(via)
        } while (r.take(COMMA))
        break
      case FROM:
        if (from !== undefined) return twice(r, 'From')
        from = readNameAddr(r)
        if (from === undefined) return undefined
        break
      case TO:
        if (to !== undefined) return twice(r, 'To')
        to = readNameAddr(r)
        if (to === undefined) return undefined
        break
      case CALL_ID:
        if (callId !== undefined) return twice(r, 'Call-ID')
        callId = readCallId(r)
        if (callId === undefined) return undefined
        break
      case CSEQ:
        if (cseq !== undefined) return twice(r, 'CSeq')
        cseq = readCSeq(r)
        if (cseq === undefined) return undefined
        break
      case MAX_FORWARDS:
        if (maxForwards !== undefined) return twice(r, 'Max-Forwards')
        r.skipLws()
        maxForwards = r.number(255, 'Max-Forwards', '3261 §20.22')
        if (maxForwards === undefined) return undefined
        break
      case CONTENT_LENGTH:
        if (length !== undefined) return twice(r, 'Content-Length')
        r.skipLws()
        length = r.number(text.length, 'Content-Length', '3261 §20.14')
        if (length === undefined) return undefined
        break
    }
    r.skipLws()
    if (id !== 0 && r.at !== r.end) return r.fail('something follows the value', '3261 §7.3.1')
  }
  const end = length === undefined ? text.length : at + length
  r.at = at
  if (vias.length === 0) return r.fail('no Via', '3261 §8.1.1')
  if (from === undefined) return r.fail('no From', '3261 §8.1.1')
  if (to === undefined) return r.fail('no To', '3261 §8.1.1')
  if (callId === undefined) return r.fail('no Call-ID', '3261 §8.1.1')
  if (cseq === undefined) return r.fail('no CSeq', '3261 §8.1.1')
  if (end > text.length) return r.fail('body is shorter than Content-Length', '3261 §18.3')
  if (!nulsArePaired(text, at)) return r.fail('NUL in a header field', '3261 §25.1')
  return { text, places, vias, from, to, callId, cseq, body: text.substring(at, end) }
}

const twice = (r: Reader, name: string): undefined => r.fail(`${name} stands twice`, '3261 §7.3.1')

/** callid = word [ "@" word ]: here any visible characters, as it is only compared and copied. */
function readCallId(r: Reader): string | undefined {
  r.skipLws()
  const { text, at: start, end } = r
  let at = start
  for (; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code <= SP || code === 127) break
  }
  if (at === start) return r.fail('Call-ID is empty', '3261 §20.8')
  r.at = at
  return text.substring(start, at)
}

function readCSeq(r: Reader): CSeq | undefined {
  r.skipLws()
  const number = r.number(0x7fff_ffff, 'CSeq', '3261 §8.1.1.5')
  if (number === undefined) return undefined
  const gap = r.at
  r.skipLws()
  if (r.at === gap) return r.fail('no space in CSeq', '3261 §20.16')
  const method = r.token()
  return method === '' ? r.fail('no method in CSeq', '3261 §20.16') : { number, method }
}

/** §25.1: a NUL among the header fields is legal only as the second half of a quoted pair. */
function nulsArePaired(text: string, end: number): boolean {
  for (let at = text.indexOf('\0'); at >= 0 && at < end; at = text.indexOf('\0', at + 1)) {
    if (text.charCodeAt(at - 1) !== BACKSLASH) return false
  }
  return true
}
