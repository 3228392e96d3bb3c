// What a response to a request that did not parse copies from it (RFC 3261 §8.2.6.2, §21.4.1): its routing fields as
// they were written, found without understanding their values.
import { asciiTrim } from '../../base/bytes.ts'
import { CR, HT, LF, SP } from './chars.ts'
import { CALL_ID, CSEQ, FROM, readName, TO, UNKNOWN, VIA } from './header-names.ts'
import { LIMITS } from './limits.ts'
import type { MessageError } from './message.ts'
import { unfold } from './reader.ts'
import { isResponse } from './start-line.ts'

/** undefined for a response, for an ACK (§17.1.1.3: nothing answers it), and when one of the fields is missing. */
export function answerable(text: string): MessageError['answerable'] {
  const end = Math.min(text.length, LIMITS.message)
  let begin = 0
  while (begin < end && (text.charCodeAt(begin) === CR || text.charCodeAt(begin) === LF)) begin++
  if (isResponse(text, begin) || /^ACK[ \t]/i.test(text.substring(begin, begin + 4))) return undefined
  const vias: string[] = []
  const found: (string | undefined)[] = []
  let at = text.indexOf('\n', begin) + 1
  for (let lines = 0; at > 0 && at < end && lines < LIMITS.fields; lines++) {
    if (text.charCodeAt(at) === LF || text.charCodeAt(at) === CR) break
    let lf = text.indexOf('\n', at)
    while (lf >= 0 && (text.charCodeAt(lf + 1) === SP || text.charCodeAt(lf + 1) === HT))
      lf = text.indexOf('\n', lf + 1)
    if (lf < 0) break
    const name = readName(text, at)
    const id = name >> 16
    const colon = text.indexOf(':', at)
    if (id !== UNKNOWN && id <= CSEQ && colon < lf && asciiTrim(text.substring(at + (name & 0xffff), colon)) === '') {
      const value = copyable(text.substring(colon + 1, lf))
      if (id === VIA && vias.length < LIMITS.vias) vias.push(value)
      else if (id !== VIA) found[id] ??= value
    }
    at = lf + 1
  }
  const from = found[FROM]
  const to = found[TO]
  const callId = found[CALL_ID]
  const cseq = found[CSEQ]
  if (vias.length === 0 || !vias[0] || !from || !to || !callId || !cseq) return undefined
  return { vias, from, to, callId, cseq }
}

/** On one line, and without the NUL that nothing may print. */
function copyable(text: string): string {
  return asciiTrim(unfold(text.indexOf('\0') < 0 ? text : text.split('\0').join('')))
}
