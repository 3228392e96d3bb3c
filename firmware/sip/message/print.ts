// SIP messages to the wire (RFC 3261 §7). Content-Length is the printer's; everything else is what the caller gives.
import { all, TOKEN } from './chars.ts'
import type { RequestDraft, ResponseDraft } from './message.ts'

/** CR, LF, a NUL that is not a quoted pair (§25.1), and what is not one byte. */
const FORBIDDEN = /[\r\n]|(?<!\\)\0|[^\0-\xff]/

/** Text of a request. Throws on CR, LF or NUL in a field, a name that is no token, and characters above 255. */
export function printRequest(draft: RequestDraft): string {
  if (!all(draft.method, TOKEN)) throw new Error(`not a SIP method: ${JSON.stringify(draft.method)}`)
  if (draft.uri === '' || /[\0-\x20]|[^\0-\xff]/.test(draft.uri)) {
    throw new Error(`not a Request-URI: ${JSON.stringify(draft.uri)}`)
  }
  return print(`${draft.method} ${draft.uri} SIP/2.0\r\n`, draft)
}

/** Text of a response, under the same rules. */
export function printResponse(draft: ResponseDraft): string {
  if (!(draft.status >= 100 && draft.status <= 699)) throw new Error(`not a SIP status: ${draft.status}`)
  if (FORBIDDEN.test(draft.reason)) throw new Error(`not a reason phrase: ${JSON.stringify(draft.reason)}`)
  return print(`SIP/2.0 ${draft.status} ${draft.reason}\r\n`, draft)
}

function print(startLine: string, draft: RequestDraft | ResponseDraft): string {
  let text = startLine
  for (const { name, value } of draft.headers) {
    if (FORBIDDEN.test(value)) throw new Error(`line end or NUL in header ${name}: ${JSON.stringify(value)}`)
    if (!all(name, TOKEN)) throw new Error(`not a header name: ${JSON.stringify(name)}`)
    text += `${name}: ${value}\r\n`
  }
  return `${text}Content-Length: ${draft.body.length}\r\n\r\n${draft.body}`
}
